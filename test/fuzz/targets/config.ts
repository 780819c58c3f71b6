import * as fc from "fast-check";
import { parseConfig } from "../../../src/config/config.ts";
import { fromConfig } from "../../../src/model/fromConfig.ts";
import { utf8 } from "../files.ts";
import type { Layer, Sample, Target } from "../guide/target.ts";
import { modelDocument, training, WORDS } from "./documents.ts";

export const json: Layer = { json: true, open: (bytes) => ({ inner: bytes, close: (inner) => inner }) };

const written: fc.Arbitrary<Sample> = fc
  .tuple(fc.constantFrom(1, 2, 3, "1"), modelDocument, training)
  .map(([nabla, model, training]) => ({ bytes: utf8(JSON.stringify({ nabla, model, training })) }));
const nested: fc.Arbitrary<Sample> = fc
  .tuple(fc.constantFrom("[", '{"a":', '{"model":{"layers":[', '"\\'), fc.integer({ min: 1, max: 60_000 }))
  .map(([piece, times]) => ({
    bytes: utf8(piece.repeat(Math.min(times, Math.floor(60_000 / piece.length)))),
  }));

const TRAINING = { loss: "categoricalCrossentropy", optimizer: "adam", epochs: 3 };
const SEEDS = [
  {
    nabla: 1,
    model: {
      inputShape: [4],
      layers: [
        { type: "dense", units: 3, activation: "relu" },
        { type: "dense", units: 2, activation: "softmax" },
      ],
    },
    training: { ...TRAINING, metrics: ["accuracy"], schedule: { name: "cosine" } },
  },
  {
    nabla: 1,
    model: {
      inputShape: [6, 6, 1],
      layers: [
        { type: "conv2d", filters: 2, kernelSize: 3 },
        { type: "flatten" },
        { type: "dense", units: 2, activation: "softmax" },
      ],
    },
    training: { ...TRAINING, augment: { shift: 2 } },
  },
  {
    nabla: 2,
    model: {
      layers: [
        { type: "input", name: "a", shape: [2] },
        { type: "dense", name: "b", units: 2, inputs: ["a"] },
        { type: "add", name: "c", inputs: ["a", "b"] },
      ],
      outputs: { y: "c" },
    },
    training: { loss: "quadratic", optimizer: "sgd" },
  },
];

/** Larger sizes are what someone asked for: a model of them is not built here. */
const MOST = 512;
const isSmall = (value: unknown): boolean =>
  typeof value === "number"
    ? value <= MOST
    : typeof value !== "object" || value === null || Object.values(value).every(isSmall);

export const config: Target = {
  name: "config",
  seeds: () => SEEDS.map((each) => ({ bytes: utf8(JSON.stringify(each)) })),
  arbitrary: fc.oneof({ weight: 12, arbitrary: written }, { weight: 1, arbitrary: nested }),
  layers: [json],
  words: WORDS,
  memory: (bytes) => 64 * bytes + 2 ** 28,
  run(bytes) {
    const checked = parseConfig(new TextDecoder().decode(bytes), "a.json");
    if (!isSmall(checked.model)) return checked;
    const { model, fit } = fromConfig(checked, "a.json");
    const { callbacks, ...settings } = fit;
    return { checked, settings, callbacks: callbacks?.length, summary: model.summary() };
  },
};
