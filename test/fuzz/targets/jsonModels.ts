/** Networks as JSON: of brain.js and ConvNetJS. */
import * as fc from "fast-check";
import { Building } from "../../../src/import/building.ts";
import { readBrain } from "../../../src/import/json/brainjs.ts";
import { readConvnet } from "../../../src/import/json/convnetjs.ts";
import type { Model } from "../../../src/index.ts";
import made from "../../import/json/nets.json";
import { utf8 } from "../files.ts";
import type { Sample, Target } from "../guide/target.ts";

const nets = made.nets as unknown as { name: string; json: object }[];
const seedsOf = (pattern: RegExp): Sample[] => [
  ...nets.filter(({ name }) => pattern.test(name)).map(({ json }) => ({ bytes: utf8(JSON.stringify(json)) })),
  ...made.refused.map(({ json }) => ({ bytes: utf8(JSON.stringify(json)) })),
];
const seen = (model: Model) => ({
  inputs: model.inputs,
  outputs: model.outputs,
  weights: model.weights(),
  about: model.metadata,
});
const size = fc.oneof(fc.nat(4), fc.constantFrom(-1, 0.5, 2 ** 31, 2 ** 53, 1e300, null, "2"));
const text = (value: unknown): Sample => ({ bytes: utf8(JSON.stringify(value)) });
// the core has a memory of its own
const memory = (bytes: number) => 64 * bytes + 2 ** 28;
const whole = {
  open: (bytes: Uint8Array) => ({ inner: bytes, close: (inner: Uint8Array) => inner }),
  json: true,
};

export const brainjs: Target = {
  name: "brainjs",
  seeds: () => seedsOf(/^brain/),
  arbitrary: fc
    .record({
      sizes: fc.array(size, { maxLength: 4 }),
      layers: fc.array(
        fc.record({
          weights: fc.array(fc.array(size, { maxLength: 3 }), { maxLength: 3 }),
          biases: fc.array(size),
        }),
        { maxLength: 4 },
      ),
      inputLookup: fc.dictionary(fc.constantFrom("a", "__proto__", "constructor", "b"), size),
    })
    .map(text),
  layers: [whole],
  words: ["__proto__", "constructor", "leaky-relu", "LSTM", "inputLookup", "sizes"],
  memory,
  run: (bytes) => seen(readBrain(bytes, "a.json", new Building())),
};

const layer = fc.record(
  {
    layer_type: fc.constantFrom(
      "input",
      "fc",
      "conv",
      "pool",
      "relu",
      "maxout",
      "softmax",
      "dropout",
      "lrn",
      "__proto__",
    ),
    ...{ out_sx: size, out_sy: size, out_depth: size, sx: size, sy: size, stride: size, pad: size },
    ...{ group_size: size, drop_prob: size },
    filters: fc.array(fc.record({ w: fc.array(size, { maxLength: 4 }) }), { maxLength: 3 }),
    biases: fc.record({ w: fc.array(size, { maxLength: 3 }) }),
  },
  { requiredKeys: ["layer_type"] },
);
const start = fc.record({ layer_type: fc.constant("input"), out_sx: size, out_sy: size, out_depth: size });

export const convnetjs: Target = {
  name: "convnetjs",
  seeds: () => seedsOf(/^ConvNetJS/),
  arbitrary: fc
    .tuple(start, fc.array(layer, { maxLength: 4 }))
    .map(([first, rest]) => text({ layers: [first, ...rest] })),
  layers: [whole],
  words: ["__proto__", "constructor", "maxout", "group_size", "out_depth", "quadtransform"],
  memory,
  run: (bytes) => seen(readConvnet(bytes, "a.json", new Building())),
};
