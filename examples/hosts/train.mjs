/**
 * A network learns XOR with nothing but core.wasm and docs/host.md: no line of the library runs. It shows what a binding for another
 * language has to do; train.cpp is the same program in C++.
 *
 *   node examples/hosts/train.mjs [core.wasm]
 */
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

/** @type {(n: number) => number} */
const ld = (n) => Math.ceil(n / 4) * 4; // values from one row to the next
/** @type {(n: number) => number} */
const line = (n) => Math.ceil(n / 64) * 64; // ranges begin at multiples of 64 bytes

const HIDDEN = 8;
const ROWS = 4;

/** @typedef {{ w1: Float32Array, b1: Float32Array, w2: Float32Array, b2: Float32Array }} Weights kernels row-major [inputs, units] */

/**
 * Losses of so many steps, then outputs and weights.
 *
 * @param {BufferSource} wasm the core
 * @param {Weights} weights to begin with
 * @param {number} steps
 */
export function trainXor(wasm, weights, steps) {
  /** @type {any} */
  const core = new WebAssembly.Instance(new WebAssembly.Module(wasm)).exports;

  // memory: parameters one after the other, their gradients in the same order, then everything else
  let end = line(core.BASE.value);
  /** @type {(bytes: number) => number} */
  const place = (bytes) => (end += line(bytes)) - line(bytes);
  const parameters = () => {
    const start = end;
    const [w1, b1] = [place(2 * ld(HIDDEN) * 4), place(ld(HIDDEN) * 4)];
    const [w2, b2] = [place(HIDDEN * ld(1) * 4), place(ld(1) * 4)];
    return { start, w1, b1, w2, b2, floats: (end - start) / 4 };
  };
  const [p, g] = [parameters(), parameters()];
  /** @type {(units: number) => number} */
  const map = (units) => place(ROWS * ld(units) * 4);
  const [x, y, hidden, z, a] = [map(2), map(1), map(HIDDEN), map(1), map(1)];
  const [losses, dz, dhidden, wt] = [place(ROWS * 4), map(1), map(HIDDEN), place(ld(HIDDEN) * 4)];
  const [scratch, step, plain] = [place(core.OUTER_SCRATCH.value), place(64), place(256)];

  // the tape: pairs of a kernel's number and its record, whose fields take four bytes each
  /** @typedef {number | { float: number }} Field */
  /** @type {[kernel: number, record: number][]} */
  const instructions = [];
  /** @type {Field[]} */
  const records = [];
  /** @type {(kernel: string, ...fields: Field[]) => void} */
  const emit = (kernel, ...fields) => {
    instructions.push([core[kernel].value, end + records.length * 4]);
    records.push(...fields);
  };
  emit("DENSE_FORWARD", hidden, x, p.w1, p.b1, 2, HIDDEN);
  emit("TANH_FORWARD", hidden, hidden, HIDDEN, 0);
  emit("DENSE_FORWARD", z, hidden, p.w2, p.b2, HIDDEN, 1);
  emit("BINARY_CROSSENTROPY_SIGMOID", losses, dz, a, z, y, 0, step, 1, { float: 1 });
  emit("LOSS_REDUCE", losses, step);
  emit("DENSE_WEIGHTS", g.w2, g.b2, hidden, dz, scratch, step, HIDDEN, 1);
  emit("DENSE_TRANSPOSE", wt, p.w2, HIDDEN, 1);
  emit("DENSE_INPUT", dhidden, dz, wt, HIDDEN, 1);
  emit("TANH_BACKWARD", dhidden, dhidden, hidden, HIDDEN, 0);
  emit("DENSE_WEIGHTS", g.w1, g.b1, x, dhidden, scratch, step, 2, HIDDEN);
  emit("SGD", p.start, g.start, p.floats, step);
  const at = place(records.length * 4);
  const tape = place(instructions.length * 8);

  const missing = Math.ceil(end / 65536) - core.memory.buffer.byteLength / 65536;
  if (missing > 0) core.memory.grow(missing);
  const view = new DataView(core.memory.buffer);
  /** @type {(offset: number, value: Field) => void} */
  const put = (offset, value) => {
    if (typeof value === "object") view.setFloat32(offset, value.float, true);
    else view.setUint32(offset, value, true);
  };
  for (const [i, value] of records.entries()) put(at + i * 4, value);
  for (const [i, value] of instructions.flat().entries()) put(tape + i * 4, value);

  /** @type {(offset: number, n: number) => Float32Array} */
  const floats = (offset, n) => new Float32Array(core.memory.buffer, offset, n);
  /** @type {[place: number, values: Float32Array, inputs: number, units: number][]} */
  const kernels = [
    [p.w1, weights.w1, 2, HIDDEN],
    [p.w2, weights.w2, HIDDEN, 1],
  ];
  for (const [to, values, inputs, units] of kernels) {
    floats(plain, values.length).set(values);
    core.packWeights(to, plain, inputs, units, units);
  }
  floats(p.b1, HIDDEN).set(weights.b1);
  floats(p.b2, 1).set(weights.b2);
  for (const [row, [first, second]] of [
    [0, 0],
    [0, 1],
    [1, 0],
    [1, 1],
  ].entries()) {
    floats(x + row * ld(2) * 4, 2).set([first, second]);
    floats(y + row * ld(1) * 4, 1)[0] = first ^ second;
  }

  /** @type {number[]} */
  const history = [];
  for (let s = 0; s < steps; s++) {
    // the step record: rate, scale, step, status, loss, …
    for (const [i, value] of [{ float: 0.5 }, { float: 1 / ROWS }, s, 0].entries()) put(step + i * 4, value);
    const ran = core.run(tape, 0, instructions.length, ROWS, step);
    if (ran !== instructions.length) throw new Error(`step ${s}: the loss is not finite`);
    history.push(view.getFloat32(step + 16, true));
  }

  const unpacked = kernels.map(([from, values, inputs, units]) => {
    core.unpackWeights(plain, from, inputs, units, units);
    return floats(plain, values.length).slice();
  });
  return {
    losses: history,
    outputs: Array.from({ length: ROWS }, (_, row) => floats(a + row * ld(1) * 4, 1)[0]),
    w1: unpacked[0],
    b1: floats(p.b1, HIDDEN).slice(),
    w2: unpacked[1],
    b2: floats(p.b2, 1).slice(),
  };
}

/** Weights to begin with: between -1 and 1, by a rule that any language can follow. */
export function firstWeights() {
  let state = 1;
  const draw = () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return (state >>> 8) / 8388608 - 1;
  };
  /** @type {(n: number) => Float32Array} */
  const values = (n) => Float32Array.from({ length: n }, draw);
  return { w1: values(2 * HIDDEN), b1: values(HIDDEN), w2: values(HIDDEN), b2: values(1) };
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const file = process.argv[2] ?? fileURLToPath(import.meta.resolve("nabla/core.wasm"));
  const { losses, outputs } = trainXor(readFileSync(file), firstWeights(), 2000);
  console.log(`loss ${losses[0].toFixed(4)} → ${losses[losses.length - 1].toFixed(4)}`);
  for (const [row, output] of outputs.entries())
    console.log(`${row >> 1} xor ${row & 1}: ${output.toFixed(3)}`);
}
