import * as fc from "fast-check";
import { exportTfjs } from "../../../src/export/index.ts";
import { toUtf8 } from "../../../src/host.ts";
import { openModel } from "../../../src/import/index.ts";
import { conv2d, dense, flatten, gru, type Model, masking, sequential } from "../../../src/index.ts";
import { CODERS } from "../../export/states.ts";
import type { Sample, Target } from "../guide/target.ts";

const networks = (): Model[] => [
  sequential([conv2d({ filters: 2, kernelSize: 2, activation: "relu" }), flatten(), dense({ units: 2 })], {
    inputShape: [3, 3, 1],
  }),
  sequential([gru({ units: 2, resetAfter: false }), dense({ units: 2, activation: "softmax" })], {
    inputShape: [3, 2],
  }),
  // padding that is skipped; states that are given on
  sequential([masking(), gru({ units: 2, resetAfter: false, returnSequences: true })], {
    inputShape: [3, 2],
  }),
  ...CODERS.filter(([name]) => name === "simpleRnn").map(([, make]) => make()),
];

/** Weights for any description: as many as it asks for, or not. */
const weights = new Uint8Array(4096).map((_, i) => (i * 37) & 63);

const json = (model: Model): Sample => ({ bytes: Object.values(exportTfjs(model).files)[0]! });

/** Layers that say any sizes, and weights that say any shapes. */
const lying: fc.Arbitrary<Sample> = fc
  .record({
    units: fc.oneof(fc.nat(4), fc.constantFrom(2 ** 20, 2 ** 31, 2 ** 53, -1, 0.5)),
    shape: fc.array(fc.oneof(fc.nat(4), fc.constantFrom(2 ** 20, 2 ** 40, -1)), { maxLength: 4 }),
    className: fc.constantFrom(
      "Dense",
      "Conv2D",
      "UpSampling2D",
      "ZeroPadding2D",
      "RepeatVector",
      "Reshape",
      "LSTM",
    ),
    path: fc.constantFrom(
      "weights.bin",
      "../weights.bin",
      "/etc/passwd",
      "file:///etc/passwd",
      "C:\\x",
      "a/../../b",
    ),
    name: fc.constantFrom("a", "__proto__", "constructor", ""),
    dtype: fc.constantFrom("float32", "uint8", "float16", "string", "__proto__"),
  })
  .map(({ units, shape, className, path, name, dtype }) => {
    const config = {
      ...{ name, units, filters: units, kernel_size: units, size: units, padding: units, n: units },
      ...{ target_shape: shape, batch_input_shape: [null, 3, 3, 1] },
    };
    const document = {
      modelTopology: {
        class_name: "Sequential",
        config: { name, layers: [{ class_name: className, config }] },
      },
      weightsManifest: [
        {
          paths: [path],
          weights: ["kernel", "bias"].map((weight) => ({
            name: `${name}/${weight}`,
            shape,
            dtype,
            quantization: { dtype: "uint8", scale: units, min: 0 },
          })),
        },
      ],
    };
    return { bytes: toUtf8(JSON.stringify(document)) };
  });

export const tfjs: Target = {
  name: "tfjs",
  seeds: () => networks().map(json),
  arbitrary: fc.oneof(
    fc.constantFrom(...[0, 1]).map((i) => json(networks()[i]!)),
    lying,
  ),
  layers: [{ json: true, open: (bytes) => ({ inner: bytes, close: (inner) => inner }) }],
  words: [
    "class_name",
    "config",
    "layers",
    "inbound_nodes",
    "Bidirectional",
    "TimeDistributed",
    "__proto__",
    "../",
  ],
  // the core has a memory of its own
  memory: (bytes) => 64 * bytes + 2 ** 28,
  async run(bytes) {
    const name = "model.weights.bin";
    // as many bytes as the description asks for, where it asks for few
    const asked = sizeAsked(bytes);
    const files = { [name]: weights.subarray(0, asked), "weights.bin": weights };
    const model = await openModel(bytes, { files });
    const { inputs, outputs, metadata } = model;
    return { inputs, outputs, metadata, weights: model.weights() };
  },
};

/** Bytes of the seeds' weights: these stay right where a mutation left them alone. */
function sizeAsked(bytes: Uint8Array): number {
  try {
    const { weightsManifest } = JSON.parse(new TextDecoder().decode(bytes));
    const [{ weights: list }] = weightsManifest as [{ weights: { shape: number[] }[] }];
    const size = list.reduce((sum, { shape }) => sum + 4 * shape.reduce((a, b) => a * b, 1), 0);
    return size >= 0 && size <= weights.length ? size : 0;
  } catch {
    return 0;
  }
}
