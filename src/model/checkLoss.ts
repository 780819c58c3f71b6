/** Is the gradient of a loss of the program's own the derivative of its value? */
import type { Dataset } from "../data/dataset.ts";
import { Outputs } from "../network/predict.ts";
import type { Batch, Loss, OwnLosses } from "../plan/loss.ts";
import { asking } from "../training/given.ts";
import { gradientsOf } from "../training/gradients.ts";
import type { TrainingState } from "../training/state.ts";
import type { GradientCheck, GradientCheckOptions } from "./gradientCheck.ts";
import type { Internals } from "./internals.ts";

/** By central differences, for the outputs and targets of this batch; of several the one that is off most. @see checkGradients */
export function checkLosses(
  internals: Internals,
  data: Dataset,
  options: Required<GradientCheckOptions>,
): GradientCheck["loss"] {
  const { goals } = internals.state.required;
  return goals
    .flatMap(({ loss }, k) => (loss.own ? [checkLoss(internals, k, data, options)] : []))
    .sort((a, b) => b.error - a.error)[0];
}

function checkLoss(
  internals: Internals,
  k: number,
  data: Dataset,
  options: Required<GradientCheckOptions>,
): NonNullable<GradientCheck["loss"]> {
  const compiled = internals.state.required;
  const { loss } = compiled.goals[k];
  let batch: [outputs: Batch, targets: Batch] | undefined;
  const watched: Loss = {
    ...loss,
    own: (outputs, targets, gradient) => {
      batch = [outputs, targets];
      return asking(loss)(outputs, targets, gradient);
    },
  };
  const subject = {
    state: {
      required: {
        ...compiled,
        goals: compiled.goals.map((goal, i) => (i === k ? { ...goal, loss: watched } : goal)),
      },
    } as unknown as TrainingState,
    build: (shape: readonly number[]) => internals.build(shape),
  };
  gradientsOf(subject, data, {});
  return compare(loss, ...batch!, options);
}

function compare(
  loss: Loss,
  outputs: Batch,
  targets: Batch,
  { samples, epsilon, tolerance }: Required<GradientCheckOptions>,
): NonNullable<GradientCheck["loss"]> {
  const { name } = loss;
  const { shape } = outputs;
  const n = outputs.data.length;
  // fresh copies: the functions may write into what they are given
  const ask = (data: Float32Array, gradient: boolean) =>
    asking(loss)(
      new Outputs(data.slice(), shape),
      new Outputs(targets.data.slice(), shape),
      gradient,
    ) as OwnLosses;
  const analytic = ask(outputs.data, true).gradient!.data;
  const overall = Array.from(analytic).reduce((most, g) => Math.max(most, Math.abs(g)), 0);
  const tried = Math.min(n, samples);
  let [difference, largest, skipped] = [0, 0, 0];
  for (let s = 0; s < tried; s++) {
    const i = Math.floor((s * n) / tried);
    const a = outputs.data[i]!;
    const values = outputs.data.slice();
    /** Its loss, the only one that may change where each row has its own. */
    const at = (moved: number) => {
      values[i] = moved;
      const { losses } = ask(values, false);
      const row = Math.floor((i * shape[0]!) / n);
      return { at: values[i]!, loss: typeof losses === "number" ? losses : losses[row]! };
    };
    const slope = (p: ReturnType<typeof at>, q: typeof p) => (p.loss - q.loss) / (p.at - q.at);
    const here = at(a);
    let best: { off: number; size: number; kink: boolean } | undefined;
    for (const h of [1, 1 / 4, 1 / 16].map((part) => part * epsilon * (1 + Math.abs(a)))) {
      const [up, down] = [at(a + h), at(a - h)];
      const numeric = slope(up, down);
      const size = Math.max(Math.abs(numeric), Math.abs(analytic[i]!), 0.01 * overall);
      const off = Math.abs(numeric - analytic[i]!);
      // at a kink the slopes to both sides stay apart, however small the step
      const kink = Math.abs(slope(up, here) - slope(here, down)) > 0.5 * size;
      if (!best || off < best.off || kink !== best.kink) best = { off, size, kink };
      if (off <= 0.5 * tolerance * size) break;
    }
    if (best!.kink && best!.off > tolerance * best!.size) skipped++;
    else {
      difference = Math.max(difference, best!.off);
      largest = Math.max(largest, best!.size);
    }
  }
  const scale = Math.max(largest, 0.01 * overall);
  return { name, error: scale === 0 ? 0 : difference / scale, checked: tried - skipped, skipped, largest };
}
