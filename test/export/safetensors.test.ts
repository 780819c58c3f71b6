/**
 * What Nabla saves, others can read. The reader below is written from the published description of the format
 * (https://huggingface.co/docs/safetensors: 8 bytes of header length, a JSON header, offsets from its end) and shares
 * nothing with src/; the predictions in interop.json are PyTorch's, from the same files, by test/golden/make_interop.py.
 */
import { describe, expect, test } from "vitest";
import { decodeCheckpoint } from "../../src/checkpoint/checkpoint.ts";
import { dense, flatten, load, type Model, sequential } from "../../src/index.ts";
import stored from "../golden/interop.json";
import { inlined } from "../support/bytes.ts";

const files = import.meta.glob<string>("../golden/*.safetensors", {
  query: "?url&inline",
  import: "default",
  eager: true,
});

interface Entry {
  dtype: string;
  shape: number[];
  data_offsets: [number, number];
}

/** Every float32 tensor of a file, and what the header says of it; throws where the file breaks a rule of the format. */
function readFile(bytes: Uint8Array) {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const length = view.getUint32(0, true);
  if (view.getUint32(4, true) !== 0 || length > 100e6) throw new Error("header too long");
  if (bytes[8] !== 0x7b) throw new Error("the header must begin with {");
  const text = new TextDecoder("utf-8", { fatal: true }).decode(bytes.subarray(8, 8 + length));
  const { __metadata__: metadata, ...entries } = JSON.parse(text);
  for (const value of Object.values(metadata))
    if (typeof value !== "string") throw new Error("metadata must be strings");
  const tensors: Record<string, { shape: number[]; values: number[] }> = {};
  const ranges: [number, number][] = [];
  for (const [name, { dtype, shape, data_offsets }] of Object.entries<Entry>(entries)) {
    if (dtype !== "F32") throw new Error(`${name} is ${dtype}`);
    const [begin, end] = data_offsets;
    const values: number[] = [];
    for (let at = begin; at < end; at += 4) values.push(view.getFloat32(8 + length + at, true));
    if (values.length !== shape.reduce((n, size) => n * size, 1)) throw new Error(`${name}: ${shape}`);
    tensors[name] = { shape, values };
    ranges.push([begin, end]);
  }
  // the payload is covered without gap or overlap
  let covered = 0;
  for (const [begin, end] of ranges.sort((a, b) => a[0] - b[0])) {
    if (begin !== covered) throw new Error(`a gap or an overlap at ${begin}`);
    covered = end;
  }
  if (8 + length + covered !== bytes.length) throw new Error("bytes after the last tensor");
  return { metadata: metadata as Record<string, string>, tensors };
}

/** Names, shapes and values of the file against the model's. */
function compare(model: Model, bytes: Uint8Array): string[] {
  const { tensors } = readFile(bytes);
  const names = Object.keys(tensors);
  const parameters = names.filter((name) => !name.startsWith("optimizer."));
  expect(parameters).toEqual(Object.keys(model.weights()));
  const shapes = model.weightShapes();
  for (const [name, values] of Object.entries(model.weights())) {
    expect(tensors[name]!.shape, name).toEqual(shapes[name]);
    expect(tensors[name]!.values, name).toEqual([...values]);
  }
  return names.filter((name) => name.startsWith("optimizer."));
}

describe("an independent reader finds", () => {
  test("the weights of a model that was never trained", () => {
    const model = sequential(
      [
        flatten(),
        dense({ units: 13, activation: "relu" }),
        dense({ units: 3, name: "ausgang", useBias: false }),
      ],
      { inputShape: [5, 3, 2], seed: 3 },
    );
    expect(Object.keys(model.weights())).toEqual(["dense_1.kernel", "dense_1.bias", "ausgang.kernel"]);
    expect(model.weightShapes()["dense_1.kernel"]).toEqual([30, 13]);
    expect(compare(model, model.save())).toEqual([]);
  });

  test("weights and optimizer state after training", async () => {
    const model = sequential([dense({ units: 6, activation: "tanh" }), dense({ units: 1 })], { seed: 4 });
    model.compile({ loss: "meanSquaredError", optimizer: "adam" });
    const x = Array.from({ length: 40 }, (_, i) => [i / 40, (i % 7) / 7, 1]);
    await model.fit(
      x,
      Array.from({ length: 40 }, (_, i) => [i / 20]),
      { epochs: 2 },
    );
    const bytes = model.save();
    const state = compare(model, bytes);
    expect(state.length).toBe(2 * 4);
    const { tensors, metadata } = readFile(bytes);
    for (const name of state) {
      const of = name.replace(/^optimizer\.[^.]+\./, "");
      expect(tensors[name]!.shape, name).toEqual(tensors[of]!.shape);
      expect(
        tensors[name]!.values.some((value) => value !== 0),
        name,
      ).toBe(true);
    }
    expect(Object.keys(metadata)).toEqual(["nabla.checkpoint", "nabla.sha256"]);
  });
});

describe("PyTorch predicts the same from the same file", () => {
  interface Case {
    shapes: Record<string, number[]>;
    x: never;
    y: number[][];
  }
  const cases = stored as unknown as Record<string, Case>;

  test.each(Object.entries(cases))("%s.safetensors", (name, { shapes, x, y }) => {
    const bytes = inlined(files[`../golden/${name}.safetensors`]!);
    const model = load(bytes, name);
    compare(model, bytes);
    expect(model.weightShapes()).toEqual(shapes);
    const { data, shape } = model.predict(x);
    const want = y.flat();
    expect(shape).toEqual([y.length, y[0]!.length]);
    expect(data.length).toBe(want.length);
    const worst = Math.max(...want.map((value, i) => Math.abs(data[i]! - value)));
    expect(worst).toBeLessThanOrEqual(1e-5);
    // the comparison means something only where the outputs differ from row to row
    const first = y.map((row) => row[0]!);
    expect(Math.max(...first) - Math.min(...first)).toBeGreaterThan(0.1);
  });

  test("the state of a training that stood there comes along", () => {
    // later versions may write more than this file has, but must not lose what it has
    const bytes = inlined(files["../golden/interop.safetensors"]!);
    const before = decodeCheckpoint(bytes, "before");
    const after = decodeCheckpoint(load(bytes).save(), "after");
    expect(after.slots.size).toBeGreaterThan(0);
    expect(after.slots).toEqual(before.slots);
    expect(after.progress).toMatchObject(before.progress);
    expect(after.config).toMatchObject(before.config as object);
  });
});
