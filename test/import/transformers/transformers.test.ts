/** Attention and transformers as PyTorch's exporters write them: the layers they are, with the same predictions. */
import { describe, expect, test } from "vitest";
import { exportOnnx } from "../../../src/export/index.ts";
import { openModel } from "../../../src/import/index.ts";
import type { Model } from "../../../src/index.ts";
import { permuted } from "../../../src/interop/layouts.ts";
import made from "./nets.json";

interface Numbers {
  shape: number[];
  data: number[];
}
interface Net {
  x: Numbers[];
  y: Numbers;
  script?: string;
  dynamo?: string;
}
const nets = made.nets as unknown as Record<string, Net>;
const refused = made.refused as unknown as Record<string, Net>;

async function unpacked(text: string): Promise<Uint8Array> {
  const packed = Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));
  const stream = new Blob([packed]).stream().pipeThrough(new DecompressionStream("deflate"));
  return new Uint8Array(await new Response(stream).arrayBuffer());
}

/** With the batch first. @param batch which axis it is */
const rowsFirst = ({ shape, data }: Numbers, batch: number) => {
  const order = [batch, ...shape.map((_, i) => i).filter((i) => i !== batch)];
  return { shape: order.map((i) => shape[i]!), data: permuted(Float32Array.from(data), shape, order) };
};

/** The largest difference from PyTorch's. */
function farOff(model: Model, { x, y }: Net): number {
  const { batch } = (model.metadata.extra as { import: { batch: number } }).import;
  const rows = x.map((each) => rowsFirst(each, batch));
  const given = Object.fromEntries(model.inputs.map(({ name }, i) => [name, rows[i]!]));
  const { data } = model.predict((rows.length === 1 ? rows[0]! : given) as never);
  const wanted = rowsFirst(y, batch).data;
  expect(data.length).toBe(wanted.length);
  return Math.max(...wanted.map((value, i) => Math.abs(value - data[i]!)));
}

const HEADS = ["multiHeadAttention"];
const PERCEPTRON = ["layerNormalization", "dense", "dense", "add"];
const ENCODER = [...HEADS, "add", "layerNormalization", "dense", "dense", "add", "layerNormalization"];
const BLOCK = ["layerNormalization", ...HEADS, "add", ...PERCEPTRON];
const LAYERS: Readonly<Record<string, readonly string[]>> = {
  heads: HEADS,
  "causal heads": HEADS,
  "heads with their shares": HEADS,
  "heads, steps first": HEADS,
  "heads of three inputs": HEADS,
  "encoder layer": ENCODER,
  "encoder layer, normalised first": BLOCK,
  "decoder layer": [...HEADS, "add", "layerNormalization", ...ENCODER],
  sentences: ["embedding", "positionalEmbedding", ...ENCODER, ...ENCODER, "globalAveragePooling1d", "dense"],
  "block, causal by a function": BLOCK,
  "block, causal by a mask": BLOCK,
  "block that sees all": BLOCK,
};

describe.each(Object.keys(nets))("%s", (name) => {
  const net = nets[name]!;
  for (const exporter of ["script", "dynamo"] as const)
    if (net[exporter])
      test(`of the exporter ${exporter}: its layers, and what PyTorch predicts`, async () => {
        const model = await openModel(await unpacked(net[exporter]!));
        expect(model.layers.map(({ type }) => type)).toEqual(LAYERS[name]);
        expect(farOff(model, net)).toBeLessThan(1e-5);
      });
});

test("it is trained further, and goes out and comes back", async () => {
  const net = nets.sentences!;
  const model = await openModel(await unpacked(net.dynamo!));
  const x = { shape: [20, 5], data: Float32Array.from({ length: 100 }, (_, i) => (i * 7) % 11) };
  const y = { shape: [20, 3], data: Float32Array.from({ length: 60 }, (_, i) => Math.sin(i)) };
  model.compile({ loss: "meanSquaredError", optimizer: { name: "adam", learningRate: 0.01 } });
  const before = (await model.evaluate(x, y)).loss!;
  await model.fit(x, y, { epochs: 30, worker: false });
  expect((await model.evaluate(x, y)).loss).toBeLessThan(before / 2);
  const again = await openModel(exportOnnx(model));
  expect(again.layers.map(({ type }) => type)).toEqual(LAYERS.sentences);
  const [own, other] = [model, again].map((each) => each.predict(x).data);
  expect(other).toEqual(own);
});

test.each([
  ["slopes beside scores", /its scores are changed by a constant with 0\.5/],
  ["padding that is told", /MatMul .*export without key_padding_mask/s],
])("%s: refused", async (name, message) => {
  await expect(openModel(await unpacked(refused[name]!.dynamo!))).rejects.toThrow(message);
});

test("there is a list of layers for each", () => {
  expect(Object.keys(LAYERS)).toEqual(Object.keys(nets));
});
