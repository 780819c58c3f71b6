// Locals of functions in order of their first use, those of each type together. Copies of inlined code then have the same distances between
// the numbers of their locals, in which gzip finds more again than in numbers by how often each is used. What functions do stays as it is.
import { instruction, readLeb, section, writeLeb } from "./bytes.mjs";

/** In the order in which locals are declared: i32, v128, f32, i64, f64. */
const TYPES = [0x7f, 0x7b, 0x7d, 0x7e, 0x7c];
const [TYPE, FUNCTION, CODE] = [1, 3, 10];
const [LOCAL_GET, LOCAL_TEE] = [0x20, 0x22];

/** @param {Uint8Array} wasm @returns {Uint8Array} */
export function localsInOrder(wasm) {
  const parameters = parametersOf(wasm);
  const { at: start, from, end } = section(wasm, CODE);
  let [count, at] = readLeb(wasm, from);
  const content = writeLeb(count);
  for (let f = 0; f < count; f++) {
    let size;
    [size, at] = readLeb(wasm, at);
    const body = rewritten(wasm.subarray(at, at + size), parameters[f]);
    content.push(...writeLeb(body.length), ...body);
    at += size;
  }
  const code = [CODE, ...writeLeb(content.length), ...content];
  return Uint8Array.from([...wasm.subarray(0, start), ...code, ...wasm.subarray(end)]);
}

/** How many parameters each function has. */
function parametersOf(wasm) {
  const types = [];
  let [count, at] = readLeb(wasm, section(wasm, TYPE).from);
  while (count-- > 0) {
    let n;
    [n, at] = readLeb(wasm, at + 1);
    types.push(n);
    [n, at] = readLeb(wasm, at + n);
    at += n;
  }
  const list = [];
  [count, at] = readLeb(wasm, section(wasm, FUNCTION).from);
  while (count-- > 0) {
    let type;
    [type, at] = readLeb(wasm, at);
    list.push(types[type]);
  }
  return list;
}

function rewritten(body, parameters) {
  let [groups, start] = readLeb(body, 0);
  const types = [];
  while (groups-- > 0) {
    let n;
    [n, start] = readLeb(body, start);
    types.push(...new Array(n).fill(body[start++]));
  }
  const isLocal = (at) => body[at] >= LOCAL_GET && body[at] <= LOCAL_TEE;
  const used = new Set();
  for (let at = start; at < body.length; at = instruction(body, at)[2])
    if (isLocal(at)) used.add(readLeb(body, at + 1)[0]);
  const own = [...used].filter((local) => local >= parameters);
  const byType = TYPES.map((type) => own.filter((local) => types[local - parameters] === type));
  const numbers = new Map(byType.flat().map((local, i) => [local, parameters + i]));
  const declared = TYPES.flatMap((type, i) => (byType[i].length > 0 ? [[byType[i].length, type]] : []));
  const out = [...writeLeb(declared.length), ...declared.flatMap(([n, type]) => [...writeLeb(n), type])];
  for (let at = start, end; at < body.length; at = end) {
    [, , end] = instruction(body, at);
    if (!isLocal(at)) out.push(...body.subarray(at, end));
    else {
      const [local] = readLeb(body, at + 1);
      out.push(body[at], ...writeLeb(numbers.get(local) ?? local));
    }
  }
  return out;
}
