import { object } from "../fields/objects.ts";
import type { ActivationKind } from "./kind.ts";

/** a = z / (1 + |z|). */
export const softsign = {
  fields: () => object({}),
  forward: "SOFTSIGN_FORWARD",
  backward: "SOFTSIGN_BACKWARD",
  saves: "a",
  trainable: true,
  monotonic: true,
} satisfies ActivationKind;
