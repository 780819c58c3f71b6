/** Outputs for rows of input. */

import { type ArrayLike2, type ArrayRecord, alone, isRecord, shaped } from "../data/arrays.ts";
import { buffersFor, type Dataset, range, readNow } from "../data/dataset.ts";
import { inputPlaces } from "../data/places.ts";
import { inUnits } from "../data/targetScale.ts";
import { didYouMean, NablaError, prefixed } from "../errors.ts";
import { checkOptions, checkWhole } from "../fields/options.ts";
import { ld, unpadded } from "../plan/builder.ts";
import type { Architecture, InputKind } from "../plan/operation.ts";
import { fits, reordered, showShape, sizeOf } from "../shape.ts";
import { asBytes, isA, isBytes } from "../tags.ts";
import { checkRows } from "./checkRows.ts";
import type { InferenceNetwork } from "./inference.ts";
import { type About, Outputs } from "./outputs.ts";

export { aboutOf, Outputs } from "./outputs.ts";

/** Rows ready to be copied into linear memory. */
export interface Rows {
  readonly data: Uint8Array | Float32Array;
  readonly rows: number;
  /** What uint8 values are multiplied by. Default: what they were in training, 1/255 before. */
  readonly scale?: number;
}

/** Values as they are copied into linear memory, where they are in such a type already. */
const ready = (data: unknown): Rows["data"] | undefined =>
  isBytes(data) ? asBytes(data) : isA("Float32Array", data) ? data : undefined;

/** Reads what predict() takes. @throws NablaError when the values do not make up whole rows */
export function rowsOf(x: ArrayLike2, inputShape: readonly number[]): Rows {
  const width = sizeOf(inputShape);
  // rows one after the other
  const flat = ready(x);
  if (flat) return check(flat, width, inputShape);
  const { data, shape } = shaped(x, "predict: x");
  const wanted = `predict: expected rows of shape ${showShape(inputShape)}, so [n, ${inputShape.join(", ")}]`;
  // other flat values may be that, too, but not where they are plainly one row
  const single = sizeOf(shape) === width && shape[0] !== 1 && (shape.length > 1 || width > 1);
  if (single && (shape.length === inputShape.length || sizeOf(shape.slice(1)) !== width)) {
    throw new NablaError(
      `${wanted}, got a single row ${showShape(shape)}: the batch dimension is missing; pass [x]`,
    );
  }
  const row = shape.slice(1);
  if (shape.length > 1 && !fits(row, inputShape))
    throw new NablaError(`${wanted}, got ${showShape(shape)}${reordered(row, inputShape, 1)}`);
  return check(ready(data) ?? Float32Array.from(data), width, inputShape);
}

function check(data: Rows["data"], width: number, inputShape: readonly number[]): Rows {
  const { length } = data;
  if (!length || length % width) {
    throw new NablaError(
      `predict: expected a multiple of ${width} values (rows of shape ${showShape(inputShape)}), got ${length}`,
    );
  }
  return { data, rows: length / width };
}

/** How rows arrive: the first of them the network's inputs. @throws NablaError where numbers look like bytes that nobody has scaled */
export const kindsOfRows = (network: InferenceNetwork, inputs: readonly Rows[], who: string): InputKind[] =>
  inputs.map(({ data, scale }, i): InputKind => {
    const trained = network.scaleOf(i);
    if (isBytes(data)) return { type: "uint8", scale: scale ?? trained };
    if (network.reading?.[i]?.type === "uint8" && trained !== 1 && lookLikeBytes(data))
      throw new NablaError(
        `${who}: whole numbers up to 255 for a model trained on bytes times ${scaleText(trained)}: pass a Uint8Array, or scaled numbers`,
      );
    return { type: "float32", scale: 1 };
  });

export const scaleText = (scale: number): string => (scale === 1 / 255 ? "1/255" : String(scale));

/** Whole numbers as bytes are, larger than what they become when they are scaled. */
export function lookLikeBytes(data: ArrayLike<number>): boolean {
  let most = 0;
  for (let i = 0; i < data.length; i++) {
    const value = data[i];
    if ((value & 255) !== value) return false;
    most = Math.max(most, value);
  }
  return most > 1;
}

/** How many rows are computed at once where nobody says so. No result depends on it. */
export const ROWS_AT_ONCE = 256;

/** The only option there is, which is checked. */
export function batchSizeOf(who: string, options?: PredictOptions): number {
  if (options === undefined) return ROWS_AT_ONCE;
  checkOptions(who, options, ["batchSize"]);
  const batchSize = options.batchSize ?? ROWS_AT_ONCE;
  checkWhole(`${who}: batchSize`, batchSize);
  return batchSize;
}

export interface PredictOptions {
  /** Rows that are computed at once; does not change the result. Default 256. */
  batchSize?: number;
}

/** What several outputs are returned as, by their names. */
export type OutputRecord = Readonly<Record<string, Outputs>>;

/** Reads what predict() takes where there is one input, which may be given by its name. */
export const onlyInputOf: typeof inputsOf = (x, { inputs: [{ name, shape }] }) => [
  rowsOf(alone(x, name, "predict"), shape),
];

/**
 * Reads what predict() takes: rows of the only input, or of each by its name.
 * @returns one for each input, in their order
 */
export function inputsOf(x: ArrayLike2 | ArrayRecord, { inputs }: Architecture): Rows[] {
  if (!isRecord(x) && inputs.length === 1) return [rowsOf(x, inputs[0].shape)];
  const names = inputs.map(({ name }) => name);
  const list = names.join(", ");
  if (!isRecord(x))
    throw new NablaError(
      `predict: the model has ${inputs.length} inputs: expected { ${list} }, got one array`,
    );
  for (const name of Object.keys(x))
    if (!names.includes(name))
      throw new NablaError(
        `predict: there is no input "${name}"${didYouMean(name, names)}; there are ${list}`,
      );
  const all = inputs.map(({ name, shape }) => {
    if (x[name] === undefined)
      throw new NablaError(`predict: input "${name}" is missing; expected { ${list} }`);
    return prefixed(`${name}: `, () => rowsOf(x[name], shape));
  });
  sameRows(all, names);
  return all;
}

/** @throws NablaError where inputs have different numbers of rows */
function sameRows(all: readonly Rows[], names: readonly string[]): void {
  const odd = all.findIndex(({ rows }) => rows !== all[0].rows);
  if (odd > 0)
    throw new NablaError(
      `predict: "${names[odd]}" has ${all[odd].rows} rows, but "${names[0]}" has ${all[0].rows}; expected as many`,
    );
}

/**
 * Outputs for rows, computed so many at once.
 *
 * @param inputs one for each of the network's
 * @param about what is known of each output
 * @param first what errors call the first row
 * @returns one for each output
 */
export function predictBatches(
  network: InferenceNetwork,
  inputs: readonly Rows[],
  batchSize: number,
  about?: (output: number) => About,
  first = 0,
): Outputs[] {
  const [{ rows }] = inputs;
  const { batchSize: fixed } = network;
  // what is not whole batches is refused where it is planned, before anything changes
  const capacity = fixed ? (rows % fixed ? rows : fixed) : Math.min(batchSize, rows);
  const plan = network.plan("predict", capacity, kindsOfRows(network, inputs, "predict"));
  network.use(plan);
  const { core } = network;
  const outs = plan.outputs.map(({ units }) => new Float32Array(rows * units));
  for (let from = 0; from < rows; from += capacity) {
    const n = Math.min(capacity, rows - from);
    for (const [i, { x }] of plan.inputs.entries()) {
      const { data } = inputs[i];
      const width = data.length / rows;
      const to = core[isBytes(data) ? "u8" : "f32"](x.offset, n * width);
      to.set(data.subarray(from * width, (from + n) * width));
    }
    checkRows("predict", network, plan, n, (row) => first + from + row);
    network.run(plan, 0, plan.marks.end, n);
    for (const [k, { units, output }] of plan.outputs.entries()) {
      const stride = ld(units);
      unpadded(core.f32(output.offset, n * stride), stride, units, outs[k], from * units);
    }
  }
  return outs.map(
    (out, k) =>
      new Outputs(
        inUnits(out, network.about.metadata.targetScale),
        [rows, ...network.outputShapes[k]],
        about?.(k),
      ),
  );
}

/** The only output, or all by their names. */
export function byName(network: InferenceNetwork, outputs: readonly Outputs[]): Outputs | OutputRecord {
  if (outputs.length === 1) return outputs[0];
  return Object.fromEntries(network.architecture.outputs.map(({ name }, k) => [name, outputs[k]]));
}

/** The same for the inputs of a data set, with its scale. @throws NablaError when it reads asynchronously */
export function predictDataset(
  network: InferenceNetwork,
  dataset: Dataset,
  batchSize: number,
  about?: (output: number) => About,
): Outputs[] {
  const { length } = dataset;
  const places = inputPlaces(dataset, network.architecture.inputs, "predict");
  const { x, y } = buffersFor(dataset, length);
  if (!readNow(dataset, range(length), x, y)) {
    throw new NablaError(
      `predict: ${dataset.name} reads asynchronously; read rows of it into an array first, or use evaluate() with onRow`,
    );
  }
  const inputs = places.map(({ part, at, bytes, stride }): Rows => {
    const { type } = part;
    const scale = part.scaleUnsaid ? undefined : part.scale;
    if (stride === bytes) return { data: x, rows: length, scale };
    const own = new Uint8Array(length * bytes);
    for (let r = 0; r < length; r++) own.set(x.subarray(r * stride + at, r * stride + at + bytes), r * bytes);
    return { data: type === "uint8" ? own : new Float32Array(own.buffer), rows: length, scale };
  });
  return predictBatches(network, inputs, batchSize, about);
}
