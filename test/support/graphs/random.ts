/**
 * Random graphs. A recipe is a list of numbers that fast-check draws and shrinks; whatever they are, they make a graph: what does not fit
 * is left out.
 */
import * as fc from "fast-check";
import {
  input,
  type LayerInput,
  type Model,
  model,
  type SymbolicTensor,
  sequential,
} from "../../../src/index.ts";
import { ALL } from "../../../src/layers/all.ts";
import type { Shape } from "../layers/index.ts";
import { size } from "../layers/index.ts";
import { choose, type Draw, TYPES } from "./kinds.ts";

interface Step {
  type: number;
  /** Which value it is applied to, counted back from the last. */
  back: number;
  /** What is drawn for its options. */
  options: number;
  /** 0: a layer that is there already, applied once more; 1: a model. Else a new layer. */
  how: number;
}

export interface Recipe {
  shape: Shape;
  rows: number;
  steps: readonly Step[];
  head: number;
}

const nat = fc.nat({ max: 1_000_000 });

export const recipes: fc.Arbitrary<Recipe> = fc.record({
  shape: fc.oneof(
    fc.tuple(fc.integer({ min: 1, max: 13 })),
    // images twice as often as the others
    fc.tuple(fc.integer({ min: 2, max: 8 }), fc.integer({ min: 2, max: 7 }), fc.integer({ min: 1, max: 5 })),
    fc.tuple(fc.integer({ min: 1, max: 7 }), fc.integer({ min: 1, max: 6 }), fc.integer({ min: 1, max: 6 })),
    fc.tuple(fc.integer({ min: 1, max: 5 }), fc.integer({ min: 1, max: 6 })),
  ),
  rows: fc.integer({ min: 1, max: 5 }),
  steps: fc.array(
    fc.record({ type: nat, back: fc.nat({ max: 20 }), options: nat, how: fc.nat({ max: 9 }) }),
    { maxLength: 9 },
  ),
  head: nat,
});

/** Numbers that follow from one. */
function drawing(seed: number): Draw {
  let state = (Math.imul(seed, 2654435761) + 1) >>> 0;
  return (n) => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return Math.floor((state / 2 ** 32) * n);
  };
}

type Written = LayerInput & { apply(values: SymbolicTensor | readonly SymbolicTensor[]): SymbolicTensor };
const factories = ALL as unknown as Record<string, (...options: unknown[]) => Written>;

function written(type: string, options: object): Written {
  if (type !== "residual") return factories[type](options);
  const { layers, ...rest } = options as { layers: unknown };
  return factories.residual(layers, rest);
}

/** More values in a row would make a run slow. */
const MOST = 300;

/** What the API makes of a recipe. */
export function modelOf({ shape, steps, head }: Recipe): Model {
  const x = input({ shape });
  const values: SymbolicTensor[] = [x];
  const used = new Set<SymbolicTensor>();
  const layers: { layer: Written; shapes: readonly Shape[] }[] = [];
  const put = (layer: Written, from: readonly SymbolicTensor[]): void => {
    const y = layer.apply(from);
    if (size(y.shape) > MOST) return;
    for (const value of from) used.add(value);
    layers.push({ layer, shapes: from.map((value) => value.shape) });
    values.push(y);
  };
  for (const { type, back, options, how } of steps) {
    const draw = drawing(options);
    // the last ones the most
    const at = values.length - 1 - (back % Math.min(values.length, 1 + (back >> 2)));
    const value = values[at];
    // an embedding is applied to whole numbers alone
    const known = layers.filter(
      ({ layer, shapes }) =>
        layer.type !== "embedding" && shapes.length === 1 && shapes[0].join() === value.shape.join(),
    );
    if (how === 0 && known.length > 0) {
      put(known[draw(known.length)].layer, [value]);
      continue;
    }
    if (how === 1) {
      const inner = nested(value.shape, draw);
      const y = inner.apply(value) as SymbolicTensor;
      used.add(value);
      values.push(y);
      if (draw(2) && y.shape.join() === value.shape.join()) {
        used.add(y);
        values.push(inner.apply(y) as SymbolicTensor);
      }
      continue;
    }
    const shapes = values.map((each) => each.shape);
    // what does not fit makes way for the next in the index
    for (const [i] of TYPES.entries()) {
      const choice = choose(TYPES[(type + i) % TYPES.length], at, shapes, draw);
      if (!choice) continue;
      const from = choice.from.map((i) => values[i]);
      try {
        written(choice.type, choice.options).apply(from);
      } catch {
        // a window that is too large, and the like
        continue;
      }
      const { before } = choice;
      if (before) put(written(before.type, before.options), from);
      put(written(choice.type, choice.options), before ? [values[values.length - 1]] : from);
      break;
    }
  }
  return model({
    inputs: x,
    outputs: endOf(
      values.filter((value) => !used.has(value)),
      drawing(head),
    ),
    seed: head,
  });
}

/** A model with weights of its own, to be applied: a chain, or a graph with a fork. */
function nested(shape: Shape, draw: Draw): Model {
  const n = shape[shape.length - 1];
  const main = (): object =>
    shape.length === 3
      ? { type: "conv2d", filters: n, kernelSize: 1, activation: "tanh" }
      : shape.length === 1
        ? { type: "dense", units: n, activation: "tanh" }
        : { type: "layerNormalization", epsilon: 0.1 };
  const make = () => {
    const { type, ...options } = main() as { type: string };
    return written(type, options);
  };
  const seed = 1 + draw(1000);
  if (draw(2))
    return sequential([make(), written("activation", { activation: "silu" })], { inputShape: shape, seed });
  const x = input({ shape });
  const body = make().apply(x);
  return model({ inputs: x, outputs: written("add", {}).apply([make().apply(body), body, x]), seed });
}

/** One output of all values that nobody uses. */
function endOf(sinks: readonly SymbolicTensor[], draw: Draw): SymbolicTensor {
  if (sinks.length === 1 && sinks[0].through !== undefined && draw(3) > 0 && !isInput(sinks[0]))
    return sinks[0];
  const flat = sinks.map((value) => (value.shape.length > 1 ? written("flatten", {}).apply(value) : value));
  const units = 1 + draw(4);
  if (draw(2) === 0) {
    const joined = flat.length > 1 ? written("concatenate", {}).apply(flat) : flat[0];
    return written("dense", { units }).apply(joined);
  }
  const each = flat.map((value) => written("dense", { units, activation: "tanh" }).apply(value));
  const join = ["add", "average", "maximum", "multiply"][draw(4)];
  return each.length > 1 ? written(join, {}).apply(each) : each[0];
}

const isInput = (value: SymbolicTensor): boolean =>
  (value as unknown as { layer: { type: string } }).layer.type === "input";
