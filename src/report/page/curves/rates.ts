/** What the curves of a classifier are made of: for every threshold, how many rows of a class are found and how many others. */
import { isOn } from "../../../metrics/mean.ts";
import { trueClass } from "../../../metrics/metric.ts";
import { type Ranks, scoreOf } from "../../../metrics/ranked.ts";
import type { Seen } from "../../figures.ts";

/** One class or label against all others. */
export interface Curve {
  readonly name: string;
  readonly ranks: Ranks;
  /** From the highest threshold to the lowest. */
  readonly steps: readonly { readonly found: number; readonly others: number }[];
}

/** Most classes that are drawn. */
const CURVES = 10;

/** Of class 1 where there are two; else of the first classes that have both rows that are of them and rows that are not. */
export function curvesOf(seen: Seen, names: readonly string[]): { curves: Curve[]; left: number } {
  const { task, units } = seen.subject;
  const classes = task === "two" ? [1] : Array.from({ length: units }, (_, c) => c);
  const all = classes
    .map((c) => ({ name: names[c] ?? String(c), ranks: ranksOf(seen, c) }))
    .filter(({ ranks }) => ranks.there.length > 0 && ranks.others.length > 0);
  const curves = all.slice(0, CURVES).map((curve) => ({ ...curve, steps: stepsOf(curve.ranks) }));
  return { curves, left: all.length - curves.length };
}

function ranksOf({ subject, batch }: Seen, c: number): Ranks {
  const there: number[] = [];
  const others: number[] = [];
  for (let r = 0; r < batch.rows; r++) {
    const at = r * batch.stride;
    const score = subject.task === "two" ? scoreOf(subject, batch.outputs, at) : batch.outputs[at + c]!;
    const is = subject.task === "labels" ? isOn(batch, r, c) : trueClass(batch, r) === c;
    (is ? there : others).push(score);
  }
  return { there: Float32Array.from(there).sort(), others: Float32Array.from(others).sort() };
}

function stepsOf({ there, others }: Ranks): { found: number; others: number }[] {
  const steps = [{ found: 0, others: 0 }];
  let [t, o] = [there.length, others.length];
  while (t > 0 || o > 0) {
    const score = Math.max(
      there[t - 1] ?? Number.NEGATIVE_INFINITY,
      others[o - 1] ?? Number.NEGATIVE_INFINITY,
    );
    const before = t + o;
    while (t > 0 && there[t - 1]! >= score) t--;
    while (o > 0 && others[o - 1]! >= score) o--;
    // what is no number
    if (t + o === before) break;
    steps.push({ found: there.length - t, others: others.length - o });
  }
  return steps;
}

/** What a plot says of classes that it leaves out. */
export const leftOut = (left: number): string => (left > 0 ? ` ${left} more classes are not drawn.` : "");
