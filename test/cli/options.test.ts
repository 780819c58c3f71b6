/** Label smoothing, averages of weights, folds, and several models. */

import { readFileSync } from "node:fs";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { readSafetensors } from "../../src/checkpoint/safetensors.ts";
import { foldsTable } from "../../src/cli/commands/folds.ts";
import { standardiseSplit } from "../../src/data/index.ts";
import { crossValidate, fromConfig } from "../../src/index.ts";
import { internalsOf } from "../../src/model/internals.ts";
import { openData } from "../../src/node/index.ts";
import { done, events, flowers, idxFolder, workplace } from "./support.ts";

const place = workplace();
afterAll(place.remove);
beforeAll(() => {
  place.write("flowers.csv", flowers());
  place.write(
    "quantity.csv",
    `x,y\n${Array.from({ length: 40 }, (_, i) => `${i},${3.5 * i + 0.25}`).join("\n")}\n`,
  );
});
const train = (...args: string[]) => place.run(["train", ...args]);
const refused = async (args: string[], message: string | RegExp) => {
  const { code, stdout, stderr } = await place.run(args);
  expect([code, stdout]).toEqual([1, ""]);
  expect(stderr).toMatch(message);
};
/** The configuration a file was trained with. */
const configOf = (file: string) =>
  JSON.parse(readSafetensors(readFileSync(place.path(file)), file).metadata["nabla.checkpoint"]!).config;

describe("--label-smoothing", () => {
  test("goes into the loss; evaluate says what training said", async () => {
    const { testLoss } = done(
      await train("flowers.csv", "--epochs", "2", "--label-smoothing", "0.1", "--out", "s.safetensors"),
    );
    expect(configOf("s.safetensors").training.loss).toEqual({
      name: "categoricalCrossentropy",
      labelSmoothing: 0.1,
    });
    const { testLoss: plain } = done(await train("flowers.csv", "--epochs", "2"));
    expect(testLoss).not.toBe(plain);
    const { stdout } = await place.run(["evaluate", "s.safetensors", "flowers.csv", "--json"]);
    expect(JSON.parse(stdout).loss).toBe(testLoss);
  });

  test("is refused for losses without classes, and for shares out of range", async () => {
    await refused(
      ["train", "quantity.csv", "--label-smoothing", "0.1"],
      "--label-smoothing: loss meanSquaredError has none; it is for binaryCrossentropy, crossEntropy, categoricalCrossentropy, sparseCategoricalCrossentropy",
    );
    await refused(["train", "flowers.csv", "--label-smoothing", "1"], "expected a number ≥ 0 and < 1");
  });
});

describe("--ema", () => {
  test("the file holds averages and what was trained; resuming gives the bits of a run in one go", async () => {
    const whole = done(await train("flowers.csv", "--epochs", "4", "--ema", "0.9", "--schedule", "constant"));
    done(
      await train(
        "flowers.csv",
        "--epochs",
        "2",
        "--ema",
        "0.9",
        "--schedule",
        "constant",
        "--out",
        "e.safetensors",
      ),
    );
    expect(configOf("e.safetensors").training.optimizer).toMatchObject({ useEma: true, emaMomentum: 0.9 });
    expect(
      readSafetensors(readFileSync(place.path("e.safetensors")), "e").tensors.has(
        "optimizer.trained.output.kernel",
      ),
    ).toBe(true);
    const resumed = done(await train("flowers.csv", "--epochs", "4", "--resume", "e.safetensors"));
    expect(resumed.weightsSha256).toBe(whole.weightsSha256);
    const plain = done(await train("flowers.csv", "--epochs", "4", "--schedule", "constant"));
    expect(plain.weightsSha256).not.toBe(whole.weightsSha256);
    await refused(
      ["train", "flowers.csv", "--epochs", "6", "--resume", "e.safetensors", "--ema", "0.5"],
      "emaMomentum was 0.9 in e.safetensors, now it is 0.5",
    );
  });
});

describe("--folds", () => {
  test("every row is tested with once; mean and deviation follow from the folds", async () => {
    const { code, stdout } = await train("flowers.csv", "--folds", "4", "--epochs", "3");
    expect(code).toBe(0);
    const all = events(stdout);
    expect(all.map(({ event }) => event)).toEqual(["fold", "fold", "fold", "fold", "done"]);
    const folds = all.slice(0, 4) as unknown as Record<
      "fold" | "rows" | "testRows" | "epochs" | "loss" | "accuracy",
      number
    >[];
    expect(folds.map(({ fold, rows, testRows, epochs }) => [fold, rows, testRows, epochs])).toEqual(
      [1, 2, 3, 4].map((fold) => [fold, 45, 15, 3]),
    );
    const { mean, standardDeviation, rows } = all[4] as unknown as Record<string, Record<string, number>>;
    expect(rows).toBe(60);
    const average = folds.reduce((sum, { loss }) => sum + loss / 4, 0);
    expect(mean!.loss).toBeCloseTo(average, 12);
    expect(standardDeviation!.loss).toBeCloseTo(
      Math.sqrt(folds.reduce((sum, { loss }) => sum + (loss - average) ** 2 / 3, 0)),
      12,
    );
    expect((await train("flowers.csv", "--folds", "4", "--epochs", "3")).stdout).toBe(stdout);
  });

  test("the same as crossValidate(), with the scale of each fold taken from its own training rows", async () => {
    const args = ["flowers.csv", "--epochs", "3", "--validation-split", "0"];
    done(await train(...args, "--test-split", "0", "--out", "c.safetensors"));
    const { model, fit } = fromConfig(configOf("c.safetensors"));
    const { train: rows } = await openData(place.path("flowers.csv"), {
      testFraction: 0,
      standardise: false,
    });
    const want = await crossValidate(() => fromConfig(configOf("c.safetensors")).model, rows, {
      ...fit,
      folds: 4,
      prepare: standardiseSplit,
    });
    expect(internalsOf(model).built.parameterCount).toBeGreaterThan(1000);
    const { mean } = events((await train(...args, "--folds", "4")).stdout).at(-1)!;
    expect(mean).toEqual(want.mean);
  });

  test("images; a table of quantities, whose errors are in their own unit; more options", async () => {
    idxFolder(place, "images");
    const few = await train("images", "--folds", "2", "--epochs", "1", "--quiet", "--json");
    expect(events(few.stdout)).toMatchObject([{ event: "done", folds: 2, rows: 20 }]);
    const { stdout, stderr } = await train(
      "quantity.csv",
      "--folds",
      "3",
      "--epochs",
      "200",
      "--patience",
      "50",
    );
    expect(stderr).toBe("");
    const { mean } = events(stdout).at(-1) as unknown as { mean: Record<string, number> };
    // quantities run to 140 and are spread by 40
    expect(mean.meanAbsoluteError).toBeGreaterThan(0.05);
    expect(mean.meanAbsoluteError).toBeLessThan(10);
  });

  test("what makes no sense with it is refused", async () => {
    await refused(["train", "flowers.csv", "--folds", "1"], "--folds: expected a whole number ≥ 2");
    await refused(
      ["train", "flowers.csv", "--folds", "61"],
      "--folds: expected at most 60, the rows of flowers.csv",
    );
    await refused(
      ["train", "flowers.csv", "--folds", "3", "--out", "x.safetensors"],
      "--out: --folds trains a model for each fold",
    );
  });

  test("as a table", () => {
    const history = { epoch: [0, 1], history: {} };
    const folds = [0, 1].map((fold) => ({
      fold,
      rows: 5,
      testRows: 4 + fold,
      scores: { loss: fold + 1, accuracy: 0.5 },
      history,
    }));
    const text = foldsTable({
      folds,
      mean: { loss: 1.5, accuracy: 0.5 },
      standardDeviation: { loss: Math.SQRT1_2, accuracy: 0 },
    });
    expect(text.split("\n").map((line) => line.trim().split(/\s{2,}/))).toEqual([
      ["fold", "trained on", "tested with", "epochs", "loss", "accuracy"],
      expect.anything(),
      ["1", "5", "4", "2", "1.000", "50.00 %"],
      ["2", "5", "5", "2", "2.000", "50.00 %"],
      ["mean", "1.500", "50.00 %"],
      ["±", "0.7071", "0.00 %"],
    ]);
  });
});

describe("several models", () => {
  beforeAll(async () => {
    for (const seed of ["1", "2", "3"])
      done(await train("flowers.csv", "--epochs", "1", "--seed", seed, "--out", `${seed}.safetensors`));
  });
  const models = ["1.safetensors", "2.safetensors", "3.safetensors"];
  const json = async (...args: string[]) => {
    const { code, stdout, stderr } = await place.run([...args, "--json"]);
    expect([code, stderr]).toEqual([0, ""]);
    return stdout
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line));
  };

  test("evaluate: they vote on the rows that were kept out; each one's own accuracy is shown too", async () => {
    for (const voting of ["soft", "hard"]) {
      const [scores] = await json("evaluate", ...models, "flowers.csv", "--voting", voting);
      expect(scores).toMatchObject({ part: "test", rows: 12, voting });
      for (const { model, accuracy } of scores.models) {
        const [alone] = await json("evaluate", model, "flowers.csv");
        expect(accuracy).toBe(alone.accuracy);
      }
      const right = scores.confusion.reduce((sum: number, row: number[], c: number) => sum + row[c]!, 0);
      expect(scores.accuracy).toBe(right / 12);
      expect(scores.wrong).toBe(12 - right);
    }
  });

  test("evaluate as text", async () => {
    const { stdout } = await place.run(["evaluate", ...models, "flowers.csv"]);
    expect(stdout).toMatch(/accuracy \d+\.\d\d % by soft vote of 3 models/);
    expect(stdout).toMatch(/2\.safetensors +\d/);
    expect(stdout).toContain("predicted");
  });

  test("predict: confidences are mean probabilities, or shares of votes", async () => {
    const alone = await Promise.all(models.map((model) => json("predict", model, "5,3,0")));
    const of = (rows: { ranking: { class: string; confidence: number }[] }[], name: string) =>
      rows[0]!.ranking.find((each) => each.class === name)!.confidence;
    const soft = await json("predict", ...models, "5,3,0");
    for (const name of ["rose", "tulip", "violet"])
      expect(of(soft, name)).toBeCloseTo(alone.reduce((sum, rows) => sum + of(rows, name), 0) / 3, 6);
    const hard = await json("predict", ...models, "5,3,0", "flowers.csv#3", "--voting", "hard");
    expect(hard).toHaveLength(2);
    for (const name of ["rose", "tulip", "violet"])
      expect(of(hard, name)).toBeCloseTo(alone.filter((rows) => rows[0]!.class === name).length / 3, 6);
    const { stdout } = await place.run(["predict", ...models, "flowers.csv"]);
    expect(stdout).toMatch(/^flowers\.csv#\d+: (rose|tulip|violet) \d+\.\d\d %/);
  });

  test("models that do not go together, and calls that lack something, are refused", async () => {
    done(await train("flowers.csv", "--epochs", "1", "--ignore", "width", "--out", "narrow.safetensors"));
    await refused(
      ["evaluate", "1.safetensors", "narrow.safetensors", "flowers.csv"],
      /narrow\.safetensors takes inputs of shape \[2\], 1\.safetensors of \[3\]/,
    );
    done(await train("flowers.csv", "--epochs", "1", "--test-split", "0.5", "--out", "half.safetensors"));
    await refused(
      ["predict", "1.safetensors", "half.safetensors", "5,3,0"],
      /half\.safetensors was trained on inputs scaled differently/,
    );
    await refused(["evaluate", "1.safetensors"], /missing argument DATA; got only 1\.safetensors/);
    await refused(
      ["predict", "1.safetensors", "2.safetensors"],
      /expected an INPUT after 1\.safetensors 2\.safetensors/,
    );
    await refused(
      ["evaluate", "1.safetensors", "flowers.csv", "--voting", "hard"],
      /--voting: expected several models, got one/,
    );
    await refused(
      ["evaluate", "1.safetensors", "none.safetensors", "flowers.csv"],
      /none\.safetensors: cannot be read: no such file/,
    );
  });
});
