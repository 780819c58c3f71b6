import { object } from "../fields/objects.ts";
import type { ActivationKind } from "./kind.ts";

/** a = z · ½ (1 + erf(z / √2)). */
export const gelu = {
  fields: () => object({}),
  forward: "GELU_FORWARD",
  backward: "GELU_BACKWARD",
  saves: "z",
  trainable: true,
  monotonic: false,
  rectifier: true,
} satisfies ActivationKind;
