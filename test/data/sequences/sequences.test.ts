/** Sequences of different lengths as data sets: what a row holds, what fills it up, what it is scaled by, what is refused. */
import { describe, expect, test } from "vitest";
import { buffersFor, type Dataset, range } from "../../../src/data/dataset.ts";
import type { SequenceOptions } from "../../../src/data/sequences/sequenceOptions.ts";
import {
  csvSequences,
  encodeSequences,
  jsonSequences,
  sequences,
} from "../../../src/data/sequences/sequences.ts";
import type { SequencesInfo } from "../../../src/data/sequences/sequencesInfo.ts";
import { embedding, gru, masking, sequential } from "../../../src/index.ts";
import { dense } from "../../../src/layers/dense.ts";

function rowsOf(dataset: Dataset): { x: number[]; y: number[] } {
  const { x, y } = buffersFor(dataset, dataset.length);
  dataset.read(range(dataset.length), x, y);
  return { x: [...x], y: [...y] };
}
const plain = { testFraction: 0, standardise: false, targetScale: false } as const;

test("a row has the steps of the longest sequence; shorter ones are filled up at their end", () => {
  const {
    train,
    test: none,
    info,
  } = sequences([[1, 2, 3], [4, 5], [6]], { labels: ["up", "down", "up"], ...plain });
  expect(none).toBeUndefined();
  expect(train.inputShape).toEqual([3, 1]);
  expect(train.target).toEqual({ kind: "class", classes: 2, names: ["down", "up"] });
  expect(rowsOf(train)).toEqual({ x: [1, 2, 3, 4, 5, 0, 6, 0, 0], y: [1, 0, 1] });
  expect(info).toEqual({
    kind: "vectors",
    steps: 3,
    features: ["value"],
    maskValue: 0,
    classes: ["down", "up"],
  });
  expect(train.extra).toEqual({ sequences: info });
});

test("every form says the same: arrays, typed arrays, { data, shape }, records, objects, JSON, lines of JSON, a table", () => {
  const x = [1, 10, 2, 20, 3, 30, 0, 0];
  const labels = ["a", "b"];
  const forms = [
    sequences(
      [
        [
          [1, 10],
          [2, 20],
        ],
        [[3, 30]],
      ],
      { labels, ...plain },
    ),
    sequences([[Float32Array.of(1, 10), Float32Array.of(2, 20)], [[3, 30]]], { labels, ...plain }),
    sequences(
      [
        { data: Float64Array.of(1, 10, 2, 20), shape: [2, 2] },
        { data: [3, 30], shape: [1, 2] },
      ],
      { labels, ...plain },
    ),
    sequences(
      {
        sequences: [
          [
            [1, 10],
            [2, 20],
          ],
          [[3, 30]],
        ],
        labels,
      },
      plain,
    ),
    sequences(
      [
        { x: [1, 2], z: [10, 20], label: "a" },
        { label: "b", z: [30], x: [3] },
      ],
      plain,
    ),
    sequences(
      [
        {
          s: [
            { x: 1, z: 10 },
            { z: 20, x: 2 },
          ],
          class: "a",
        },
        { s: [{ x: 3, z: 30 }], class: "b" },
      ],
      plain,
    ),
    jsonSequences('[{"x":[1,2],"z":[10,20],"y":"a"},{"x":[3],"z":[30],"y":"b"}]', plain),
    jsonSequences('{"x":[1,2],"z":[10,20],"target":"a"}\n\n{"x":[3],"z":[30],"target":"b"}\n', plain),
    csvSequences("id,t,x,z,label\nA,1,2,20,a\nB,0,3,30,b\nA,0,1,10,a\n", {
      sequence: "id",
      time: "t",
      ...plain,
    }),
  ];
  for (const { train, info } of forms) {
    expect(train.inputShape).toEqual([2, 2]);
    expect(rowsOf(train)).toEqual({ x, y: [0, 1] });
    expect(info.classes).toEqual(labels);
  }
  expect(forms[4]!.info.features).toEqual(["x", "z"]);
  expect(forms[5]!.info).toMatchObject({ features: ["x", "z"], label: "class" });
  expect(forms[8]!.info).toMatchObject({ features: ["x", "z"], label: "label", sequence: "id", time: "t" });
  expect(forms[8]!.notes).toContain("steps are put in the order of time");
});

test("features are scaled by the steps of the sequences that are trained on; padding is not among them", () => {
  const rows = Array.from({ length: 20 }, (_, r) =>
    Array.from({ length: 1 + (r % 4) }, (_, t) => 100 + ((r * 7 + t * 3) % 11)),
  );
  const labels = rows.map((_, r) => (r % 2 ? "odd" : "even"));
  const { train, test: kept, info } = sequences(rows, { labels, seed: 3 });
  expect([train.length, kept!.length]).toEqual([16, 4]);
  const { x } = rowsOf(train);
  const values = x.filter((value) => value !== info.maskValue);
  const mean = values.reduce((a, b) => a + b) / values.length;
  expect(mean).toBeCloseTo(0, 6);
  expect(values.reduce((a, b) => a + b * b, 0) / values.length).toBeCloseTo(1, 5);
  expect(info.standardisation!.mean[0]).toBeGreaterThan(99);
  // new ones alike, alone or several
  const { data, shape } = encodeSequences([rows[0]!], info);
  expect(shape).toEqual([1, 4, 1]);
  expect([...data]).toEqual(
    rowsOf(sequences([rows[0]], { labels: ["even"], like: info, testFraction: 0 }).train).x,
  );
  expect(encodeSequences(rows[0]!, info).data).toEqual(data);
});

test("ids and words: a vocabulary of the sequences that are trained on, and what is new has an id of its own", () => {
  const { train, info } = sequences([[3, 1], [2]], {
    labels: [0.5, 1.25],
    ids: true,
    testFraction: 0,
    targetScale: false,
  });
  expect(train.inputShape).toEqual([2]);
  expect(rowsOf(train)).toEqual({ x: [3, 1, 2, 0], y: [0.5, 1.25] });
  expect(info).toEqual({ kind: "ids", steps: 2, size: 4, maskValue: 0 });
  const said = sequences(
    [
      { text: "Not good", label: "bad" },
      { text: "good", label: "good" },
    ],
    { testFraction: 0 },
  );
  expect(said.info).toMatchObject({
    kind: "words",
    size: 4,
    vocabulary: { tokens: ["good", "not"], lowercase: true },
  });
  expect(rowsOf(said.train).x).toEqual([2, 1, 1, 0]);
  expect([...encodeSequences("good grief", said.info).data]).toEqual([1, 3]);
});

test("what fills rows up is no step: another number is taken, or the step is named", () => {
  const rows = [[1, 0, -1], [2, 5], [-2]];
  const labels = ["a", "b", "a"];
  expect(() => sequences(rows, { labels, ...plain })).toThrow(
    "sequences: row 0: step 1: the step is 0, which fills up shorter sequences and would be left out; maskValue: expected a number that no step has",
  );
  const { train, info } = sequences(rows, { labels, maskValue: "auto", ...plain });
  expect(info.maskValue).toBe(-3);
  expect(rowsOf(train).x).toEqual([1, 0, -1, 2, 5, -3, -2, -3, -3]);
  // a step of which one feature is 0 is no padding
  expect(
    sequences(
      [
        [[0, 1]],
        [
          [2, 0],
          [0, 3],
        ],
      ],
      { labels: ["a", "b"], ...plain },
    ).info.maskValue,
  ).toBe(0);
  // nor is anything where no row is shorter
  expect(
    sequences(
      [
        [0, 1],
        [2, 0],
      ],
      { labels: ["a", "b"], ...plain },
    ).info.maskValue,
  ).toBeUndefined();
});

test("a network that masks sees no padding: a row says the same filled up to any number of steps", () => {
  const labels = ["a", "b"];
  const [short, long] = [2, 6].map((steps) =>
    sequences([[0.5, -1], [2]], { labels, ...plain, steps, maskValue: 9 }),
  );
  const layers = () => [masking({ maskValue: 9 }), gru({ units: 3 }), dense({ units: 1 })] as const;
  const outputs = [short!, long!].map(({ train }) =>
    sequential(layers(), { inputShape: train.inputShape, seed: 1 }).predict({
      data: Float32Array.from(rowsOf(train).x),
      shape: [2, ...train.inputShape],
    }),
  );
  expect(outputs[0]).toEqual(outputs[1]);
  const ids = sequences([[3, 1], [2]], { labels, ids: true, testFraction: 0 });
  const model = sequential(
    [embedding({ inputDim: ids.info.size!, outputDim: 2, maskZero: true }), gru({ units: 2 })],
    {
      inputShape: [2],
    },
  );
  expect(model.predict([[3, 1]])).toBeDefined();
});

test("longer sequences lose their end or their beginning where that is asked for", () => {
  const of = (keep: "first" | "last") =>
    rowsOf(
      sequences(
        [
          [1, 2, 3],
          [4, 5],
        ],
        { labels: ["a", "b"], steps: 2, keep, ...plain },
      ).train,
    ).x;
  expect(of("first")).toEqual([1, 2, 4, 5]);
  expect(of("last")).toEqual([2, 3, 4, 5]);
});

test("missing values are filled with the step before, or leave the sequence out", () => {
  const rows = [
    [1, null, 3],
    [4, 5],
    [6, NaN],
  ];
  const labels = ["a", "b", "a"];
  expect(rowsOf(sequences(rows, { labels, missing: "fill", ...plain }).train).x).toEqual([
    1, 1, 3, 4, 5, 0, 6, 6, 0,
  ]);
  const dropped = sequences(rows, { labels, missing: "drop", ...plain });
  expect(rowsOf(dropped.train)).toEqual({ x: [4, 5], y: [0] });
  expect(dropped.notes).toContain("2 sequences with missing values left out");
});

describe("refused", () => {
  const labels = ["a", "b"];
  const said = (given: unknown, options: SequenceOptions = { labels }) => {
    try {
      sequences(given, { ...plain, ...options });
    } catch (error) {
      return (error as Error).message;
    }
    return "nothing";
  };
  test.each([
    [[[1], []], {}, "row 1: an empty sequence; expected at least one step"],
    [["good", " "], {}, "row 1: an empty sequence; expected at least one word"],
    [[[1, 2, 3], [1]], { steps: 2 }, "row 0: length 3 is beyond the 2 steps"],
    [[[1, 2], [[1, 2]]], {}, "row 1: step 0: expected 1 number as in the first step, got 2"],
    [[[[1, 2]], [[1, 2], [3]]], {}, "row 1: step 1: expected 2 numbers as in the first step, got 1"],
    [[[1, "2"], [1]], {}, 'row 0: step 1: expected a number, got "2"'],
    [[[1, Infinity], [1]], {}, "row 0: step 1: expected a finite float32 number, got Infinity"],
    [[[1, 1e39], [1]], {}, "row 0: step 1: expected a finite float32 number, got 1e+39"],
    [[[1, null], [1]], {}, "row 0: step 1: the value is missing"],
    [[[1, 2], 5], {}, "row 1: expected an array of steps, got 5"],
    [[[1, 0], [2]], { ids: true }, "row 0: step 1: expected an id, a whole number from 1, got 0"],
    [[[1, 2.5], [2]], { ids: true }, "row 0: step 1: expected an id, a whole number from 1, got 2.5"],
    [[[1, 2], [2]], { ids: true, maskValue: -1 }, "maskValue: ids are filled up with 0, got -1"],
    [[[1], [2]], { labels: ["a"] }, "labels: expected one for each of 2 sequences, got 1"],
    [[[1], [2]], { labels: ["a", null] }, 'row 1: column "label": the label is missing'],
    [[[1], [2]], { labels: undefined }, "the sequences have no labels"],
    [[], {}, "expected at least one sequence"],
    [5, {}, "expected an array of sequences"],
    [
      [
        { x: [1], label: "a" },
        { x: [1], z: [2], label: "b" },
      ],
      { labels: undefined },
      'row 1: "z" is not in row 0',
    ],
    [
      [
        { x: [1], z: [1], label: "a" },
        { x: [1], label: "b" },
      ],
      { labels: undefined },
      'row 1: "z" is missing',
    ],
    [[{ x: [1], z: [1, 2], label: "a" }], { labels: undefined }, 'row 0: "z" has 2 steps, but "x" has 1'],
    [[{ x: [1], age: 3, label: "a" }], { labels: undefined }, 'row 0: "age": expected a sequence, got 3'],
    [[{ label: "a" }], { labels: undefined }, "row 0: expected a sequence"],
    [[[1], [2]], { steps: 0 }, "steps"],
    [[[1], [2]], { keep: "middle" as never }, "keep"],
  ] as [unknown, SequenceOptions, string][])("%j %j", (given, options, message) => {
    expect(said(given, { labels, ...options })).toContain(message);
  });

  test("in a table, with the line", () => {
    const csv =
      (text: string, options = {}) =>
      () =>
        csvSequences(text, { sequence: "id", ...plain, ...options });
    expect(csv("id,x,label\nA,1,a\nA,2,b\n")).toThrow(
      /line 3: column "label": "b", but "a" in line 2 of the same sequence/,
    );
    expect(csv("id,t,x,label\nA,1,1,a\nA,1,2,a\n", { time: "t" })).toThrow(
      /line 3: column "t": "1" is the time of line 2/,
    );
    expect(csv("id,x,label\n,1,a\nA,2,a\n")).toThrow(
      /line 2: column "id": the id of the sequence is missing/,
    );
    expect(csv("id,x,label\nA,1,a\nA,oh,a\n")).toThrow(/line 3: column "x": expected a number, got "oh"/);
    expect(csv("id,x,label\nA,1,a\nA,,a\nB,1,b\n")).toThrow(/line 3: sequence "A": the value is missing/);
    expect(csv("no,x,label\nA,1,a\n")).toThrow(/no column "id"/);
    expect(csv("id,x,label\nA,1,a\nA,2,a\nB,1,b\n", { steps: 1 })).toThrow(
      /sequence "A" \(line 2\): length 2 is beyond the 1 steps/,
    );
  });

  test("by a model that was trained on others", () => {
    const { info } = sequences([[1, 2], [3]], { labels, ids: true, testFraction: 0 });
    expect(() => encodeSequences([[1, 9]], info)).toThrow(
      "row 0: step 1: expected an id below 4, those the model was trained on, got 9",
    );
    expect(() => encodeSequences([[1, 2, 3]], info)).toThrow("length 3 is beyond the 2 steps");
    expect(() => encodeSequences([[[1, 2]]], info)).toThrow("expected an id, a whole number, got 2 numbers");
    expect(() => encodeSequences("not bad", info)).toThrow("expected whole numbers");
    const equal = sequences(
      [
        [1, 2],
        [3, 4],
      ],
      { labels, ...plain },
    ).info;
    expect(() => encodeSequences([[1]], equal)).toThrow(
      "length 1, but all sequences that were trained on have 2 steps",
    );
    expect(() => encodeSequences([[1, 2]], { ...equal, steps: "2" } as never)).toThrow(
      "encodeSequences: info.steps",
    );
  });
});

/** Numbers, and for each whether the sum so far is above 0. */
const signs = (n: number, names: readonly unknown[]) =>
  Array.from({ length: n }, (_, r) => {
    let sum = 0;
    const x = Array.from(
      { length: 3 + (r % 4) },
      (_, t) => Math.round(9 * Math.sin(1 + r * 3.7 + t * 2.3)) || 1,
    );
    return { x, y: x.map((value) => names[(sum += value) > 0 ? 1 : 0]) };
  });

test("every step has a target: classes, numbers, several numbers; what fills rows up has 0", () => {
  const given = [
    [1, 2, 3],
    [4, 5],
  ];
  const each = (labels: unknown[], more: object = {}) => sequences(given, { labels, ...plain, ...more });
  const tags = each([
    ["b", "a", "b"],
    ["a", "b"],
  ]);
  expect(tags.train.target).toEqual({ kind: "values", size: 3, shape: [3] });
  expect(rowsOf(tags.train).y).toEqual([1, 0, 1, 0, 1, 0]);
  expect(tags.info).toMatchObject({ targets: "each", classes: ["a", "b"], maskValue: 0 });
  expect(tags.notes).toContain("target label: 2 classes, one for each step");
  // what else there is to say is said as it is
  const merged = each([
    ["1", "1.0", "2"],
    ["2", "1"],
  ]);
  expect(merged.notes.filter((note) => /class/.test(note))).toEqual([
    "target label: 2 classes (whole numbers, few of them different), one for each step",
    "1.0 and 1 are one class",
  ]);
  // of lists of numbers that are as long as sequences of different lengths
  const numbers = each([
    [0.5, 1.5, 2.25],
    [3.5, 4],
  ]);
  expect(numbers.train.target).toEqual({ kind: "values", size: 3, shape: [3, 1] });
  expect(rowsOf(numbers.train).y).toEqual([0.5, 1.5, 2.25, 3.5, 4, 0]);
  expect(numbers.info.classes).toBeUndefined();
  const pairs = each([
    [
      [1, 2],
      [3, 4],
      [5, 6],
    ],
    [
      [7, 8],
      [9, 10],
    ],
  ]);
  expect(pairs.train.target).toEqual({ kind: "values", size: 6, shape: [3, 2] });
  expect(rowsOf(pairs.train).y).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 0, 0]);
  // sequences that are alike in length may have as many quantities each: said, where it is not so
  const alike = [
    [1, 2],
    [3, 4],
  ];
  const labels = [
    [5, 6],
    [7, 8],
  ];
  expect(sequences(alike, { labels, ...plain }).train.target).toEqual({ kind: "values", size: 2 });
  expect(sequences(alike, { labels, ...plain, targets: "each", task: "regression" }).train.target).toEqual({
    kind: "values",
    size: 2,
    shape: [2, 1],
  });
  // steps that are kept keep theirs
  expect(
    rowsOf(
      each(
        [
          ["b", "a", "b"],
          ["a", "b"],
        ],
        { steps: 2, keep: "last" },
      ).train,
    ).y,
  ).toEqual([0, 1, 0, 1]);
  expect(
    rowsOf(
      each(
        [
          ["b", "a", "b"],
          ["a", "b"],
        ],
        { steps: 2, keep: "first" },
      ).train,
    ).y,
  ).toEqual([1, 0, 0, 1]);
  // a text has one for each word; others are read by what is known
  const said = sequences(
    [
      { text: "the cat sat", label: ["D", "N", "V"] },
      { text: "it sat", label: ["P", "V"] },
    ],
    plain,
  );
  expect(rowsOf(said.train).y).toEqual([0, 1, 3, 2, 3, 0]);
  const more = sequences([{ text: "sat it", label: ["V", "P"] }], { testFraction: 0, like: said.info });
  expect(rowsOf(more.train).y).toEqual([3, 2, 0]);
  // in tables
  const table = "id,x,tag\nA,1,b\nA,2,a\nA,3,b\nB,4,a\nB,5,b\n";
  expect(() => csvSequences(table, { sequence: "id", ...plain })).toThrow(
    /"a", but "b" in line 2 of the same sequence .*targets: "each" \(--targets each\) takes one for every step/,
  );
  expect(rowsOf(csvSequences(table, { sequence: "id", targets: "each", ...plain }).train).y).toEqual([
    1, 0, 1, 0, 1, 0,
  ]);
});

test("a table is read as the one a model was trained on: its columns, its target, its ids; what is asked for besides counts", () => {
  const options = { sequence: "id", testFraction: 0, standardise: false } as const;
  const like = (info: SequencesInfo) => ({ like: info, testFraction: 0 });
  // a target for every step; the column of sequences need not be named again
  const table = "id,t,x,tag\nA,1,1,b\nA,2,2,a\nB,3,4,b\n";
  const tagged = csvSequences(table, { ...options, time: "t", targets: "each", label: "tag" });
  const again = csvSequences("t,tag,id,x\n3,a,C,8\n4,b,C,9\n", like(tagged.info));
  expect(rowsOf(again.train)).toEqual({ x: [8, 9], y: [0, 1] });
  expect(again.info).toEqual(tagged.info);
  // ids
  const ids = csvSequences("id,word,label\nA,1,up\nA,3,up\nB,2,down\n", { ...options, ids: true });
  expect(rowsOf(csvSequences("id,word,label\nC,2,up\nC,3,up\n", like(ids.info)).train)).toEqual({
    x: [2, 3],
    y: [1],
  });
  // the target is the one that the model tells, whatever is called as targets are, and so are features
  const told = csvSequences("id,x,kind\nA,1,a\nB,2,b\n", { ...options, label: "kind" });
  const other = "id,kind,x,y\nC,b,7,1\nC,b,8,2\n";
  expect(rowsOf(csvSequences(other, { ...like(told.info), steps: 2, keep: "last" }).train)).toEqual({
    x: [8],
    y: [1],
  });
  // the same rule for every form, of whether targets are of steps
  const forms = (info: SequencesInfo, targets: "each" | "sequence") => [
    csvSequences("id,t,x,tag\nA,1,1,a\nA,2,2,a\nB,1,3,b\n", { ...like(info), targets, label: "tag" }),
    sequences(
      targets === "each"
        ? [
            { x: [1, 2], tag: ["a", "a"] },
            { x: [3], tag: ["b"] },
          ]
        : [
            { x: [1, 2], tag: "a" },
            { x: [3], tag: "b" },
          ],
      { ...like(info), targets, label: "tag" },
    ),
  ];
  const whole = csvSequences("id,x,tag\nA,1,a\nA,2,a\nB,3,b\n", { ...options, label: "tag" });
  for (const made of forms(tagged.info, "sequence")) {
    expect(made.train.target.kind).toBe("class");
    expect(made.info.targets).toBeUndefined();
  }
  for (const made of forms(whole.info, "each")) {
    expect(made.train.target).toMatchObject({ kind: "values", shape: [2] });
    expect(made.info.targets).toBe("each");
  }
});

test("quantities are scaled by those that are trained on, of steps without what fills rows up; models predict in their unit", async () => {
  const rows = Array.from({ length: 40 }, (_, r) =>
    Array.from({ length: 2 + (r % 3) }, (_, t) => (r * 7 + t * 5) % 9),
  );
  const [one, each] = [
    rows.map((row) => 1000 + row.reduce((a, b) => a + b)),
    rows.map((row) => row.map((value) => 1000 + value)),
  ];
  for (const labels of [one, each]) {
    const { train, test: kept, info } = sequences(rows, { labels, seed: 3, task: "regression" });
    const { mean, scale } = train.targetScale!;
    expect(info.targetScale).toEqual(train.targetScale);
    expect(mean[0]).toBeGreaterThan(1000);
    const all = sequences(rows, { labels, testFraction: 0, like: info });
    const again = rowsOf(all.train).y;
    const values = labels === one ? one : each.flatMap((row) => [...row, 0, 0].slice(0, 4));
    values.forEach((value, i) => {
      if (value !== 0) expect(again[i]).toBeCloseTo((value - mean[0]!) / scale[0]!, 4);
    });
    const walk = gru({ units: 8, returnSequences: labels === each });
    const made = sequential([masking({ maskValue: info.maskValue }), walk, dense({ units: 1 })], { seed: 1 });
    made.compile({
      optimizer: { name: "adam", learningRate: 0.02 },
      loss: "meanSquaredError",
      metrics: ["meanAbsoluteError"],
    });
    await made.fit(train, { epochs: 60, batchSize: 8 });
    expect((await made.evaluate(kept!)).meanAbsoluteError).toBeLessThan(2);
    expect(
      Math.abs(
        made.predict(encodeSequences([rows[0]!], info)).data[0]! - (labels === one ? one[0]! : each[0]![0]!),
      ),
    ).toBeLessThan(4);
  }
  // classes of one number are none
  expect(
    sequences(rows, { labels: rows.map((_, r) => r % 2), task: "regression" }).train.targetScale,
  ).toBeUndefined();
  expect(() =>
    sequences(rows, { labels: one, task: "regression", targetScale: { mean: [1], scale: [0] } }),
  ).toThrow(/targetScale\.scale: expected a number that is not 0/);
  // a scale that is given is for quantities, of which there are as many: numbers of classes stay what they are
  const targetScale = { mean: [1], scale: [2] };
  expect(
    rowsOf(sequences(rows, { labels: one, task: "regression", targetScale, testFraction: 0 }).train).y[0],
  ).toBe(Math.fround((one[0]! - 1) / 2));
  const wrong = (labels: readonly unknown[], message: string) =>
    expect(() => sequences(rows, { labels, targetScale })).toThrow(`sequences: targetScale${message}`);
  for (const labels of [
    rows.map((_, r) => (r % 2 ? "odd" : "even")),
    rows.map((row) => row.map((_, t) => (t % 2 ? "odd" : "even"))),
  ])
    wrong(labels, ": expected targets that are quantities, got classes; leave it out, or say false");
  wrong(
    rows.map((_, r) => [r, 2 * r]),
    ".mean: expected",
  );
  wrong(
    rows.map((row) => row.map((value) => [value, 1, 2])),
    ".mean: expected",
  );
});

test.each<[string, unknown[], object, RegExp]>([
  ["too few", [["a"], ["a", "b"]], {}, /row 0: "label": expected one for each of 3 steps, got 1/],
  [
    "one for all",
    [["a", "b", "a"], "b"],
    { targets: "each" },
    /row 1: "label": expected one for each of 2 steps, got "b"/,
  ],
  [
    "one class",
    [
      ["a", "a", "a"],
      ["a", "a"],
    ],
    {},
    /every step is of class "a"; expected at least two classes/,
  ],
  [
    "no name",
    [
      ["a", {}, "a"],
      ["a", "b"],
    ],
    {},
    /row 0: step 1: "label": expected the name of a class, or a number, got \{\}/,
  ],
  [
    "a missing one",
    [
      ["a", null, "a"],
      ["a", "b"],
    ],
    {},
    /row 0: step 1.*the label is missing/,
  ],
  [
    "other numbers",
    [
      [[1, 2], [3], [4, 5]],
      [
        [6, 7],
        [8, 9],
      ],
    ],
    {},
    /row 0: step 1: "label": expected 2 numbers as in the first step/,
  ],
  [
    "a word for what has a target",
    [
      ["a", "b", "a"],
      ["a", "b"],
    ],
    { targets: "steps" },
    /targets: expected one of sequence, each, got "steps"/,
  ],
])("targets of steps: %s is refused", (_name, labels, more, message) => {
  expect(() =>
    sequences(
      [
        [1, 2, 3],
        [4, 5],
      ],
      { labels, ...plain, ...more },
    ),
  ).toThrow(message);
});

test("a network learns the target of each step, and padding counts for nothing", async () => {
  const { train, info } = sequences(signs(48, ["below", "above"]), { ...plain });
  const made = sequential(
    [
      masking({ maskValue: info.maskValue }),
      gru({ units: 8, returnSequences: true }),
      dense({ units: 2, activation: "softmax" }),
    ],
    { seed: 1 },
  );
  made.compile({
    optimizer: { name: "adam", learningRate: 0.03 },
    loss: "categoricalCrossentropy",
    metrics: ["accuracy"],
  });
  await made.fit(train, { epochs: 60, batchSize: 16 });
  expect((await made.evaluate(train)).accuracy).toBeGreaterThan(0.97);
});
