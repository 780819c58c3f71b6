import { object } from "../fields/objects.ts";
import type { ActivationKind } from "./kind.ts";

/** a = z / (1 + e^−z). */
export const silu = {
  fields: () => object({}),
  forward: "SILU_FORWARD",
  backward: "SILU_BACKWARD",
  saves: "z",
  trainable: true,
  monotonic: false,
  rectifier: true,
} satisfies ActivationKind;
