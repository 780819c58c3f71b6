/** Models that real Keras has saved, 2 and 3: files/ and what they predict are made by make.py. */
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";
import { openModel } from "../../../src/import/index.ts";
import { differs, outputsOf } from "../../export/onnxRound.ts";
import expected from "./files/expected.json" with { type: "json" };

interface Expected {
  readonly inputs: readonly { readonly shape: readonly number[]; readonly data: readonly number[] }[];
  readonly output: readonly number[];
}
const FILES = expected as unknown as Readonly<Record<string, Expected>>;
const fileOf = (name: string) => fileURLToPath(new URL(`./files/${name}`, import.meta.url));

describe("files of Keras", () => {
  test.each(Object.keys(FILES))("%s predicts what it predicts there", async (name) => {
    const { inputs, output } = FILES[name]!;
    const model = await openModel(fileOf(name));
    const x = Object.fromEntries(
      inputs.map(({ shape, data }, i) => [model.inputs[i]!.name, { shape, data: Float32Array.from(data) }]),
    );
    expect(differs(Object.values(outputsOf(model, x))[0]!, output)).toBeLessThan(1e-5);
  });

  test("a model is trained further", async () => {
    const model = await openModel(fileOf("dense-3.keras"));
    const { data } = FILES["dense-3.keras"]!.inputs[0]!;
    const x = { data: Float32Array.from(data), shape: [2, 5] };
    model.compile({ loss: "categoricalCrossentropy", optimizer: "adam" });
    const { loss } = await model.evaluate(x, [0, 2]);
    await model.fit(x, [0, 2], { epochs: 30 });
    expect((await model.evaluate(x, [0, 2])).loss).toBeLessThan(loss!);
  });

  test("what stays in the file is said", async () => {
    const model = await openModel(fileOf("compiled-3.keras"));
    expect(model.metadata.extra).toMatchObject({
      import: { format: "Keras", producer: "3.15.1", left: ["loss and optimizer", "optimizer state"] },
    });
  });

  test("a part of a file, or another file", async () => {
    const bytes = new Uint8Array(readFileSync(fileOf("dense-3.h5")));
    await expect(openModel(bytes.subarray(0, 4000))).rejects.toThrow(/the model: broken HDF5 file: /);
    await expect(openModel(bytes.subarray(0, 9))).rejects.toThrow(/broken HDF5 file: it is cut/);
  });
});
