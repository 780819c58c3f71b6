// WebAssembly as text that gzip packs better than the bytes. Read back by src/core/bytes.ts, which says how it is written.
//
// Code alternates between what to do and what to do it with: the same instructions with other numbers of locals are no repetition to
// gzip. So instructions, numbers of locals, constants and so on are written one after the other: 2 of 13.7 KB for the core of dense layers.

/** Printable ASCII without what quotes, escapes and tags are made of, and without what parts the streams. */
const ALPHABET = Array.from({ length: 95 }, (_, i) => String.fromCharCode(32 + i)).filter(
  (c) => !`"'\`\\<|`.includes(c),
);
const SINGLE = ALPHABET.length - 2;

/** What follows an instruction, by the number that the table has for it. */
const KINDS = ["", "label", "function", "global", "float", "vector", "offset", "integer", "local"];
/** In the order they are written in. Those that are most alike in a module and in the rest of another come last: see encode(). */
const STREAMS = ["after", "table", "locals", ...KINDS.slice(1), "code", "before"];

/** The number at `at`, seven bits a byte, and where it ends. */
export function readLeb(bytes, at) {
  let n = 0;
  for (let shift = 1; ; shift *= 128) {
    const byte = bytes[at++];
    n += (byte & 127) * shift;
    if (byte < 128) return [n, at];
  }
}

/** A number in seven bits a byte. */
export const writeLeb = (n) => (n < 128 ? [n] : [(n & 127) | 128, ...writeLeb(n >>> 7)]);

/** A section of a module: where it begins, where its content does, and where both end. */
export function section(wasm, wanted) {
  for (let at = 8; at < wasm.length; ) {
    const [size, from] = readLeb(wasm, at + 1);
    if (wasm[at] === wanted) return { at, from, end: from + size };
    at = from + size;
  }
  throw new Error(`there is no section ${wanted}`);
}

/** Where the number that begins at `at` ends. */
const skip = (bytes, at) => readLeb(bytes, at)[1];

/**
 * The instruction at `at`: where what is written in its own stream begins, which stream that is (none: ""), and where it ends. What is
 * before belongs to the instruction: for a load how its address is aligned, for a block its type.
 */
export function instruction(bytes, at) {
  const code = bytes[at];
  let p = at + 1;
  const alone = (to) => [to, "", to];
  const leb = (kind, from = p) => [from, kind, skip(bytes, from)];
  if (code >= 0x02 && code <= 0x04) return alone(p + 1);
  if (code === 0x0c || code === 0x0d) return leb("label");
  if (code === 0x0e) {
    let labels;
    [labels, p] = readLeb(bytes, p);
    for (let i = 0; i <= labels; i++) p = skip(bytes, p);
    return alone(p);
  }
  if (code === 0x10) return leb("function");
  if (code === 0x11) return alone(skip(bytes, skip(bytes, p)));
  if (code >= 0x20 && code <= 0x22) return leb("local");
  if (code === 0x23 || code === 0x24) return leb("global");
  if (code >= 0x28 && code <= 0x3e) return leb("offset", p + 1);
  if (code === 0x3f || code === 0x40) return alone(p + 1);
  if (code === 0x41 || code === 0x42) return leb("integer");
  if (code === 0x43) return [p, "float", p + 4];
  if (code === 0x44) return alone(p + 8);
  if (code === 0xfc) {
    const of = bytes[p++];
    if (of === 10) return alone(p + 2);
    if (of === 11) return alone(p + 1);
    if (of < 8) return alone(p);
  }
  if (code === 0xfd) {
    let of;
    [of, p] = readLeb(bytes, p);
    if (of <= 11 || of === 92 || of === 93) return leb("offset", p + 1);
    if (of === 12 || of === 13) return [p, "vector", p + 16];
    if (of >= 21 && of <= 34) return alone(p + 1);
    if (of >= 84 && of <= 91) return alone(skip(bytes, p + 1) + 1);
    return alone(p);
  }
  if (code <= 0x01 || code === 0x05 || code === 0x0b || code === 0x0f || code === 0x1a || code === 0x1b)
    return alone(p);
  if (code >= 0x45 && code <= 0xc4) return alone(p);
  throw new Error(`bytes.mjs knows no instruction ${code.toString(16)} ${bytes[at + 1].toString(16)}`);
}

const CODE_SECTION = 10;

/**
 * @param {Uint8Array} wasm as binaryen writes it: every size in as few bytes as it takes
 * @param {readonly Uint8Array[]} [smaller] modules of which each extends the one before (extending.mjs), and this one the last: the text is
 *   what comes after theirs
 */
export function encode(wasm, smaller = []) {
  /** @type {ReturnType<typeof streamsOf> | undefined} */
  let known;
  for (const each of smaller) known = streamsOf(each, known?.table);
  const streams = streamsOf(wasm, known?.table);
  for (const name of known ? STREAMS.slice(1, -1) : []) {
    if (known[name].some((n, i) => n !== streams[name][i]))
      throw new Error(
        `bytes.mjs: the stream ${name} of the larger module does not begin with that of the smaller`,
      );
    streams[name].splice(0, known[name].length);
  }
  const text = STREAMS.map((name) => streams[name].map(character).join(""));
  // gzip looks back 32 KB: the rest is written the other way round, so that what is alike is near. That is 0.7 KB
  return (known ? text.reverse() : text).join("|");
}

/** @param {Uint8Array} wasm @param {readonly number[]} [table] of instructions that come first */
function streamsOf(wasm, table = []) {
  const streams = Object.fromEntries(STREAMS.map((name) => [name, []]));
  const { at: start, from, end: behind } = section(wasm, CODE_SECTION);
  /** The instructions as the table has them. */
  const code = [];
  let [functions, at] = readLeb(wasm, from);
  // the section's size comes between
  streams.before.push(at - from, ...wasm.subarray(0, start + 1), ...wasm.subarray(from, at));
  streams.after.push(...wasm.subarray(behind));
  for (; functions > 0; functions--) {
    let size;
    [size, at] = readLeb(wasm, at);
    const end = at + size;
    let [groups, p] = readLeb(wasm, at);
    for (; groups > 0; groups--) p = skip(wasm, p) + 1;
    streams.locals.push(p - at, ...wasm.subarray(at, p));
    for (at = p; at < end; ) {
      const [from, kind, to] = instruction(wasm, at);
      code.push([KINDS.indexOf(kind) + KINDS.length * (from - at), ...wasm.subarray(at, from)].join());
      if (kind) streams[kind].push(...wasm.subarray(from, to));
      at = to;
    }
  }
  const counts = new Map();
  for (const each of code) counts.set(each, (counts.get(each) ?? 0) + 1);
  const order = entries(table);
  const others = [...counts].filter(([each]) => !order.includes(each));
  others.sort(([a, m], [b, n]) => n - m || (a < b ? -1 : 1));
  order.push(...others.map(([each]) => each));
  streams.table.push(...order.flatMap((each) => each.split(",").map(Number)));
  streams.code.push(...code.map((each) => order.indexOf(each)));
  return streams;
}

/** The instructions of a table, each as text. */
function entries(table) {
  const list = [];
  for (let at = 0, end; at < table.length; at = end) {
    end = at + 1 + Math.floor(table[at] / KINDS.length);
    list.push(table.slice(at, end).join());
  }
  return list;
}

function character(n) {
  if (n < SINGLE) return ALPHABET[n];
  const first = ALPHABET[SINGLE + Math.floor((n - SINGLE) / ALPHABET.length)];
  if (first === undefined) throw new Error(`bytes.mjs: ${n} has no characters`);
  return first + ALPHABET[(n - SINGLE) % ALPHABET.length];
}
