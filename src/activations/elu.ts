import { number } from "../fields/fields.ts";
import { object } from "../fields/objects.ts";
import type { ActivationKind } from "./kind.ts";

/** a = z where z > 0, else alpha (e^z − 1); −alpha is the limit on the left. */
export const elu = {
  fields: () =>
    object({ alpha: number({ min: 0, default: 1, doc: DOCS && "alpha · (exp z - 1) where z < 0." }) }),
  forward: "ELU_FORWARD",
  backward: "ELU_BACKWARD",
  saves: "a",
  trainable: true,
  monotonic: true,
  rectifier: true,
} satisfies ActivationKind;
