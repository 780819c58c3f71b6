/** What writers of layers have in common. */
import type { ActivationConfig } from "../../activations/table.ts";
import { underscored } from "../../interop/keras.ts";
import type { Shape } from "../../shape.ts";
import { activated, activationName } from "./activations.ts";
import type { Given, Place, Tensor, Value, Writing } from "./writing.ts";

export type Writer = (at: Writing, inputs: readonly Value[], place: Place) => Value;

/** Its weights, as they are. */
export const weightsOf = (place: Place): Tensor[] =>
  place.parameters.map((parameter) => ({ ...place.weight(parameter), name: underscored(parameter) }));

/** Options by Keras' names. */
export const optionsOf = (place: Place, names: readonly string[]): Given =>
  Object.fromEntries(
    names.flatMap((name) => {
      const value = place.config[name];
      return value === undefined || /activation$/i.test(name) ? [] : [[underscored(name), value]];
    }),
  );

/** Penalties on weights, which training goes on with. */
const regularizers = ({ config }: Place): Given =>
  Object.fromEntries(
    ["kernel", "recurrent", "embeddings", "depthwise", "pointwise"].flatMap((weights) => {
      const penalty = config[`${weights}Regularizer`] as { l1: number; l2: number } | undefined;
      return penalty ? [[`${weights}_regularizer`, { class_name: "L1L2", config: penalty }]] : [];
    }),
  );

const frozen = ({ config }: Place): Given => (config.trainable === false ? { trainable: false } : {});

/** A layer with its activation within it where that has a name, else behind it. */
export function withActivation(
  at: Writing,
  inputs: readonly Value[],
  place: Place,
  className: string,
  options: Given,
  weights: readonly Tensor[],
): Value {
  const activation = place.config.activation as ActivationConfig | undefined;
  const named = activation && activationName(activation, at.dialect);
  const apart = activation && named === undefined;
  const shape = place.outputShape;
  const made = at.add(
    className,
    {
      ...options,
      ...regularizers(place),
      ...frozen(place),
      ...(named !== undefined && { activation: named }),
    },
    inputs,
    apart ? `${place.name}_linear` : place.name,
    shape,
    weights,
  );
  return apart ? activated(at, made, activation, place.name) : made;
}

/** A layer of images that does the same along a sequence: steps are rows of one pixel. */
export function asImage(
  at: Writing,
  x: Value,
  wish: string,
  outputShape: Shape,
  make: (image: Value) => Value,
): Value {
  const [steps, channels] = x.shape as [number, number];
  const image = at.add("Reshape", { target_shape: [steps, 1, channels] }, [x], `${wish}_image`, [
    steps,
    1,
    channels,
  ]);
  return at.add("Reshape", { target_shape: [...outputShape] }, [make(image)], wish, outputShape);
}
