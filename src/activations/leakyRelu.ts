import { number } from "../fields/fields.ts";
import { object } from "../fields/objects.ts";
import type { ActivationKind } from "./kind.ts";

/** a = z where z > 0, else alpha · z. alpha 0.01 as in PyTorch, while Keras takes 0.3. */
export const leakyRelu = {
  fields: () => object({ alpha: number({ min: 0, default: 0.01, doc: DOCS && "Slope where z < 0." }) }),
  forward: "LEAKY_RELU_FORWARD",
  backward: "LEAKY_RELU_BACKWARD",
  saves: "a",
  trainable: true,
  monotonic: true,
  rectifier: true,
} satisfies ActivationKind;
