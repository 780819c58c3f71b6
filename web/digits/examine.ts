/** What a network gets wrong in the test part, and what it predicts instead. */
import type { Model } from "nabla";
import type { Dataset } from "nabla/data";
import { buffersFor, range } from "../../src/data/dataset.ts";
import { pauser } from "../../src/training/pause.ts";

export interface Mistake {
  readonly row: number;
  readonly truth: number;
  readonly said: number;
  /** Of its prediction, 0 to 1. */
  readonly confidence: number;
}

export interface Examination {
  readonly rows: number;
  readonly right: number;
  /** counts[truth][said] */
  readonly confusion: readonly (readonly number[])[];
  /** The surest first. */
  readonly mistakes: readonly Mistake[];
}

/** Rows at a time, and milliseconds after which the page has its turn. */
const SLICE = 16;
const BUSY = 6;
const SHOWN = 60;

/** One output says yes or no, several say which. */
export function verdict(outputs: Float32Array): { said: number; confidence: number } {
  if (outputs.length === 1) {
    const p = outputs[0]!;
    return p >= 0.5 ? { said: 1, confidence: p } : { said: 0, confidence: 1 - p };
  }
  let said = 0;
  for (let c = 1; c < outputs.length; c++) if (outputs[c]! > outputs[said]!) said = c;
  return { said, confidence: outputs[said]! };
}

/**
 * Classifies every row of a data set of classes, a slice at a time. The model is copied first, so that a training may continue
 * meanwhile. Undefined when `signal` aborts.
 *
 * @param most rows; without it all, with it as many from everywhere
 */
export async function examine(
  model: Model,
  data: Dataset,
  signal: AbortSignal,
  most = data.length,
): Promise<Examination | undefined> {
  if (data.target.kind !== "class" || data.length === 0) return undefined;
  const { classes } = data.target;
  const copy = model.truncated(model.layers.at(-1)!.name);
  const confusion = Array.from({ length: classes }, () => new Array<number>(classes).fill(0));
  const mistakes: Mistake[] = [];
  const pause = pauser(BUSY);
  const rows = Math.min(most, data.length);
  let right = 0;
  for (let from = 0; from < rows; from += SLICE) {
    const n = Math.min(SLICE, rows - from);
    const { x, y } = buffersFor(data, n);
    const places = range(n, from).map((i) => Math.floor((i * data.length) / rows));
    await data.read(places, x, y);
    const outputs = copy.predict({ data: x, shape: [n, ...data.inputShape] });
    for (let i = 0; i < n; i++) {
      const { said, confidence } = verdict(outputs.row(i));
      const truth = y[i]!;
      confusion[truth]![said]!++;
      if (said === truth) right++;
      else mistakes.push({ row: places[i]!, truth, said, confidence });
    }
    const turn = pause();
    if (turn) await turn;
    if (signal.aborted) return undefined;
  }
  mistakes.sort((a, b) => b.confidence - a.confidence);
  return { rows, right, confusion, mistakes: mistakes.slice(0, SHOWN) };
}
