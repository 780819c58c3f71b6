/** Graphs of layers as programs write them: values, layers applied to them, and models of both. */
import { NablaError } from "../errors.ts";
import { show } from "../fields/fields.ts";
import { checkOptions } from "../fields/options.ts";
import { nameLayers, sourcesOf } from "../layers/chain.ts";
import type { LayerConfig, LayerInput, Topology } from "../layers/configs.ts";
import { buildNode } from "../layers/graph.ts";
import { input as inputLayer } from "../layers/input.ts";
import { layerField } from "../layers/layerFields.ts";
import { kindOf } from "../layers/registry.ts";
import { type Applied, type ApplyOptions, type SymbolicTensor, tensorsOf } from "../layers/symbolic.ts";
import type { Layer } from "../plan/operation.ts";
import { type Shape, sameShape, showShape } from "../shape.ts";
import { copyNamed } from "./copy.ts";
import { graphBuilder } from "./graphBuilder.ts";
import { type Internals, internalsOf } from "./internals.ts";
import { Model } from "./model.ts";

let count = 0;

/** A value, with what it is made of. */
class Value implements SymbolicTensor {
  /** In the order they were made, which is one in which they can be computed. */
  readonly order = count++;

  constructor(
    /** The layer as it was written; the same one where it was applied twice. */
    readonly layer: LayerInput,
    readonly inputs: readonly Value[],
    readonly shape: Shape,
    /** What its layer returns besides: see Layer.states. */
    readonly states?: Layer["states"],
  ) {}

  through(applied: object, values: readonly Value[], options?: ApplyOptions): Value | Value[] {
    return applied instanceof Model
      ? applyModel(applied, values)
      : withStates(applied as LayerInput, values, options);
  }
}

/**
 * An input of a graph: apply layers to it, and make a model({ inputs, outputs }) of it and of what they make of it.
 *
 * @param options.shape of one row, without the batch
 * @param options.name the key of its data. Default input_1, …
 */
export function input(options: { shape: readonly number[]; name?: string }): SymbolicTensor {
  const layer = inputLayer(options as { shape: number[] });
  const { shape } = layerField().check(layer, "input") as { shape: number[] };
  return new Value(layer, [], shape);
}

/** What a layer makes of values. @throws NablaError for options that are wrong, and for values it cannot take */
function applyLayer(layer: LayerInput, inputs: readonly Value[]): Value {
  const { inputShape: _, ...rest } = layer;
  const config = layerField().check(rest, layer.type);
  const { type, name } = config;
  const spot = {
    index: 0,
    inputs: [],
    shapes: inputs.map(({ shape }) => shape),
    states: inputs.map(({ states }) => states),
    called: name === undefined ? type : `${type} "${name}"`,
  };
  const { outputShape, states } = buildNode({ ...config, name: name ?? type } as LayerConfig, spot, kindOf);
  return new Value(layer, inputs, outputShape, states);
}

/** The same as a program asks for it: a layer with returnState gives its value and its states. */
function withStates(layer: LayerInput, given: readonly Value[], options: ApplyOptions = {}): Value | Value[] {
  const who = `${layer.type}.apply`;
  checkOptions(who, options, ["initialState"]);
  const { initialState } = options;
  const kind = kindOf(layer.type);
  if (initialState !== undefined && kind?.merges !== "states")
    throw new NablaError(
      `${who}: initialState: only simpleRnn, lstm, gru and bidirectional() of them begin with states; leave it out`,
    );
  const starts = initialState ? tensorsOf(`${who}: initialState`, initialState) : [];
  const value = applyLayer(layer, [...given, ...(starts as readonly Value[])]);
  const states = Object.keys(value.states ?? {});
  if (states.length === 0) return value;
  return [value, ...states.map((state) => applyLayer(kind!.stateOf!(state) as LayerInput, [value]))];
}

/** Values of a graph: one, a list, or by name. */
export type Values = SymbolicTensor | readonly SymbolicTensor[] | Readonly<Record<string, SymbolicTensor>>;

/** What model() takes. */
export interface GraphOptions {
  /** What input() returned. The names of the inputs are the keys of their data. */
  inputs: Values;
  /** Values that layers made. Their keys, or else the names of their layers, are the keys of targets, losses and results. */
  outputs: Values;
  /** What every random choice depends on. Default 0. */
  seed?: number;
}

/** Values with the names they are given here. */
function named(who: string, values: Values): [name: string | undefined, value: Value][] {
  if (values instanceof Value || Array.isArray(values)) {
    const list = tensorsOf(who, values) as readonly Value[];
    if (list.length === 0) throw new NablaError(`${who}: expected at least one value, got none`);
    return list.map((value) => [undefined, value]);
  }
  if (typeof values !== "object" || values === null)
    throw new NablaError(
      `${who}: expected a value, a list of values, or values by name, got ${show(values)}`,
    );
  const entries = Object.entries(values);
  if (entries.length === 0) throw new NablaError(`${who}: expected at least one value, got none`);
  for (const [name, value] of entries) tensorsOf(`${who}.${name}`, value as Applied);
  return entries as [string, Value][];
}

/** All values that some are made of, in an order in which they can be computed: the inputs first, as they were given. */
function reached(inputs: readonly Value[], outputs: readonly Value[]): Value[] {
  const found = new Set<Value>();
  const waiting = [...outputs];
  for (let value = waiting.pop(); value; value = waiting.pop()) {
    if (found.has(value)) continue;
    found.add(value);
    if (value.layer.type === "input" && !inputs.includes(value)) {
      const called = value.layer.name === undefined ? "" : ` "${value.layer.name}"`;
      throw new NablaError(
        `model: an output depends on an input${called} of shape ${showShape(value.shape)} that is not among the inputs; add it to inputs`,
      );
    }
    waiting.push(...value.inputs);
  }
  for (const value of inputs) found.delete(value);
  return [...inputs, ...[...found].sort((a, b) => a.order - b.order)];
}

/** The layers of a graph as a document has them, and which of the program's layers each is. */
function topologyOf(options: GraphOptions): {
  topology: Topology;
  written: Map<string, LayerInput>;
  given: readonly LayerInput[];
} {
  const inputs = named("model: inputs", options.inputs);
  const outputs = named("model: outputs", options.outputs);
  for (const [i, [name, value]] of inputs.entries()) {
    const { type, name: own } = value.layer;
    const at = name ?? i;
    if (type !== "input")
      throw new NablaError(`model: inputs: ${at}: expected what input() returned, got an output of ${type}`);
    if (name !== undefined && own !== undefined && own !== name)
      throw new NablaError(
        `model: inputs: ${at}: the input has another name already, "${own}"; use one name`,
      );
    if (inputs.findIndex(([, other]) => other === value) < i)
      throw new NablaError(`model: inputs: ${at}: this input is there twice`);
  }
  const values = reached(
    inputs.map(([, value]) => value),
    outputs.map(([, value]) => value),
  );
  const first = new Map<LayerInput, number>();
  const configs = values.map(({ layer }, i): LayerConfig => {
    if (first.has(layer)) return { type: "shared", layer: "" };
    first.set(layer, i);
    const { inputShape: _, ...rest } = layer;
    const name = inputs[i]?.[0] ?? layer.name;
    return layerField().check({ ...rest, ...(name !== undefined && { name }) }, layer.type);
  });
  const all = nameLayers(configs);
  const nameOf = (value: Value) => all[values.indexOf(value)].name!;
  const layers = all.map((config, i): LayerConfig => {
    const { layer, inputs: from } = values[i];
    const before = from.length === 1 && i > 0 && from[0] === values[i - 1];
    const owner = config.type === "shared" ? { layer: all[first.get(layer)!].name! } : {};
    return {
      ...config,
      ...owner,
      ...(from.length > 0 && !before && { inputs: from.map(nameOf) }),
    } as LayerConfig;
  });
  const ends = new Map<string, string>();
  for (const [i, [name, value]] of outputs.entries()) {
    const key = name ?? nameOf(value);
    if (ends.has(key))
      throw new NablaError(`model: outputs: ${i}: "${key}" is there twice; give them names: { a: …, b: … }`);
    ends.set(key, nameOf(value));
  }
  const written = new Map([...first].map(([layer, i]) => [all[i].name!, layer]));
  const given = values.map(({ layer }) => layer);
  return { topology: { layers, outputs: Object.fromEntries(ends) }, written, given };
}

/**
 * A model of any graph of layers: model({ inputs: [a, b], outputs: concatenate().apply([f, g]) }).
 *
 * Layers that were applied several times have one set of weights. Of models that were applied (see Model.apply), the weights they have
 * now are copied.
 * @throws NablaError for inputs that reach no output, outputs that depend on other inputs, and layers of one name
 */
export function model(options: GraphOptions): Model {
  checkOptions("model", options, ["inputs", "outputs", "seed"]);
  const { topology, written, given } = topologyOf(options);
  const made = new Model({ topology, builder: graphBuilder, given }, { seed: options.seed });
  for (const [name, layer] of written) {
    const origin = origins.get(layer);
    if (origin?.internals.network)
      copyNamed(origin.internals.built, origin.name, internalsOf(made).built, name);
  }
  return made;
}

/** Where layers come from that are parts of a model. */
const origins = /* @__PURE__ */ new WeakMap<object, { internals: Internals; name: string }>();

/** The layers of a model as a graph applies them: the same ones each time, so weights are shared. */
const parts = /* @__PURE__ */ new WeakMap<Internals, LayerInput[]>();

function partsOf(internals: Internals): LayerInput[] {
  const known = parts.get(internals);
  if (known) return known;
  const all = nameLayers(internals.configs);
  const made = internals.configs.map((config, i) => {
    const { inputs: _, name, ...rest } = config;
    // names that were only counted would meet those of other models
    const counted = name === undefined || new RegExp(`^${config.type}_[0-9]+$`).test(name);
    const layer = (counted ? rest : { ...rest, name }) as LayerInput;
    origins.set(layer, { internals, name: all[i].name! });
    return layer;
  });
  parts.set(internals, made);
  return made;
}

/** @see Model.apply */
function applyModel(subject: Model, given: readonly Value[]): Value | Value[] {
  const internals = internalsOf(subject);
  const { configs, topology, inputs = [{ name: "input", shape: given[0].shape }] } = internals;
  if (given.length !== inputs.length)
    throw new NablaError(
      `model.apply: expected ${inputs.length} values, one for each input, got ${given.length}`,
    );
  for (const [i, { name, shape }] of inputs.entries()) {
    if (!sameShape(shape, given[i].shape))
      throw new NablaError(
        `model.apply: input "${name}": expected a value of shape ${showShape(shape)}, got ${showShape(given[i].shape)}`,
      );
  }
  const layers = partsOf(internals);
  const placeOf = (name: string) => configs.findIndex((config) => config.name === name);
  const sources = sourcesOf(configs);
  const made: Value[] = [];
  let next = 0;
  for (const [i, config] of configs.entries()) {
    const from = sources[i].map((at) => made[at]);
    if (config.type === "input") made.push(given[next++]);
    else
      made.push(
        applyLayer(
          layers[config.type === "shared" ? placeOf(config.layer) : i],
          from.length > 0 ? from : [given[0]],
        ),
      );
  }
  if (!topology.outputs) return made[made.length - 1];
  const ends = Object.values(topology.outputs).map((name) => made[placeOf(name)]);
  return ends.length === 1 ? ends[0] : ends;
}
