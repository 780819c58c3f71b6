import { object } from "../fields/objects.ts";
import type { ActivationKind } from "./kind.ts";

/** a = tanh z. */
export const tanh = {
  fields: () => object({}),
  forward: "TANH_FORWARD",
  backward: "TANH_BACKWARD",
  saves: "a",
  trainable: true,
  monotonic: true,
} satisfies ActivationKind;
