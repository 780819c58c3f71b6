/** How a list of configurations that say what they are applied to becomes a graph of layers. */
import { largest } from "../core/compile.ts";
import { imagesBuild } from "../core/images.ts";
import { didYouMean } from "../errors.ts";
import { type Input, type Layer, parametersOf } from "../plan/operation.ts";
import { walkBack } from "../plan/walk.ts";
import { sameShape, showShape } from "../shape.ts";
import { again } from "./again.ts";
import {
  type Builder,
  buildLayer,
  calledAt,
  chain,
  type Find,
  nameLayers,
  type Spot,
  sourcesOf,
} from "./chain.ts";
import type { LayerConfig, Topology } from "./configs.ts";
import { connectionsOf } from "./connections.ts";
import { misfit } from "./layer.ts";
import { kindOf } from "./registry.ts";

/** What builds such a model. */
export const builderOf = ({ outputs }: Topology): Builder => (outputs ? graph : chain);

/**
 * The names of the values each layer is applied to, in the order of the list.
 * @throws NablaError for a name that no earlier layer has
 */
function connections(layers: readonly LayerConfig[]): (readonly string[])[] {
  const names = layers.map(({ name }) => name!);
  const places = new Map(names.map((name, i) => [name, i]));
  return layers.map((config, i) => {
    if (config.type === "input") {
      if (config.inputs?.length)
        throw misfit(TRAINING && `layers[${i}].inputs: an input is applied to nothing; leave it out`);
      return [];
    }
    if (i === 0)
      throw misfit(
        TRAINING &&
          `layers[0]: a graph begins with an input, got ${config.type}; write { type: "input", shape: […] } before it`,
      );
    const { inputs = [names[i - 1]] } = config;
    for (const [j, name] of inputs.entries()) {
      const at = places.get(name) ?? -1;
      if (at >= 0 && at < i) continue;
      const wrong = () =>
        at < 0
          ? `there is no layer "${name}"${didYouMean(name, names)}; there are ${names.join(", ")}`
          : `"${name}" ${at === i ? "is the layer itself" : `comes after "${names[i]}"`}: a layer is applied to layers before it, so a graph has no cycles`;
      throw misfit(TRAINING && `layers[${i}].inputs[${j}]: ${wrong()}`);
    }
    return inputs;
  });
}

/** The layer whose weights a configuration stands for: itself, or the one it shares. */
function ownerOf(
  config: LayerConfig,
  i: number,
  layers: readonly LayerConfig[],
  places: ReadonlyMap<string | undefined, number>,
): LayerConfig {
  if (config.type !== "shared") return config;
  const at = places.get(config.layer) ?? -1;
  const owner = at >= 0 && at < i ? layers[at] : undefined;
  if (owner && owner.type !== "shared" && owner.type !== "input") return owner;
  const names = () =>
    layers
      .slice(0, i)
      .filter(({ type }) => type !== "shared" && type !== "input")
      .map(({ name }) => name!);
  const what = () =>
    owner ? `, ${owner.type === "input" ? "an input" : `which shares "${owner.layer}" itself`}` : "";
  throw misfit(
    TRAINING &&
      `layers[${i}].layer: expected the name of a layer before it${didYouMean(config.layer, names())}, got "${config.layer}"${what()}; there are ${names().join(", ")}`,
  );
}

/** Builds a layer of a graph. @throws NablaError for several values where it takes one */
export function buildNode(config: LayerConfig, spot: Spot, find: Find): Layer {
  const { length } = spot.shapes;
  if (length > 1 && find(config.type)?.merges === undefined)
    throw misfit(TRAINING && `${spot.called ?? calledAt(config, spot)}: expected one input, got ${length}`);
  return buildLayer(config, spot, find);
}

/** Builds a graph: its inputs are its layers of type "input". */
const build: Builder["build"] = ({ layers: configs, outputs = {} }, _inputShape, find = kindOf) => {
  const named = nameLayers(configs, find);
  const from = connections(named);
  const places = new Map(named.map(({ name }, i) => [name, i]));
  const inputs: Input[] = [];
  const numbers = new Map<string, number>();
  for (const config of named) {
    if (config.type !== "input") continue;
    numbers.set(config.name!, inputs.length);
    inputs.push({ name: config.name!, shape: config.shape });
  }
  const layers: Layer[] = [];
  const shapeOf = (value: number) =>
    value < inputs.length ? inputs[value].shape : layers[value - inputs.length].outputShape;
  named.forEach((config, i) => {
    if (config.type === "input") return;
    const owner = ownerOf(config, i, named, places);
    const values = from[i].map((name) => numbers.get(name)!);
    const states = values.map((value) => layers[value - inputs.length]?.states);
    const built = buildNode(owner, { index: i, inputs: values, shapes: values.map(shapeOf), states }, find);
    // where values are used twice their gradients are added: the core of dense layers cannot
    const own = { ...built, name: config.name!, core: largest([built.core, imagesBuild]) };
    const layer = owner === config ? own : again(own);
    checkShared(layer, owner.name!, (name) => layers[numbers.get(name)! - inputs.length]);
    numbers.set(layer.name, inputs.length + layers.length);
    layers.push(layer);
  });
  const names = layers.map(({ name }) => name);
  const ends = Object.entries(outputs).map(([name, layer]) => {
    const value = numbers.get(layer);
    if (value === undefined)
      throw misfit(
        TRAINING &&
          `outputs.${name}: expected the name of a layer${didYouMean(layer, names)}, got "${layer}"; there are ${names.join(", ")}`,
      );
    if (value < inputs.length)
      throw misfit(
        TRAINING &&
          `outputs.${name}: expected the name of a layer, got "${layer}", an input; apply a layer to it, such as activation({ activation: "linear" })`,
      );
    return { name, layer: value - inputs.length };
  });
  if (ends.length === 0)
    throw misfit(
      TRAINING && `outputs: expected at least one, by name, got none; there are ${names.join(", ")}`,
    );
  for (const { name } of [...inputs, ...ends]) checkKey(name);
  checkReach(inputs, layers, ends);
  return { inputs, layers, outputs: ends, walk: TRAINING && walkBack };
};

/**
 * Names of inputs and outputs are keys of records.
 * @throws NablaError for those that every object has
 */
function checkKey(name: string): void {
  if (name === "" || name in {})
    throw misfit(
      TRAINING &&
        `"${name}" cannot name an input or output: data and results could not be told by it; use another name`,
    );
}

/** @throws NablaError where the same weights would need two shapes */
function checkShared(layer: Layer, owner: string, before: (name: string) => Layer): void {
  if (layer.name === owner) return;
  const first = before(owner);
  const specs = parametersOf(first);
  for (const [i, { spec }] of parametersOf(layer).entries()) {
    const { name, shape } = specs[i].spec;
    if (sameShape(spec.shape, shape)) continue;
    throw misfit(
      TRAINING &&
        `${layer.type} "${owner}" is applied twice, to inputs ${showShape(first.inputShape)} and ${showShape(layer.inputShape)}: its ${name} would have shape ${showShape(shape)} for one and ${showShape(spec.shape)} for the other; bring the inputs to one shape, or use two layers`,
    );
  }
}

/** @throws NablaError for an input or a layer that no output depends on */
function checkReach(
  inputs: readonly Input[],
  layers: readonly Layer[],
  outputs: readonly { readonly layer: number }[],
): void {
  const used = new Set(outputs.map(({ layer }) => inputs.length + layer));
  for (let i = layers.length - 1; i >= 0; i--)
    if (used.has(inputs.length + i)) for (const value of layers[i].inputs) used.add(value);
  inputs.forEach(({ name }, i) => {
    if (!used.has(i)) throw misfit(TRAINING && `input "${name}" reaches no output; leave it out, or use it`);
  });
  layers.forEach(({ name, type }, i) => {
    if (!used.has(inputs.length + i))
      throw misfit(TRAINING && `${type} "${name}" reaches no output; leave it out, or make it an output`);
  });
}

/** What a layer depends on. Of weights that a layer before shares with those that stay, the first that stays has them. */
function upTo(all: readonly LayerConfig[], at: number): Topology {
  const sources = sourcesOf(all);
  const kept = new Set([at]);
  for (let i = at; i >= 0; i--) if (kept.has(i)) for (const source of sources[i]) kept.add(source);
  /** Names of layers whose weights somebody has already, and what layers are called now. */
  const owned = new Set<string>();
  const now = new Map<string, string>();
  const layers = all.flatMap((config, i): LayerConfig[] => {
    if (!kept.has(i)) return [];
    if (config.type === "input") return [config];
    // what stood between two layers may be gone, so each says what it is applied to
    const inputs = sources[i].map((from) => now.get(all[from].name!) ?? all[from].name!);
    const owner = config.type === "shared" ? config.layer : config.name!;
    if (config.type !== "shared" || owned.has(owner)) {
      owned.add(owner);
      return [{ ...config, inputs }];
    }
    // the layer whose weights it shares is gone, so it takes its place, weights included
    owned.add(owner);
    now.set(config.name!, owner);
    return [{ ...all.find(({ name }) => name === owner)!, inputs }];
  });
  const name = all[at].name!;
  return { layers, outputs: { [name]: now.get(name) ?? name } };
}

/** Graphs of layers. */
export const graph: Builder = {
  build,
  upTo: TRAINING && upTo,
  connectionsOf: TRAINING && connectionsOf,
};
