/** Attention in files of Keras: what calls say besides their values is heard, or refused. */
import { describe, expect, test } from "vitest";
import { unzip, zipEntries } from "../../../src/data/numpy/zip.ts";
import { exportKeras } from "../../../src/export/index.ts";
import { toUtf8 } from "../../../src/host.ts";
import { openModel } from "../../../src/import/index.ts";
import {
  attention,
  input,
  type Model,
  model,
  multiHeadAttention,
  positionalEmbedding,
} from "../../../src/index.ts";
import { writeZip } from "../../support/data/npy.ts";

interface Layer {
  class_name: string;
  config: Record<string, unknown>;
  inbound_nodes: { args: unknown[]; kwargs: Record<string, unknown> }[];
}

/** The file of a model with its layers changed. */
function changed(made: Model, change: (layer: Layer) => void): Uint8Array {
  const bytes = exportKeras(made);
  const entries = zipEntries(bytes, "a").map((entry) => ({
    name: entry.name,
    content: unzip(bytes, entry, "a"),
  }));
  return writeZip(
    entries.map(({ name, content }) => {
      if (name !== "config.json") return { name, content };
      const document = JSON.parse(new TextDecoder().decode(content));
      for (const layer of document.config.layers) if (layer.class_name !== "InputLayer") change(layer);
      return { name, content: toUtf8(JSON.stringify(document)) };
    }),
  );
}

const x = input({ shape: [4, 6], name: "x" });
const z = input({ shape: [5, 6], name: "z" });
const Z = { shape: [null, 5, 6], dtype: "float32", keras_history: ["z", 0, 0] };
const heads = () =>
  model({ inputs: [x, z], outputs: multiHeadAttention({ numHeads: 2, keyDim: 3 }).apply([x, z]), seed: 2 });
const rows = (n: number) => ({
  data: Float32Array.from({ length: n * 6 }, (_, i) => Math.sin(i * 1.3 + n)),
  shape: [1, n, 6],
});
const given = { x: rows(4), z: rows(5) };

describe("calls", () => {
  test("values that are named come in their order", async () => {
    const made = heads();
    const file = changed(made, ({ inbound_nodes: [node] }) => {
      const [query, value] = node!.args;
      Object.assign(node!, {
        args: [query],
        kwargs: { key: value, value, use_causal_mask: false, training: null },
      });
    });
    const back = await openModel(file);
    expect(back.predict(given).data).toEqual(made.predict(given).data);
  });

  test("use_causal_mask is heard", async () => {
    const back = await openModel(
      changed(heads(), ({ inbound_nodes: [node] }) => {
        node!.kwargs = { use_causal_mask: true };
      }),
    );
    expect(back.predict(given).data).not.toEqual(heads().predict(given).data);
  });

  test.each([
    ["attention_mask", { attention_mask: [[1, 0]] }],
    ["return_attention_scores", { return_attention_scores: true }],
  ])("%s is refused", async (name, kwargs) => {
    const file = changed(heads(), ({ inbound_nodes: [node] }) => {
      node!.kwargs = kwargs;
    });
    await expect(openModel(file)).rejects.toThrow(`${name}: the layer is called with it`);
  });
});

describe("options", () => {
  test.each([
    ["use_gate", true, "not gated here"],
    ["sliding_window", 3, "a step sees all others here"],
    ["attention_axes", [1, 2], "along the steps of a sequence"],
    ["output_shape", [2, 3], "one axis of features"],
  ])("%s", async (name, value, why) => {
    const file = changed(heads(), ({ config }) => {
      config[name] = value;
    });
    await expect(openModel(file)).rejects.toThrow(why);
  });

  test("scores of another kind", async () => {
    const made = model({ inputs: [x, z], outputs: attention().apply([x, z]) });
    const file = changed(made, ({ config }) => {
      config.score_mode = "concat";
    });
    await expect(openModel(file)).rejects.toThrow('score_mode "concat": queries and keys agree');
  });

  test.each(["abc,cde->abde", "abc,bc->abc", "abc,cd->acd", "abcabc"])(
    "the equation %s",
    async (equation) => {
      const made = model({ inputs: x, outputs: positionalEmbedding().apply(x) });
      const file = changed(made, ({ config }) => {
        config.equation = equation;
      });
      await expect(openModel(file)).rejects.toThrow(`equation "${equation}"`);
    },
  );
});

test("a layer that is applied to one value and to several", async () => {
  const layer = multiHeadAttention({ numHeads: 2, keyDim: 3 });
  const own = layer.apply([x, x]);
  const made = model({ inputs: [x, z], outputs: { a: own, b: layer.apply([x, z]) } });
  expect(() => exportKeras(made)).toThrow("applied to one value and then to several");
  const apart = model({ inputs: [x, z], outputs: { a: layer.apply([x, z]), b: layer.apply([x, x]) } });
  const file = changed(apart, ({ inbound_nodes: nodes }) => {
    // the other way round: first of one value
    if (nodes.length > 1) nodes[0]!.args = [nodes[0]!.args[0], nodes[0]!.args[0]];
    if (nodes.length > 1)
      nodes[1]!.args = [nodes[1]!.args[0], { ...(nodes[1]!.args[1] as object), config: Z }];
  });
  await expect(openModel(file)).rejects.toThrow("applied in two ways");
});
