/** A network of sequences as one that is given their steps one by one: the same layers, built for a single step, with the same weights. */
import { NablaError } from "../errors.ts";
import { graphOf } from "../plan/graph.ts";
import {
  type AnyOperation,
  type Architecture,
  type Layer,
  type Made,
  type Node,
  parametersOf,
} from "../plan/operation.ts";
import { type Shape, sameShape, showShape } from "../shape.ts";
import { type Builder, nameLayers, withInner } from "./chain.ts";
import type { LayerConfig, Topology } from "./configs.ts";
import { kindOf } from "./registry.ts";

export interface OneStep {
  readonly architecture: Architecture;
  /** Operations of it that carry a state from step to step. */
  readonly walking: readonly AnyOperation[];
}

/** Of a sequence, that of one step. */
const single = ([, ...rest]: Shape): Shape => [1, ...rest];

/** Whether an operation makes steps of the numbers of a row: [steps] → [steps, …]. */
const opens = ({ alone, onlyLayout, outputShape }: AnyOperation, [steps]: Shape): boolean =>
  (alone === "each" || onlyLayout === true) && outputShape.length > 1 && outputShape[0] === steps;

/** What stands in the way of a value whose input comes step by step; undefined: nothing. */
function obstacle({ operation, from, shape }: Made, stepwise: ReadonlySet<Node>): string | undefined {
  const given = from[0].shape;
  const { alone, steps, whole } = operation;
  if (from.some((value) => !stepwise.has(value)))
    return alone === "walks"
      ? "it begins with states it is given; make a model of it without them, with these weights, and assign them to its stream.states"
      : "it is also given values that do not come step by step";
  if (whole) return whole;
  if (alone === "walks") return undefined;
  if (steps && alone !== "each") return "it puts several steps together, and later ones have not come yet";
  if (shape[0] !== given[0] || shape.length < 2)
    return `of ${showShape(given)} it makes ${showShape(shape)}, which is not one step for each`;
  return given.length > 1 || opens(operation, given)
    ? undefined
    : `its input ${showShape(given)} has no steps of its own; put reshape({ targetShape: ${showShape([given[0], 1])} }) before it`;
}

/** Which operations are given steps one by one. @throws NablaError for layers that need all steps at once */
function walk(architecture: Architecture): { stepwise: Set<AnyOperation>; inputs: boolean[] } {
  const { inputs, nodes } = graphOf(architecture);
  const layerOf = new Map<AnyOperation, Layer>(
    architecture.layers.flatMap((layer) => layer.operations.map((operation) => [operation, layer] as const)),
  );
  const values = new Set<Node>();
  for (const input of inputs) {
    const { shape } = input;
    // what has no steps is given whole, with each step
    if (shape.length > 1 || nodes.some(({ operation, from }) => from[0] === input && opens(operation, shape)))
      values.add(input);
  }
  const stepwise = new Set<AnyOperation>();
  for (const node of nodes) {
    const { operation, from, shape } = node;
    if (!from.some((value) => values.has(value))) continue;
    const why = obstacle(node, values);
    if (why) {
      const { type, name } = layerOf.get(operation)!;
      throw new NablaError(`stream: ${type} "${name}" cannot be given steps one by one: ${why}`);
    }
    stepwise.add(operation);
    // a walk that returns its last state alone gives, after each step, that of this step
    if (shape.length > 1) values.add(node);
  }
  return { stepwise, inputs: inputs.map((input) => values.has(input)) };
}

/**
 * @param whole the network as it is trained
 * @param topology what it was built from
 * @throws NablaError for layers that need all steps at once, by name
 */
export function oneStepOf(whole: Architecture, topology: Topology, builder: Builder): OneStep {
  const { stepwise, inputs } = walk(whole);
  const place = new Map(whole.layers.map((layer) => [layer.name, layer]));
  const named = nameLayers(topology.layers).map(withoutStates);
  let count = 0;
  const layers = named.map((config): LayerConfig => {
    if (config.type === "input")
      return inputs[count++] ? { ...config, shape: [...single(config.shape)] } : config;
    const layer = place.get(config.name!);
    const change = kindOf(config.type)?.ofOneStep;
    if (!change || !layer?.operations.some((operation) => stepwise.has(operation))) return config;
    return { ...config, ...change(config, layer.inputShape[0]) } as LayerConfig;
  });
  const [{ shape }] = whole.inputs;
  const architecture = builder.build({ ...topology, layers }, inputs[0] ? single(shape) : shape);
  architecture.layers.forEach((layer, i) => checkParameters(layer, whole.layers[i]));
  const all = whole.layers.flatMap(({ operations }) => operations);
  const walking = architecture.layers
    .flatMap(({ operations }) => operations)
    .filter(({ alone }, i) => alone === "walks" && stepwise.has(all[i]));
  return { architecture, walking };
}

/** Streams have states of their own, of as many rows as they have. */
function withoutStates(config: LayerConfig): LayerConfig {
  const {
    stateful: _,
    batchSize: __,
    ...rest
  } = config as LayerConfig & { stateful?: unknown; batchSize?: unknown };
  return withInner(rest as LayerConfig, withoutStates);
}

/** @throws NablaError for a layer with weights for each step of its own */
function checkParameters(layer: Layer, whole: Layer): void {
  const own = parametersOf(whole);
  for (const [i, { spec }] of parametersOf(layer).entries()) {
    if (sameShape(spec.shape, own[i].spec.shape)) continue;
    throw new NablaError(
      `stream: ${layer.type} "${layer.name}" cannot be given steps one by one: its ${spec.name} ${showShape(own[i].spec.shape)} has values for each step`,
    );
  }
}
