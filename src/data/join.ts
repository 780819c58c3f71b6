/** Data sets whose rows are records: several inputs or targets, each from a data set of its own, row by row. */
import { NablaError } from "../errors.ts";
import { string } from "../fields/fields.ts";
import { checkGiven, plain } from "../fields/programs.ts";
import { isBytes } from "../tags.ts";
import { atOnce } from "./atOnce.ts";
import {
  buffersFor,
  type Dataset,
  type InputPart,
  type Inputs,
  type TargetPart,
  type Targets,
  targetSize,
} from "./dataset.ts";
import { bytesOf } from "./places.ts";
import { portable } from "./portable.ts";
import { rescale } from "./targetScale.ts";

/** Where inputs and targets come from, by the names of a model's inputs and outputs. A data set may be named several times. */
export interface JoinOptions {
  /** Data sets whose rows go into the model, by the names of its inputs. */
  inputs: Readonly<Record<string, Dataset>>;
  /** Data sets whose targets it learns, by the names of its outputs. */
  targets: Readonly<Record<string, Dataset>>;
  /** What errors call it. Default "data". */
  name?: string;
}

/**
 * A data set whose row r has row r of every one of these: joinDatasets({ inputs: { image: pictures, table }, targets: { digit: pictures } }).
 * Nothing is copied before it is read.
 *
 * @throws NablaError where they have different numbers of rows, or are joined themselves
 */
export function joinDatasets(options: JoinOptions): Dataset {
  checkGiven("joinDatasets", options, { inputs: plain(), targets: plain(), name: string() });
  const { name = "data" } = options;
  const inputs = entriesOf(`${name}: inputs`, options.inputs);
  const targets = entriesOf(`${name}: targets`, options.targets);
  const all = [...inputs, ...targets];
  const [[first, { length }]] = all as [[string, Dataset]];
  for (const [key, dataset] of all) {
    if (dataset.length !== length)
      throw new NablaError(
        `${name}: "${key}" has ${dataset.length} rows, but "${first}" has ${length}; expected as many`,
      );
    if (dataset.parts)
      throw new NablaError(
        `${name}: "${key}": expected a data set with one input and one target, got joined ones`,
      );
  }
  const parts = {
    inputs: inputs.map(
      ([key, { inputShape: shape, inputType: type, inputScale: scale, scaleUnsaid }]): InputPart => ({
        name: key,
        shape,
        type,
        scale,
        ...(scaleUnsaid && { scaleUnsaid }),
      }),
    ),
    targets: targets.map(([key, { target }]): TargetPart => ({ name: key, target })),
  };
  const widths = parts.inputs.map(bytesOf);
  const sizes = parts.targets.map(({ target }) => targetSize(target));
  const width = widths.reduce((a, b) => a + b, 0);
  const size = sizes.reduce((a, b) => a + b, 0);
  const sources = [...new Set(all.map(([, dataset]) => dataset))];
  const joined: Dataset = {
    name,
    length,
    inputShape: [width],
    inputType: "uint8",
    inputScale: 1,
    target: { kind: "values", size },
    parts,
    read(indices, x, y, epoch) {
      const buffers = new Map(sources.map((dataset) => [dataset, buffersFor(dataset, indices.length)]));
      const waits = sources.flatMap((dataset) => {
        const { x: to, y: labels } = buffers.get(dataset)!;
        return dataset.read(indices, to, labels, epoch) ?? [];
      });
      const pack = () => {
        let at = 0;
        for (const [i, [, dataset]] of inputs.entries()) {
          const from = bytesIn(buffers.get(dataset)!.x);
          put(x as Uint8Array, width, at, from, widths[i]!, indices.length);
          at += widths[i]!;
        }
        at = 0;
        for (const [i, [, dataset]] of targets.entries()) {
          const { y: its } = buffers.get(dataset)!;
          // several outputs have no scale in common: they are trained in their own units
          if (dataset.targetScale) rescale(its, dataset.targetScale, undefined);
          put(y as Float32Array, size, at, its, sizes[i]!, indices.length);
          at += sizes[i]!;
        }
      };
      if (waits.length === 0) return pack();
      return atOnce(waits).then(pack);
    },
  };
  return portable(joined, (number) => ({
    kind: "joined",
    name,
    inputs: Object.fromEntries(inputs.map(([key, dataset]) => [key, number(dataset)])),
    targets: Object.fromEntries(targets.map(([key, dataset]) => [key, number(dataset)])),
  }));
}

function entriesOf(who: string, record: Readonly<Record<string, Dataset>>): [string, Dataset][] {
  const entries = Object.entries(record ?? {});
  if (entries.length === 0) throw new NablaError(`${who}: expected data sets by name, got none`);
  return entries;
}

const bytesIn = (values: Inputs): Uint8Array =>
  isBytes(values) ? values : new Uint8Array(values.buffer, values.byteOffset, values.byteLength);

/** `n` values of each row of `from`, at `at` in rows of `stride` values. */
function put<T extends Uint8Array | Float32Array>(
  to: T,
  stride: number,
  at: number,
  from: Uint8Array | Targets,
  n: number,
  rows: number,
): void {
  for (let r = 0; r < rows; r++) to.set(from.subarray(r * n, (r + 1) * n), r * stride + at);
}
