/** Files that people have and that are no model here: each is known by what is in it, and what to do is said. */
import { describe, expect, test } from "vitest";
import { joined } from "../../src/checkpoint/safetensors.ts";
import { exportOnnx } from "../../src/export/index.ts";
import { zipOf } from "../../src/export/keras/archive.ts";
import { loadWeights, openModel } from "../../src/import/index.ts";
import { dense, sequential } from "../../src/index.ts";
import { onnxFile } from "./written.ts";

const utf8 = (text: string) => new TextEncoder().encode(text);
const latin = (text: string) => Uint8Array.from(text, (letter) => letter.charCodeAt(0));
const json = (value: unknown) => utf8(JSON.stringify(value));
const none = new Uint8Array(0);
const small = () => sequential([dense({ units: 2 })], { inputShape: [3] });

/** A safetensors file of these tensors, of one value each. */
function safetensors(names: readonly string[]): Uint8Array {
  const header = json(
    Object.fromEntries(
      names.map((name, i) => [name, { dtype: "F32", shape: [1], data_offsets: [4 * i, 4 * i + 4] }]),
    ),
  );
  const length = new Uint8Array(8);
  new DataView(length.buffer).setUint32(0, header.length, true);
  return joined([length, header, new Uint8Array(4 * names.length)]);
}

const POINTER = utf8(
  "version https://git-lfs.github.com/spec/v1\noid sha256:4d7a214614ab2935c943f9e0ff69d22eadbb8f32b1258daaa5e2ca24d17e2393\nsize 12345678\n",
);
const keras = { "config.json": json({}), "metadata.json": json({}), "model.weights.h5": none };

const FILES: readonly (readonly [string, Uint8Array, RegExp])[] = [
  ["a Git LFS pointer", POINTER, /pointer of Git LFS to a file of 12345678 bytes.*git lfs pull/],
  ["a page", utf8("\n<!DOCTYPE html><html><body>Sign in</body></html>"), /a web page or XML.*behind Raw or/],
  ["OpenVINO", utf8('<?xml version="1.0"?>\n<net name="a" version="11">'), /OpenVINO; export .* as ONNX/],
  ["what a server says", utf8("Invalid username or password."), /a text, which begins "Invalid username/],
  ["a text that begins as a bitmap", utf8("BM25 scores of all words"), /a text, which begins "BM25/],
  ["a text that begins as a sound", utf8("RIFF is no WAVE here"), /a text, which begins "RIFF/],
  ["a bitmap", latin("BM\x9a\x04\x00\x00\x00\x00\x00\x00\x36\x00\x00\x00"), /a picture or a sound/],
  ["a sound", latin("RIFF\x24\x08\x00\x00WAVEfmt "), /a picture or a sound/],
  ["nothing", none, /the file is empty/],
  [
    "a SavedModel, zipped",
    zipOf({ "m/saved_model.pb": none, "m/variables/variables.index": none }),
    /a zip of a SavedModel of TensorFlow.*tf2onnx\.convert --saved-model FOLDER/,
  ],
  [
    "saved_model.pb",
    latin("\x08\x01\x12\x9a\x01\x0a\x20\x12\x05serve"),
    /a SavedModel of TensorFlow.*model\.keras.*--saved-model/,
  ],
  [
    "a frozen graph",
    latin("\n\x2c\n\x05input\x12\x0bPlaceholder"),
    /graph of TensorFlow's operations.*--graphdef FILE/,
  ],
  ["Core ML", latin("\x08\x04\x12\x30\x0a\x10\x0a\x05image"), /model of Core ML; export .* as ONNX/],
  ["TFLite", latin("\x1c\x00\x00\x00TFL3\x14\x00"), /TensorFlow Lite.*--tflite FILE --output model\.onnx/],
  [
    "TorchScript",
    zipOf({ "net/data.pkl": none, "net/code/__torch__.py": none, "net/constants.pkl": none }),
    /program of TorchScript.*torch\.onnx\.export\(model, example/,
  ],
  ["TorchScript in another order", zipOf({ "n/code/a.py": none, "n/constants.pkl": none }), /TorchScript/],
  [
    "a whole module",
    zipOf({ "a/data.pkl": latin("\x80\x02ctorch.nn.modules.linear\nLinear\n"), "a/data/0": none }),
    /whole module that torch\.save\(\) wrote, which is a program; .*torch\.onnx\.export/,
  ],
  [
    "torch.export",
    zipOf({ "a/archive_format": latin("pt2"), "a/models/model.json": json({}) }),
    /torch\.export\.save\(\) wrote/,
  ],
  ["GGUF", latin("GGUF\x03\x00\x00\x00\x01"), /llama\.cpp \(GGUF\)/],
  [
    "safetensors of a transformer",
    safetensors(["model.layers.0.self_attn.q_proj.weight", "model.norm.weight"]),
    /weights without a model \(2 tensors, model\.layers\.0\.self_attn\.q_proj\.weight the first\).*optimum-cli export onnx --model NAME FOLDER/,
  ],
  [
    "safetensors of another net",
    safetensors(["fc.weight"]),
    /weights of PyTorch without a model \(1 tensors, fc\.weight the first\); build the model, then loadWeights/,
  ],
  [
    "settings of Hugging Face",
    json({ architectures: ["BertModel"], model_type: "bert" }),
    /settings of a model of Hugging Face.*optimum-cli/,
  ],
  ["other JSON", json({ a: 1 }), /JSON in which there is no model/],
  ["trees", json({ learner: { gradient_booster: {} } }), /decision trees/],
  ["scikit-learn", latin("\x80\x04\x95\x8fsklearn.linear_model"), /pickle of scikit-learn.*to_onnx/],
  ["a pickle", latin("\x80\x04\x95\x8f"), /pickle of Python, which is a program/],
  ["gzip", latin("\x1f\x8b\x08"), /gzip packed; unpack it/],
  ["weights as arrays", zipOf({ "arr_0.npy": none }), /arrays of NumPy \(\.npz\)/],
  ["a zip of a file and more", zipOf({ "a/model.onnx": none }), /a zip with an ONNX file in it; unpack it/],
  [
    "another zip",
    zipOf({ "a.txt": none, "b.txt": none }),
    /no model that is known; in it are a\.txt, b\.txt/,
  ],
  [
    "a .keras that is cut off",
    zipOf(keras).subarray(0, 90),
    /broken zip archive: no directory at its end; is the file whole\?/,
  ],
  ["another zip that is cut off", zipOf({ "a.txt": none }).subarray(0, 60), /zip archive that is cut off/],
  ["a picture", latin("\x89PNG\r\n\x1a\n"), /a picture/],
];

describe("what is no model here", () => {
  test.each(FILES)("%s", async (_, bytes, says) => {
    await expect(openModel(bytes)).rejects.toThrow(says);
  });

  test("an ONNX file that is cut off, wherever it is", async () => {
    const whole = exportOnnx(small());
    for (let end = 20; end < whole.length; end += 7)
      await expect(openModel(whole.subarray(0, end))).rejects.toThrow(
        /damaged|cut|ends in the middle|expected one of|there are not here|is missing/,
      );
  });

  test("weights beside a model, or for one, of which Git has a pointer", async () => {
    const bytes = onnxFile({
      nodes: [["MatMul", ["x", "w"], ["y"]]],
      inputs: { x: ["N", 3] },
      outputs: ["y"],
      external: { name: "w", file: "m.data", shape: [3, 2] },
    });
    await expect(openModel(bytes, { files: { "m.data": POINTER } })).rejects.toThrow(
      /m\.data: this is a pointer of Git LFS/,
    );
    await expect(loadWeights(small(), POINTER, { from: "pytorch" })).rejects.toThrow(/a pointer of Git LFS/);
  });

  test("a functional model with Lambda and more: all of it at once", async () => {
    const node = (name: string) => [
      { args: [{ class_name: "__keras_tensor__", config: { keras_history: [name, 0, 0] } }], kwargs: {} },
    ];
    const config = {
      class_name: "Functional",
      config: {
        name: "f",
        layers: [
          {
            class_name: "InputLayer",
            name: "x",
            config: { name: "x", batch_shape: [null, 4] },
            inbound_nodes: [],
          },
          {
            class_name: "Lambda",
            name: "twice",
            config: { name: "twice", function: { class_name: "__lambda__", config: { code: "4wEAAA==" } } },
            inbound_nodes: node("x"),
          },
          {
            class_name: "UnitNormalization",
            name: "unit",
            config: { name: "unit" },
            inbound_nodes: node("x"),
          },
          {
            class_name: "Add",
            name: "sum",
            config: { name: "sum" },
            inbound_nodes: [{ args: [[...node("twice")[0]!.args, ...node("unit")[0]!.args]], kwargs: {} }],
          },
        ],
        input_layers: [["x", 0, 0]],
        output_layers: [["sum", 0, 0]],
      },
    };
    const written = { "metadata.json": json({ keras_version: "3.15.1" }), "config.json": json(config) };
    const { hdf5Of } = await import("../../src/interop/hdf5/writer.ts");
    const file = zipOf({ ...written, "model.weights.h5": hdf5Of(new Map()) });
    await expect(openModel(file)).rejects.toThrow(
      /parts that there are not here:\n {2}Lambda "twice": it is code of Python[^\n]*\n {2}UnitNormalization "unit": /,
    );
  });
});
