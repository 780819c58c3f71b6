/** A model as the layers that Keras has for it. What cannot be said is said at once. */
import { builtLayer } from "../../interop/built.ts";
import { nameLayers, sourcesOf } from "../../layers/chain.ts";
import type { LayerConfig } from "../../layers/configs.ts";
import { internalsOf } from "../../model/internals.ts";
import type { Model } from "../../model/model.ts";
import type { Shape } from "../../shape.ts";
import { refuseAll, Unsaid } from "../unsaid.ts";
import { absentInJs, WRITERS } from "./layers.ts";
import { holding } from "./recurrent.ts";
import { type Dialect, type KerasLayer, type Place, type Value, Writing } from "./writing.ts";

export interface WrittenModel {
  readonly layers: readonly KerasLayer[];
  readonly inputs: readonly { readonly name: string; readonly shape: Shape }[];
  readonly outputs: readonly Value[];
  /** What the bytes of each input are multiplied by. */
  readonly scales: readonly number[];
}

/** What stands for a value behind a layer that cannot be said: what follows is looked at as well. */
const nothing = (shape: Shape): Value => ({ layer: "", node: 0, shape });

/** @param scaling whether inputs are multiplied as bytes are here @throws NablaError that lists what cannot be said */
export function written(who: string, model: Model, dialect: Dialect, scaling: boolean): WrittenModel {
  const internals = internalsOf(model);
  const network = internals.built;
  const { architecture } = network;
  const at = new Writing(dialect);
  const weights = model.weights();
  const shapes = model.weightShapes();
  const placeOf = (
    { inputs: _, ...config }: LayerConfig,
    inputs: readonly Shape[],
    outputShape: Shape,
  ): Place => ({
    config: config as unknown as Place["config"],
    name: config.name!,
    outputShape,
    // states are values of the layer before
    parameters:
      config.type === "finalState"
        ? []
        : builtLayer(config as never, inputs).operations.flatMap(({ parameters }) =>
            parameters.map(({ name }) => name),
          ),
    weight(parameter) {
      const key = parameter.includes(".") ? parameter : `${config.name}.${parameter}`;
      return { name: parameter, shape: shapes[key]!, data: weights[key]! };
    },
  });
  const write = (from: readonly Value[], config: LayerConfig, outputShape: Shape): Value => {
    if (config.type === "residual") return residual(from, config, outputShape);
    return one(
      at,
      from,
      placeOf(
        config,
        from.map(({ shape }) => shape),
        outputShape,
      ),
    );
  };
  const residual = (
    from: readonly Value[],
    config: LayerConfig & { type: "residual" },
    outputShape: Shape,
  ): Value => {
    const path = (layers: readonly LayerConfig[]) =>
      layers.reduce(
        (value: Value, inner) => write([value], inner, builtLayer(inner as never, [value.shape]).outputShape),
        from[0]!,
      );
    const ends = [
      path(config.layers as readonly LayerConfig[]),
      path(config.shortcut as readonly LayerConfig[]),
    ];
    return at.add("Add", {}, ends, config.name!, outputShape);
  };
  /** A layer, or a note of why it cannot be. */
  const said = (config: LayerConfig, from: readonly Value[], outputShape: Shape): Value => {
    try {
      return write(from, config, outputShape);
    } catch (error) {
      if (!(error instanceof Unsaid)) throw error;
      at.problems.push({ where: `${config.type} "${config.name}"`, why: error.message });
      return nothing(outputShape);
    }
  };

  const inputs = architecture.inputs.map(({ name, shape }) => ({ name: at.fresh(name), shape }));
  const scales = inputs.map((_, i) => network.scaleOf(i));
  const starts = inputs.map(({ name, shape }, i): Value => {
    const value = { layer: name, node: 0, shape };
    return scaling && scales[i] !== 1
      ? at.add("Rescaling", { scale: scales[i], offset: 0 }, [value], `${name}_scaled`, shape)
      : value;
  });
  const configs = nameLayers(internals.configs);
  const sources = sourcesOf(configs);
  const known = new Map<number, Value>();
  const firsts = new Map<string, { first: number; last: number; from: readonly Value[]; end: Value }>();
  let [input, layer] = [0, 0];
  configs.forEach((config, i) => {
    if (config.type === "input") known.set(i, starts[input++]!);
  });
  configs.forEach((config, i) => {
    if (config.type === "input") return;
    const { outputShape } = architecture.layers[layer++]!;
    const from = sources[i]!.length > 0 ? sources[i]!.map((source) => known.get(source)!) : [starts[0]!];
    if (config.type === "shared") {
      const { first, last, from: before, end } = firsts.get(config.layer)!;
      // where one value was there twice, what is made of it goes by that value
      const one = (values: readonly Value[], i: number) =>
        values.findIndex(
          ({ layer: from, node, tensor }) =>
            from === values[i]!.layer && node === values[i]!.node && tensor === values[i]!.tensor,
        );
      if (before.some((_, i) => one(from, i) !== one(from, one(before, i)))) {
        const why = "it is applied to one value and then to several, of which layers there have one";
        at.problems.push({ where: `${config.type} "${config.name}"`, why });
      }
      known.set(i, end.layer === "" ? end : at.again(first, last, before, from, end, outputShape));
      return;
    }
    const first = at.layers.length;
    const end = said(config, from, outputShape);
    firsts.set(config.name!, { first, last: at.layers.length, from, end });
    known.set(i, end);
  });
  refuseAll(who, READERS[dialect], at.problems);
  const outputs = architecture.outputs.map(({ layer: end }) => {
    const { name } = architecture.layers[end]!;
    const value = known.get(configs.findIndex((config) => config.name === name))!;
    // an input that nothing is done with
    return inputs.some((port) => port.name === value.layer)
      ? at.add("Activation", { activation: "linear" }, [value], name, value.shape)
      : value;
  });
  return { layers: at.layers, inputs, outputs, scales };
}

const one = (at: Writing, from: readonly Value[], place: Place): Value => {
  const { type } = place.config;
  const absent = at.dialect === "tfjs" ? absentInJs(type) : undefined;
  if (absent !== undefined) throw new Unsaid(absent);
  const writer = Object.hasOwn(WRITERS, type) ? WRITERS[type] : HOLDING[type];
  if (!writer) throw new Unsaid("there is no such layer there");
  return writer(at, from, place);
};
const HOLDING = holding((at, from, place) => one(at, from, place));

const READERS = { tfjs: "TensorFlow.js", keras: "Keras" } as const;
