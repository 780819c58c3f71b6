/** The fields of each layer type. A new layer is a new entry here: check, defaults, schema and types follow. */
import { activation, initializer, regularizer } from "./components.ts";
import { bool, int, string } from "./fields.ts";
import { object, optional, shared, variant, withDefault } from "./objects.ts";

const name = optional(
  string({
    // Tensors are called "<layer>.kernel"; these two words begin the names of other tensors in checkpoints.
    pattern: /^(?!(?:optimizer|callbacks)$)[A-Za-z0-9_-]+$/,
    expected: "letters, digits, _ and - (not optimizer or callbacks)",
    doc: "Begins the names of the layer's weights. By default the type and a number, such as dense_1.",
  }),
);

export const LAYERS = {
  dense: object(
    {
      name,
      units: int({ min: 1, doc: "Number of outputs." }),
      activation: withDefault(activation, "linear"),
      useBias: bool({ default: true }),
      kernelInitializer: withDefault(initializer, "glorotUniform"),
      biasInitializer: withDefault(initializer, "zeros"),
      kernelRegularizer: optional(regularizer),
    },
    { doc: "y = activation(x · kernel + bias)." },
  ),
  activation: object({ name, activation }, { doc: "An activation as a layer of its own." }),
  flatten: object({ name }, { doc: "[a, b, c] becomes [a · b · c]." }),
};

export const layer = shared("layer", variant("type", LAYERS));
