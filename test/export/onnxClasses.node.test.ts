/** Names of classes within ONNX files: onnxruntime says what predict(x).classes() says, and the file is the same model when it is opened. */
import { describe, expect, test } from "vitest";
import { joined } from "../../src/checkpoint/safetensors.ts";
import { exportOnnx } from "../../src/export/index.ts";
import { openModel } from "../../src/import/index.ts";
import { input, type LayerInput, type Model, model, sequential } from "../../src/index.ts";
import { ONNX, type OnnxModel } from "../../src/interop/onnx.ts";
import { decode, encode } from "../../src/interop/protobuf.ts";
import { ALL } from "../../src/layers/all.ts";
import { hasRuntime, rowsFor, runtimeOutputs, runtimeTexts } from "./onnxRound.ts";

const { activation, conv2d, dense, flatten, gru, lstm } = ALL;
const wave = (i: number) => 3 * Math.sin(i * 1.3 + 1);
const THREE = ["cat", "Hund, groß", "鳥"];
const TWO = ["no", "yes"];

function named(
  layers: readonly LayerInput[],
  inputShape: readonly number[],
  classes: readonly string[],
  decision?: number,
): Model {
  const made = sequential([...layers], { inputShape: [...inputShape], seed: 3 });
  made.metadata = {
    classes: [...classes],
    ...(decision !== undefined && { extra: { decision: { threshold: decision, by: "f1", value: 0.5 } } }),
  };
  return made;
}

/** The file says the classes that the model says, and opens as what it is without them. */
async function agrees(made: Model, layout: "nhwc" | "nchw" = "nhwc", rows = rowsFor(made, 12, wave)) {
  const bytes = exportOnnx(made, { classes: true, layout });
  const plain = exportOnnx(made, { layout });
  const own = made.predict(rows as never).classes();
  expect(new Set(own).size).toBeGreaterThan(1);
  const output = made.outputs[0]!;
  if (hasRuntime()) {
    const value = Object.values(rows)[0]!;
    const given =
      layout === "nchw" && value.shape.length === 4
        ? {
            [made.inputs[0]!.name]: {
              data: value.data,
              shape: [12, value.shape[3]!, ...value.shape.slice(1, 3)],
            },
          }
        : rows;
    const said = await runtimeTexts(bytes, given);
    expect(said).toEqual({
      [`${output.name}_class`]: { texts: own, shape: [12, ...output.shape.slice(0, -1)] },
    });
    const numbers = await runtimeOutputs(plain, given);
    expect((await runtimeOutputs(bytes, given))[output.name]).toEqual(numbers[output.name]);
  }
  const [back, other] = [await openModel(bytes), await openModel(plain)];
  expect(back.metadata).toEqual(other.metadata);
  expect(back.metadata.classes).toEqual(made.metadata.classes);
  expect(back.save()).toEqual(other.save());
  expect(exportOnnx(back, { layout })).toEqual(exportOnnx(other, { layout }));
  expect(back.predict(rows as never).classes()).toEqual(own);
}

describe("classes: true", () => {
  test.each<[string, readonly LayerInput[], readonly number[], readonly string[], number?]>([
    ["probabilities", [dense({ units: 3, activation: "softmax" })], [4], THREE],
    ["logits", [dense({ units: 3 })], [4], THREE],
    ["two probabilities", [dense({ units: 2, activation: "softmax" })], [4], TWO],
    ["one probability", [dense({ units: 1, activation: "sigmoid" })], [4], TWO],
    ["one, of a threshold of its own", [dense({ units: 1, activation: "sigmoid" })], [4], TWO, 0.2],
    ["one below 0", [dense({ units: 1 })], [4], TWO, -0.7],
    ["each step", [gru({ units: 3, returnSequences: true }), dense({ units: 3 })], [4, 2], THREE],
    ["each step, one", [gru({ units: 3, returnSequences: true }), dense({ units: 1 })], [4, 2], TWO, 0.1],
    ["after a walk", [lstm({ units: 4 }), dense({ units: 3, activation: "softmax" })], [4, 2], THREE],
    [
      "names that are taken",
      [dense({ units: 3, name: "end_class" }), activation({ activation: "tanh", name: "end" })],
      [4],
      THREE,
    ],
  ])("%s", async (name, layers, shape, classes, decision) => {
    const made = named(layers, shape, classes, decision);
    if (name === "names that are taken") {
      // the value is called otherwise then
      const bytes = exportOnnx(made, { classes: true });
      const rows = rowsFor(made, 12, wave);
      if (hasRuntime())
        expect(Object.values(await runtimeTexts(bytes, rows))[0]!.texts).toEqual(
          made.predict(rows as never).classes(),
        );
      expect((await openModel(bytes)).save()).toEqual((await openModel(exportOnnx(made))).save());
      return;
    }
    await agrees(made);
  });

  test.each(["nhwc", "nchw"] as const)("each pixel, %s", async (layout) => {
    // a pixel alone: its channels lie the same in both layouts
    const layers = [conv2d({ filters: 3, kernelSize: 1, activation: "softmax" })];
    await agrees(named(layers, [1, 1, 2], THREE), layout);
    await agrees(
      named([conv2d({ filters: 1, kernelSize: 1, activation: "sigmoid" })], [1, 1, 2], TWO, 0.3),
      layout,
    );
    await agrees(named([flatten(), dense({ units: 3 })], [1, 1, 2], THREE), layout);
  });

  test("the first of equals, and a value that is the threshold", async () => {
    const made = named([activation({ activation: "linear" })], [3], THREE);
    const x = { data: Float32Array.of(1, 1, 1, 0, 2, 2, 5, 0, 5, -1, -1, -2), shape: [4, 3] };
    const own = [THREE[0], THREE[1], THREE[0], THREE[0]];
    expect(made.predict(x).classes()).toEqual(own);
    const input = made.inputs[0]!.name;
    const said = async (of: Model, rows: { data: Float32Array; shape: number[] }) =>
      Object.values(await runtimeTexts(exportOnnx(of, { classes: true }), { [input]: rows }))[0]!.texts;
    if (hasRuntime()) expect(await said(made, x)).toEqual(own);
    // the float32 next to each of these lies above it, below it, or is it
    for (const threshold of [0.3, 0.1, 0.7, 0.25, -0.3, -0.1, 0, 1e-60, -1e-60]) {
      const one = named([activation({ activation: "linear" })], [1], TWO, threshold);
      const near = Math.fround(threshold);
      const rows = { data: Float32Array.of(near, near + 0.01, near - 0.01, 0), shape: [4, 1] };
      const expected = Array.from(rows.data, (value) => TWO[Number(value > threshold)]);
      expect(one.predict(rows).classes()).toEqual(expected);
      if (hasRuntime()) expect(await said(one, rows), String(threshold)).toEqual(expected);
    }
  });

  test("logits of one output: above 0", async () => {
    const made = named([dense({ units: 1 })], [4], TWO);
    made.compile({ loss: "binaryCrossentropy", optimizer: "sgd" });
    const x = rowsFor(made, 12, wave);
    const own = made.predict(x as never).classes();
    expect(own).not.toEqual(made.predict(x as never).classes(0.5));
    if (hasRuntime())
      expect(Object.values(await runtimeTexts(exportOnnx(made, { classes: true }), x))[0]!.texts).toEqual(
        own,
      );
  });

  test("another program's file: texts are left out, and said; a threshold that is none is no threshold", async () => {
    const made = named([dense({ units: 1, activation: "sigmoid" })], [4], TWO, 0.2);
    const file = decode(exportOnnx(made, { classes: true }), "Model", ONNX) as unknown as OnnxModel;
    const opened = (change: Partial<OnnxModel>) =>
      openModel(joined(encode({ ...file, ...change }, "Model", ONNX)));
    const { metadata } = await opened({ metadata: [{ key: "decision", value: '{"threshold":"0.2"}' }] });
    const output = made.outputs[0]!.name;
    expect(metadata.classes).toBeUndefined();
    expect(metadata.extra).toEqual({
      import: expect.objectContaining({
        notes: [`output "${output}_class": it gives texts, and was left out`],
      }),
    });
    expect((await opened({})).metadata.extra).toMatchObject({
      decision: { threshold: 0.2, by: "f1", value: 0.5 },
    });
    for (const value of ["null", "3", "{", '{"threshold":null}'])
      expect((await opened({ metadata: [{ key: "decision", value }] })).metadata.extra).not.toHaveProperty(
        "decision",
      );
    // texts alone are no model
    const texts = file.graph!.outputs.slice(1);
    await expect(opened({ graph: { ...file.graph!, outputs: texts } })).rejects.toThrow(
      "this ONNX model has parts that there are not here",
    );
  });

  test("what has no names is refused", () => {
    const refused = (made: Model) => () => exportOnnx(made, { classes: true });
    const made = sequential([dense({ units: 3 })], { inputShape: [4] });
    expect(refused(made)).toThrow(
      /^exportOnnx: classes: this model knows no names of classes; leave it out, or name them before: /,
    );
    expect(refused(named([dense({ units: 3 })], [4], TWO))).toThrow(
      "exportOnnx: classes: expected 3 names for an output of 3 values, got 2; mend model.metadata.classes, or leave it out",
    );
    expect(refused(named([dense({ units: 1 })], [4], THREE))).toThrow(
      "expected 2 names for an output of a single value, got 3",
    );
    const x = input({ shape: [4] });
    const two = model({
      inputs: x,
      outputs: { a: dense({ units: 2 }).apply(x), b: dense({ units: 2 }).apply(x) },
    });
    two.metadata = { classes: TWO };
    expect(refused(two)).toThrow(
      /^exportOnnx: classes: expected a model of one output, got one of 2 \(a, b\), and names /,
    );
    expect(() => exportOnnx(made, { classes: "yes" as never })).toThrow("classes: expected true or false");
  });
});
