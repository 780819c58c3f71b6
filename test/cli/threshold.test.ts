/** A threshold that was chosen for a model of a table: the command line and exported modules say what predictRows() says. */

import { readFileSync } from "node:fs";
import { pathToFileURL } from "node:url";
import { afterAll, beforeAll, expect, test } from "vitest";
import { main } from "../../src/cli/main.ts";
import { partsOf } from "../../src/data/split.ts";
import { chooseThreshold, dense, sequential } from "../../src/index.ts";
import { loadModel, openData, saveModel } from "../../src/node/index.ts";
import { chosenRows } from "../../src/training/splitRule.ts";
import { done, type Workplace, workplace } from "./support.ts";

let place: Workplace;
beforeAll(() => {
  place = workplace();
});
afterAll(() => place.remove());

test("nabla predict, evaluate and export heed it", async () => {
  const values = Array.from({ length: 40 }, (_, i) => (i * 7) % 40);
  // half of all outputs are above ½, but only a fifth are of class "yes"
  place.write("t.csv", `a,label\n${values.map((a) => `${a},${a >= 32 ? "yes" : "no"}`).join("\n")}\n`);
  const { train } = await openData(place.path("t.csv"), { testFraction: 0 });
  const model = sequential([dense({ units: 1, activation: "sigmoid" })], { seed: 1 });
  model.compile({ loss: "binaryCrossentropy", optimizer: "sgd", metrics: ["accuracy"] });
  await model.fit(train, { epochs: 1 });
  model.setWeights({ "dense_1.kernel": [1], "dense_1.bias": [0] });
  const { threshold, before, value } = await chooseThreshold(model, train, { by: "accuracy" });
  expect([value, before]).toEqual([1, 0.7]);
  await saveModel(model, place.path("m.safetensors"));

  const rows = [{ a: 5 }, { a: 25 }, { a: 31 }, { a: 32 }, { a: 39 }];
  const wanted = ["no", "no", "no", "yes", "yes"];
  const answers = await model.predictRows(rows);
  expect(answers.map((row) => row.class)).toEqual(wanted);

  place.write("rows.csv", `a\n${rows.map(({ a }) => a).join("\n")}\n`);
  const told = await place.run(["predict", "m.safetensors", "rows.csv"]);
  expect(told.stderr).toBe("");
  expect(
    told.stdout
      .trim()
      .split("\n")
      .map((line) => (/\b(yes|no)\b/.exec(line) ?? [])[1]),
  ).toEqual(wanted);
  const seen = JSON.parse((await place.run(["evaluate", "m.safetensors", "t.csv", "--json"])).stdout);
  expect(seen).toMatchObject({ accuracy: 1, wrong: 0 });

  await place.run(["export", "m.safetensors", "--to", "m.mjs"]);
  const module = await import(/* @vite-ignore */ pathToFileURL(place.path("m.mjs")).href);
  expect(module.metadata.output.threshold).toBe(threshold);
  expect((await module.predictRows(rows)).map((row: { class: string }) => row.class)).toEqual(wanted);
});

/** Of 400 rows a fifth is "yes"; the columns say it, with noise. */
function churn(): string {
  let state = 7;
  const random = () => {
    state = (Math.imul(state, 1103515245) + 12345) & 0x7fffffff;
    return state / 0x80000000;
  };
  const rows = Array.from({ length: 400 }, () => {
    const [a, b] = [random(), random()];
    return `${a.toFixed(4)},${b.toFixed(4)},${a + b + 0.8 * random() > 1.7 ? "yes" : "no"}`;
  });
  return `a,b,label\n${rows.join("\n")}\n`;
}

const TRAIN = [
  "train",
  "churn.csv",
  "--epochs",
  "4",
  "--seed",
  "3",
  "--hidden",
  "8",
  "--schedule",
  "constant",
];
const decisionOf = async (file: string) => (await loadModel(place.path(file))).metadata.extra?.decision;

test("nabla train --threshold chooses on the rows validated on, and the model keeps it; the same when resumed, finished or restarted", async () => {
  place.write("churn.csv", churn());
  const split = ["--validation-split", "0.25"];
  const last = done(
    await place.run([
      ...TRAIN,
      ...split,
      "--threshold",
      "f1",
      "--out",
      "f.safetensors",
      "--report",
      "f.html",
    ]),
  );
  const decision = last.decision as Record<string, number>;
  expect(decision).toMatchObject({ by: "f1", rows: 80 });
  expect(decision.value).toBeGreaterThan(decision.before!);
  const { rows: _, before: _b, ...kept } = decision;
  expect(await decisionOf("f.safetensors")).toEqual(kept);
  expect(readFileSync(place.path("f.html"), "utf8")).toContain("<dt>threshold, chosen by f1</dt>");

  // with the rows validated on in hand: these, and neither those trained on nor those tested with
  const model = await loadModel(place.path("f.safetensors"));
  const { extra } = model.metadata;
  const { train, test: tested } = await openData(place.path("churn.csv"));
  const [trained, validated] = partsOf(
    train,
    chosenRows(train, 0.25, undefined, { seed: 3, shuffle: true }).rows!,
  );
  const on = async (data: typeof train) => {
    model.metadata = { ...model.metadata, extra: { ...extra, decision: undefined } };
    return (await chooseThreshold(model, data)).threshold;
  };
  expect(await on(validated!)).toBe(decision.threshold);
  expect(await on(trained!)).not.toBe(decision.threshold);
  expect(await on(tested!)).not.toBe(decision.threshold);

  // a flag is no other training: the weights are those without it, of the same network
  const number = done(await place.run([...TRAIN, ...split, "--threshold", "0.4", "--out", "n.safetensors"]));
  expect(number.weightsSha256).toBe(last.weightsSha256);
  expect(number.decision).toEqual({ threshold: 0.4 });
  expect(await decisionOf("n.safetensors")).toEqual({ threshold: 0.4 });

  // gone on with, it is chosen again as before, and says so where it is finished already
  const longer = [...TRAIN, ...split, "--threshold", "f1"].map((word) => (word === "4" ? "6" : word));
  const whole = done(await place.run([...longer, "--out", "w.safetensors"]));
  const goOn = (from: string) =>
    place.run(["train", "churn.csv", "--epochs", "6", "--resume", from, "--out", "g.safetensors"]);
  expect(done(await goOn("f.safetensors")).decision).toEqual(whole.decision);
  expect((await goOn("g.safetensors")).stdout).toContain('"event":"finished"');
  expect(await decisionOf("g.safetensors")).toEqual(await decisionOf("w.safetensors"));

  // one that was interrupted had not chosen yet, and does not forget that it was to
  for (const asked of ["f1", "0.4"]) {
    const stop = new AbortController();
    process.chdir(place.folder);
    const words = longer.map((word) => (word === "f1" ? asked : word));
    const code = await main([...words, "--out", "i.safetensors"], {
      stdout: { write: (text) => void (text.includes('"event":"epoch"') && stop.abort(new Error("enough"))) },
      stderr: { write() {} },
      interruptible: () => ({ signal: stop.signal, release() {} }),
    });
    expect(code).toBe(130);
    expect(await decisionOf("i.safetensors")).toBeUndefined();
    const { decision, weightsSha256 } = done(await goOn("i.safetensors"));
    expect(decision).toEqual(asked === "f1" ? whole.decision : { threshold: 0.4 });
    expect(weightsSha256).toBe(whole.weightsSha256);
  }

  // without a word about rows to validate on a tenth is kept, as for --patience
  expect(done(await place.run([...TRAIN, "--threshold", "youden"])).decision).toMatchObject({
    by: "youden",
    rows: 32,
  });
});

test("nabla predict and evaluate take a number instead", async () => {
  place.write("churn.csv", churn());
  done(await place.run([...TRAIN, "--threshold", "f1", "--out", "o.safetensors"]));
  const { stdout } = await place.run(["predict", "o.safetensors", "churn.csv", "--json"]);
  const told = (text: string) =>
    text
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line));
  const outputs = told(stdout).map(
    ({ ranking }) => ranking.find((each: { class: string }) => each.class === "yes").confidence,
  );
  const lines = told(
    (await place.run(["predict", "o.safetensors", "churn.csv", "--json", "--threshold", "0.9"])).stdout,
  );
  const high = outputs.map((output) => (output > 0.9 ? "yes" : "no"));
  expect(lines.map((line) => line.class)).toEqual(high);
  expect(told(stdout).map((line) => line.class)).not.toEqual(high);
  const none = ["evaluate", "o.safetensors", "churn.csv", "--part", "test", "--json", "--threshold"];
  const [all, nobody] = [
    JSON.parse((await place.run([...none, "0"])).stdout),
    JSON.parse((await place.run([...none, "1"])).stdout),
  ];
  expect(all).toMatchObject({ recall: 1 });
  expect(nobody).toMatchObject({ recall: 0 });
  expect(nobody.confusion.map((row: number[]) => row[1])).toEqual([0, 0]);
  expect(all.confusion.map((row: number[]) => row[0])).toEqual([0, 0]);
});

const ONE_OUTPUT =
  /^nabla: --threshold: expected one output that tells two classes apart, as a sigmoid with binaryCrossentropy does; the outputs for \S+ are others; /;

test.each([
  ["train", "three.csv --threshold f1", ONE_OUTPUT],
  ["train", "numbers.csv --task regression --threshold 0.5", ONE_OUTPUT],
  [
    "train",
    "two.csv --threshold f1 --validation-split 0",
    /--threshold f1: is chosen on rows that are not trained on, but none are kept for validation; give --validation-split 0.1, or a number/,
  ],
  [
    "train",
    "two.csv --threshold 1.5",
    /--threshold: expected a number from 0 to 1, which is what a sigmoid gives, got 1.5/,
  ],
  ["train", "two.csv --threshold best", /--threshold: expected a number, f1, youden or accuracy, got "best"/],
  ["train", "two.csv --threshold f1 --folds 3", /--threshold: --folds trains a model for each fold/],
  [
    "train",
    "ordered.csv --split time --threshold f1",
    /--threshold f1: all \d+ rows to validate on are of one class; expected rows of both/,
  ],
  ["evaluate", "three.safetensors three.csv --threshold 0.5", ONE_OUTPUT],
  ["predict", "three.safetensors three.csv --threshold 0.5", ONE_OUTPUT],
  [
    "predict",
    "two.safetensors two.csv --threshold f1",
    /--threshold: expected a number, got "f1": nabla train --threshold f1 chooses one/,
  ],
  [
    "evaluate",
    "two.safetensors two.safetensors two.csv --threshold 0.5",
    /--threshold: expected one model, got several, which vote/,
  ],
  [
    "predict",
    "two.safetensors two.safetensors two.csv --threshold 0.5",
    /--threshold: expected one model, got several, which vote/,
  ],
])("nabla %s %s is refused, with what to do", async (command, words, problem) => {
  const table = (label: (i: number) => unknown) =>
    `a,label\n${Array.from({ length: 60 }, (_, i) => `${(i * 7) % 60},${label(i)}`).join("\n")}\n`;
  place.write(
    "three.csv",
    table((i) => "abc"[i % 3]),
  );
  place.write(
    "two.csv",
    table((i) => "ab"[i % 2]),
  );
  place.write(
    "numbers.csv",
    table((i) => i / 7),
  );
  place.write(
    "ordered.csv",
    table((i) => (i < 20 ? "a" : "b")),
  );
  for (const name of command === "train" ? [] : ["two", "three"])
    done(
      await place.run([
        "train",
        `${name}.csv`,
        "--epochs",
        "1",
        "--model",
        "logistic",
        "--out",
        `${name}.safetensors`,
      ]),
    );
  const { code, stderr } = await place.run([command!, ...words!.split(" ")]);
  expect(code).toBe(1);
  expect(stderr).toMatch(problem as RegExp);
});
