/** The methods of a model that train it step by step, for losses that a program computes itself. */
import type { ArrayLike2, ArrayRecord } from "../data/arrays.ts";
import type { OutputRecord, Outputs } from "../network/predict.ts";
import type { ApplyOptions } from "../training/manual.ts";
import { internalsOf } from "./internals.ts";

// most programs have no use for it
const code = () => import("../training/manual.ts");

export abstract class ByHand {
  /**
   * The first of three steps of training by hand, for losses that a program computes itself (policy gradients, adversarial networks): the
   * outputs, with layers behaving as in training. Several forward() and backward() before one applyGradients() add up, as if their rows
   * were one batch. compile() comes first; its loss plays no part here.
   * @param x as for predict() @returns as predict() does
   */
  async forward<R extends Outputs | OutputRecord = Outputs>(x: ArrayLike2 | ArrayRecord): Promise<R> {
    return (await code()).forward(internalsOf(this), x) as R;
  }

  /**
   * The second: the backward pass of the last forward().
   * @param gradients dL/d outputs, [rows, …output shape], used as they are: divide by the rows where L is a mean over them
   * @returns dL/d inputs, [rows, …input shape]: of inputs as the network sees them, bytes after their scale
   * @throws NablaError where there was no forward() or the model has run since; for gradients of another shape or not finite
   */
  async backward<R extends Outputs | OutputRecord = Outputs>(
    gradients: ArrayLike2 | ArrayRecord,
  ): Promise<R> {
    return (await code()).backward(internalsOf(this), gradients) as R;
  }

  /** The third: the optimizer's step. @throws NablaError where there was no backward(), or gradients are not finite */
  async applyGradients(options: ApplyOptions = {}): Promise<void> {
    (await code()).applyGradients(internalsOf(this), options);
  }

  /** Forgets the gradients that backward() has added up: where only those of the inputs were wanted. */
  async clearGradients(): Promise<void> {
    (await code()).clearGradients(internalsOf(this));
  }
}
