import { object } from "../fields/objects.ts";
import type { ActivationKind } from "./kind.ts";

/** a = λ z where z > 0, else λα (e^z − 1), λ = 1.0507, α = 1.6733: with lecunNormal, mean 0 and variance 1 pass on. */
export const selu = {
  fields: () => object({}),
  forward: "SELU_FORWARD",
  backward: "SELU_BACKWARD",
  saves: "a",
  trainable: true,
  monotonic: true,
} satisfies ActivationKind;
