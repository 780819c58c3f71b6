import { object } from "../fields/objects.ts";
import type { ActivationKind } from "./kind.ts";

/** a = e^z / Σ e^z over the units. */
export const softmax = {
  fields: () => object({}),
  forward: "SOFTMAX_FORWARD",
  backward: "SOFTMAX_BACKWARD",
  saves: "a",
  trainable: true,
  monotonic: false,
  wholeRows: true,
  probabilities: true,
} satisfies ActivationKind;
