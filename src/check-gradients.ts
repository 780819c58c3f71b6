/** Are the gradients right? Backpropagation against central differences, for any model and batch. */

import type { ArrayLike2 } from "./data/arrays.ts";
import { NablaError } from "./errors.ts";
import type { Model } from "./model.ts";
import { checkOptions } from "./options.ts";

export interface GradientCheckOptions {
  /** Parameters tried per tensor, spread evenly; all where a tensor has no more. Default 20. */
  samples?: number;
  /** Step of the differences, relative to 1 + |w|. Default 1e-2: float32 losses need a large one. */
  epsilon?: number;
  /** What `worst` may be at most. Default 0.02. */
  tolerance?: number;
}

export interface GradientCheck {
  /** Whether no tensor is off by more than the tolerance (and any sample could be checked). */
  ok: boolean;
  /** The largest error of all tensors. */
  worst: number;
  /** Samples left out because the loss has a kink there: no difference says what its gradient is. */
  skipped: number;
  /** By tensor: max |analytic − numeric| over the samples, divided by the largest gradient met in the tensor. */
  tensors: Record<string, { error: number; checked: number; skipped: number; largest: number }>;
}

/**
 * Compares dL/dw from one backward pass with (L(w + h) − L(w − h)) / 2h. Where the loss has a
 * kink (ReLU at 0, hinge, L1), the differences to both sides disagree: such samples are left out and counted. Weights are put back exactly.
 */
export function checkGradients(
  model: Model,
  x: ArrayLike2,
  y: ArrayLike2,
  options: GradientCheckOptions = {},
): GradientCheck {
  checkOptions("checkGradients", options, ["samples", "epsilon", "tolerance"]);
  const { samples = 20, epsilon = 1e-2, tolerance = 0.02 } = options;
  if (model.training.loss.name === "perceptron") {
    throw new NablaError(
      'checkGradients: loss "perceptron" has a rule for corrections, no gradient to check',
    );
  }
  const { gradients } = model.gradients(x, y);
  const before = model.weights();
  const tensors: GradientCheck["tensors"] = {};
  let worst = 0;
  let overall = 0;
  let allSkipped = 0;
  let allChecked = 0;
  for (const g of Object.values(gradients)) for (const v of g) overall = Math.max(overall, Math.abs(v));
  for (const [name, analytic] of Object.entries(gradients)) {
    const n = analytic.length;
    const tried = Math.min(n, samples);
    let skipped = 0;
    const values = before[name].slice();
    let difference = 0;
    let largest = 0;
    for (let s = 0; s < tried; s++) {
      const i = Math.floor((s * n) / tried);
      const w = values[i];
      const h = epsilon * (1 + Math.abs(w));
      const [here, up, down, nearUp, nearDown] = [w, w + h, w - h, w + h / 4, w - h / 4].map((moved) => {
        values[i] = moved;
        const at = values[i]; // as float32
        model.setWeights({ [name]: values });
        return { at, loss: model.gradients(x, y).lossExact };
      });
      values[i] = w;
      model.setWeights({ [name]: values });
      const slope = (a: typeof here, b: typeof here) => (a.loss - b.loss) / (a.at - b.at);
      const numeric = slope(up, down);
      // what the slope gains from one side to the other shrinks with the step, as h · L″, unless there is a kink
      const gain = Math.abs(slope(up, here) - slope(here, down));
      const ratio = Math.abs(slope(nearUp, here) - slope(here, nearDown)) / gain;
      const size = Math.max(Math.abs(slope(up, here)), Math.abs(slope(here, down)), 0.01 * overall);
      if (gain > tolerance * size && !(ratio > 0.15 && ratio < 0.5)) {
        skipped++;
        continue;
      }
      difference = Math.max(difference, Math.abs(numeric - analytic[i]));
      largest = Math.max(largest, Math.abs(numeric), Math.abs(analytic[i]));
    }
    // a tensor whose gradients are all tiny is measured against those of the others: its differences are rounding
    const scale = Math.max(largest, 0.01 * overall);
    const error = scale === 0 ? 0 : difference / scale;
    tensors[name] = { error, checked: tried - skipped, skipped, largest };
    allSkipped += skipped;
    allChecked += tried - skipped;
    worst = Math.max(worst, error);
  }
  return { ok: allChecked > 0 && worst <= tolerance, worst, skipped: allSkipped, tensors };
}
