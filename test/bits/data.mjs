// Rows made of whole numbers alone, so that they have the same bits wherever they are made.

/** The words of a sequence: a function of their number. @param {number} seed */
const words = (seed) => {
  let state = seed >>> 0;
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return (state ^ (state >>> 15)) >>> 0;
  };
};

const sizeOf = (/** @type {readonly number[]} */ shape) => shape.reduce((a, b) => a * b, 1);

/**
 * @param {number} rows
 * @param {readonly number[]} shape
 * @param {"float32" | "uint8"} type
 * @param {number} seed
 * @param {number} [numbers] whole numbers from 0 to so many − 1 instead, as float32
 */
export function inputsOf(rows, shape, type, seed, numbers) {
  const next = words(seed);
  const n = rows * sizeOf(shape);
  if (numbers)
    return {
      data: Float32Array.from({ length: n }, () => (next() >>> 8) % numbers),
      shape: [rows, ...shape],
    };
  const data =
    type === "uint8"
      ? Uint8Array.from({ length: n }, () => next() >>> 24)
      : Float32Array.from({ length: n }, () => (next() >>> 8) / 8388608 - 1);
  return { data, shape: [rows, ...shape] };
}

/**
 * @param {number} rows
 * @param {import("./networks/network.mjs").TargetSpec} target
 * @param {number} seed
 */
export function targetsOf(rows, { kind, shape }, seed) {
  const next = words(seed);
  if (kind === "class")
    return Int32Array.from({ length: rows }, (_, i) => (i < shape[0] ? i : (next() >>> 8) % shape[0]));
  const value = {
    bits: () => (next() >>> 16) & 1,
    values: () => (next() >>> 8) / 8388608 - 1,
    positive: () => (next() >>> 8) / 16777216 + 0.5,
  }[kind];
  return { data: Float32Array.from({ length: rows * sizeOf(shape) }, value), shape: [rows, ...shape] };
}

/**
 * The rows a network is trained on, as fit() takes them.
 *
 * @param {import("./networks/network.mjs").DataSpec} data
 */
export function rowsOf({ rows, type = "float32", numbers, shape, shapes, target, targets }) {
  const each = (/** @type {object} */ record, /** @type {(value: any, i: number) => unknown} */ make) =>
    Object.fromEntries(Object.entries(record).map(([name, value], i) => [name, make(value, i)]));
  return {
    x: shapes
      ? each(shapes, (s, i) => inputsOf(rows, s, type, 1 + i))
      : inputsOf(rows, /** @type {any} */ (shape), type, 1, numbers),
    y: targets
      ? each(targets, (t, i) => targetsOf(rows, t, 101 + i))
      : targetsOf(rows, /** @type {any} */ (target), 101),
  };
}
