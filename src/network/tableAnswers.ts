/** Rows of a table to answers in its own terms. Loaded when it is used: most programs have no use for it. */
import {
  encodeRows,
  filledIn,
  formatOf,
  type Row,
  type RowOptions,
  type TableModel,
} from "../data/tables/rows.ts";
import { demand, isObject } from "../fields/expected.ts";
import { attempt } from "../host.ts";
import type { Outputs } from "./outputs.ts";

/** What a model says of one row: a class, or a quantity. */
export type RowAnswer = ClassAnswer | QuantityAnswer;

interface Prepared {
  /** Columns without a value, which got that of the training: the mean, or the most frequent one. Absent where there are none. */
  readonly filled?: readonly string[];
}

/** A row's class. */
export interface ClassAnswer extends Prepared {
  /** Its name, where the model knows that; else its number. */
  readonly class: string | number;
  /** How probable it is; absent where outputs are no probabilities, as those of hinge losses. */
  readonly probability?: number;
  /** The same of all classes by their names. */
  readonly probabilities?: Readonly<Record<string, number>>;
  readonly value?: undefined;
}

/** A row's quantity. */
export interface QuantityAnswer extends Prepared {
  /** In the unit of the table's column. */
  readonly value: number;
  readonly class?: undefined;
  readonly probability?: undefined;
  readonly probabilities?: undefined;
}

/** A model that predicts. */
export interface RowPredictor extends TableModel {
  readonly metadata: TableModel["metadata"] & {
    readonly classes?: readonly string[] | undefined;
    readonly targetScale?: unknown;
  };
  predict(x: { readonly data: Float32Array; readonly shape: readonly number[] }): Outputs;
}

/** @see Model.predictRows */
export function tableAnswers(
  model: RowPredictor,
  rows: Row | readonly Row[],
  options: RowOptions = {},
): RowAnswer[] {
  demand(isObject(options), "predictRows", "its options as an object", options);
  const encoded = encodeRows(model, rows, { name: "predictRows: row", ...options });
  const format = formatOf(model)!;
  const filledBy = filledIn(format);
  const all = (encoded.shape[0] === 1 && !isList(rows) ? [rows] : rows) as readonly Row[];
  return answersOf(model.metadata, model.predict(encoded)).map((answer, r) => {
    const filled = filledBy(all[r]!);
    return filled.length > 0 ? { ...answer, filled } : answer;
  });
}

/** Several rows, not the cells of one. */
const isList = (rows: unknown): boolean =>
  Array.isArray(rows) && typeof rows[0] === "object" && rows[0] !== null;

/** What outputs say, row by row. */
export function answersOf(
  { classes, targetScale, extra }: RowPredictor["metadata"],
  outputs: Outputs,
): RowAnswer[] {
  const probabilities = targetScale ? undefined : attempt(() => outputs.probabilities());
  if (probabilities ?? classes)
    return outputs.classes().map((name, r): ClassAnswer => {
      const of = probabilities?.[r];
      return { class: name, ...(of && { probability: of[name]!, probabilities: of }) };
    });
  // files of earlier versions
  const { target } = (extra?.csv ?? {}) as { target?: { mean: number; scale: number } };
  return Array.from(outputs, ([value]) => ({ value: target ? value! * target.scale + target.mean : value! }));
}
