// What every peer is given of a network: its layers and training as plain values, the first weights and eight batches as files of numbers.
import { mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { sequential } from "nabla";
import { internalsOf, shades } from "../../build/internals.js";
import { classesOf, flops, NETS } from "../nets.mjs";

const folder = join(dirname(fileURLToPath(import.meta.url)), "../../build/bench/peers");

/** Batches that take turns: one alone would be known by heart. */
export const BATCHES = 8;

/**
 * @param {string} name of bench/nets.mjs
 * @param {number} batch rows of one
 * @returns the network as JSON; `weights` and `data` are paths of files of float32 in this machine's order of bytes. `data` has `BATCHES` batches
 *   of pixels, images as [rows, height, width, channels], then the labels as int32.
 */
export function specOf(name, batch) {
  mkdirSync(folder, { recursive: true });
  const model = sequential(NETS[name].layers(), { seed: 1 }).compile(NETS[name].compile);
  const shapes = model.weightShapes();
  const weights = join(folder, `${name}.weights`);
  const values = model.weights();
  const inOrder = model.layers.flatMap(({ name }) =>
    ["kernel", "recurrentKernel", "bias"].map((kind) => values[`${name}.${kind}`]).filter(Boolean),
  );
  writeFileSync(
    weights,
    Buffer.concat(inOrder.map((v) => Buffer.from(v.buffer, v.byteOffset, v.byteLength))),
  );
  const rows = BATCHES * batch;
  const inputs = model.inputShape.reduce((a, b) => a * b);
  const data = join(folder, `${name}.${batch}.data`);
  const x = shades(rows * inputs);
  const y = classesOf(rows);
  writeFileSync(data, Buffer.concat([Buffer.from(x.buffer), Buffer.from(y.buffer)]));
  const { config } = internalsOf(model).state.required;
  return {
    name,
    batch,
    batches: BATCHES,
    what: NETS[name].what,
    flops: flops(model),
    input: model.inputShape,
    layers: internalsOf(model).configs.map((layer, l) => ({
      ...layer,
      activation: layer.activation?.name ?? "linear",
      output: model.layers[l].outputShape,
      kernel: shapes[`${model.layers[l].name}.kernel`],
      recurrent: shapes[`${model.layers[l].name}.recurrentKernel`],
    })),
    optimizer: config.optimizer,
    loss: config.loss.name,
    weights,
    data,
    // a dropped unit is another one in every library
    comparable: !model.layers.some(({ type }) => type === "dropout"),
  };
}
