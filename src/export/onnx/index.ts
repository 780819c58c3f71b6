/** Models as ONNX files, for onnxruntime and others: opset 17. */

import { joined } from "../../checkpoint/safetensors.ts";
import type { TargetScale } from "../../data/targetScale.ts";
import { bool, choice } from "../../fields/fields.ts";
import { checkGiven } from "../../fields/programs.ts";
import { builtLayer } from "../../interop/built.ts";
import { ONNX, TYPES } from "../../interop/onnx.ts";
import { encode } from "../../interop/protobuf.ts";
import { nameLayers, sourcesOf } from "../../layers/chain.ts";
import type { LayerConfig } from "../../layers/configs.ts";
import { internalsOf } from "../../model/internals.ts";
import type { Model } from "../../model/model.ts";
import type { Shape } from "../../shape.ts";
import { type Problem, refuseAll, Unsaid } from "../unsaid.ts";
import { classNodes, namesFor } from "./classes.ts";
import { writeLayer } from "./layers.ts";
import { type Place, Writing, type Written } from "./writing.ts";

/** What exportOnnx() takes besides the model. */
export interface OnnxExportOptions {
  /** Of inputs that are images or sequences: as here, channels last (default), or as PyTorch has them, channels first. */
  layout?: "nhwc" | "nchw";
  /** Whether the graph multiplies its input by what bytes are multiplied by here, such as 1/255: then it takes values of 0 to 255. Default false. */
  scaling?: boolean;
  /**
   * Whether the graph says the class of each row by its name as well, as predict(x).classes() does: an output of texts after the model's own,
   * called `<output>_class`. For models of one output that know the names of their classes. Default false.
   */
  classes?: boolean;
}

const OPSET = 17;
const IR = 8;

/**
 * The model as an ONNX file, with its weights; names of inputs, outputs and layers are kept. Names of classes and the scale of bytes are in
 * its metadata. Optimizer state and what only training needs stay behind.
 *
 * @returns the file's bytes
 * @throws NablaError for layers that ONNX cannot say: all of them at once; for `classes` of a model that has no names of classes
 */
export function exportOnnx(model: Model, options: OnnxExportOptions = {}): Uint8Array {
  checkGiven("exportOnnx", options, { layout: choice(["nhwc", "nchw"]), scaling: bool(), classes: bool() });
  const { layout = "nhwc", scaling = false } = options;
  const names = options.classes ? namesFor(model) : undefined;
  const internals = internalsOf(model);
  const network = internals.built;
  const { architecture } = network;
  const at = new Writing();
  const weights = model.weights();
  const shapes = model.weightShapes();
  const inputs: object[] = [];
  const values: Written[] = architecture.inputs.map(({ name: wish, shape }, i) => {
    const name = at.fresh(wish);
    const first = layout === "nchw" && shape.length > 1;
    inputs.push(info(name, first ? [shape[shape.length - 1]!, ...shape.slice(0, -1)] : shape));
    const value = { name, shape, channelsFirst: first };
    const scale = network.scaleOf(i);
    return scaling && scale !== 1
      ? { ...value, name: at.node("Mul", [name, at.constant(scale)], {}, `${name}_scaled`) }
      : value;
  });
  const configs = nameLayers(internals.configs);
  const sources = sourcesOf(configs);
  const known = new Map<number, Written>();
  let input = 0;
  configs.forEach((config, i) => {
    if (config.type === "input") known.set(i, values[input++]!);
  });
  const placeOf = (
    config: LayerConfig,
    outputShape: Shape,
    inputShape: Shape,
    name = config.name!,
  ): Place => ({
    config,
    name,
    inputShape,
    outputShape,
    has: (parameter) => Object.hasOwn(weights, keyOf(config, parameter)),
    weight(parameter) {
      const key = keyOf(config, parameter);
      return { shape: shapes[key]!, data: weights[key]! };
    },
  });
  const problems: Problem[] = [];
  /** A layer, or a note of why it cannot be: what follows is looked at as well. */
  const attempted = (write: () => Written, { type, name }: LayerConfig, shape: Shape): Written => {
    try {
      return write();
    } catch (error) {
      if (!(error instanceof Unsaid)) throw error;
      problems.push({ where: `${type} "${name}"`, why: error.message });
      return { name: "", shape, channelsFirst: false };
    }
  };
  let layer = 0;
  configs.forEach((config, i) => {
    if (config.type === "input") return;
    const { outputShape, name } = architecture.layers[layer++]!;
    const from = sources[i]!.length > 0 ? sources[i]!.map((source) => known.get(source)!) : [values[0]!];
    const owner = config.type === "shared" ? configs.find(({ name: own }) => own === config.layer)! : config;
    known.set(
      i,
      attempted(() => written(at, from, owner, outputShape, placeOf, name), owner, outputShape),
    );
  });
  refuseAll("exportOnnx", "ONNX", problems);
  const found = architecture.outputs.map(({ layer: end }) => {
    const value = known.get(configs.findIndex(({ name }) => name === architecture.layers[end]!.name))!;
    return { shape: value.shape, name: at.as(value, layout === "nchw") };
  });
  const { classes, targetScale, extra } = model.metadata;
  const behind = (shape: Shape) => (layout === "nchw" ? shape.length - 1 : 0);
  if (targetScale && found.length === 1)
    found[0]!.name = inUnits(at, found[0]!.name, targetScale, behind(found[0]!.shape));
  const ends = architecture.outputs.map(({ name: wish }, i) => {
    const { shape, name } = found[i]!;
    const first = layout === "nchw" && shape.length > 1;
    const dims = first ? [shape[shape.length - 1]!, ...shape.slice(0, -1)] : shape;
    if (name === wish) return info(name, dims);
    // a value within may have the output's name
    const inner = at.renamed(wish, `${wish}_inner`);
    for (const each of found) if (each.name === wish) each.name = inner;
    return info(at.node("Identity", [found[i]!.name], {}, wish), dims);
  });
  if (names) {
    const { shape } = found[0]!;
    const axis = layout === "nchw" ? 1 : shape.length;
    const value = classNodes(at, model, names, architecture.outputs[0]!.name, shape[shape.length - 1]!, axis);
    ends.push(info(value, shape.slice(0, -1), TYPES.text));
  }
  const scales = architecture.inputs.map(({ name }, i) => [name, network.scaleOf(i)] as const);
  return joined(
    encode(
      {
        irVersion: IR,
        producer: "nabla",
        opsets: [{ domain: "", version: OPSET }],
        graph: { name: "nabla", nodes: at.nodes, initializers: at.initializers, inputs, outputs: ends },
        metadata: [
          ...(classes ? [{ key: "classes", value: JSON.stringify(classes) }] : []),
          ...(extra?.decision ? [{ key: "decision", value: JSON.stringify(extra.decision) }] : []),
          { key: "layout", value: layout },
          { key: "scale", value: JSON.stringify(Object.fromEntries(scales)) },
        ],
      },
      "Model",
      ONNX,
    ),
  );
}

/** Nodes that give outputs in the unit of the targets, as predict() does. @param behind axes that follow that of the quantities */
function inUnits(at: Writing, value: string, { mean, scale }: TargetScale, behind: number): string {
  const ones = new Array<number>(mean.length > 1 ? behind : 0).fill(1);
  const of = (wish: string, values: readonly number[]) =>
    at.weight(wish, [values.length, ...ones], Float32Array.from(values));
  const scaled = at.node("Mul", [value, of("units_scale", scale)], {}, "units_scaled");
  return at.node("Add", [scaled, of("units_mean", mean)], {}, "units");
}

const info = (name: string, shape: Shape, type: number = TYPES.float) => ({
  name,
  type: {
    tensor: { type, shape: { dims: [{ name: "batch" }, ...shape.map((value) => ({ value }))] } },
  },
});

/** Parameters of layers within a layer come with the names of theirs: "forward_lstm.kernel". */
const keyOf = ({ name }: LayerConfig, parameter: string): string =>
  parameter.includes(".") ? parameter : `${name}.${parameter}`;

type PlaceOf = (config: LayerConfig, outputShape: Shape, inputShape: Shape, name?: string) => Place;

/** A layer with those within it. */
function written(
  at: Writing,
  from: readonly Written[],
  config: LayerConfig,
  outputShape: Shape,
  placeOf: PlaceOf,
  name: string,
): Written {
  if (config.type !== "residual")
    return writeLayer(at, from, placeOf(config, outputShape, from[0]!.shape, name));
  const path = (layers: readonly LayerConfig[]): Written =>
    layers.reduce((value: Written, inner) => {
      const built = builtLayer(inner, [value.shape]);
      return written(at, [value], inner, built.outputShape, placeOf, inner.name!);
    }, from[0]!);
  const ends = [
    path(config.layers as readonly LayerConfig[]),
    path(config.shortcut as readonly LayerConfig[]),
  ];
  return writeLayer(at, ends, placeOf({ type: "add", name } as LayerConfig, outputShape, outputShape, name));
}
