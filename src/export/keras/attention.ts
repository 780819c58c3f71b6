/** Attention, and positions. */
import { optionsOf, type Writer, weightsOf } from "./carry.ts";
import type { Given, Place, Value } from "./writing.ts";

/** Queries, values and keys. @param inputs one that has all roles is there twice */
const roles = (inputs: readonly Value[]): readonly Value[] =>
  inputs.length === 1 ? [inputs[0]!, inputs[0]!] : inputs;

/** What its call says. */
function called(place: Place): Given {
  const { causal, useCausalMask } = place.config as { causal?: boolean; useCausalMask?: boolean };
  return causal || useCausalMask ? { use_causal_mask: true } : {};
}

const frozen = ({ config }: Place): Given => (config.trainable === false ? { trainable: false } : {});

const attention: Writer = (at, inputs, place) => {
  const weights = weightsOf(place).map((tensor) => ({ ...tensor, shape: [] }));
  const options = { ...optionsOf(place, ["useScale", "dropout"]), score_mode: "dot", ...frozen(place) };
  return at.add("Attention", options, roles(inputs), place.name, place.outputShape, weights, called(place));
};

const multiHeadAttention: Writer = (at, inputs, place) => {
  const { outputShape, kernelRegularizer: penalty } = place.config as Given;
  const options = {
    ...optionsOf(place, ["numHeads", "keyDim", "valueDim", "dropout", "useBias"]),
    output_shape: outputShape === undefined ? null : [outputShape],
    attention_axes: [1],
    ...(penalty !== undefined && { kernel_regularizer: { class_name: "L1L2", config: penalty } }),
    ...frozen(place),
  };
  const weights = weightsOf(place);
  return at.add(
    "MultiHeadAttention",
    options,
    roles(inputs),
    place.name,
    place.outputShape,
    weights,
    called(place),
  );
};

/** Times 1, with a bias for each step. */
const positionalEmbedding: Writer = (at, [x], place) => {
  const [table] = weightsOf(place);
  const [steps, features] = x!.shape as [number, number];
  const weights = [
    { name: "kernel", shape: [features], data: new Float32Array(features).fill(1) },
    { name: "bias", shape: [steps, features], data: table!.data.slice(0, steps * features) },
  ];
  const fixed = (place.config as Given).sinusoidal === true ? { trainable: false } : frozen(place);
  const options = { equation: "abc,c->abc", output_shape: [steps, features], bias_axes: "bc", ...fixed };
  return at.add("EinsumDense", options, [x!], place.name, x!.shape, weights);
};

export const attending: Readonly<Record<string, Writer>> = {
  attention,
  multiHeadAttention,
  positionalEmbedding,
};
