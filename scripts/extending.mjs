// Makes one module an extension of another: its functions in the order in which the other has them, then those that the other lacks. Types
// and globals likewise, so that shared functions are the same bytes in both. A program that has the text of the smaller core then needs
// of the larger one only the rest (bytes.mjs).
import { instruction, readLeb, section, writeLeb } from "./bytes.mjs";
import { CONSTANT } from "./subset.mjs";

const [TYPE, FUNCTION, GLOBAL, EXPORT, ELEMENT, CODE] = [1, 3, 6, 7, 9, 10];
const [CALL, CALL_INDIRECT, GLOBAL_GET, GLOBAL_SET] = [0x10, 0x11, 0x23, 0x24];
const [FUNCTIONS, GLOBALS] = [0, 3];

/**
 * @param {Uint8Array} wasm has every function of the other; cut from the same module
 * @param {Uint8Array} smaller
 * @param {{ functions: string[], globals: string[] }} names of the module's functions and globals, in its order
 * @param {{ functions: string[], globals: string[] }} first those of the smaller one
 * @returns {{ wasm: Uint8Array, names: { functions: string[], globals: string[] } }} the same module in another order, and names in that order
 */
export function extending(wasm, smaller, names, first) {
  const whole = read(wasm);
  const types = order(whole.types.map(String), read(smaller).types.map(String));
  const functions = order(names.functions, first.functions);
  // constants come last: of those the texts have fewer
  const moving = (list) => list.filter((name) => !name.startsWith(CONSTANT));
  const globals = order(names.globals, [...moving(first.globals), ...moving(names.globals)]);
  const places = { types: inverse(types), globals: inverse(globals), functions: inverse(functions) };
  const vector = (items) => [...writeLeb(items.length), ...items.flat()];
  const number = (n, of) => writeLeb(places[of][n]);
  const content = {
    [TYPE]: vector(types.map((n) => whole.types[n])),
    [FUNCTION]: vector(functions.map((n) => number(whole.functions[n].type, "types"))),
    [GLOBAL]: vector(globals.map((n) => whole.globals[n])),
    [EXPORT]: vector(
      whole.exports.map(({ name, kind, index }) => [
        ...name,
        kind,
        ...(kind === FUNCTIONS
          ? number(index, "functions")
          : kind === GLOBALS
            ? number(index, "globals")
            : writeLeb(index)),
      ]),
    ),
    [ELEMENT]: [...whole.element.head, ...vector(whole.element.list.map((n) => number(n, "functions")))],
    [CODE]: vector(
      functions.map((n) => {
        const body = renumbered(whole.functions[n], (of, index) => number(index, of));
        return [...writeLeb(body.length), ...body];
      }),
    ),
  };
  const out = [...wasm.subarray(0, 8)];
  for (const { id, bytes } of whole.sections) {
    const own = content[id] ?? bytes;
    out.push(id, ...writeLeb(own.length), ...own);
  }
  const named = (list, places) => places.map((n) => list[n]);
  return {
    wasm: Uint8Array.from(out),
    names: { functions: named(names.functions, functions), globals: named(names.globals, globals) },
  };
}

/** Indices of `all`: those that are in `first` in the order they have there, then the others. */
function order(all, first) {
  for (const item of first)
    if (!all.includes(item)) throw new Error(`extending.mjs: only the smaller module has ${item}`);
  return [...new Set([...first, ...all])].map((item) => all.indexOf(item));
}

/** @param {number[]} list @returns {number[]} */
function inverse(list) {
  const places = [];
  list.forEach((n, place) => {
    places[n] = place;
  });
  return places;
}

/** The body of a function with other numbers of functions, types and globals. */
function renumbered({ body, start }, number) {
  const out = [...body.subarray(0, start)];
  for (let at = start, end; at < body.length; at = end) {
    [, , end] = instruction(body, at);
    const of = {
      [CALL]: "functions",
      [CALL_INDIRECT]: "types",
      [GLOBAL_GET]: "globals",
      [GLOBAL_SET]: "globals",
    }[body[at]];
    if (!of) {
      out.push(...body.subarray(at, end));
      continue;
    }
    const [index, after] = readLeb(body, at + 1);
    out.push(body[at], ...number(of, index), ...body.subarray(after, end));
  }
  return out;
}

function read(wasm) {
  const sections = [];
  for (let at = 8; at < wasm.length; ) {
    const [size, from] = readLeb(wasm, at + 1);
    sections.push({ id: wasm[at], bytes: wasm.subarray(from, from + size) });
    at = from + size;
  }
  const items = (id, next) => {
    const { from, end } = section(wasm, id);
    let [count, at] = readLeb(wasm, from);
    const list = [];
    while (count-- > 0) {
      const [item, after] = next(at);
      list.push(item);
      at = after;
    }
    if (at !== end) throw new Error(`extending.mjs: section ${id} has something new`);
    return list;
  };
  const bytes = (from, to) => [[...wasm.subarray(from, to)], to];
  const leb = (at) => readLeb(wasm, at);
  const types = items(TYPE, (at) => {
    const [parameters, from] = leb(at + 1);
    const [results, to] = leb(from + parameters);
    return bytes(at, to + results);
  });
  const own = items(FUNCTION, leb);
  const bodies = items(CODE, (at) => {
    const [size, from] = leb(at);
    return [wasm.subarray(from, from + size), from + size];
  });
  const functions = own.map((type, i) => {
    const body = bodies[i];
    let [groups, start] = readLeb(body, 0);
    while (groups-- > 0) start = readLeb(body, start)[1] + 1;
    return { type, body, start };
  });
  // type, whether it changes, what it begins with
  const globals = items(GLOBAL, (at) => bytes(at, instruction(wasm, at + 2)[2] + 1));
  const exports = items(EXPORT, (at) => {
    const [size, from] = leb(at);
    const [index, to] = leb(from + size + 1);
    return [{ name: wasm.subarray(at, from + size), kind: wasm[from + size], index }, to];
  });
  return { sections, types, globals, functions, exports, element: element(wasm) };
}

/** The only segment of the table: where it begins, and its functions. */
function element(wasm) {
  const { from } = section(wasm, ELEMENT);
  const [count, flags] = readLeb(wasm, from);
  if (count !== 1 || wasm[flags] !== 0) throw new Error("extending.mjs: the table has something new");
  const start = instruction(wasm, flags + 1)[2] + 1;
  let [size, at] = readLeb(wasm, start);
  const list = [];
  while (size-- > 0) {
    let f;
    [f, at] = readLeb(wasm, at);
    list.push(f);
  }
  return { head: wasm.subarray(from, start), list };
}
