/** The methods of a model that answer rows of tables, that train it step by step, and that look at its gradients. Their code is loaded when it is used: most programs have no use for it. */
import type { ArrayLike2, ArrayRecord } from "../data/arrays.ts";
import type { Dataset } from "../data/dataset.ts";
import type { Row, RowOptions } from "../data/tables/rows.ts";
import type { OutputRecord, Outputs } from "../network/predict.ts";
import type { RowAnswer, RowPredictor } from "../network/tableAnswers.ts";
import type { Together } from "../training/arguments.ts";
import type { Step } from "../training/byHand.ts";
import type { Gradients } from "../training/gradients.ts";
import { loaded } from "../training/loading.ts";
import type { ApplyOptions } from "../training/manual.ts";
import type { GradientOptions, TrainOnBatchOptions, WeightOptions } from "../training/options.ts";
import type { Scores } from "../training/scores.ts";
import type { TargetsArgument } from "../training/source.ts";
import { internalsOf } from "./internals.ts";
import { States } from "./states.ts";

/** @param given the step's arguments */
async function step<R>(model: object, who: Step, ...given: readonly unknown[]): Promise<R> {
  const internals = internalsOf(model);
  const { byHand } = await loaded(() => import("../training/byHand.ts"), who);
  return byHand(who, internals, given) as R;
}

export abstract class ByHand extends States {
  /**
   * Answers for rows of the table that the model was trained on, in its own terms: classes by name with their probabilities, quantities in
   * their unit. Rows are objects by the names of columns, or lists of cells in their order; missing values, categories and dates are read as
   * the table was.
   *
   *     const [{ class: stays, probability }] = await model.predictRows([{ age: 31, plan: "Basic" }]);
   *
   * @param options as for encodeRows()
   * @throws NablaError naming row and column for what is missing, is no value of its column, or is no column; for models of other data
   */
  async predictRows(rows: Row | readonly Row[], options?: RowOptions): Promise<RowAnswer[]> {
    const { tableAnswers } = await loaded(() => import("../network/tableAnswers.ts"), "predictRows");
    return tableAnswers(this as unknown as RowPredictor, rows, options);
  }

  /**
   * One step on these rows, which goes on from and to others and fit(). Loss (penalties included) and metrics are from before the update.
   * @throws NablaError for data that does not fit, and when the loss is not finite: the model then has weights that gave a finite one
   */
  trainOnBatch(data: Dataset | Together, options?: TrainOnBatchOptions): Promise<Scores>;
  trainOnBatch(
    x: ArrayLike2 | ArrayRecord,
    y: TargetsArgument,
    options?: TrainOnBatchOptions,
  ): Promise<Scores>;
  async trainOnBatch(
    x: Dataset | Together | ArrayLike2 | ArrayRecord,
    y?: TargetsArgument | TrainOnBatchOptions,
    more?: TrainOnBatchOptions,
  ): Promise<Scores> {
    return step(this, "trainOnBatch", x, y, more);
  }

  /** Loss and metrics of these rows, as evaluate() gives them. Changes nothing. */
  testOnBatch(data: Dataset | Together, options?: WeightOptions): Promise<Scores>;
  testOnBatch(x: ArrayLike2 | ArrayRecord, y: TargetsArgument, options?: WeightOptions): Promise<Scores>;
  async testOnBatch(
    x: Dataset | Together | ArrayLike2 | ArrayRecord,
    y?: TargetsArgument | WeightOptions,
    more?: WeightOptions,
  ): Promise<Scores> {
    return step(this, "testOnBatch", x, y, more);
  }

  /** Loss and dL/dw for every parameter on this batch (mean over its rows, penalties included). Changes nothing. */
  gradients(data: Dataset | Together, options?: GradientOptions): Promise<Gradients>;
  gradients(x: ArrayLike2 | ArrayRecord, y: TargetsArgument, options?: GradientOptions): Promise<Gradients>;
  async gradients(
    x: Dataset | Together | ArrayLike2 | ArrayRecord,
    y?: TargetsArgument | GradientOptions,
    more?: GradientOptions,
  ): Promise<Gradients> {
    return step(this, "gradients", x, y, more);
  }

  /**
   * dL/dx of each row's own loss, [rows, …input shape]: which values the loss depends on (saliency; the size of the class score's
   * gradient in Simonyan, Vedaldi & Zisserman 2013). With respect to the inputs as the network sees them: bytes after their
   * scale. Layers behave as when predicting; nothing changes. All rows are one batch: pass a few.
   * @throws NablaError for data that does not fit, and for the perceptron's loss, which has no gradient
   */
  inputGradients(data: Dataset | Together, options?: GradientOptions): Promise<Outputs>;
  inputGradients(x: ArrayLike2, y: TargetsArgument, options?: GradientOptions): Promise<Outputs>;
  inputGradients(x: ArrayRecord, y: TargetsArgument, options?: GradientOptions): Promise<OutputRecord>;
  async inputGradients(
    x: Dataset | Together | ArrayLike2 | ArrayRecord,
    y?: TargetsArgument | GradientOptions,
    more?: GradientOptions,
  ): Promise<Outputs | OutputRecord> {
    return step(this, "inputGradients", x, y, more);
  }

  /**
   * The first of three steps of training by hand, for losses that a program computes itself (policy gradients, adversarial networks): the
   * outputs, with layers behaving as in training. Several forward() and backward() before one applyGradients() add up, as if their rows
   * were one batch. compile() comes first; its loss plays no part here.
   * @param x as for predict()
   * @returns as predict() does, but of a model with `metadata.targetScale` what its loss sees: (quantity − mean) / scale
   */
  async forward<R extends Outputs | OutputRecord = Outputs>(x: ArrayLike2 | ArrayRecord): Promise<R> {
    return step(this, "forward", x);
  }

  /**
   * The second: the backward pass of the last forward().
   * @param gradients dL/d outputs of forward(), [rows, …output shape], used as they are: divide by the rows where L is a mean over them
   * @returns dL/d inputs, [rows, …input shape]: of inputs as the network sees them, bytes after their scale
   * @throws NablaError where there was no forward() or the model has run since; for gradients of another shape or not finite
   */
  async backward<R extends Outputs | OutputRecord = Outputs>(
    gradients: ArrayLike2 | ArrayRecord,
  ): Promise<R> {
    return step(this, "backward", gradients);
  }

  /** The third: the optimizer's step. @throws NablaError where there was no backward(), or gradients are not finite */
  async applyGradients(options: ApplyOptions = {}): Promise<void> {
    return step(this, "applyGradients", options);
  }

  /** Forgets the gradients that backward() has added up: where only those of the inputs were wanted. */
  async clearGradients(): Promise<void> {
    return step(this, "clearGradients");
  }
}
