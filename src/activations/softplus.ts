import { object } from "../fields/objects.ts";
import type { ActivationKind } from "./kind.ts";

/** a = ln(1 + e^z). */
export const softplus = {
  fields: () => object({}),
  forward: "SOFTPLUS_FORWARD",
  backward: "SOFTPLUS_BACKWARD",
  saves: "z",
  trainable: true,
  monotonic: true,
  rectifier: true,
} satisfies ActivationKind;
