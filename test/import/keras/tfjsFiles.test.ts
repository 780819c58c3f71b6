/** model.json by hand: what may be in one, and what must not do harm. */
import { describe, expect, test } from "vitest";
import { openModel } from "../../../src/import/index.ts";

const utf8 = (value: unknown) => new TextEncoder().encode(JSON.stringify(value));
const layer = (class_name: string, config: object) => ({ class_name, config });
/** A model.json by hand. */
const written = (layers: object[], weights: object[], more: object = {}) =>
  utf8({
    modelTopology: {
      keras_version: "2.15.0",
      model_config: { class_name: "Sequential", config: { name: "s", layers } },
    },
    weightsManifest: [{ paths: ["a.bin", "b.bin"], weights }],
    ...more,
  });
const first = (units: number) =>
  layer("Dense", { name: "d", units, batch_input_shape: [null, 2], activation: "linear" });

describe("files of TensorFlow.js", () => {
  const weights = [
    {
      name: "d/kernel",
      shape: [2, 2],
      dtype: "float32",
      quantization: { dtype: "uint8", scale: 0.5, min: -1 },
    },
    { name: "d/bias", shape: [2], dtype: "float32", quantization: { dtype: "float16" } },
  ];
  // 1, 2, 3, 4 → −0.5, 0, 0.5, 1; 1, −2 as float16, in two shards
  const files = { "a.bin": Uint8Array.of(1, 2, 3, 4, 0), "b.bin": Uint8Array.of(0x3c, 0, 0xc0) };

  test("weights of 8 and 16 bits in shards, and labels beside them", async () => {
    const labels = utf8({ labels: ["yes", "no"] });
    const model = await openModel(written([first(2)], weights), {
      files: { ...files, "metadata.json": labels },
    });
    expect(model.weights()).toEqual({
      "d.kernel": Float32Array.of(-0.5, 0, 0.5, 1),
      "d.bias": Float32Array.of(1, -2),
    });
    expect(model.metadata.classes).toEqual(["yes", "no"]);
  });

  test("of several Files the model is found", async () => {
    const blobs = Object.entries({
      "metadata.json": utf8({ labels: ["a", "b"] }),
      ...files,
      "model.json": written([first(2)], weights),
    });
    const model = await openModel(blobs.map(([name, bytes]) => new File([bytes as never], name)));
    expect(model.metadata.classes).toEqual(["a", "b"]);
  });

  test("what Keras 3 writes and TensorFlow.js refuses", async () => {
    const graph = {
      class_name: "Functional",
      config: {
        name: "f",
        layers: [
          {
            class_name: "InputLayer",
            name: "x",
            config: { batch_shape: [null, null], name: "x" },
            inbound_nodes: [],
          },
          {
            class_name: "Dense",
            name: "d",
            config: { name: "d", units: 2, activation: "linear" },
            inbound_nodes: [
              {
                args: [{ class_name: "__keras_tensor__", config: { keras_history: ["x", 0, 0] } }],
                kwargs: {},
              },
            ],
          },
        ],
        input_layers: ["x", 0, 0],
        output_layers: ["d", 0, 0],
      },
    };
    const json = utf8({
      modelTopology: { keras_version: "3.1.0", model_config: graph },
      weightsManifest: [{ paths: ["a.bin", "b.bin"], weights }],
    });
    await expect(openModel(json, { files })).rejects.toThrow(
      /the input "x": its shape .* leaves axes open; .*"x\.1"/,
    );
    expect((await openModel(json, { files, dimensions: { "x.1": 2 } })).inputShape).toEqual([2]);
  });

  test("all that there is not here is listed at once", async () => {
    const layers = [
      layer("Conv2D", {
        name: "c",
        filters: 2,
        kernel_size: 2,
        data_format: "channels_first",
        batch_input_shape: [null, 4, 4, 1],
      }),
      layer("Lambda", { name: "l" }),
      layer("LSTM", {
        name: "r",
        units: 2,
        stateful: true,
        return_state: true,
        activation: "mish",
        surprise: 3,
      }),
      layer("Conv3D", { name: "v" }),
    ];
    const error = await openModel(written(layers, weights), { files }).catch((error) => error.message);
    for (const part of [
      /Conv2D "c": data_format "channels_first": channels are the last axis here/,
      /Lambda "l": it is code of Python/,
      /LSTM "r": stateful true: /,
      /LSTM "r": activation "mish": there is no such activation here/,
      /LSTM "r": surprise 3: there is no such option here/,
      /Conv3D "v": three axes of pixels are not here/,
    ])
      expect(error).toMatch(part);
  });

  test.each(["../a.bin", "/etc/passwd", "file:///etc/passwd", "C:\\a.bin", "x/../../a.bin"])(
    "no file outside the folder: %s",
    async (path) => {
      const json = written([first(2)], weights, { weightsManifest: [{ paths: [path], weights }] });
      await expect(openModel(json, { files })).rejects.toThrow(/which is not in its folder/);
    },
  );

  test("files that are cut, and of another kind", async () => {
    await expect(
      openModel(written([first(2)], weights), { files: { ...files, "b.bin": Uint8Array.of(1) } }),
    ).rejects.toThrow(/"d\/bias": needs 4 bytes from byte 4 of the weights, which have 6/);
    await expect(openModel(written([first(2)], weights))).rejects.toThrow(/"a.bin", which cannot be read/);
    await expect(openModel(utf8({ format: "graph-model", modelTopology: { node: [] } }))).rejects.toThrow(
      /tf2onnx.convert --tfjs/,
    );
    await expect(openModel(utf8({ modelTopology: {} }))).rejects.toThrow(/no weightsManifest/);
  });

  test("names that every object has", async () => {
    const layers = ["__proto__", "constructor"].map((name) =>
      layer("Dense", { name, units: 2, batch_input_shape: [null, 2], activation: "linear" }),
    );
    const list = ["__proto__", "constructor"].flatMap((name) => [
      { name: `${name}/kernel`, shape: [2, 2], dtype: "uint8" },
      { name: `${name}/bias`, shape: [2], dtype: "uint8" },
    ]);
    const model = await openModel(written(layers, list), {
      files: { "a.bin": Uint8Array.of(1, 0, 0, 1, 5, 6), "b.bin": Uint8Array.of(1, 0, 0, 1, 7, 8) },
    });
    expect(Array.from(model.predict([[1, 2]]).data)).toEqual([13, 16]);
    expect(({} as Record<string, unknown>).units).toBeUndefined();
  });
});
