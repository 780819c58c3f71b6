import { object } from "../fields/objects.ts";
import type { ActivationKind } from "./kind.ts";

/** a = e^(−z²). */
export const gaussian = {
  fields: () => object({}, { doc: DOCS && "exp(-z²)." }),
  forward: "GAUSSIAN_FORWARD",
  backward: "GAUSSIAN_BACKWARD",
  saves: "z",
  trainable: true,
  monotonic: false,
  probabilities: true,
} satisfies ActivationKind;
