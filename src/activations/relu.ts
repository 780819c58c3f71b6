import { object } from "../fields/objects.ts";
import type { ActivationKind } from "./kind.ts";

/** a = max(z, 0). */
export const relu = {
  fields: TRAINING && (() => object({})),
  forward: "RELU_FORWARD",
  backward: "RELU_BACKWARD",
  saves: "a",
  trainable: true,
  monotonic: true,
  rectifier: true,
} satisfies ActivationKind;
