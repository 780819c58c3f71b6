// Trains the set of networks, in whatever engine this runs in, and says the bits of what comes of each.
import { rowsOf } from "./data.mjs";
import { GRAPHS } from "./networks/graphs.mjs";
import { IMAGES } from "./networks/images.mjs";
import { PROGRAMS } from "./networks/programs.mjs";
import { ROWS } from "./networks/rows.mjs";
import { SEQUENCES } from "./networks/sequences.mjs";

/**
 * The library, however this engine gets it.
 *
 * @typedef {object} Library
 * @property {typeof import("../../src/index.ts")} nabla
 * @property {Pick<typeof import("../../src/predict/index.ts"), "load">} light nabla/predict
 * @property {Pick<typeof import("../../src/export/index.ts"), "exportWasm" | "describeExport">} [exporting] nabla/export, where bytes may
 *   be compiled
 */

/**
 * What a training ended with.
 *
 * @typedef {object} Trained
 * @property {import("../../src/index.ts").Model} model
 * @property {any} x rows to predict
 * @property {unknown} [also] figures besides its history
 */

/**
 * SHA-256, as hexadecimal digits: of the weights; of what the optimizer keeps for each; of outputs; of the figures of all epochs.
 *
 * @typedef {{ weights: string, slots: string, predictions: string, history: string }} Bits
 */

/** Networks that are documents and rows. */
export const DOCUMENTS = { ...ROWS, ...IMAGES, ...GRAPHS, ...SEQUENCES };
/** All there are, in the order in which they are trained. */
export const NAMES = [...Object.keys(DOCUMENTS), ...Object.keys(PROGRAMS)];
/** The one for engines that take very long. */
export const SHORTEST = "images, every kind of randomness";

/** @param {string | Uint8Array<ArrayBuffer>} data */
async function sha256(data) {
  const bytes = typeof data === "string" ? new TextEncoder().encode(data) : data;
  const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", bytes));
  return Array.from(digest, (byte) => byte.toString(16).padStart(2, "0")).join("");
}

/** @param {readonly Uint8Array[]} parts */
function joined(parts) {
  const all = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return all;
}

/** The bytes of the optimizer's tensors in a checkpoint, in the order of their names. @param {Uint8Array} file */
function slotsIn(file) {
  const size = Number(new DataView(file.buffer, file.byteOffset).getBigUint64(0, true));
  const header = JSON.parse(new TextDecoder().decode(file.slice(8, 8 + size)));
  const names = Object.keys(header).filter((name) => name.startsWith("optimizer."));
  return joined(
    names.sort().map((name) => {
      const [from, to] = header[name].data_offsets;
      return file.subarray(8 + size + from, 8 + size + to);
    }),
  );
}

/** Floats as bytes, little-endian; every NaN is the same one, because its bits are left to the processor. @param {Float32Array} data */
export function bytesOf(data) {
  const view = new DataView(new ArrayBuffer(data.length * 4));
  data.forEach((value, i) => {
    if (Number.isNaN(value)) view.setUint32(i * 4, 0x7fc00000, true);
    else view.setFloat32(i * 4, value, true);
  });
  return new Uint8Array(view.buffer);
}

/** @param {any} outputs of one or of several names */
const dataOf = (outputs) =>
  joined(outputs.data ? [bytesOf(outputs.data)] : Object.values(outputs).map(({ data }) => bytesOf(data)));

/**
 * What the model predicts as a module of its own, its rows made of those of all inputs, and divided again.
 *
 * @param {NonNullable<Library["exporting"]>} exporting
 * @param {import("../../src/index.ts").Model} model
 * @param {any} x
 */
function exportedOf({ exportWasm, describeExport }, model, x) {
  /** @type {any} */
  const { predict, predictBytes, ...has } = new WebAssembly.Instance(
    new WebAssembly.Module(exportWasm(model)),
  ).exports;
  const inputs = model.inputs.map(({ name }) => (x.shape ? x : x[name]));
  const [{ shape, data: first }] = inputs;
  const bytes = first instanceof Uint8Array;
  const { outputs } = describeExport(model);
  const ends = outputs ?? [{ name: "output", shape: [has.outputs()], at: 0 }];
  const size = (/** @type {readonly number[]} */ dims) => dims.reduce((a, b) => a * b, 1);
  const results = ends.map((end) => ({ ...end, data: new Float32Array(shape[0] * size(end.shape)) }));
  for (let row = 0; row < shape[0]; row++) {
    const values = inputs.flatMap(({ data }) => {
      const n = data.length / shape[0];
      return [...data.subarray(row * n, (row + 1) * n)];
    });
    new (bytes ? Uint8Array : Float32Array)(has.memory.buffer, has.input(), has.inputs()).set(values);
    (bytes ? predictBytes : predict)(1);
    const out = new Float32Array(has.memory.buffer, has.output(), has.outputs());
    for (const { data, shape, at } of results)
      data.set(out.subarray(at, at + size(shape)), row * size(shape));
  }
  return results.length === 1 ? results[0] : results;
}

/** Real threads that share memory, where a host is asked for them. */
const THREADS = Number(globalThis.process?.env?.NABLA_THREADS ?? 0);

/**
 * @param {string} name
 * @param {Library} library
 * @returns {Promise<Trained>}
 */
async function trained(name, { nabla }) {
  const program = PROGRAMS[name];
  if (program) return program(nabla);
  const { document, data } = DOCUMENTS[name];
  const { model, fit } = nabla.fromConfig(document);
  const { x, y } = rowsOf(data);
  await model.fit(
    /** @type {any} */ (x),
    /** @type {any} */ (y),
    THREADS ? { ...fit, threads: THREADS } : fit,
  );
  const { threads } = await model.info();
  if (THREADS && threads !== THREADS) throw new Error(`trained with ${threads} threads, not ${THREADS}`);
  return { model, x, also: await model.evaluate(/** @type {any} */ (x), /** @type {any} */ (y)) };
}

/**
 * @param {string} name
 * @param {Library} library
 * @returns {Promise<Bits>}
 * @throws {Error} where nabla/predict, or the model loaded from its file, predicts other bits
 */
export async function bitsOf(name, library) {
  const { model, x, also } = await trained(name, library);
  const file = model.save();
  const outputs = dataOf(model.predict(x));
  const predictions = await sha256(outputs);
  const others = {
    "the loaded model": () => library.nabla.load(file).predict(x),
    "nabla/predict": () => library.light.load(file).predict(x),
    "three rows at a time": () => library.nabla.load(file).predict(x, { batchSize: 3 }),
  };
  const { exporting } = library;
  // states that are carried are not exported
  const carried = Object.keys(model.weights()).some((parameter) => parameter.endsWith(".state"));
  const exported = exporting && !carried && { "the exported module": () => exportedOf(exporting, model, x) };
  for (const [who, predict] of Object.entries({ ...others, ...exported }))
    if ((await sha256(dataOf(predict()))) !== predictions)
      throw new Error(`${name}: ${who} predicts other bits`);
  return {
    weights: library.nabla.weightsSha256(model),
    slots: await sha256(slotsIn(file)),
    predictions,
    history: await sha256(JSON.stringify([model.history.history, also ?? null])),
  };
}

/**
 * @param {readonly string[]} names
 * @param {Library} library
 * @returns {Promise<Record<string, Bits | { error: string }>>} what went wrong is an answer, too
 */
export async function bitsOfAll(names, library) {
  /** @type {Record<string, Bits | { error: string }>} */
  const answers = {};
  for (const name of names)
    answers[name] = await bitsOf(name, library).catch((error) => ({
      error: String(error?.message ?? error),
    }));
  return answers;
}
