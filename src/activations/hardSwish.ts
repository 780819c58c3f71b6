import { object } from "../fields/objects.ts";
import type { ActivationKind } from "./kind.ts";

/** a = z · hardSigmoid(z). */
export const hardSwish = {
  fields: () => object({}),
  forward: "HARD_SWISH_FORWARD",
  backward: "HARD_SWISH_BACKWARD",
  saves: "z",
  trainable: true,
  monotonic: false,
  rectifier: true,
} satisfies ActivationKind;
