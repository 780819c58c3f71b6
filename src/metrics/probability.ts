/** Outputs as probabilities, logits included. */
import { exp } from "../math/elementary.ts";
import type { Scored, Subject } from "./metric.ts";

/** Of two classes: the probability of class 1. Of labels: that of one label. */
export function probabilityOf(
  { task, units, logits }: Subject,
  { outputs, stride }: Scored,
  row: number,
  label = 0,
): number {
  const at = row * stride;
  if (task !== "two" || units === 1) {
    const value = outputs[at + label];
    return logits ? sigmoid(value) : value;
  }
  return logits === "softmax" ? sigmoid(outputs[at + 1] - outputs[at]) : outputs[at + 1];
}

const sigmoid = (z: number): number => {
  if (z >= 0) return 1 / (1 + exp(-z));
  const e = exp(z);
  return e / (1 + e);
};

/** The probabilities of all classes, written into `to`: valid until the next row. */
export function distributionOf(
  { units, logits }: Subject,
  { outputs, stride }: Scored,
  row: number,
  to: Float64Array,
): Float64Array {
  const at = row * stride;
  for (let c = 0; c < units; c++) to[c] = outputs[at + c];
  if (!logits) return to;
  let largest = to[0];
  for (const value of to) if (value > largest) largest = value;
  let sum = 0;
  for (let c = 0; c < units; c++) sum += to[c] = exp(to[c] - largest);
  for (let c = 0; c < units; c++) to[c] /= sum;
  return to;
}
