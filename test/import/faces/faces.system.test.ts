/** face-api's net of expressions: a package with quantised weights and no description of the network, which is written by hand here. */
import { execFileSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";
import { openModel } from "../../../src/import/index.ts";
import { Stream } from "../../../src/math/random.ts";

const folder = fileURLToPath(
  new URL("../../../build/tools/models/node_modules/@vladmandic/face-api/", import.meta.url),
);
const there = existsSync(join(folder, "package.json"));
if (process.env.NABLA_REQUIRE_ALL === "1")
  test("the package is installed: node scripts/tools.mjs models", () => {
    expect(there).toBe(true);
  });

interface Group {
  readonly paths: string[];
  readonly weights: readonly { readonly name: string }[];
}

/** Keras' layers: four blocks of four convolutions, each of which sees the sum of those before it. */
function topology() {
  const layers: object[] = [];
  const layer = (class_name: string, name: string, config: object, ...inputs: string[]) => {
    const inbound_nodes = inputs.length > 0 ? [inputs.map((input) => [input, 0, 0, {}])] : [];
    layers.push({ class_name, name, config: { name, ...config }, inbound_nodes });
    return name;
  };
  let x = layer("InputLayer", "pixels", { batch_input_shape: [null, 112, 112, 3] });
  [32, 64, 128, 256].forEach((filters, block) => {
    const same = { filters, kernel_size: [3, 3], padding: "same" };
    const name = (i: number) => `dense${block}_conv${i}`;
    const first = { ...same, strides: [2, 2] };
    const plain = layer(block === 0 ? "Conv2D" : "SeparableConv2D", name(0), first, x);
    const outs = [layer("Activation", `${name(0)}_relu`, { activation: "relu" }, plain)];
    let seen = outs[0]!;
    for (let i = 1; i < 4; i++) {
      outs.push(layer("SeparableConv2D", name(i), same, seen));
      const sum = layer("Add", `${name(i)}_sum`, {}, ...outs);
      seen = layer("Activation", `${name(i)}_relu`, { activation: "relu" }, sum);
    }
    x = seen;
  });
  const pool = layer("AveragePooling2D", "pool", { pool_size: [7, 7], strides: [2, 2], padding: "valid" }, x);
  layer("Dense", "fc", { units: 7, activation: "softmax" }, layer("Flatten", "flat", {}, pool));
  const ends = { input_layers: [["pixels", 0, 0]], output_layers: [["fc", 0, 0]] };
  return { class_name: "Model", config: { name: "expressions", layers, ...ends } };
}

/** The package's manifest with names as Keras has them: dense0/conv1/depthwise_filter → dense0_conv1/depthwise_kernel. */
function manifest(): Group[] {
  const groups: Group[] = JSON.parse(
    readFileSync(join(folder, "model/face_expression_model-weights_manifest.json"), "utf8"),
  );
  const renamed = (name: string) =>
    name
      .replace(/^(dense\d)\//, "$1_")
      .replace(/_filter$/, "_kernel")
      .replace(/\/(?:filters|weights)$/, "/kernel");
  return groups.map(({ paths, weights }) => ({
    paths,
    weights: weights.map((each) => ({ ...each, name: renamed(each.name) })),
  }));
}

const opened = () => {
  const json = { modelTopology: { model_config: topology() }, weightsManifest: manifest() };
  const files = {
    "face_expression_model.bin": new Uint8Array(
      readFileSync(join(folder, "model/face_expression_model.bin")),
    ),
  };
  return openModel(new TextEncoder().encode(JSON.stringify(json)), { files });
};

/** Pixels as the package's program standardises them. */
const MEANS = [122.782, 117.001, 104.298] as const;
const standardised = (row: Float32Array) => row.map((value, i) => (value - MEANS[i % 3]!) / 255);

/** Light on one side; 0 to 255. */
function picture(seed: number): Float32Array {
  const random = new Stream(seed, 4);
  const [slope, level] = [random.uniform() * 200, random.uniform() * 50];
  const rows = Float32Array.from({ length: 112 * 112 * 3 }, (_, i) => {
    const column = Math.floor(i / 3) % 112;
    return level + (slope * (seed % 2 ? column : 111 - column)) / 111 + 5 * random.uniform();
  });
  return rows;
}

describe.skipIf(!there)("face-api's net of expressions", () => {
  test("predicts what the package's own program predicts", async () => {
    const rows = [1, 2, 3].map(picture);
    const said = execFileSync(
      process.execPath,
      [fileURLToPath(new URL("oracle.mjs", import.meta.url)), folder],
      {
        input: JSON.stringify(rows.map((row) => Array.from(row))),
        encoding: "utf8",
        stdio: ["pipe", "pipe", "ignore"],
      },
    );
    const theirs: number[][] = JSON.parse(said.trim().split("\n").at(-1)!);
    const model = await opened();
    rows.forEach((row, r) => {
      const { data } = model.predict({ data: standardised(row), shape: [1, 112, 112, 3] });
      theirs[r]!.forEach((score, i) => {
        expect(Math.abs(data[i]! - score)).toBeLessThan(1e-5);
      });
    });
    // three rows that are all the same would say little
    expect(new Set(theirs.map((scores) => scores[0]!.toFixed(4))).size).toBe(3);
  }, 120_000);

  test("is trained further", async () => {
    const model = await opened();
    const rows = Array.from({ length: 16 }, (_, i) => standardised(picture(i)));
    const data = new Float32Array(rows.length * rows[0]!.length);
    rows.forEach((row, i) => {
      data.set(row, i * row.length);
    });
    const x = { data, shape: [16, 112, 112, 3] };
    const y = rows.map((_, i) => 3 * (i % 2));
    const optimizer = { name: "adam", learningRate: 0.001 } as const;
    model.compile({ loss: "categoricalCrossentropy", optimizer, metrics: ["accuracy"] });
    const before = await model.evaluate(x, y);
    await model.fit(x, y, { epochs: 6, batchSize: 8 });
    const after = await model.evaluate(x, y);
    expect(after.loss).toBeLessThan(before.loss! / 2);
    expect(after.accuracy).toBeGreaterThan(0.9);
  }, 120_000);
});
