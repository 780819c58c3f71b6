/** State dicts that PyTorch has written: weights onto models, the same predictions, and what is refused. */
import { describe, expect, test } from "vitest";
import { safetensorsParts } from "../../../src/checkpoint/safetensors.ts";
import { NablaError } from "../../../src/errors.ts";
import { exportPytorch } from "../../../src/export/index.ts";
import { loadWeights, openModel } from "../../../src/import/index.ts";
import { dense, type Model, sequential } from "../../../src/index.ts";
import { MODELS } from "./models.ts";
import made from "./nets.json";

interface Net {
  x: { shape: number[]; data: number[] }[];
  y: { shape: number[]; data: number[] };
}
const nets = made.nets as unknown as Record<string, Net>;
const files = ["pt", "safetensors", "protocol3", "protocol4", "protocol5"];
const from = "pytorch";
const bytesOf = (text: string) => Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));
const fileOf = (name: string, kind = "pt") =>
  bytesOf((nets[name] as unknown as Record<string, string>)[kind]!);

function outputsOf(model: Model, { x }: Net): ArrayLike<number> {
  const values = x.map(({ shape, data }) => ({ shape, data: Float32Array.from(data) }));
  const given = Object.fromEntries(model.inputs.map(({ name }, i) => [name, values[i]!]));
  return model.predict((values.length === 1 ? values[0]! : given) as never).data;
}

const refusal = (act: () => Promise<unknown>): Promise<NablaError> =>
  act().then(
    () => expect.unreachable("it was taken"),
    (error) => {
      expect(error).toBeInstanceOf(NablaError);
      expect(error.message.length).toBeLessThan(2000);
      return error;
    },
  );

test("there is a network here for each of PyTorch's", () => {
  expect(Object.keys(MODELS)).toEqual(Object.keys(nets));
});

describe.each(Object.keys(nets))("%s", (name) => {
  const net = nets[name]!;
  for (const kind of files.filter((each) => each in net))
    test(`from ${kind} it predicts what PyTorch predicts, and goes back to the same bits`, async () => {
      const model = MODELS[name]!();
      const before = outputsOf(model, net);
      const { loaded, kept, unused } = await loadWeights(model, fileOf(name, kind), { from });
      const after = outputsOf(model, net);
      expect(after.length).toBe(net.y.data.length);
      net.y.data.forEach((value, i) => {
        expect(Math.abs(value - after[i]!), `value ${i}: ${after[i]}`).toBeLessThanOrEqual(1e-5);
      });
      expect(before).not.toEqual(after);
      expect([kept, unused]).toEqual([[], []]);
      expect(new Set(loaded.map(({ parameter }) => parameter))).toEqual(
        new Set(Object.keys(model.weights())),
      );

      const again = MODELS[name]!();
      const file = exportPytorch(model);
      const { loaded: second } = await loadWeights(again, file, { from });
      expect(second.every(({ by }) => by === "name")).toBe(true);
      expect(again.weights()).toEqual(model.weights());
      expect(exportPytorch(again)).toEqual(file);
    });
});

test("the table says what went where, how, and by what it was known", async () => {
  const cnn = MODELS.cnn!();
  const { loaded, notes } = await loadWeights(cnn, fileOf("cnn"), { from });
  expect(notes).toEqual([]);
  const said = loaded.map(({ tensor, parameter, by, how }) => [tensor, parameter, by, how].join(" | "));
  expect(said.slice(0, 2)).toEqual([
    "0.weight | conv2d_1.kernel | order | oihw → hwio",
    " | conv2d_1.bias | order | 0: the file has none",
  ]);
  expect(said).toContain("9.weight | dense_1.kernel | order | oi → io, rows chw → hwc");
  expect(said).toContain("8.running_var | batchNormalization_2.movingVariance | order | chw → hwc");
  const mlp = await loadWeights(MODELS.mlp!(), fileOf("mlp"), { from });
  expect(mlp.loaded[0]).toEqual({
    tensor: "fc1.weight",
    tensorShape: [5, 4],
    parameter: "fc1.kernel",
    shape: [4, 5],
    by: "name",
    how: "oi → io",
  });
});

test("a last bit is kept, also a zero's sign", async () => {
  for (const name of ["lstm", "gru", "rnn", "cnn", "generator", "two"]) {
    const model = MODELS[name]!();
    const weights = model.weights();
    for (const data of Object.values(weights))
      data.forEach((_, i) => (data[i] = i % 3 === 0 ? -0 : Math.fround(i / 7)));
    model.setWeights(weights);
    const again = MODELS[name]!();
    await loadWeights(again, exportPytorch(model), { from });
    for (const [key, data] of Object.entries(again.weights()))
      expect(new Uint32Array(data.buffer), key).toEqual(new Uint32Array(weights[key]!.buffer));
  }
});

const refused = made.refused as Record<string, string>;
const WHY: Readonly<Record<string, RegExp>> = {
  "whole module":
    /names "torch\.nn\.modules\.container\.Sequential", .*"torch\.nn\.modules\.linear\.Linear"; .*torch\.save\(model\.state_dict/,
  "old format": /before PyTorch 1\.6|by PyTorch before 1\.6/,
  TorchScript: /TorchScript/,
  "a program": /names "posix\.system"; a pickle is a program/,
  "a program of protocol 4": /names "posix\.system", "decimal\.Decimal", "collections\.Counter"/,
  "a plain pickle": /a pickle of Python, which is a program/,
  quantised: /torch\._utils\._rebuild_qtensor/,
  sparse: /torch\._utils\._rebuild_sparse_tensor/,
  "whole numbers": /its values are I32, expected floats/,
  "two dictionaries": /several state dicts in it \("encoder", "decoder"\)/,
  "no dictionary": /expected a state dict/,
  "not a number": /"fc1\.weight": value 0 is NaN/,
};

describe("refused, and the model stays as it was", () => {
  test("all that was made", () => {
    expect(Object.keys(WHY)).toEqual(Object.keys(refused));
  });
  test.each(Object.entries(refused))("%s", async (name, text) => {
    const model = MODELS.mlp!();
    const before = model.weights();
    const error = await refusal(() => loadWeights(model, bytesOf(text), { from }));
    expect(error.message).toMatch(WHY[name]!);
    expect(model.weights()).toEqual(before);
  });

  test("what does not fit: all of it at once", async () => {
    const model = sequential([dense({ units: 5, name: "fc1" }), dense({ units: 7, name: "other" })], {
      inputShape: [4],
    });
    const before = model.weights();
    const { message } = await refusal(() => loadWeights(model, fileOf("mlp"), { from }));
    expect(message).toContain(
      '"dense \\"other\\"": it takes weight [7, 5], and the file has no such tensors left',
    );
    expect(message).toContain('"fc2.weight": no layer takes this tensor of shape [5, 5]');
    expect(message).toContain('"out.weight"');
    expect(model.weights()).toEqual(before);
    const { kept, unused, loaded } = await loadWeights(model, fileOf("mlp"), { from, strict: false });
    expect(kept).toEqual(["other.kernel", "other.bias"]);
    expect(unused).toEqual(["fc2.weight", "fc2.bias", "out.weight"]);
    expect(loaded.map(({ parameter }) => parameter)).toEqual(["fc1.kernel", "fc1.bias"]);
  });

  test("more of one shape than layers: it is not guessed which", async () => {
    const layer = (units: number) => dense({ units });
    const model = sequential([layer(5), layer(5), layer(5), layer(3)], { inputShape: [4] });
    const { message } = await refusal(() => loadWeights(model, fileOf("mlp"), { from, strict: false }));
    expect(message).toContain("2 of weight [5, 5], and the file has 1: fc2");
  });

  test("a bias that the layer does not have, unless it says nothing", async () => {
    const bare = () => sequential([dense({ units: 2, useBias: false, name: "fc" })], { inputShape: [3] });
    const file = (bias: number[]) => {
      const tensors = [
        { name: "fc.weight", shape: [2, 3], data: Float32Array.from([1, 2, 3, 4, 5, 6]) },
        { name: "fc.bias", shape: [2], data: Float32Array.from(bias) },
      ];
      return new Uint8Array(safetensorsParts(tensors).flatMap((part) => [...part]));
    };
    const { message } = await refusal(() => loadWeights(bare(), file([0, 1]), { from }));
    expect(message).toContain('"fc.bias": dense "fc" has no such parameter; give the layer useBias: true');
    const model = bare();
    await loadWeights(model, file([0, 0]), { from });
    expect([...model.weights()["fc.kernel"]!]).toEqual([1, 4, 2, 5, 3, 6]);
  });

  test("openModel() says what weights without a model are for", async () => {
    for (const file of [
      fileOf("mlp"),
      fileOf("mlp", "safetensors"),
      bytesOf(refused["old format"]!),
      exportPytorch(MODELS.mlp!()),
    ]) {
      const { message } = await refusal(() => openModel(file));
      expect(message).toContain('loadWeights(model, file, { from: "pytorch" })');
    }
  });
});

test("an epsilon that is not PyTorch's is said, as no file has it", async () => {
  const { layerNormalization } = await import("../../../src/index.ts");
  const other = sequential([layerNormalization(), dense({ units: 2 })], { inputShape: [3] });
  const { notes } = await loadWeights(other, exportPytorch(other), { from });
  expect(notes).toEqual([
    expect.stringMatching(/^layerNormalization_1: its epsilon is 0\.001; PyTorch's is 0\.00001 |1e-5/),
  ]);
});
