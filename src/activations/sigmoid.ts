import { object } from "../fields/objects.ts";
import type { ActivationKind } from "./kind.ts";

/** a = 1 / (1 + e^−z). */
export const sigmoid = {
  fields: () => object({}),
  forward: "SIGMOID_FORWARD",
  backward: "SIGMOID_BACKWARD",
  saves: "a",
  trainable: true,
  monotonic: true,
  probabilities: true,
} satisfies ActivationKind;
