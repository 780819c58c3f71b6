import { object } from "../fields/objects.ts";
import type { ActivationKind } from "./kind.ts";

/** a = 1 where z > 0, else 0: the perceptron. */
export const step = {
  fields: () =>
    object({}, { doc: DOCS && "1 where z > 0, else 0. Its gradient is zero: for the perceptron loss." }),
  forward: "STEP_FORWARD",
  saves: "a",
  trainable: false,
  monotonic: true,
} satisfies ActivationKind;
