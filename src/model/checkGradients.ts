/** Are the gradients right? Backpropagation against central differences, for any model and batch. */

import type { ArrayLike2, ArrayRecord } from "../data/arrays.ts";
import { NablaError } from "../errors.ts";
import { int, number } from "../fields/fields.ts";
import { checkGiven } from "../fields/programs.ts";
import { datasetOf } from "../training/arguments.ts";
import { gradientsOf } from "../training/gradients.ts";
import { checkLosses } from "./checkLoss.ts";
import type { GradientCheck, GradientCheckOptions } from "./gradientCheck.ts";
import { internalsOf } from "./internals.ts";
import type { Model } from "./model.ts";

/**
 * Compares dL/dw from one backward pass with (L(w + h) − L(w − h)) / 2h. Where the loss has a
 * kink (ReLU at 0, hinge, L1), the differences to both sides disagree: such samples are left out and counted. Weights are put back exactly.
 * Of a loss of the program's own, gradient() is held against value() as well: so one sees which of loss and layers is wrong.
 */
export async function checkGradients(
  model: Model,
  x: ArrayLike2 | ArrayRecord,
  y: ArrayLike2 | ArrayRecord,
  options: GradientCheckOptions = {},
): Promise<GradientCheck> {
  checkGiven("checkGradients", options, {
    samples: int({ min: 1, wide: true }),
    epsilon: number({ exclusiveMin: 0 }),
    tolerance: number({ min: 0 }),
  });
  const { samples = 20, epsilon = 1e-2, tolerance = 0.02 } = options;
  const internals = internalsOf(model);
  for (const { loss } of internals.state.required.goals)
    if (loss.rule)
      throw new NablaError(
        `checkGradients: loss "${loss.name}" has a rule for corrections, no gradient to check`,
      );
  const data = datasetOf([x, y], "checkGradients", internals);
  const { gradients } = await model.gradients(data);
  // from here on at once: its code and its kernels are there
  const own = checkLosses(internals, data, { samples, epsilon, tolerance });
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
      const at = (moved: number) => {
        values[i] = moved;
        const exact = values[i]; // as float32
        model.setWeights({ [name]: values });
        return { at: exact, loss: gradientsOf(internals, data, {}).lossExact };
      };
      const [here, up, down, nearUp, nearDown] = [w, w + h, w - h, w + h / 4, w - h / 4].map(at);
      const slope = (a: typeof here, b: typeof here) => (a.loss - b.loss) / (a.at - b.at);
      let numeric = slope(up, down);
      // what the slope gains from one side to the other shrinks with the step, as h · L″, unless there is a kink
      const gain = Math.abs(slope(up, here) - slope(here, down));
      const ratio = Math.abs(slope(nearUp, here) - slope(here, nearDown)) / gain;
      const size = Math.max(Math.abs(slope(up, here)), Math.abs(slope(here, down)), 0.01 * overall);
      let kink = gain > tolerance * size && !(ratio > 0.15 && ratio < 0.5);
      const off = () => Math.abs(numeric - analytic[i]);
      for (const step of [h / 4, h / 16, h / 64]) {
        if (kink || off() <= 0.5 * tolerance * size) break;
        const [above, below] = step === h / 4 ? [nearUp, nearDown] : [at(w + step), at(w - step)];
        const closer = slope(above, below);
        if (Math.abs(closer - analytic[i]) < off()) numeric = closer;
        // one right here stays, however small the step
        if (step === h / 64) kink = Math.abs(slope(above, here) - slope(here, below)) > tolerance * size;
      }
      if (kink) skipped++;
      else {
        difference = Math.max(difference, off());
        largest = Math.max(largest, Math.abs(numeric), Math.abs(analytic[i]));
      }
      values[i] = w;
      model.setWeights({ [name]: values });
    }
    // a tensor whose gradients are all tiny is measured against those of the others: its differences are rounding
    const scale = Math.max(largest, 0.01 * overall);
    const error = scale === 0 ? 0 : difference / scale;
    tensors[name] = { error, checked: tried - skipped, skipped, largest };
    allSkipped += skipped;
    allChecked += tried - skipped;
    worst = Math.max(worst, error);
  }
  if (own) worst = Math.max(worst, own.error);
  const ok = allChecked > 0 && worst <= tolerance;
  return { ok, worst, skipped: allSkipped, tensors, ...(own && { loss: own }) };
}
