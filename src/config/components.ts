/**
 * What layers choose by name: activations, initializers. Each may be written as its name alone; its fields then have their defaults,
 * which are those of Keras unless said otherwise.
 */
import { number } from "../fields/fields.ts";
import { object, orName, shared, variant } from "../fields/objects.ts";
import type { ActivationName, InitializerName } from "./names.ts";

const none = object({});
const alpha = (value: number, doc: string) => object({ alpha: number({ min: 0, default: value, doc }) });

export const activation = shared(
  "activation",
  orName(
    variant("name", {
      linear: none,
      step: object({}, { doc: "1 where z > 0, else 0. Its gradient is zero: for the perceptron loss." }),
      sigmoid: none,
      tanh: none,
      relu: none,
      leakyRelu: alpha(0.01, "Slope where z < 0."),
      gaussian: object({}, { doc: "exp(-z²)." }),
      elu: alpha(1, "alpha · (exp z - 1) where z < 0."),
      gelu: none,
      silu: none,
      softplus: none,
      softmax: none,
    } satisfies Record<ActivationName, unknown>),
  ),
);

export const initializer = shared(
  "initializer",
  orName(
    variant("name", {
      zeros: none,
      ones: none,
      gaussian: object({
        mean: number({ default: 0 }),
        stddev: number({
          min: 0,
          default: 1,
          doc: "Standard deviation, the same whatever the layer's size.",
        }),
      }),
      gaussianScaled: object({}, { doc: "Mean 0, standard deviation 1/√inputs." }),
      glorotUniform: none,
      glorotNormal: none,
      heNormal: none,
      heUniform: none,
      lecunNormal: none,
      lecunUniform: none,
    } satisfies Record<InitializerName, unknown>),
  ),
);

const penalty = (doc: string) => number({ min: 0, default: 0, doc });
export const regularizer = shared(
  "regularizer",
  object(
    { l1: penalty("Adds l1 · Σ|w| to the loss."), l2: penalty("Adds l2 · Σw² to the loss.") },
    { doc: "A penalty on the weights, not on the biases." },
  ),
);
