/** What one number of a map is made of: a patch times a kernel and a bias, the largest of a pool, a sum over units. */
import type { Model } from "nabla";
import { internalsOf } from "../../src/model/internals.ts";
import type { LayerMaps, Spot } from "./insight.ts";

export interface Patch {
  /** Side of the patch, which is that of the kernel. */
  readonly side: number;
  /** What lies under the kernel, row by row; beyond the edge 0. */
  readonly patch: readonly number[];
  readonly kernel: readonly number[];
  /** Σ patch · kernel. */
  readonly sum: number;
}

export type Made =
  | {
      readonly kind: "convolution";
      /** Of each map of the layer before. */
      readonly channels: readonly Patch[];
      readonly bias: number;
      readonly z: number;
      readonly activation: string;
      readonly a: number;
    }
  | {
      readonly kind: "pooling";
      readonly mean: boolean;
      readonly window: readonly number[];
      /** Side of the window, and which of it was the largest: the first of equal ones. */
      readonly side: number;
      readonly chosen: number;
      readonly a: number;
    }
  | {
      readonly kind: "dense";
      /** The products that weigh most, as input, weight and number of the input. */
      readonly terms: readonly { readonly from: number; readonly x: number; readonly w: number }[];
      /** Σ of all others. */
      readonly rest: number;
      readonly bias: number;
      readonly z: number;
      readonly activation: string;
      readonly a: number;
    };

type Config = {
  readonly type: string;
  readonly strides?: number | readonly number[];
  readonly padding?: string;
  readonly poolSize?: number | readonly number[];
  readonly activation?: string | { readonly name: string };
  readonly dilationRate?: number | readonly number[];
  readonly groups?: number;
};

/** Layers that hand on the numbers of the one before when a network predicts. */
const UNCHANGED: readonly string[] = ["flatten", "dropout", "gaussianNoise", "reshape"];
const first = (value: number | readonly number[] | undefined, or: number): number =>
  typeof value === "object" ? (value[0] ?? or) : (value ?? or);

/** Terms that are written out. */
const TERMS = 5;

interface Plane {
  readonly width: number;
  readonly height: number;
  readonly of: number;
  readonly values: ArrayLike<number>;
}

const at = ({ width, height, of, values }: Plane, row: number, column: number, map: number): number =>
  row < 0 || column < 0 || row >= height || column >= width ? 0 : values[(row * width + column) * of + map]!;

/**
 * @param maps what each shown layer makes of the drawing
 * @param input the row as the network takes it, from 0 to 255
 * @returns undefined for layers whose numbers come about in another way
 */
export function made(
  model: Model,
  maps: readonly LayerMaps[],
  input: ArrayLike<number>,
  { layer, map, row, column }: Spot,
): Made | undefined {
  const own = maps[layer];
  // layers without a name of their own have one only in the model
  const place = model.layers.findIndex(({ name }) => name === own?.layer);
  const configs = internalsOf(model).configs as readonly unknown[] as readonly Config[];
  const config = configs[place];
  if (!own || !config) return undefined;
  const from = layer > 0 ? model.layers.findIndex(({ name }) => name === maps[layer - 1]!.layer) : -1;
  // what a layer between changes is not in the maps
  if (configs.slice(from + 1, place).some(({ type }) => !UNCHANGED.includes(type))) return undefined;
  const [height = 1, width = 1, of = 1] = model.inputShape;
  const before: Plane =
    layer > 0 ? maps[layer - 1]! : { height, width, of, values: Array.from(input, (v) => v / 255) };
  const a = at(own, row, column, map);
  if (config.type === "maxPooling2d" || config.type === "averagePooling2d") {
    if (config.padding === "same") return undefined;
    const size = first(config.poolSize, 2);
    const step = first(config.strides, size);
    const window = Array.from({ length: size * size }, (_, i) =>
      at(before, row * step + Math.floor(i / size), column * step + (i % size), map),
    );
    const chosen = window.indexOf(Math.max(...window));
    return { kind: "pooling", mean: config.type === "averagePooling2d", window, side: size, chosen, a };
  }
  const weights = model.weights();
  const kernel = weights[`${own.layer}.kernel`]!;
  const bias = weights[`${own.layer}.bias`]?.[map] ?? 0;
  const { activation: g = "linear" } = config;
  const activation = typeof g === "string" ? g : g.name;
  if (config.type === "dense") return { ...dense(before, kernel, own.of, map, bias, a), activation };
  if (config.type !== "conv2d" || first(config.strides, 1) !== 1) return undefined;
  if (first(config.dilationRate, 1) !== 1 || (config.groups ?? 1) !== 1) return undefined;
  const [side = 1] = model.weightShapes()[`${own.layer}.kernel`]!;
  const shift = config.padding === "same" ? Math.floor((side - 1) / 2) : 0;
  const channels = Array.from({ length: before.of }, (_, c): Patch => {
    const places = Array.from({ length: side * side }, (_, i) => [Math.floor(i / side), i % side] as const);
    const patch = places.map(([r, k]) => at(before, row + r - shift, column + k - shift, c));
    const own3 = places.map(([r, k]) => kernel[((r * side + k) * before.of + c) * own.of + map]!);
    return { side, patch, kernel: own3, sum: patch.reduce((sum, v, i) => sum + v * own3[i]!, 0) };
  });
  const z = channels.reduce((sum, c) => sum + c.sum, bias);
  return { kind: "convolution", channels, bias, z, activation, a };
}

function dense(
  { values }: Plane,
  kernel: ArrayLike<number>,
  units: number,
  unit: number,
  bias: number,
  a: number,
): Omit<Extract<Made, { kind: "dense" }>, "activation"> {
  const all = Array.from(values, (x, from) => ({ from, x, w: kernel[from * units + unit]! }));
  const sorted = [...all].sort((p, q) => Math.abs(q.x * q.w) - Math.abs(p.x * p.w));
  const sum = (some: typeof all): number => some.reduce((total, { x, w }) => total + x * w, 0);
  const terms = sorted.slice(0, TERMS);
  return { kind: "dense", terms, rest: sum(sorted.slice(TERMS)), bias, z: sum(all) + bias, a };
}

/** The outputs: z, e^z and its share of the sum. @param last what the layer before gives */
export function softmaxOf(model: Model, last: ArrayLike<number>) {
  const { name } = model.layers.at(-1)!;
  const weights = model.weights();
  const bias = weights[`${name}.bias`]!;
  const kernel = weights[`${name}.kernel`]!;
  const z = Array.from(bias, (b, j) => {
    let sum = b;
    for (let k = 0; k < last.length; k++) sum += last[k]! * kernel[k * bias.length + j]!;
    return sum;
  });
  const powers = z.map(Math.exp);
  const all = powers.reduce((sum, v) => sum + v, 0);
  return z.map((v, j) => ({ z: v, power: powers[j]!, share: powers[j]! / all }));
}

/**
 * Which place of a shown layer is to be marked: the one that is looked at, or the one before that pooling took for it. Pools are as
 * large as they are wide.
 */
export function chosenOf(maps: readonly LayerMaps[], spot: Spot, layer: number): Spot | undefined {
  const own = maps[spot.layer];
  if (!own) return undefined;
  const place = {
    layer,
    map: spot.map,
    row: Math.min(spot.row, own.height - 1),
    column: Math.min(spot.column, own.width - 1),
  };
  if (layer === spot.layer) return place;
  const before = maps[layer];
  if (layer !== spot.layer - 1 || !before || !own.pools || before.of !== own.of) return undefined;
  const size = Math.floor(before.height / own.height);
  let best: Spot | undefined;
  let most = Number.NEGATIVE_INFINITY;
  for (let i = 0; i < size * size; i++) {
    const row = place.row * size + Math.floor(i / size);
    const column = place.column * size + (i % size);
    const value = at(before, row, column, spot.map);
    if (value <= most) continue;
    most = value;
    best = { layer, map: spot.map, row, column };
  }
  return best;
}
