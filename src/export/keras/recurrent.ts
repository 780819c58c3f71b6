/** Layers that walk along a sequence, and those that hold others. */
import type { ActivationConfig } from "../../activations/table.ts";
import { builtLayer } from "../../interop/built.ts";
import { HARD_SIGMOID, SAME } from "../../interop/keras.ts";
import { GATED, gatesTimes, MERGE_MODES } from "../../interop/kerasParts.ts";
import { Unsaid } from "../unsaid.ts";
import { activationName } from "./activations.ts";
import { optionsOf, type Writer, weightsOf } from "./carry.ts";
import { type Given, type Place, type Tensor, type Value, Writing } from "./writing.ts";

type Activations = Readonly<Record<"activation" | "recurrentActivation", ActivationConfig | undefined>>;

/** A recurrent layer's class, options and weights. */
function walkOf(at: Writing, place: Place): { className: string; config: Given; weights: Tensor[] } {
  const { type } = place.config;
  const [, className, ...names] = SAME.find(([own]) => own === type)!;
  const { activation, recurrentActivation } = place.config as unknown as Activations;
  const config: Record<string, unknown> = { ...optionsOf(place, names) };
  if (type === "gru") {
    if (at.dialect === "tfjs" && config.reset_after)
      throw new Unsaid(
        "resetAfter: TensorFlow.js resets the state before its product alone; train with resetAfter: false",
      );
    config.reset_after = config.reset_after === true;
  }
  // its values stand in rows of gates; a factor there is one before the activation
  let gated: readonly boolean[] | undefined;
  const nameOf = (given: ActivationConfig, gates: readonly boolean[] | undefined): string => {
    const name = activationName(given, at.dialect);
    if (name !== undefined) return name;
    if (given.name === "hardSigmoid" && gates) {
      gated = gates;
      return "hard_sigmoid";
    }
    throw new Unsaid(`the activation ${given.name} is not there within a recurrent layer`);
  };
  if (activation) config.activation = nameOf(activation, type === "simpleRnn" ? [true] : undefined);
  if (recurrentActivation) config.recurrent_activation = nameOf(recurrentActivation, GATED[type]);
  const units = place.config.units as number;
  const weights = weightsOf(place).map((tensor) =>
    gated ? { ...tensor, data: gatesTimes(1 / HARD_SIGMOID, gated, tensor.data, units) } : tensor,
  );
  return {
    className,
    config: {
      ...config,
      ...(place.config.returnState === true && { return_state: true }),
      ...(place.config.trainable === false && { trainable: false }),
    },
    weights,
  };
}

/** Which of a layer's outputs its states are there: those of the first direction before those of the second. */
const statesOf = (types: readonly string[]): Record<string, number> =>
  Object.fromEntries(
    types
      .flatMap((type, d) =>
        [d === 0 ? "h" : "backwardH", d === 0 ? "c" : "backwardC"].slice(0, type === "lstm" ? 2 : 1),
      )
      .map((name, i) => [name, i + 1]),
  );

/** @throws Unsaid where states would be those of a sequence with padding, which TensorFlow.js takes for lists of inputs */
function checkStarts(at: Writing, [, ...starts]: readonly Value[]): void {
  if (at.dialect !== "tfjs") return;
  const waiting = starts.map(({ layer }) => layer);
  for (const name of waiting) {
    const layer = at.layers.find((one) => one.name === name);
    if (layer?.className === "Masking" || layer?.config.mask_zero === true)
      throw new Unsaid(
        "it begins with states of a sequence with padding, and TensorFlow.js opens no such model; leave out masking() or maskZero",
      );
    for (const { layer: before } of layer?.nodes.flat() ?? [])
      if (!waiting.includes(before)) waiting.push(before);
  }
}

const alone: Writer = (at, inputs, place) => {
  checkStarts(at, inputs);
  const { className, config, weights } = walkOf(at, place);
  const made = at.add(className, config, inputs, place.name, place.outputShape, weights);
  return { ...made, states: statesOf([place.config.type]) };
};

/** A state is an output of the layer that has it. */
const finalState: Writer = (_at, [x], place) => {
  const { layer, node, states } = x!;
  return { layer, node, tensor: states![place.config.state as string]!, shape: place.outputShape };
};

/** Where Keras 3 finds the class of a layer that is held. */
const named = ({ dialect }: Writing): Given =>
  dialect === "keras" ? { module: "keras.layers", registered_name: null } : {};

type Inner = Place["config"] & { readonly name: string };

/** A layer within another as one by itself. */
const within = (place: Place, config: Inner, shape: readonly number[]): Place => {
  const built = builtLayer(config, [shape]);
  return {
    config,
    name: config.name,
    outputShape: built.outputShape,
    parameters: built.operations.flatMap(({ parameters }) => parameters.map(({ name }) => name)),
    weight: (name) => place.weight(`${config.name}.${name}`),
  };
};

const bidirectional: Writer = (at, inputs, place) => {
  const [x] = inputs;
  checkStarts(at, inputs);
  const { layer, mergeMode } = place.config as unknown as {
    layer: readonly [Inner, Inner];
    mergeMode: string;
  };
  const plain = layer[0].name.replace(/^forward_/, "");
  const [first, second] = layer.map((config) => walkOf(at, within(place, config, x!.shape)));
  const said = ({ config, className }: typeof first & {}) =>
    JSON.stringify({ ...config, className, go_backwards: undefined });
  if (at.dialect === "tfjs" && said(first!) !== said(second!))
    throw new Unsaid("its second layer has other options than the first; both are alike there");
  const directions = [first!, second!].flatMap(({ weights }, i) =>
    weights.map((tensor) => ({ ...tensor, name: `${["forward", "backward"][i]}_${plain}/${tensor.name}` })),
  );
  const described = ({ className, config }: typeof first & {}, name: string, back: boolean) => ({
    ...named(at),
    class_name: className,
    config: { name, ...config, go_backwards: back },
  });
  const made = at.add(
    "Bidirectional",
    {
      merge_mode: MERGE_MODES.find(([own]) => own === mergeMode)![1],
      layer: described(first!, at.dialect === "keras" ? `forward_${plain}` : plain, false),
      ...(at.dialect === "keras" && { backward_layer: described(second!, `backward_${plain}`, true) }),
    },
    inputs,
    place.name,
    place.outputShape,
    directions,
  );
  return { ...made, states: statesOf(layer.map(({ type }) => type)) };
};

/** Each layer within is one of its own there. */
const timeDistributed =
  (write: Writer): Writer =>
  (at, [given], place) => {
    const { layer } = place.config as unknown as { layer: readonly Inner[] };
    const steps = given!.shape[0]!;
    const chain = new Writing(at.dialect);
    let value: Value = { layer: "", node: 0, shape: given!.shape.slice(1) };
    for (const config of layer) value = write(chain, [value], within(place, config, value.shape));
    let x = given!;
    chain.layers.forEach(({ className, config, weights, nodes, name }, i) => {
      const [inputs] = nodes;
      const before = chain.layers[i - 1]?.name ?? "";
      if (inputs!.length !== 1 || inputs![0]!.layer !== before)
        throw new Unsaid(`${name} is several layers there, which cannot be applied to each step`);
      const last = i === chain.layers.length - 1;
      const next = chain.layers[i + 1]?.nodes[0]?.[0]?.shape ?? value.shape;
      x = at.add(
        "TimeDistributed",
        { layer: { ...named(at), class_name: className, config } },
        [x],
        last ? place.name : `${place.name}_${i + 1}`,
        [steps, ...next],
        weights,
      );
    });
    return x;
  };

/** @param write writes any layer */
export const holding = (write: Writer): Readonly<Record<string, Writer>> => ({
  timeDistributed: timeDistributed(write),
});

export const recurrent: Readonly<Record<string, Writer>> = {
  simpleRnn: alone,
  lstm: alone,
  gru: alone,
  finalState,
  bidirectional,
};
