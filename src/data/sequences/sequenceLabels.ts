/** What sequences are to be told as: classes or quantities, by the rules of tables. */
import { NablaError } from "../../errors.ts";
import { show } from "../../fields/fields.ts";
import type { Target, Targets } from "../dataset.ts";
import type { Table } from "../tables/csvTable.ts";
import { MOST_CELLS } from "../tables/records.ts";
import { readTarget, type TargetOptions } from "../tables/target.ts";
import type { RawSequences } from "./rawSequences.ts";

/** @throws NablaError naming the row, for labels that are missing, unknown, or may be read in two ways */
export function labelTargets(
  raw: RawSequences,
  options: Pick<TargetOptions, "task" | "known">,
): { y: Targets; target: Target; notes: string[] } {
  const { name, place, label = "label" } = raw;
  const labels = raw.labels!;
  if (Array.isArray(labels[0]) || ArrayBuffer.isView(labels[0])) return lists(raw);
  const cells = labels.map((value, row) => {
    if (value === null || value === undefined) return [""];
    if (typeof value === "string" || typeof value === "boolean") return [String(value)];
    if (typeof value === "bigint" || (typeof value === "number" && Number.isFinite(value)))
      return [String(value)];
    throw new NablaError(
      `${name}: ${place(row)}: ${show(label)}: expected the name of a class, or a number, got ${show(value)}`,
    );
  });
  const table: Table = {
    name,
    columns: [label],
    named: true,
    rows: cells,
    lines: cells.map((_, row) => row),
    place,
    repeated: new Set(),
    decimal: ".",
    delimiter: ",",
    maxBytes: MOST_CELLS,
    notes: [],
  };
  const { y, classes, notes } = readTarget(table, 0, options);
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
