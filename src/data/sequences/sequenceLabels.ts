/** What sequences are to be told as: classes or quantities, by the rules of tables. */
import { NablaError } from "../../errors.ts";
import { show } from "../../fields/fields.ts";
import type { Target, Targets } from "../dataset.ts";
import { measure } from "../standardise.ts";
import type { Table } from "../tables/csvTable.ts";
import { MOST_CELLS } from "../tables/records.ts";
import { readTarget, type TargetOptions } from "../tables/target.ts";
import type { TargetScale } from "../targetScale.ts";
import type { RawSequences } from "./rawSequences.ts";

/** @throws NablaError naming the row, for labels that are missing, unknown, or may be read in two ways */
export function labelTargets(
  raw: RawSequences,
  options: Pick<TargetOptions, "task" | "known">,
): { y: Targets; target: Target; notes: string[] } {
  const { name, place, label = "label" } = raw;
  const labels = raw.labels!;
  if (Array.isArray(labels[0]) || ArrayBuffer.isView(labels[0])) return lists(raw);
  const cells = labels.map((value, row) => cellOf(value, () => `${name}: ${place(row)}: ${show(label)}`));
  const { y, classes, notes } = readTarget(tableOf(raw, cells, place), 0, options);
  return classes
    ? { y: y as Int32Array, target: { kind: "class", classes: classes.length, names: classes }, notes }
    : { y: Float32Array.from(y), target: { kind: "values", size: 1 }, notes };
}

/** Several numbers for each sequence. */
function lists({ name, place, labels, label = "label" }: RawSequences) {
  const { length: size } = labels![0] as ArrayLike<unknown>;
  const y = new Float32Array(labels!.length * size);
  labels!.forEach((value, row) => {
    const values = Array.from(value as ArrayLike<unknown>);
    if (
      size === 0 ||
      values.length !== size ||
      !values.every((one) => typeof one === "number" && Number.isFinite(Math.fround(one)))
    )
      throw new NablaError(
        `${name}: ${place(row)}: ${show(label)}: expected ${Math.max(1, size)} numbers as in the first row, got ${show(value)}`,
      );
    y.set(values as number[], row * size);
  });
  return {
    y,
    target: { kind: "values" as const, size },
    notes: [`target ${label}: ${size} quantities`],
  };
}

/** As the cell of a table. */
function cellOf(value: unknown, where: () => string): string {
  if (value === null || value === undefined) return "";
  if (typeof value === "string" || typeof value === "boolean") return String(value);
  if (typeof value === "bigint" || (typeof value === "number" && Number.isFinite(value)))
    return String(value);
  throw new NablaError(`${where()}: expected the name of a class, or a number, got ${show(value)}`);
}

/** A table of one column. */
const tableOf = (
  { name, label = "label" }: RawSequences,
  cells: readonly string[],
  place: (row: number) => string,
): Table => ({
  name,
  columns: [label],
  named: true,
  rows: cells.map((cell) => [cell]),
  lines: cells.map((_, row) => row),
  place,
  repeated: new Set(),
  decimal: ".",
  delimiter: ",",
  maxBytes: MOST_CELLS,
  notes: [],
});

const isList = (value: unknown): value is ArrayLike<unknown> =>
  Array.isArray(value) || (ArrayBuffer.isView(value) && "length" in value);

/** Whether labels are plainly those of steps: lists of what is no number, or as long as sequences whose lengths differ. */
export function labelsSteps({ kind, rows, features, labels }: RawSequences): boolean {
  if (!labels?.every(isList)) return false;
  if (labels.some((label) => typeof label[0] !== "number")) return true;
  // of a text the words are not counted yet
  if (kind === "words" && typeof rows[0] === "string") return false;
  const lengths = rows.map((row) => row.length / Math.max(1, features.length));
  return new Set(lengths).size > 1 && labels.every((label, row) => label.length === lengths[row]);
}

/**
 * A target for every step, [rows, steps], or [rows, steps, n] of quantities; what fills rows up has 0.
 *
 * @param lengths of the sequences
 * @param steps of a row
 * @param keep which steps of longer sequences
 * @throws NablaError naming row and step, where steps and labels are not as many, and for what labelTargets() refuses
 */
export function stepTargets(
  raw: RawSequences,
  lengths: readonly number[],
  steps: number,
  keep: "first" | "last" | undefined,
  options: Pick<TargetOptions, "task" | "known">,
): { y: Float32Array; target: Target & { kind: "values" }; classes?: string[]; notes: string[] } {
  const { name, place, placeOf, label = "label" } = raw;
  const labels = raw.labels!.map((value, row) => {
    if (isList(value) && value.length === lengths[row]) return value;
    throw new NablaError(
      `${name}: ${place(row)}: ${show(label)}: expected one for each of ${lengths[row]} steps, got ${isList(value) ? value.length : show(value)}`,
    );
  });
  const places = lengths.flatMap((length, row) => Array.from({ length }, (_, step) => [row, step] as const));
  const where = (at: number) => placeOf(...places[at]!);
  const all = labels.flatMap((values) => Array.from(values));
  const { length: width } = isList(all[0]) ? all[0] : [0];
  let told: { y: ArrayLike<number>; classes?: string[]; notes: string[] };
  if (isList(all[0])) {
    const numbers = all.flatMap((values, at) => {
      const list = isList(values) ? Array.from(values) : [];
      if (
        list.length === width &&
        list.every((one) => typeof one === "number" && Number.isFinite(Math.fround(one)))
      )
        return list as number[];
      throw new NablaError(
        `${name}: ${where(at)}: ${show(label)}: expected ${Math.max(1, width)} numbers as in the first step, got ${show(values)}`,
      );
    });
    told = { y: numbers, notes: [`target ${label}: ${width} quantities`] };
  } else {
    const cells = all.map((value, at) => cellOf(value, () => `${name}: ${where(at)}: ${show(label)}`));
    told = readTarget(tableOf(raw, cells, where), 0, options);
  }
  const { classes, notes } = told;
  if (classes?.length === 1)
    throw new NablaError(
      `${name}: every step is of class ${show(classes[0])}; expected at least two classes, which a network can tell apart`,
    );
  const y = new Float32Array(lengths.length * steps * width);
  let read = 0;
  lengths.forEach((length, row) => {
    const from = length > steps && keep === "last" ? length - steps : 0;
    const end = Math.min(length, steps) * width;
    for (let i = 0; i < end; i++) y[row * steps * width + i] = told.y[(read + from) * width + i]!;
    read += length;
  });
  return {
    y,
    target: { kind: "values", size: steps * width, shape: classes ? [steps] : [steps, width] },
    ...(classes && { classes }),
    // the first says what the target is
    notes: notes.map((note, i) => (i === 0 ? `${note}, one for each step` : note)),
  };
}

/** How many quantities a target has, or that of a step; 0 for classes. */
export const quantitiesOf = (target: Target): number =>
  target.kind === "class" ? 0 : target.shape ? (target.shape[1] ?? 0) : target.size;

/**
 * How quantities are brought to mean 0 and variance 1, each by itself; undefined for classes, also as 0 and 1.
 *
 * @param rows those that are trained on
 * @param lengths of sequences whose steps have targets, without what fills rows up
 */
export function targetScaleOf(
  y: Targets,
  target: Target,
  rows: Uint32Array,
  label: string | undefined,
  lengths?: readonly number[],
): TargetScale | undefined {
  const n = quantitiesOf(target);
  if (target.kind === "class" || n === 0) return undefined;
  const each = (visit: (values: Targets, at: number) => void) => {
    for (const row of rows) {
      const steps = Math.min(lengths?.[row] ?? 1, target.size / n);
      for (let t = 0; t < steps; t++) visit(y, row * target.size + t * n);
    }
  };
  let count = 0;
  let [zeros, signs] = [true, true];
  each((values, at) => {
    count++;
    for (let i = at; i < at + n; i++) {
      zeros &&= values[i] === 0 || values[i] === 1;
      signs &&= values[i] === -1 || values[i] === 1;
    }
  });
  if (zeros || signs) return undefined;
  const { mean, scale } = measure(n, count, each);
  const columns = n === 1 ? [label] : mean.map((_, i) => `${label} ${i + 1}`);
  return { mean, scale, ...(label !== undefined && { columns: columns as string[] }) };
}
