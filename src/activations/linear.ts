import { object } from "../fields/objects.ts";
import type { ActivationKind } from "./kind.ts";

/** a = z. */
export const linear = {
  fields: () => object({}),
  saves: "a",
  trainable: true,
  monotonic: true,
} satisfies ActivationKind;
