/** Losses and metrics that are functions of the program. */
import type { ArrayLike2 } from "../data/flat.ts";
import type { Custom } from "../fields/objects.ts";
import type { NamedMetric } from "../metrics/table.ts";
import type { Outputs } from "../network/outputs.ts";

/** A metric of a program's own. Documents and files have its name alone: see load() for going on with it. */
export interface OwnMetric {
  /** What its figures are called in the history; with "val" before it for validation. */
  readonly name: string;
  /**
   * Of one batch: a number for each row, or one number, their mean. Figures are means over rows; with one number for a whole batch that
   * is no mean over rows (an F-score, say) they depend on the batch size.
   *
   * @param outputs [rows, …output shape]
   * @param targets of the same shape: labels as the loss sees them without smoothing, so 1 for the class and 0 (hinge: −1) for others
   */
  value(outputs: Outputs, targets: Outputs): number | ArrayLike<number>;
}

/** A metric by name or of the program's own; without its function, where it came from a document. */
export type AnyMetric = NamedMetric | OwnMetric | Custom;

/** Whether a metric is the program's own. */
export const isOwn = (metric: AnyMetric): metric is OwnMetric =>
  typeof metric === "object" && ("value" in metric || "custom" in metric);

/** A loss of a program's own. Documents and files have its name alone: see load() for going on with it. */
export interface OwnLoss {
  /** What errors and documents call it. */
  readonly name: string;
  /**
   * Of one batch: a number for each row, its loss; or one number, the loss of the batch. The loss of a training step is the mean over its
   * rows, after sampleWeight and classWeight, which need a number for each row.
   *
   * @param outputs [rows, …output shape]
   * @param targets of the same shape: values as given, labels as rows of 1 for the class and 0 for others
   */
  value(outputs: Outputs, targets: Outputs): number | ArrayLike<number>;
  /**
   * The derivative of what value() returns with respect to the outputs, in their shape: row r holds that of row r's loss. It is not divided
   * by the rows and not weighted: that is done for it. Where value() returns one number, it is that number's derivative, used as it is.
   */
  gradient(outputs: Outputs, targets: Outputs): ArrayLike2;
}
