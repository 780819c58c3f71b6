/** How a list of configurations becomes a chain of layers, each with a name and the shapes that follow from those before. */
import { NablaError } from "../errors.ts";
import { show } from "../fields/fields.ts";
import type { Architecture, Layer } from "../plan/operation.ts";
import type { Shape } from "../shape.ts";
import type { LayerConfig, Topology } from "./configs.ts";
import type { Connection } from "./connections.ts";
import type { LayerKind, Place } from "./kind.ts";
import { kindOf, types } from "./registry.ts";

/** Finds what layers are built by, by type. */
export type Find = (type: string) => LayerKind | undefined;

/** What can be made of a topology: of chains here, of graphs in graph.ts, so that a program of chains has no code for graphs. */
export interface Builder {
  /**
   * @param inputShape of a chain; a graph has its own
   * @param find default: those the program has named
   */
  build(topology: Topology, inputShape: Shape, find?: Find): Architecture;
  /** What the outputs of a layer depend on. @param all the layers with all names written out @param at the layer */
  upTo(all: readonly LayerConfig[], at: number): Topology;
  /** Of a graph: what each layer is connected to. */
  connectionsOf?(architecture: Architecture): Connection[];
}

/** Layers one after the other. @param outer where they stand, if they are within a layer */
function inRow(configs: readonly LayerConfig[], inputShape: Shape, find: Find, outer?: number): Layer[] {
  let shape = inputShape;
  return configs.map((config, i) => {
    const layer = buildLayer(config, { index: outer ?? i, inputs: [i], shapes: [shape] }, find);
    shape = layer.outputShape;
    return layer;
  });
}

/** Builds a chain, giving names ("dense_1") where the configuration has none. Layers within layers share the names. */
function buildChain({ layers: configs }: Topology, inputShape: Shape, find = kindOf): Architecture {
  const layers = inRow(nameLayers(configs, find), inputShape, find);
  const last = layers.length - 1;
  return {
    inputs: [{ name: "input", shape: inputShape }],
    layers,
    outputs: [{ name: layers[last].name, layer: last }],
    walk: TRAINING && layers.find(({ wiring }) => wiring)?.wiring?.walk,
  };
}

export const chain: Builder = {
  build: buildChain,
  upTo: TRAINING && ((all, at) => ({ layers: all.slice(0, at + 1) })),
};

/** Where a layer is built. */
export interface Spot {
  /** In the list of the model's layers. */
  readonly index: number;
  /** Numbers of the values it is applied to: see Layer.inputs. */
  readonly inputs: readonly number[];
  /** Their shapes. */
  readonly shapes: readonly Shape[];
  /** In a graph: the states that they return besides. */
  readonly states?: Place["states"];
  /** How errors call it. Default: by its type, name and place. */
  readonly called?: string;
}

/** How errors call a layer. */
export const calledAt = ({ type, name }: LayerConfig, { index }: Spot): string =>
  `${type} "${name}" (layer ${index + 1})`;

/** @param config with its name, of a kind that takes as many values as the spot has */
export function buildLayer(config: LayerConfig, spot: Spot, find: Find): Layer {
  const { type } = config;
  const name = config.name!;
  const { index, inputs, shapes, states, called = calledAt(config, spot) } = spot;
  const kind = find(type);
  if (!kind)
    throw new NablaError(
      TRAINING
        ? `layers[${index}].type: expected one of ${types().join(", ")}, got ${show(type)}; update nabla if a newer one wrote it`
        : type,
    );
  const [inputShape] = shapes;
  const { activation = "linear", ...built } = kind.build(config, {
    name,
    called,
    inputShape,
    inputShapes: shapes,
    states,
    inner: (within, shape = inputShape) => inRow(within as readonly LayerConfig[], shape, find, index),
  });
  return { name, type, inputs, inputShape, ...built, ...(!kind.onlyShape && { activation }) };
}

/** The lists of layers within one, by the field that holds them. */
function innerOf(config: LayerConfig, find: Find): [field: string, layers: readonly LayerConfig[]][] {
  const fields = find(config.type)?.inner ?? [];
  return fields.map((field) => [field, (config as unknown as Record<string, readonly LayerConfig[]>)[field]]);
}

/** The same layer with those within it changed, if it has any. */
export function withInner<T extends LayerConfig>(config: T, change: (inner: LayerConfig) => LayerConfig): T {
  const inner = innerOf(config, kindOf).map(([field, layers]) => [field, layers.map(change)] as const);
  return { ...config, ...Object.fromEntries(inner) };
}

/** The configurations with the names of all layers written out, those within layers included. */
export function nameLayers(configs: readonly LayerConfig[], find: Find = kindOf): LayerConfig[] {
  const wished = new Set(everyLayer(configs, find).map(({ name }) => name));
  const taken = new Set<string>();
  const counts = new Map<string, number>();
  const nameOf = ({ type, name }: LayerConfig, path: string): string => {
    while (name === undefined) {
      const count = (counts.get(type) ?? 0) + 1;
      counts.set(type, count);
      const fresh = `${type}_${count}`;
      if (!taken.has(fresh) && !wished.has(fresh)) name = fresh;
    }
    if (taken.has(name))
      throw new NablaError(`${path}.name: "${name}" is taken by an earlier layer; names must differ`);
    taken.add(name);
    return name;
  };
  const named = (list: readonly LayerConfig[], path: string): LayerConfig[] =>
    list.map((config, i) => {
      const at = `${path}[${i}]`;
      const name = nameOf(config, at);
      const inner = innerOf(config, find).map(
        ([field, layers]) => [field, named(layers, `${at}.${field}`)] as const,
      );
      return { ...config, name, ...Object.fromEntries(inner) } as LayerConfig;
    });
  return named(configs, "layers");
}

/** The configurations of all layers in the order they are built in, those within layers included. */
export function everyLayer(configs: readonly LayerConfig[], find: Find = kindOf): LayerConfig[] {
  return configs.flatMap((config) => [config, ...innerOf(config, find).flatMap(([, layers]) => layers)]);
}

/** The places in the list of the layers that each is applied to; -1 where there is no such layer. */
export function sourcesOf(layers: readonly LayerConfig[]): number[][] {
  const places = placesOf(layers);
  return layers.map(
    ({ type, inputs }, i) =>
      inputs?.map((input) => places.get(input) ?? -1) ?? (i > 0 && type !== "input" ? [i - 1] : []),
  );
}

/** Asked for each output of a graph. */
const known = /* @__PURE__ */ new WeakMap<readonly LayerConfig[], Map<string | undefined, number>>();

function placesOf(layers: readonly LayerConfig[]): Map<string | undefined, number> {
  const places = known.get(layers) ?? new Map(layers.map(({ name }, i) => [name, i]));
  known.set(layers, places);
  return places;
}

/** The way from an output back to an input, by the first input of each layer. Layers that share weights stand as those they share. */
export function* lineBack({ layers, outputs }: Topology, output = 0): Generator<LayerConfig> {
  const places = placesOf(layers);
  let at = outputs ? (places.get(Object.values(outputs)[output]) ?? -1) : layers.length - 1;
  while (at >= 0) {
    const layer = layers[at];
    yield layer.type === "shared" ? (layers[places.get(layer.layer)!] ?? layer) : layer;
    const { inputs, type } = layer;
    at = inputs ? (places.get(inputs[0]) ?? -1) : type === "input" ? -1 : at - 1;
  }
}

/** The same from the input to the output. */
export const lineTo = (topology: Topology, output = 0): LayerConfig[] =>
  [...lineBack(topology, output)].reverse();

/** Whether a row's outputs depend, while training, on which other rows it is run with. */
export const looksAcrossRows = (configs: readonly LayerConfig[]): boolean =>
  everyLayer(configs).some((config) => kindOf(config.type)?.looksAcrossRows?.(config));
