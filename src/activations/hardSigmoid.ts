import { object } from "../fields/objects.ts";
import type { ActivationKind } from "./kind.ts";

/** a = z / 6 + ½, not below 0 and not above 1, as in Keras 3 and PyTorch; Keras 2 and tfjs take z / 5. */
export const hardSigmoid = {
  fields: () => object({}, { doc: DOCS && "z / 6 + ½, not below 0 and not above 1." }),
  forward: "HARD_SIGMOID_FORWARD",
  backward: "HARD_SIGMOID_BACKWARD",
  saves: "a",
  trainable: true,
  monotonic: true,
  probabilities: true,
} satisfies ActivationKind;
