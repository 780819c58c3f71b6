/** What programs write layers with: dense({ units: 10, activation: "softmax" }). */
import type { Input } from "../config/fields.ts";
import type { activationFields } from "./activation.ts";
import type { denseFields } from "./dense.ts";
import type { flattenFields } from "./flatten.ts";

/** Shape of one input row, for the first layer of a model; without it the first data set tells. */
export interface First {
  inputShape?: readonly number[];
}

export type LayerInput =
  | ({ type: "dense" } & Input<typeof denseFields> & First)
  | ({ type: "activation" } & Input<typeof activationFields> & First)
  | ({ type: "flatten" } & Input<typeof flattenFields> & First);

/** y[rows, units] = activation(x[rows, n] · kernel[n, units] + bias[units]) */
export const dense = (options: Input<typeof denseFields> & First): LayerInput => ({
  type: "dense",
  ...options,
});
/** An activation as a layer of its own. */
export const activation = (options: Input<typeof activationFields> & First): LayerInput => ({
  type: "activation",
  ...options,
});
/** [a, b, c] → [a · b · c] */
export const flatten = (options: Input<typeof flattenFields> & First = {}): LayerInput => ({
  type: "flatten",
  ...options,
});
