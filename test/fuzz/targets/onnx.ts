import { inflateSync } from "node:zlib";
import * as fc from "fast-check";
import { exportOnnx } from "../../../src/export/onnx/index.ts";
import { Building } from "../../../src/import/building.ts";
import { modelFrom, parsed } from "../../../src/import/onnx/index.ts";
import {
  attention,
  bidirectional,
  dense,
  embedding,
  globalAveragePooling1d,
  gru,
  input,
  layerNormalization,
  lstm,
  masking,
  model,
  multiHeadAttention,
  positionalEmbedding,
  sequential,
} from "../../../src/index.ts";
import type { SymbolicTensor } from "../../../src/layers/symbolic.ts";
import { CODERS } from "../../export/states.ts";
import made from "../../import/transformers/nets.json";
import { numbers, onnxFile } from "../../import/written.ts";
import type { Sample, Target } from "../guide/target.ts";

/** A network as exporters write it: shapes that are computed, constants, a convolution. */
const network = (width: number): Uint8Array =>
  onnxFile({
    nodes: [
      ["Conv", ["x", "w", "b"], ["c"], { pads: [1, 1, 1, 1], strides: [1, 1] }],
      ["Relu", ["c"], ["r"]],
      ["MaxPool", ["r"], ["p"], { kernel_shape: [2, 2], strides: [2, 2] }],
      ["Shape", ["p"], ["s"]],
      ["Gather", ["s", "zero"], ["n"]],
      ["Unsqueeze", ["n", "axes"], ["m"]],
      ["Concat", ["m", "rest"], ["t"], { axis: 0 }],
      ["Reshape", ["p", "t"], ["f"]],
      ["MatMul", ["f", "d"], ["g"]],
      ["Add", ["g", "e"], ["h"]],
      ["Softmax", ["h"], ["y"], { axis: -1 }],
    ],
    inputs: { x: ["N", 1, 4, 2 * width] },
    outputs: ["y"],
    weights: {
      w: { shape: [2, 1, 3, 3], data: numbers(18) },
      b: { shape: [2], data: numbers(2, 2) },
      d: { shape: [4 * width, 3], data: numbers(12 * width, 3) },
      e: { shape: [3], data: numbers(3, 4) },
      zero: { shape: [], data: [0], int: true },
      axes: { shape: [1], data: [0], int: true },
      rest: { shape: [1], data: [-1], int: true },
    },
  });

const recurrent = (): Uint8Array =>
  onnxFile({
    nodes: [
      ["GRU", ["x", "w", "r", "b"], ["all", "last"], { hidden_size: 2, linear_before_reset: 1 }],
      ["Squeeze", ["last", "axes"], ["z"]],
      ["Slice", ["z", "from", "to"], ["v"]],
      ["Pad", ["v", "pads"], ["y"]],
    ],
    inputs: { x: [3, "N", 2] },
    outputs: ["y"],
    weights: {
      w: { shape: [1, 6, 2], data: numbers(12) },
      r: { shape: [1, 6, 2], data: numbers(12, 2) },
      b: { shape: [1, 12], data: numbers(12, 3) },
      axes: { shape: [1], data: [0], int: true },
      from: { shape: [2], data: [0, 0], int: true },
      to: { shape: [2], data: [9, 1], int: true },
      pads: { shape: [4], data: [0, 1, 0, 1], int: true },
    },
  });

/** Of PyTorch's exporters, whose shapes and masks are computed. */
const transformers = (): Uint8Array[] =>
  [made.nets["causal heads"].script, made.nets["block, causal by a function"].dynamo].map((text) =>
    inflateSync(Buffer.from(text, "base64")),
  );

/** What begins with states and leaves some. */
const states = (): Uint8Array => {
  const x = input({ shape: [3, 2] });
  const [, h, c] = lstm({ units: 2, returnState: true }).apply(x) as unknown as SymbolicTensor[];
  const walked = lstm({ units: 2 }).apply(x, { initialState: [h!, c!] });
  return exportOnnx(model({ inputs: x, outputs: { walked: walked as SymbolicTensor, c: c! } }));
};

/** What is found by how its nodes are connected: heads with a mask, attention of itself, normalisation, both directions, padding. */
const attending = (): Uint8Array[] => {
  const heads = multiHeadAttention({ numHeads: 2, keyDim: 2, useCausalMask: true });
  const both = bidirectional({ layer: lstm({ units: 2 }) });
  const nets = [
    [positionalEmbedding(), heads, layerNormalization(), both],
    [attention({ useScale: true, causal: true }), masking(), lstm({ units: 2 })],
  ];
  return nets.map((layers) => exportOnnx(sequential(layers, { inputShape: [3, 4], seed: 1 })));
};

/** The names of classes as an output of texts. */
const classes = (): Uint8Array => {
  const made = sequential([dense({ units: 2 })], { inputShape: [3], seed: 1 });
  made.metadata = { classes: ["no", "yes"], extra: { decision: { threshold: 0.3 } } };
  return exportOnnx(made, { classes: true });
};

/** Padding, which ONNX has only as many nodes: where it is skipped, given on, averaged, and known by a lookup; with states in and out. */
const padding = (): Uint8Array[] => [
  exportOnnx(sequential([masking(), globalAveragePooling1d()], { inputShape: [3, 2] })),
  exportOnnx(
    sequential(
      [embedding({ inputDim: 4, outputDim: 2, maskZero: true }), gru({ units: 2, returnSequences: true })],
      {
        inputShape: [3],
        seed: 1,
      },
    ),
  ),
  ...CODERS.filter(([name]) => /^gru.*padded|^simpleRnn$/.test(name)).map(([, make]) => exportOnnx(make())),
];

const right: fc.Arbitrary<Sample> = fc
  .integer({ min: 1, max: 4 })
  .map((width) => ({ bytes: network(width) }));

/** Sizes that are not those of the values. */
const lying: fc.Arbitrary<Sample> = fc
  .tuple(
    fc.array(fc.oneof(fc.nat(4), fc.constantFrom(2 ** 20, 2 ** 31, 2 ** 40)), { maxLength: 4 }),
    fc.nat(8),
  )
  .map(([shape, n]) => ({
    bytes: onnxFile({
      nodes: [
        ["ConstantOfShape", ["n"], ["c"]],
        ["Expand", ["x", "n"], ["e"]],
        ["Add", ["e", "w"], ["a"]],
        ["Tile", ["a", "n"], ["y"]],
      ],
      inputs: { x: ["N", 3] },
      outputs: ["y"],
      weights: { n: { shape: [shape.length], data: shape, int: true }, w: { shape, data: numbers(n) } },
    }),
  }));

export const onnx: Target = {
  name: "onnx",
  seeds: () =>
    [network(1), recurrent(), states(), classes(), ...attending(), ...padding(), ...transformers()].map(
      (bytes) => ({
        bytes,
      }),
    ),
  arbitrary: fc.oneof(right, lying),
  words: [
    "Conv",
    "Gemm",
    "LSTM",
    "Reshape",
    "Resize",
    "axis",
    "largest",
    "reverse",
    "keepdims",
    "perm",
    "kernel_shape",
    "auto_pad",
    "SAME_UPPER",
    "__proto__",
    "constructor",
  ],
  // the core has a memory of its own
  memory: (bytes) => 64 * bytes + 2 ** 28,
  async run(bytes) {
    const model = await modelFrom(
      parsed(bytes, "a.onnx"),
      bytes.length,
      "a.onnx",
      {},
      new Map(),
      () => new Building(),
    );
    const { inputs, outputs, metadata } = model;
    return { inputs, outputs, metadata, weights: model.weights() };
  },
};
