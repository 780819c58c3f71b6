import { object } from "../fields/objects.ts";
import type { ActivationKind } from "./kind.ts";

/** a = z − ln Σ e^z over the units: logarithms of softmax. */
export const logSoftmax = {
  fields: () => object({}),
  forward: "LOG_SOFTMAX_FORWARD",
  backward: "LOG_SOFTMAX_BACKWARD",
  saves: "a",
  trainable: true,
  monotonic: false,
  wholeRows: true,
  apart: true,
} satisfies ActivationKind;
