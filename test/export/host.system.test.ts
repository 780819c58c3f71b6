/** The core without the library: hosts that know docs/host.md alone train with the library's bits. */
import { readFileSync } from "node:fs";
import { afterAll, describe, expect, test } from "vitest";
import { firstWeights, trainXor } from "../../examples/hosts/train.mjs";
import { dense, sequential } from "../../src/index.ts";
import { nativeHost } from "./host.ts";

const core = readFileSync(new URL("../../build/core/simd.wasm", import.meta.url));
const STEPS = 300;
const native = nativeHost("train");
afterAll(native.remove);
const words = (values: ArrayLike<number>): string[] =>
  [...new Uint32Array(Float32Array.from(values).buffer)].map((word) => word.toString(16).padStart(8, "0"));

/** The same training by the library. */
async function byLibrary() {
  const model = sequential(
    [
      dense({ units: 8, activation: "tanh", name: "first" }),
      dense({ units: 1, activation: "sigmoid", name: "second" }),
    ],
    { inputShape: [2] },
  );
  const { w1, b1, w2, b2 } = firstWeights();
  model.setWeights({ "first.kernel": w1, "first.bias": b1, "second.kernel": w2, "second.bias": b2 });
  model.compile({ optimizer: { name: "sgd", learningRate: 0.5 }, loss: "binaryCrossentropy" });
  const x = [
    [0, 0],
    [0, 1],
    [1, 0],
    [1, 1],
  ];
  const { history } = await model.fit(x, [0, 1, 1, 0], { epochs: STEPS, batchSize: 4, shuffle: false });
  const weights = model.weights();
  return {
    loss: history.loss!.at(-1)!,
    w1: weights["first.kernel"]!,
    b1: weights["first.bias"]!,
    w2: weights["second.kernel"]!,
    b2: weights["second.bias"]!,
  };
}

describe("XOR", () => {
  test("a plain script: the library's weights, bit for bit", async () => {
    const own = trainXor(core, firstWeights(), STEPS);
    const library = await byLibrary();
    for (const name of ["w1", "b1", "w2", "b2"] as const)
      expect(words(own[name])).toEqual(words(library[name]));
    expect(own.losses).toHaveLength(STEPS);
    expect(own.losses.at(-1)).toBeLessThan(own.losses[0]! / 5);
    expect(own.losses.at(-1)).toBeCloseTo(library.loss, 6);
    expect(own.outputs.map(Math.round)).toEqual([0, 1, 1, 0]);
  });

  test.skipIf(native.missing)("a C++ program: the same bits again", () => {
    const own = trainXor(core, firstWeights(), STEPS);
    const lines = native
      .run(core, [String(STEPS)])
      .toString()
      .trim()
      .split("\n");
    const said = lines.map((text) => text.split(" "));
    const values = (name: string) => said.filter(([first]) => first === name).flatMap(([, ...rest]) => rest);
    expect(values("loss")).toEqual(words(own.losses.slice(-1)));
    expect(values("output")).toEqual(words(own.outputs));
    for (const name of ["w1", "b1", "w2", "b2"] as const) expect(values(name)).toEqual(words(own[name]));
  });

  test("other weights end elsewhere, and a loss that is no number stops the tape", () => {
    const first = firstWeights();
    const other = { ...first, b2: Float32Array.of(0.25) };
    expect(words(trainXor(core, other, 5).w1)).not.toEqual(words(trainXor(core, first, 5).w1));
    const broken = { ...first, b2: Float32Array.of(Number.NaN) };
    expect(() => trainXor(core, broken, 5)).toThrow("step 0: the loss is not finite");
  });
});

describe("docs/host.md", () => {
  const text = readFileSync(new URL("../../docs/host.md", import.meta.url), "utf8");

  /** Lines of the core's section: kernels, and the fields of the record they take. */
  const [section] = WebAssembly.Module.customSections(new WebAssembly.Module(core), "nabla.records");
  const records = new TextDecoder().decode(section).split("\n");

  test.each(records)("%s", (line) => {
    const [, kernels, fields] = /^((?:[A-Z]\w* )+)(.*)$/.exec(line)!;
    const rows = text.split("\n").filter((row) => row.includes(` | \`${fields}\` | `));
    const named = (row: string) =>
      row.split("|")[3].match(/\b[A-Z][A-Z0-9_]+\b/g) ?? [row.split("|")[1].trim()];
    expect(rows.map(named)).toContainEqual(kernels.trim().split(" "));
  });

  test("names no other record", () => {
    const rows = text.split("\n").filter((line) => /^\| [A-Z]\w+ \| `/.test(line));
    expect(rows.length).toBe(records.length);
  });

  test("names every function the core exports", () => {
    const module = new WebAssembly.Module(core);
    for (const { name, kind } of WebAssembly.Module.exports(module))
      if (kind === "function") expect(text).toContain(`${name}(`);
  });
});
