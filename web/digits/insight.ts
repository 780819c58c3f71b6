/** What is inside a network: the weights of its first layer, and what its layers make of the drawing. */
import { computed, effect, signal } from "@preact/signals";
import type { Model } from "nabla";
import { sizeOf } from "../../src/shape.ts";
import { partsText } from "../text/digitsParts.ts";
import { fill } from "../text/words.ts";
import { signed } from "../ui/canvas.tsx";
import { rgb } from "../ui/theme.ts";
import { type Input, input } from "./drawing.ts";
import { imageShape } from "./source.ts";
import { reader, slowTick, subject } from "./state.ts";
import { write } from "./tiles.tsx";

/** Most pictures shown of one layer. */
const MOST = 64;

export interface FirstWeights {
  readonly layer: string;
  readonly kind: "filters" | "units";
  readonly count: number;
  readonly of: number;
  readonly width: number;
  readonly height: number;
}

/** Which pictures the first layer with weights gives; undefined if its inputs are not pictures. */
export const firstWeights = computed<FirstWeights | undefined>(() => {
  const model = subject.value?.model;
  const size = model && imageShape(model.inputShape);
  if (!model || !size) return undefined;
  const shapes = model.weightShapes();
  const layer = model.layers.find(({ name }) => shapes[`${name}.kernel`]);
  const shape = layer && shapes[`${layer.name}.kernel`];
  if (!layer || !shape) return undefined;
  const of = shape.at(-1)!;
  const count = Math.min(of, MOST);
  if (layer.type === "conv2d") {
    const [height = 1, width = 1] = shape;
    return { layer: layer.name, kind: "filters", count, of, width, height };
  }
  if (layer.type !== "dense" || size.channels !== 1) return undefined;
  return { layer: layer.name, kind: "units", count, of, width: size.width, height: size.height };
});

interface Kernel {
  readonly values: Float32Array;
  readonly scale: number;
  /** Inputs between one pixel and the next, times outputs. */
  readonly stride: number;
}

const kernel = computed<Kernel | undefined>(() => {
  slowTick.value;
  const model = subject.value?.model;
  const first = firstWeights.value;
  if (!model || !first) return undefined;
  const values = model.weights()[`${first.layer}.kernel`]!;
  // not the largest: one extreme weight would make all others pale
  let squares = 0;
  for (const value of values) squares += value * value;
  const scale = 2.5 * Math.sqrt(squares / values.length) || 1;
  return { values, scale, stride: values.length / (first.width * first.height) };
});

/** Weights of one filter or unit: over several channels, those of the first. */
export function paintWeights(tile: number, pixels: Uint8ClampedArray): void {
  const found = kernel.value;
  if (!found) return;
  const [minus, zero, plus] = [rgb("minus"), rgb("zero"), rgb("plus")];
  const { values, scale, stride } = found;
  for (let i = 0; 4 * i < pixels.length; i++)
    write(pixels, i, signed((values[i * stride + tile] ?? 0) / scale, minus, zero, plus));
}

/** The number of a map that is looked at: at first one in the middle, where ink is. */
export const spot = signal<Spot>({ layer: 0, map: 0, row: 12, column: 12 });

export interface LayerMaps {
  readonly layer: string;
  readonly title: string;
  /** Maps of a convolution or pooling; units of a dense layer are maps of one pixel. */
  readonly count: number;
  readonly of: number;
  readonly width: number;
  readonly height: number;
  /** [height, width, channels], or [units] */
  readonly values: Float32Array;
  /** The largest value, or 1. */
  readonly top: number;
  /** Whether it keeps the largest of each window. */
  readonly pools: boolean;
  /** Of a convolution: the kernels of each map as one picture, and of how many maps before they are. */
  readonly kernels?: {
    readonly width: number;
    readonly height: number;
    readonly side: number;
    readonly of: number;
  };
}

const KINDS: Readonly<Record<string, string>> = partsText.maps.kinds;

/** Copies of a model's first layers, up to each layer that is shown; made once for a model, their weights brought up to date. */
const parts = new WeakMap<Model, { readonly models: Model[]; at: number }>();

/** @param at a version of the weights: they are copied again when it changes */
function partsOf(model: Model, at: number): Model[] {
  let found = parts.get(model);
  if (!found) {
    const { layers } = model;
    const shown = layers.slice(0, -1).filter(({ type }) => KINDS[type] !== undefined);
    found = { models: shown.map(({ name }) => model.truncated(name)), at };
    parts.set(model, found);
  } else if (found.at !== at) {
    found.at = at;
    const weights = model.weights();
    for (const part of found.models) {
      const names = Object.keys(part.weightShapes());
      if (names.length > 0) part.setWeights(Object.fromEntries(names.map((name) => [name, weights[name]!])));
    }
  }
  return found.models;
}

/** Milliseconds between two updates of the layers while a hand draws: the answer must keep up with it, the maps may follow. */
const FOLLOW = 150;
const settled = signal<Input | undefined>(undefined);
let waiting = false;
effect(() => {
  input.value;
  if (waiting) return;
  waiting = true;
  setTimeout(() => {
    waiting = false;
    settled.value = input.peek();
  }, FOLLOW);
});

/** What each layer makes of the drawing; empty without one. */
export const layerMaps = computed<readonly LayerMaps[]>(() => {
  const at = slowTick.value;
  const model = reader.value;
  const row = settled.value;
  if (!model || !row || row.problem || !imageShape(model.inputShape)) return [];
  // what was drawn for another network, and follows in a moment
  if (row.values.length !== sizeOf(model.inputShape)) return [];
  return partsOf(model, at).map((part): LayerMaps => {
    const { name, type, outputShape } = part.layers.at(-1)!;
    const values = part.predict({ data: row.values, shape: [1, ...model.inputShape] }).data;
    const flat = outputShape.length !== 3;
    const [height = 1, width = 1, channels = 1] = flat ? [1, 1, values.length] : outputShape;
    const top = values.reduce((most, value) => Math.max(most, Math.abs(value)), 0) || 1;
    const words = { kind: KINDS[type]!, n: String(channels), height: String(height), width: String(width) };
    const title = fill(flat ? partsText.maps.units : partsText.maps.maps, words);
    const count = Math.min(channels, flat ? 256 : MOST);
    const kernel = type === "conv2d" ? part.weightShapes()[`${name}.kernel`] : undefined;
    const kernels = kernel && mosaicOf(kernel[0]!, kernel[2]!);
    return {
      layer: name,
      title,
      count,
      of: channels,
      width,
      height,
      values,
      top,
      pools: type === "maxPooling2d",
      ...(kernels && { kernels }),
    };
  });
});

/** One map: nothing is the ground, much is the accent. */
export function paintMap({ values, of, top }: LayerMaps, tile: number, pixels: Uint8ClampedArray): void {
  const [minus, zero, plus] = [rgb("minus"), rgb("raised"), rgb("accent")];
  for (let i = 0; 4 * i < pixels.length; i++)
    write(pixels, i, signed((values[i * of + tile] ?? 0) / top, minus, zero, plus));
}

/** Kernels of so many maps side by side, a pixel between them. */
function mosaicOf(side: number, of: number) {
  const columns = Math.ceil(Math.sqrt(of));
  const rows = Math.ceil(of / columns);
  return { side, of, width: columns * (side + 1) - 1, height: rows * (side + 1) - 1 };
}

const readerWeights = computed(() => {
  slowTick.value;
  return reader.value?.weights() ?? {};
});

/** The kernels of one map: for each map before it one, from left to right. */
export function paintKernels(maps: LayerMaps, tile: number, pixels: Uint8ClampedArray): void {
  const kernel = readerWeights.value[`${maps.layer}.kernel`];
  if (!kernel || !maps.kernels) return;
  const { side, of, width } = maps.kernels;
  const [minus, zero, plus] = [rgb("minus"), rgb("zero"), rgb("plus")];
  let squares = 0;
  for (const value of kernel) squares += value * value;
  const scale = 2.5 * Math.sqrt(squares / kernel.length) || 1;
  const columns = (width + 1) / (side + 1);
  for (let i = 3; i < pixels.length; i += 4) pixels[i] = 0;
  for (let c = 0; c < of; c++)
    for (let i = 0; i < side * side; i++) {
      const row = Math.floor(c / columns) * (side + 1) + Math.floor(i / side);
      const at = row * width + (c % columns) * (side + 1) + (i % side);
      write(pixels, at, signed(kernel[(i * of + c) * maps.of + tile]! / scale, minus, zero, plus));
      pixels[4 * at + 3] = 255;
    }
}

/** One number: of which shown layer, of which of its maps or units, where. */
export interface Spot {
  readonly layer: number;
  readonly map: number;
  readonly row: number;
  readonly column: number;
}
