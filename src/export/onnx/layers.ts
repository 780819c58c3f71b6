/** What each type of layer becomes. */
import type { ActivationConfig } from "../../activations/table.ts";
import { turned } from "../../interop/layouts.ts";
import type { Shape } from "../../shape.ts";
import { activated } from "./activations.ts";
import { attention, multiHeadAttention } from "./attention.ts";
import { maskBehind, TAKES } from "./masks.ts";
import { MERGING } from "./merging.ts";
import { bidirectional, finalState, recurrent, within } from "./recurrent.ts";
import { SEQUENCES } from "./sequences.ts";
import { SPATIAL } from "./spatial.ts";
import { type Place, plain, refuse, type Writer, type Writing, type Written } from "./writing.ts";

const vector = (at: Writing, place: Place, name: string, n: number, otherwise: number): string => {
  const data = place.has(name) ? place.weight(name).data : new Float32Array(n).fill(otherwise);
  return at.weight(`${place.name}.${name}`, [n], data);
};

const dense: Writer = (at, [x], place) => {
  const kernel = place.weight("kernel");
  const bias = place.has("bias")
    ? [at.weight(`${place.name}.bias`, place.weight("bias").shape, place.weight("bias").data)]
    : [];
  if (x!.shape.length === 1) {
    const { shape, data } = turned("dense", "nabla", "onnx", kernel);
    return plain(
      at.node(
        "Gemm",
        [x!.name, at.weight(`${place.name}.kernel`, shape, data), ...bias],
        { transB: 1 },
        place.name,
      ),
      place.outputShape,
    );
  }
  const weights = at.weight(`${place.name}.kernel`, kernel.shape, kernel.data);
  const product = at.node(
    "MatMul",
    [at.plain(x!), weights],
    {},
    bias.length > 0 ? `${place.name}_product` : place.name,
  );
  return plain(
    bias.length > 0 ? at.node("Add", [product, ...bias], {}, place.name) : product,
    place.outputShape,
  );
};

const reshape: Writer = (at, [x], place) =>
  plain(
    at.node("Reshape", [at.plain(x!), at.constant([-1, ...place.outputShape], true)], {}, place.name),
    place.outputShape,
  );

const permute: Writer = (at, [x], place) => {
  const { dims } = place.config as unknown as { dims: readonly number[] };
  return plain(at.node("Transpose", [at.plain(x!)], { perm: [0, ...dims] }, place.name), place.outputShape);
};

const batchNormalization: Writer = (at, [x], place) => {
  const { epsilon, momentum } = place.config as unknown as { epsilon: number; momentum: number };
  const n = x!.shape[x!.shape.length - 1]!;
  const vectors = (
    [
      ["gamma", 1],
      ["beta", 0],
      ["movingMean", 0],
      ["movingVariance", 1],
    ] as const
  ).map(([name, otherwise]) => vector(at, place, name, n, otherwise));
  const name = at.node(
    "BatchNormalization",
    [at.first(x!), ...vectors],
    { epsilon: { float: epsilon }, momentum: { float: momentum } },
    place.name,
  );
  return { name, shape: x!.shape, channelsFirst: x!.shape.length > 1 };
};

const layerNormalization: Writer = (at, [x], place) => {
  const { epsilon } = place.config as unknown as { epsilon: number };
  const n = x!.shape[x!.shape.length - 1]!;
  const vectors = [vector(at, place, "gamma", n, 1), vector(at, place, "beta", n, 0)];
  return plain(
    at.node(
      "LayerNormalization",
      [at.plain(x!), ...vectors],
      { axis: -1, epsilon: { float: epsilon } },
      place.name,
    ),
    x!.shape,
  );
};

/** Before opset 18 there is that of single channels alone: groups become channels. */
const groupNormalization: Writer = (at, [x], place) => {
  const { epsilon, groups: given } = place.config as unknown as { epsilon: number; groups: number };
  const channels = x!.shape[x!.shape.length - 1]!;
  const groups = given === -1 ? channels : given;
  const first = at.first(x!);
  const cut = at.node("Reshape", [first, at.constant([0, groups, -1], true)], {}, `${place.name}_groups`);
  const [ones, zeros] = [
    at.constant(Array<number>(groups).fill(1)),
    at.constant(Array<number>(groups).fill(0)),
  ];
  const normal = at.node(
    "InstanceNormalization",
    [cut, ones, zeros],
    { epsilon: { float: epsilon } },
    `${place.name}_normal`,
  );
  const pixels = x!.shape.slice(0, -1);
  const back = at.node(
    "Reshape",
    [normal, at.constant([-1, channels, ...pixels], true)],
    {},
    `${place.name}_channels`,
  );
  const wide = (name: string, n: number) => {
    const data = place.has(name) ? place.weight(name).data : new Float32Array(channels).fill(n);
    return at.weight(`${place.name}.${name}`, [channels, ...pixels.map(() => 1)], data);
  };
  const scaled = at.node("Mul", [back, wide("gamma", 1)], {}, `${place.name}_scaled`);
  return {
    name: at.node("Add", [scaled, wide("beta", 0)], {}, place.name),
    shape: x!.shape,
    channelsFirst: x!.shape.length > 1,
  };
};

const normalization: Writer = (at, [x], place) => {
  const [mean, variance] = [place.weight("mean"), place.weight("variance")];
  const centred = at.node(
    "Sub",
    [at.plain(x!), at.weight(`${place.name}.mean`, mean.shape, mean.data)],
    {},
    `${place.name}_centred`,
  );
  // no smaller than the layer divides by
  const deviation = variance.data.map((n) => Math.max(Math.sqrt(n), Math.fround(1e-7)));
  return plain(
    at.node(
      "Div",
      [centred, at.weight(`${place.name}.deviation`, variance.shape, deviation)],
      {},
      place.name,
    ),
    x!.shape,
  );
};

const rescaling: Writer = (at, [x], place) => {
  const { scale, offset } = place.config as unknown as { scale: number; offset: number };
  const scaled = at.node(
    "Mul",
    [x!.name, at.constant(scale)],
    {},
    offset === 0 ? place.name : `${place.name}_scaled`,
  );
  return {
    ...x!,
    name: offset === 0 ? scaled : at.node("Add", [scaled, at.constant(offset)], {}, place.name),
  };
};

const prelu: Writer = (at, [x], place) => {
  const { shape, data } = place.weight("alpha");
  return plain(
    at.node("PRelu", [at.plain(x!), at.weight(`${place.name}.alpha`, shape, data)], {}, place.name),
    x!.shape,
  );
};

/** Layers that do with the last axis what they do without the steps before it. */
const ALONG = /^(?:dense|activation|dropout|gaussianNoise|rescaling|layerNormalization)$/;

/** Each layer within: along the last axis, or for all steps of all rows as rows. */
const timeDistributed: Writer = (at, [x], place) => {
  const { layer } = place.config as unknown as {
    layer: readonly { type: string; name: string }[];
  };
  const [steps] = x!.shape as [number];
  let shape: Shape = x!.shape.slice(1);
  const places = layer.map((config) => {
    const one = within(place, config, shape);
    shape = one.outputShape;
    return one;
  });
  if (places.every(({ config, inputShape }) => ALONG.test(config.type) && inputShape.length === 1)) {
    const end = places.reduce<Written>(
      (value, one) =>
        writeLayer(at, [value], {
          ...one,
          inputShape: [steps, ...one.inputShape],
          outputShape: [steps, ...one.outputShape],
        }),
      { ...x!, mask: undefined },
    );
    return { ...end, shape: place.outputShape };
  }
  const given = places[0]!.inputShape;
  const rows = at.node(
    "Reshape",
    [at.plain(x!), at.constant([-1, ...given], true)],
    {},
    `${place.name}_each`,
  );
  const end = places.reduce<Written>((value, one) => writeLayer(at, [value], one), plain(rows, given));
  const back = at.constant([-1, ...place.outputShape], true);
  return plain(at.node("Reshape", [at.plain(end), back], {}, place.name), place.outputShape);
};

const dropout: Writer = (at, [x], place) => {
  const { rate } = place.config as unknown as { rate: number };
  return rate === 0 ? x! : { ...x!, name: at.node("Dropout", [x!.name, at.constant(rate)], {}, place.name) };
};

const WRITERS: Readonly<Record<string, Writer>> = {
  ...MERGING,
  ...SPATIAL,
  ...SEQUENCES,
  dense,
  activation: (_at, [x]) => x!,
  flatten: reshape,
  reshape,
  permute,
  batchNormalization,
  layerNormalization,
  groupNormalization,
  normalization,
  rescaling,
  prelu,
  simpleRnn: recurrent,
  lstm: recurrent,
  gru: recurrent,
  finalState,
  dropout,
  gaussianNoise: (_at, [x]) => x!,
  bidirectional,
  timeDistributed,
  attention,
  multiHeadAttention,
};

/** The types that are written. */
export const WRITTEN: readonly string[] = Object.keys(WRITERS);

/** A layer, and the activation that it has. */
export function writeLayer(at: Writing, inputs: readonly Written[], place: Place): Written {
  const { type } = place.config;
  if (!Object.hasOwn(WRITERS, type)) return refuse("this type of layer is not written to ONNX files");
  const { activation } = place.config as { activation?: ActivationConfig };
  const own =
    activation && activation.name !== "linear" && !/^(?:simpleRnn|lstm|gru)$/.test(type)
      ? activation
      : undefined;
  const made = WRITERS[type]!(at, inputs, place);
  const value = TAKES.has(type) ? made : { ...made, mask: maskBehind(inputs, place) };
  if (!own) return value;
  const z = type === "activation" ? value.name : at.renamed(value.name, `${place.name}_z`);
  return activated(at, { ...value, name: z }, own, place.name);
}
