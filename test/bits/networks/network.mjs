// What a network of the set is: a document, as people write it, and the data it is trained on.

/**
 * @typedef {object} TargetSpec what the targets of an output are
 * @property {"class" | "bits" | "values" | "positive"} kind labels; zeros and ones; numbers of both signs; numbers above 0
 * @property {readonly number[]} shape [classes], or the shape of an output
 */

/**
 * @typedef {object} DataSpec
 * @property {number} rows
 * @property {"float32" | "uint8"} [type] of the inputs; default float32
 * @property {number} [numbers] inputs are whole numbers from 0 to so many − 1, as float32
 * @property {readonly number[]} [shape] of an input's row, where there is one input
 * @property {Readonly<Record<string, readonly number[]>>} [shapes] of several inputs, by name
 * @property {TargetSpec} [target] where there is one output
 * @property {Readonly<Record<string, TargetSpec>>} [targets] of several outputs, by name
 */

/**
 * @typedef {object} Network
 * @property {any} document
 * @property {DataSpec} data
 */

/** @type {(n: number) => TargetSpec} */
export const classes = (n) => ({ kind: "class", shape: [n] });
/** @type {(...shape: number[]) => TargetSpec} */
export const values = (...shape) => ({ kind: "values", shape });
/** @type {(...shape: number[]) => TargetSpec} */
export const positive = (...shape) => ({ kind: "positive", shape });
/** @type {(...shape: number[]) => TargetSpec} */
export const bits = (...shape) => ({ kind: "bits", shape });

/**
 * A chain of layers.
 *
 * @param {readonly number[]} shape of a row
 * @param {readonly object[]} layers
 * @param {object} training
 * @param {DataSpec["target"]} target
 * @param {Partial<DataSpec>} [data]
 * @returns {Network}
 */
export const chain = (shape, layers, training, target, data) => ({
  document: {
    nabla: 1,
    model: { inputShape: shape, layers },
    training: { batchSize: 8, epochs: 2, seed: 3, ...training },
  },
  data: { rows: 45, shape, target, ...data },
});

/** Of a graph: name, and what the layer is applied to. @param {string} name @param {string[]} inputs */
export const at = (name, ...inputs) => ({ name, inputs });
