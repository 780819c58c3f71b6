/** What records of sequences plainly mean is read so; what may mean two things is refused with both. */
import { expect, test } from "vitest";
import { buffersFor, type Dataset, range } from "../../../src/data/dataset.ts";
import { sequences } from "../../../src/data/sequences/sequences.ts";
import { exportOnnx } from "../../../src/export/index.ts";
import { describeExport, exportWasm } from "../../../src/export/wasm.ts";
import { openModel } from "../../../src/import/index.ts";
import { dense, gru, load, masking, sequential } from "../../../src/index.ts";
import { load as loadPredictor } from "../../../src/predict/index.ts";
import { encodeSequences } from "../../../src/sequences/index.ts";
import { balanced, ofClasses } from "../../../src/training/classes.ts";

function rowsOf(dataset: Dataset): { x: number[]; y: number[] } {
  const { x, y } = buffersFor(dataset, dataset.length);
  dataset.read(range(dataset.length), x, y);
  return { x: [...x], y: [...y] };
}
const plain = { standardise: false, testFraction: 0 } as const;

test("of several keys that are called as targets are, none is an input without a word", () => {
  const rows = [
    { x: [1, 2], label: "a", target: [3, 4] },
    { x: [5, 6], label: "b", target: [7, 8] },
  ];
  expect(() => sequences(rows, plain)).toThrow(
    'row 0: "label" and "target" may both be the target; name it with label (--label label), and leave the other out with ignore (--ignore target) unless it is an input',
  );
  // said, it is read as it is said
  const named = sequences(rows, { ...plain, label: "label" });
  expect(named.info).toMatchObject({ label: "label", features: ["x", "target"], classes: ["a", "b"] });
  const other = sequences(rows, { ...plain, label: "target", ignore: ["label"] });
  expect(other.info).toMatchObject({ label: "target", features: ["x"] });
  // what is left out is not the target
  expect(sequences(rows, { ...plain, ignore: ["label"] }).info).toMatchObject({ label: "target" });
  expect(sequences(rows, { ...plain, ignore: ["target"] }).info).toMatchObject({ label: "label" });
  // beside x, y is a coordinate
  const traces = rows.map(({ x, target, label }) => ({ x, y: target, label }));
  expect(sequences(traces, plain).info).toMatchObject({ label: "label", features: ["x", "y"] });
  expect(
    sequences(
      traces.map(({ label: _, ...rest }) => rest),
      { ...plain, targets: "each", task: "regression" },
    ).info,
  ).toMatchObject({ label: "y", features: ["x"] });
  expect(() =>
    sequences(
      rows.map(({ x, label }) => ({ s: x, y: x, class: label })),
      plain,
    ),
  ).toThrow(/"class" and "y" may both be the target/);
  // what a model was trained on says which is which
  const more = sequences([{ x: [1, 2], label: "b", target: [0, 1] }], { ...plain, like: named.info });
  expect(more.info.features).toEqual(["x", "target"]);
});

test("lists of words are words that are apart already", () => {
  const rows = [
    { words: ["The", "U.S.", "grew"], label: ["D", "N", "V"] },
    { words: ["it", "grew"], label: ["P", "V"] },
  ];
  const { train, info, notes } = sequences(rows, plain);
  expect(info).toMatchObject({ kind: "words", steps: 3, targets: "each", classes: ["D", "N", "P", "V"] });
  expect(info.vocabulary!.tokens).toEqual(["grew", "it", "the", "u.s."]);
  expect(notes).toContain("4 different words");
  expect(rowsOf(train)).toMatchObject({ x: [3, 4, 1, 2, 1, 0], y: [0, 1, 3, 2, 3, 0] });
  // a text with the same words is the same sequence; new ones share an id
  expect([...encodeSequences(["it grew slowly"], info).data]).toEqual([2, 1, 5]);
  expect([...encodeSequences([["it", "grew"]], info).data]).toEqual([2, 1, 0]);
  expect([...encodeSequences({ words: ["U.S."] }, info).data]).toEqual([4, 0, 0]);
  // numbers as targets of words: as many as there are, in lists of different lengths
  const scored = rows.map(({ words }) => ({ words, label: words.map((word) => word.length + 0.5) }));
  expect(sequences(scored, plain).train.target).toEqual({ kind: "values", size: 3, shape: [3, 1] });
  // one label a sequence
  expect(
    sequences(
      [
        { words: ["a", "b"], label: "x" },
        { words: ["c"], label: "y" },
      ],
      plain,
    ).info.classes,
  ).toEqual(["x", "y"]);
  const refused = (words: unknown, more: object = {}) =>
    expect(() =>
      sequences(
        [
          { words: ["a", "b"], label: "x" },
          { words, label: "y" },
        ],
        { ...plain, ...more },
      ),
    );
  refused(["c", 4]).toThrow("row 1: step 1: expected a word, got 4");
  refused(["c", " "]).toThrow('row 1: step 1: expected a word, got " "');
  refused([]).toThrow("row 1: an empty sequence; expected at least one word");
  refused("c d").toThrow('row 1: expected a list of words as in row 0, got "c d"');
  refused(["c"], { ids: true }).toThrow(/row 0: ids: expected whole numbers, got the words/);
  expect(() => sequences([{ words: ["a", "b"], label: ["D"] }], plain)).toThrow(
    /row 0: "label": expected one for each of 2 steps, got 1/,
  );
});

/** Two quantities of very different size, of a sequence or of each step. */
const both = (each: boolean) =>
  Array.from({ length: 48 }, (_, r) => {
    const x = Array.from({ length: 2 + (r % 3) }, (_, t) => ((r * 7 + t * 5) % 9) - 4);
    const told = (upTo: number) => {
      const sum = x.slice(0, upTo + 1).reduce((a, b) => a + b, 0);
      return [5000 + 300 * sum, 0.01 * sum];
    };
    return { x, label: each ? x.map((_, t) => told(t)) : told(x.length) };
  });

test.each([false, true])(
  "several quantities are scaled each by itself, of each step: %s; models answer in their units",
  async (each) => {
    const rows = both(each);
    const { train, test: kept, info } = sequences(rows, { seed: 2, targets: each ? "each" : "sequence" });
    const { mean, scale, columns } = info.targetScale!;
    expect(train.targetScale).toEqual(info.targetScale);
    expect(columns).toEqual(["label 1", "label 2"]);
    expect(mean[0]).toBeGreaterThan(1000);
    expect(Math.abs(mean[1]!)).toBeLessThan(1);
    const { y } = rowsOf(train);
    // both have variance 1 in the rows that are trained on, without what fills rows up
    if (!each)
      for (const k of [0, 1]) {
        const values = y.filter((_, i) => i % 2 === k);
        const middle = values.reduce((a, b) => a + b) / values.length;
        expect(middle).toBeCloseTo(0, 4);
        expect(values.reduce((a, b) => a + (b - middle) ** 2, 0) / values.length).toBeCloseTo(1, 4);
      }
    const model = sequential(
      [
        masking({ maskValue: info.maskValue! }),
        gru({ units: 12, returnSequences: each }),
        dense({ units: 2 }),
      ],
      { seed: 1 },
    );
    model.compile({
      loss: "meanSquaredError",
      optimizer: { name: "adam", learningRate: 0.02 },
      metrics: ["meanAbsoluteError"],
    });
    await model.fit(train, { epochs: 60, batchSize: 8, worker: false });
    expect(model.metadata.targetScale).toEqual(info.targetScale);
    // the mean over both: that of the first is hundreds of times that of the second
    expect((await model.evaluate(kept!)).meanAbsoluteError).toBeLessThan(300);
    const asked = encodeSequences([rows[2]!.x], info);
    const told = model.predict(asked).data;
    const truth = rows[2]!.label.flat();
    truth.forEach((value, i) => expect(Math.abs(told[i]! - value)).toBeLessThan(i % 2 === 0 ? 700 : 0.03));

    // the same numbers wherever the model is
    const file = model.save();
    expect([...load(file).predict(asked).data]).toEqual([...told]);
    expect([...loadPredictor(file).predict(asked).data]).toEqual([...told]);
    expect(describeExport(model).output).toMatchObject({ unitOf: "label 1, label 2" });
    const { exports } = new WebAssembly.Instance(new WebAssembly.Module(exportWasm(model)));
    const host = exports as never as Record<"input" | "output", () => number> & {
      memory: WebAssembly.Memory;
      predict(rows: number): number;
    };
    new Float32Array(host.memory.buffer, host.input(), asked.data.length).set(asked.data);
    host.predict(1);
    expect([...new Float32Array(host.memory.buffer, host.output(), told.length)]).toEqual([...told]);
    // read again alike: the same targets
    const again = sequences(rows, { testFraction: 0, like: info });
    const first = rows[0]!.label
      .flat()
      .map((value, i) => Math.fround((Math.fround(value) - mean[i % 2]!) / scale[i % 2]!));
    expect(rowsOf(again.train).y.slice(0, first.length)).toEqual(first);
    // where they were not scaled, these are not either
    const { targetScale: _, ...unscaled } = info;
    expect(sequences(rows, { testFraction: 0, like: unscaled }).train.targetScale).toBeUndefined();
  },
);

test("ONNX files give several quantities in their units", async () => {
  const rows = both(false).map(({ label }, r) => ({ x: [r % 5, r % 7, r % 3], label }));
  const { train, info } = sequences(rows, { testFraction: 0, targets: "sequence" });
  const model = sequential([gru({ units: 4 }), dense({ units: 2 })], { seed: 1 });
  model.compile({ loss: "meanSquaredError" });
  await model.fit(train, { epochs: 2, worker: false });
  const opened = await openModel(exportOnnx(model));
  const asked = encodeSequences(rows.slice(0, 3), info);
  const [a, b] = [model.predict(asked).data, opened.predict(asked).data];
  a.forEach((value, i) => expect(Math.abs(b[i]! / value - 1)).toBeLessThan(1e-4));
});

test("labels that are all 0 and 1 are no quantities to be scaled", () => {
  const rows = [
    { x: [1, 2], label: [0, 1] },
    { x: [3], label: [1, 1] },
  ];
  expect(sequences(rows, { ...plain, targets: "sequence" }).train.targetScale).toBeUndefined();
});

test("weights of classes go by the names of the classes of steps; padding is not counted", () => {
  const rows = [
    { x: [1, 2, 3], label: ["up", "up", "down"] },
    { x: [4], label: ["up"] },
  ];
  const { train } = sequences(rows, plain);
  expect(ofClasses({ up: 3 }, train, undefined)).toEqual({ "1": 3 });
  expect(() => ofClasses({ left: 3 }, train, undefined)).toThrow(
    /there is no class left; classes go by their numbers, from 0, or by their names: down, up/,
  );
  expect(() => ofClasses([1], train, undefined)).toThrow(/expected 2 factors, one for each class, got 1/);
  // four steps, three of them up: with padding there would be six
  expect(balanced(train)).toEqual({ "0": 4 / (2 * 1), "1": 4 / (2 * 3) });
});
