/** What a model, or several that vote, make of one row: for people, for JSON, and for tables. */
import type { Inputs } from "../../data/dataset.ts";
import type { Ensemble } from "../../ensemble/ensemble.ts";
import { outputThreshold } from "../../losses/resolve.ts";
import { internalsOf } from "../../model/internals.ts";
import type { Model } from "../../model/model.ts";
import { thresholdOf } from "../../network/decision.ts";
import { classNames } from "../../report/examine.ts";
import { extraOf } from "../training/resume.ts";

/** A class with how sure the model is. */
export interface Ranked {
  readonly class: string;
  readonly confidence: number;
}

/** Quantities, or classes with the surest first; or one of these for each step. */
export type Prediction = OnePrediction | { readonly steps: readonly OnePrediction[] };

export type OnePrediction =
  | { readonly outputs: readonly number[] }
  | (Ranked & { readonly ranking: readonly Ranked[] });

/** @param vote where several models decide */
export function predictorOf(model: Model, vote?: Ensemble): (values: Inputs, steps?: number) => Prediction {
  const names = classNames(model);
  const numbers = isRegression(model);
  const target = extraOf(model)?.csv?.target;
  const classes = extraOf(model)?.sequences?.classes ?? names;
  const units = model.outputShape[model.outputShape.length - 1]!;
  return (values, steps) => {
    const votes = vote?.predict(values);
    const raw = [...(votes ?? model.predict(values)).row(0)];
    const outputs = target ? raw.map((value) => value * target.scale + target.mean) : raw;
    if (steps !== undefined)
      return {
        steps: Array.from({ length: steps }, (_, step) => {
          const of = outputs.slice(step * units, (step + 1) * units);
          return numbers ? { outputs: of } : classify(model, of, classes);
        }),
      };
    if (votes) return rank(raw, names, votes.argMax()[0]);
    return numbers ? { outputs } : classify(model, outputs, names);
  };
}

/** Whether the outputs are plain numbers: several linear outputs are, unless the loss is for classes. */
function isRegression(model: Model): boolean {
  const { loss } = internalsOf(model).state.required;
  const last = model.layers[model.layers.length - 1]!;
  return !loss.classification && last.activation === "linear" && !model.metadata.classes;
}

function classify(model: Model, outputs: number[], names: readonly string[]) {
  const { built, state } = internalsOf(model);
  const { loss } = state.required;
  if (outputs.length > 1) return rank(outputs, names);
  const [output] = outputs as [number];
  const shares = [2 * outputThreshold(loss, built.activations[0]!) - output || 0, output];
  return rank(shares, names, Number(output > thresholdOf(built, loss)));
}

/** @param winner comes first, also among equals */
function rank(shares: readonly number[], names: readonly string[], winner?: number) {
  // a single output exactly at the threshold is class 0, as everywhere
  const ranking = shares
    .map((share, c) => ({ class: names[c] ?? String(c), confidence: share, c }))
    .sort(
      (a, b) => Number(b.c === winner) - Number(a.c === winner) || b.confidence - a.confidence || a.c - b.c,
    )
    .map(({ class: name, confidence: share }) => ({ class: name, confidence: share }));
  return { class: ranking[0]!.class, confidence: ranking[0]!.confidence, ranking };
}
