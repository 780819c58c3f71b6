/** Pictures of what a network looks for and sees: first weights, maps of its layers, what its mistakes depend on. */
import { type ActivationName, activations } from "../../activations/table.ts";
import { buffersFor, type Dataset } from "../../data/dataset.ts";
import { labelsOf, subset } from "../../data/split.ts";
import { internalsOf } from "../../model/internals.ts";
import type { Model } from "../../model/model.ts";
import type { Layer } from "../../plan/operation.ts";
import { sizeOf } from "../../shape.ts";
import type { Examination } from "../examine.ts";
import { imageOf } from "../text/draw.ts";
import { html, section } from "./html.ts";
import { colourImage, inputImage, mapsImage, weightImage } from "./images.ts";

/** Not the largest: one extreme weight would make all others pale. */
function topOf(weights: Float32Array): number {
  const sorted = Float32Array.from(weights, Math.abs).sort();
  return sorted[Math.floor((sorted.length - 1) * 0.995)] || 1;
}

/** Whether rows are one input and one output, which the pictures are of. */
export const single = ({ inputs, outputs }: Model): boolean => inputs.length === 1 && outputs.length === 1;

/** In place of the pictures. */
export const noPictures = (): string =>
  section(
    "Weights and maps",
    "",
    "They are shown for models of one input and one output; this one has several. model.truncated(layer) gives what a layer makes of its inputs.",
  );

/** What the first layer with weights looks for: filters of a convolution, units of a dense layer over an image; else "". */
export function weightSection(model: Model, most = 64): string {
  const first = model.layers.find((layer) =>
    layer.operations.some((operation) => operation.parameters.length > 0),
  );
  const shape = first && model.weightShapes()[`${first.name}.kernel`];
  if (first?.type === "conv2d" && shape && sizeOf(shape.slice(0, 2)) > 1)
    return filters(model, first, shape, most);
  const image = imageOf(model.inputShape);
  if (image?.channels !== 1 || first?.type !== "dense" || shape?.[0] !== sizeOf(model.inputShape)) return "";
  const [inputs, units] = shape as [number, number];
  const kernel = model.weights()[`${first.name}.kernel`]!;
  const shown = Math.min(units, most);
  const pictures = Array.from({ length: shown }, (_, unit) => {
    const weights = Float32Array.from({ length: inputs }, (_, i) => kernel[i * units + unit]!);
    return `<img alt="weights of unit ${unit}" title="unit ${unit}" src="${weightImage(weights, image, topOf(weights))}">`;
  });
  const note = `${shown < units ? `The first ${shown} of ${units} units` : `All ${units} units`} of layer “${first.name}”: red where a bright pixel speaks for the unit, blue where it speaks against it.`;
  return section("Weights of the first layer", `<div class="weights">${pictures.join("")}</div>`, note);
}

/** Kernels [height, width, channels, filters]: one channel by sign, three as a colour; of other numbers the first. */
function filters(model: Model, layer: Layer, shape: readonly number[], most: number): string {
  const [height, width, channels, count] = shape as [number, number, number, number];
  const kernel = model.weights()[`${layer.name}.kernel`]!;
  const shown = Math.min(count, most);
  const area = { height, width, channels: 1 };
  const pictures = Array.from({ length: shown }, (_, f) => {
    const weights = Float32Array.from(
      { length: height * width * channels },
      (_, i) => kernel[i * count + f]!,
    );
    const first = weights.filter((_, i) => i % channels === 0);
    const src =
      channels === 3 ? colourImage(weights, area, topOf(weights)) : weightImage(first, area, topOf(first));
    return `<img alt="filter ${f}" title="filter ${f}" src="${src}">`;
  });
  const how =
    channels === 3
      ? "grey is 0, a colour is what the filter looks for."
      : `red where a bright pixel speaks for the filter, blue where it speaks against it${channels > 1 ? ` (the first of ${channels} channels)` : ""}.`;
  const note = `${shown < count ? `The first ${shown} of ${count} filters` : `All ${count} filters`} of layer “${layer.name}”, ${height} × ${width} pixels: ${how}`;
  return section(
    "Filters of the first layer",
    `<div class="weights filters">${pictures.join("")}</div>`,
    note,
  );
}

/** What they make of images looks like what they are given. */
const STILL = [
  ...["reshape", "permute", "dropout", "gaussianNoise", "zeroPadding2d", "cropping2d", "upSampling2d"],
  ...["rescaling", "normalization"],
];
const FINISHING = ["batchNormalization", "layerNormalization", "groupNormalization", "activation", "prelu"];

/** Layers whose outputs are images, each with the normalisation and activation that belong to it. */
function mapLayers(model: Model, most: number): Layer[] {
  const { inputs, layers } = model;
  const finished = (i: number) =>
    layers.some((layer) => layer.inputs.includes(inputs.length + i) && FINISHING.includes(layer.type));
  const shown = layers.filter(
    ({ type, outputShape }, i) => outputShape.length === 3 && !STILL.includes(type) && !finished(i),
  );
  return layers.some(({ type }) => /conv2d|residual/i.test(type)) ? shown.slice(0, most) : [];
}

/** The first row of every class, then the maps of each layer; "" for networks without convolutions. */
export async function mapSection(
  model: Model,
  dataset: Dataset,
  names: readonly string[],
  { classes = 10, layers: mostLayers = 10, maps = 36 } = {},
): Promise<string> {
  const image = imageOf(dataset.inputShape);
  const layers = mapLayers(model, mostLayers);
  if (!image || layers.length === 0) return "";
  const labels = dataset.target.kind === "class" ? labelsOf(dataset) : undefined;
  const rows = (labels ? names.map((_, c) => labels.indexOf(c)) : [0, 1, 2])
    .filter((row) => row >= 0 && row < dataset.length)
    .slice(0, classes);
  const examples = await arraysOf(dataset, rows);
  const outputs = layers.map((layer) => model.truncated(layer.name).predict(examples));
  const head = layers.map(({ name, outputShape: [h, w, c] }) => {
    const size = `${h} × ${w}, ${c! > maps ? `${maps} of ${c}` : c} maps`;
    return `<th scope="col">${html(name)}<br><small>${size}</small></th>`;
  });
  const lines = rows.map((row, r) => {
    const name = labels ? names[labels[row]!]! : `row ${row}`;
    const cells = outputs.map((output, l) => {
      const { name: layer, outputShape } = layers[l]!;
      const [height, width, channels] = outputShape as [number, number, number];
      const src = mapsImage(output.row(r), { height, width, channels }, maps);
      return `<td><img alt="${html(`maps of ${layer} for ${name}`)}" src="${src}"></td>`;
    });
    const input = inputImage(examples.read1(r), image);
    return `<tr><th scope="row">${html(name)}</th><td><img alt="${html(`input ${name}`)}" src="${input}"></td>${cells.join("")}</tr>`;
  });
  const note = `One ${labels ? "image of each class" : "image a line"}, then what each layer makes of it, its maps side by side: bright is large.`;
  const table = `<div class="scroll"><table class="maps"><thead><tr><th></th><th scope="col">input</th>${head.join("")}</tr></thead><tbody>${lines.join("")}</tbody></table></div>`;
  return section("What the layers see", table, note);
}

/** These rows in memory, so that they can be read at once. */
async function arraysOf(
  dataset: Dataset,
  rows: readonly number[],
): Promise<Dataset & { read1(r: number): ReturnType<typeof buffersFor>["x"] }> {
  const part = subset(dataset, rows);
  const { x, y } = buffersFor(part, rows.length);
  await part.read(
    Uint32Array.from(rows, (_, r) => r),
    x,
    y,
  );
  const width = sizeOf(dataset.inputShape);
  const row = (r: number) => x.subarray(r * width, (r + 1) * width);
  const per = y.length / Math.max(1, rows.length);
  return {
    ...part,
    read(indices, toX, toY) {
      indices.forEach((r, i) => {
        toX.set(row(r), i * width);
        toY.set(y.subarray(r * per, (r + 1) * per), i * per);
      });
    },
    read1: row,
  };
}

/**
 * For each of the worst mistakes, how much the loss depends on each pixel: the largest |dL/dx| over its channels. None where inputs are
 * no images or the loss has no gradient.
 */
export async function saliencyOf(
  model: Model,
  dataset: Dataset,
  { mistakes }: Examination,
): Promise<string[]> {
  const image = imageOf(dataset.inputShape);
  const { loss } = internalsOf(model).state.required;
  const stepped = model.layers.some(
    ({ activation }) => activation && !activations[activation as ActivationName].trainable,
  );
  if (!image || mistakes.length === 0 || loss.rule || stepped) return [];
  const gradients = await model.inputGradients(
    await arraysOf(
      dataset,
      mistakes.map(({ row }) => row),
    ),
  );
  return mistakes.map((_, r) => {
    const row = gradients.row(r);
    const { channels } = image;
    const strength = Float32Array.from({ length: row.length / channels }, (_, p) =>
      Math.max(...row.subarray(p * channels, (p + 1) * channels).map(Math.abs)),
    );
    return weightImage(strength, image, topOf(strength));
  });
}
