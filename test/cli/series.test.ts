/** nabla train --forecast, evaluate and forecast: series as tables. */
import { readFileSync } from "node:fs";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { Stream } from "../../src/math/random.ts";
import { done, events, type Workplace, workplace } from "./support.ts";

let place: Workplace;
beforeAll(() => {
  place = workplace();
});
afterAll(() => place.remove());

/** Days of 12 steps with noise, every two hours. */
function load(steps: number, from = 0): string {
  const random = new Stream(5, 90);
  const rows = Array.from({ length: from + steps }, (_, i) => {
    const time = new Date(Date.UTC(2024, 0, 1, 2 * i)).toISOString().slice(0, 16).replace("T", " ");
    const value = 500 + 40 * Math.sin((2 * Math.PI * i) / 12) + 20 * Math.cos((4 * Math.PI * i) / 12);
    return `${time},${(10 + (i % 7)).toFixed(1)},${(value + 8 * random.gaussian()).toFixed(2)}`;
  });
  return `when,price,load\n${rows.slice(from).join("\n")}\n`;
}

interface Score {
  windows: number;
  columns: { column: string; season?: number; skill: number; model: { meanAbsoluteError: number } }[];
}

test("a model is trained, scored beside baselines, looked at again, and forecasts what comes next", async () => {
  place.write("load.csv", load(600));
  const args = [
    "train",
    "load.csv",
    "--forecast",
    "6",
    "--window",
    "24",
    "--out",
    "load.safetensors",
    "--seed",
    "1",
  ];
  const trained = await place.run([...args, "--report", "load.html"]);
  const last = done(trained);
  const first = events(trained.stdout)[0]!;
  expect(first).toMatchObject({ inputShape: [24, 2], testRows: 115, rows: 451 });
  expect(first.notes).toEqual(
    expect.arrayContaining([
      "forecasts load, 6 steps ahead",
      "time: when",
      "a step is 2 hours",
      expect.stringMatching(/^a season is 12 steps, found/),
    ]),
  );
  const score = last.forecast as Score;
  expect(score).toMatchObject({ windows: 115, columns: [{ column: "load", season: 12 }] });
  // noise of 8 in the value before as well: its error is √2 times as large
  expect(score.columns[0]!.skill).toBeGreaterThan(0.2);
  // figures are in the unit of the column
  expect(last.testMeanAbsoluteError).toBeCloseTo(score.columns[0]!.model.meanAbsoluteError, 3);
  const page = readFileSync(place.path("load.html"), "utf8");
  for (const title of ["Forecast against truth", "Residuals", "Error by steps ahead"])
    expect(page).toContain(title);

  const again = JSON.parse((await place.run(["evaluate", "load.safetensors", "load.csv", "--json"])).stdout);
  expect(again).toMatchObject({ part: "test", rows: 115, forecast: score });
  place.write("later.csv", load(100, 600));
  const later = await place.run(["evaluate", "load.safetensors", "later.csv"]);
  expect(later.stderr).toBe("");
  expect(later.stdout).toMatch(/load, the next 6 steps, 71 windows\nforecast by/);
  expect(later.stdout).toMatch(
    /the model's mean absolute error is \d+\.\d\d % below that of the value 12 steps before/,
  );

  const told = await place.run(["forecast", "load.safetensors", "load.csv", "--json"]);
  const steps = told.stdout
    .split("\n")
    .filter(Boolean)
    .map((line) => JSON.parse(line));
  expect(steps.map(({ time }) => time)).toEqual([
    "2024-02-20T00:00",
    "2024-02-20T02:00",
    "2024-02-20T04:00",
    "2024-02-20T06:00",
    "2024-02-20T08:00",
    "2024-02-20T10:00",
  ]);
  for (const { values } of steps) expect(Math.abs(values.load - 500)).toBeLessThan(90);
  const shown = await place.run(["forecast", "load.safetensors", "load.csv", "--steps", "2"]);
  expect(shown.stdout).toMatch(/time +load\n─+ +─+\n2024-02-20T00:00 +\d/);
  await place.run(["forecast", "load.safetensors", "load.csv", "--out", "next.csv"]);
  expect(readFileSync(place.path("next.csv"), "utf8")).toMatch(/^time,load\r?\n2024-02-20T00:00,\d+/);
  const far = await place.run(["forecast", "load.safetensors", "load.csv", "--steps", "7"]);
  expect(far.stderr).toMatch(/forecasts 6 steps at once, and beyond them it needs values of "price"/);
});

test("a stopped training goes on with the windows it had", async () => {
  place.write("short.csv", load(200));
  const train = ["train", "short.csv", "--forecast", "3", "--epochs"];
  const out = ["--seed", "2", "--out"];
  const whole = done(await place.run([...train, "4", ...out, "whole.safetensors"]));
  done(await place.run([...train, "2", ...out, "half.safetensors", "--schedule", "constant"]));
  const two = done(await place.run([...train, "2", ...out, "two.safetensors"]));
  expect(two.weightsSha256).not.toBe(whole.weightsSha256);
  const four = done(await place.run([...train, "4", ...out, "four.safetensors", "--schedule", "constant"]));
  const on = done(await place.run(["train", "short.csv", "--resume", "half.safetensors", "--epochs", "4"]));
  expect(on.weightsSha256).toBe(four.weightsSha256);
  const other = await place.run([
    "train",
    "short.csv",
    "--resume",
    "half.safetensors",
    "--epochs",
    "4",
    "--window",
    "9",
  ]);
  expect(other.stderr).toMatch(/--window: the model was trained with \d+, got 9/);
});

describe("what makes no sense is refused in one line", () => {
  const rows = (...lines: string[]) => `day,load\n${lines.join("\n")}\n`;
  const days = Array.from(
    { length: 40 },
    (_, i) => `${new Date(Date.UTC(2024, 0, 1 + i)).toISOString().slice(0, 10)},${i % 7}`,
  );
  test.each<[string, string, string[], RegExp]>([
    [
      "a window longer than the series",
      rows(...days),
      ["--forecast", "2", "--window", "50"],
      /has 40 steps, but a window of 50 and 2 steps to forecast/,
    ],
    [
      "a horizon of 0",
      rows(...days),
      ["--forecast", "0"],
      /--forecast: expected a whole number ≥ 1, got "0"/,
    ],
    [
      "a gap",
      rows(...days.slice(0, 20), ...days.slice(22)),
      ["--forecast", "2"],
      /line 22: 2 steps are missing between 2024-01-20 and 2024-01-23\. .*--gaps fill/,
    ],
    [
      "unequal spacing",
      rows(...days.slice(0, 3), "2024-01-03 07:00,1", ...days.slice(3)),
      ["--forecast", "2"],
      /line 5 .*7 hours after line 4/,
    ],
    [
      "a missing value",
      rows(...days.slice(0, 3), "2024-01-04,", ...days.slice(4)),
      ["--forecast", "2"],
      /line 5: column "load": the value is missing.*--missing fill/,
    ],
    [
      "a window without a forecast",
      rows(...days),
      ["--window", "5"],
      /--window: expected --forecast STEPS as well/,
    ],
    [
      "folds",
      rows(...days),
      ["--forecast", "2", "--folds", "3"],
      /--folds: a series is numbers in the order of time/,
    ],
    [
      "a target that is not there",
      rows(...days),
      ["--forecast", "2", "--label", "laod"],
      /there is no column "laod"; there are load/,
    ],
  ])("%s", async (_, text, flags, message) => {
    place.write("bad.csv", text);
    const { code, stderr } = await place.run(["train", "bad.csv", ...flags]);
    expect(code).toBe(1);
    expect(stderr).toMatch(message);
    expect(stderr.trim().split("\n")).toHaveLength(1);
  });

  test("a model of something else", async () => {
    place.write("gate.csv", "p,q,out\n0,0,n\n0,1,y\n1,0,y\n1,1,n\n");
    done(
      await place.run([
        "train",
        "gate.csv",
        "--header",
        "yes",
        "--epochs",
        "1",
        "--test-split",
        "0",
        "--out",
        "gate.safetensors",
      ]),
    );
    const { stderr } = await place.run(["forecast", "gate.safetensors", "gate.csv"]);
    expect(stderr).toMatch(
      /gate\.safetensors was not trained on a series: nabla train series\.csv --forecast 24/,
    );
  });
});

test("a text is learned, looked at beside counting, and gone on with", async () => {
  place.write("book.txt", "the cat sat on the mat. the dog sat on the log.\n".repeat(40));
  const last = done(
    await place.run([
      "train",
      "book.txt",
      "--model",
      "chars",
      "--epochs",
      "3",
      "--seed",
      "1",
      "--out",
      "book.safetensors",
    ]),
  );
  expect(last.bitsPerToken).toBeLessThan(last.ngramBits as number);
  const looked = await place.run(["evaluate", "book.safetensors", "book.txt"]);
  expect(looked.stderr).toBe("");
  expect(looked.stdout).toMatch(
    /\d\.\d{3} bits per character; a 3-gram counted in the text that is trained on takes \d/,
  );
  const generate = (...flags: string[]) => place.run(["generate", "book.safetensors", ...flags]);
  const { stdout } = await generate("--prompt", "the dog ", "--temperature", "0", "--length", "15");
  expect(stdout.trim()).toBe("the dog sat on the log.");
  const [one, same, other] = await Promise.all(
    ["1", "1", "2"].map(
      async (seed) => (await generate("--temperature", "3", "--seed", seed, "--json")).stdout,
    ),
  );
  expect([one === same, one === other]).toEqual([true, false]);
  expect((await generate("--prompt", "Ö")).stderr).toMatch(
    /1 character is \("Ö" once\) not in the vocabulary/,
  );
  place.write("empty.txt", "\n");
  expect((await place.run(["train", "empty.txt", "--model", "chars"])).stderr).toMatch(
    /empty\.txt: the text is empty/,
  );
  const words = ["train", "book.txt", "--model", "words", "--epochs", "2", "--out", "words.safetensors"];
  done(await place.run(words));
  const said = await place.run(["generate", "words.safetensors", "--prompt", "the cat", "--length", "3"]);
  expect(said.stdout).toMatch(/^the cat/);
  expect((await place.run(["predict", "book.safetensors", "x"])).stderr).toMatch(
    /nabla generate book\.safetensors/,
  );
});

test.each(["chars-gru", "chars-lstm", "words-gru", "words-lstm"])(
  "--model %s walks the tokens, and goes on where it was stopped",
  async (name) => {
    place.write("rows.txt", "the cat sat on the mat. the dog sat on the log.\n".repeat(60));
    const train = ["train", "rows.txt", "--model", name, "--hidden", "16", "--window", "8", "--seed", "1"];
    const to = (epochs: number, file: string) => [...train, "--epochs", String(epochs), "--out", file];
    const whole = await place.run([...to(60, `${name}.safetensors`), "--report", "rows.html"]);
    const last = done(whole);
    expect(last.bitsPerToken).toBeLessThan(last.ngramBits as number);
    // of each step
    expect(last.testAccuracy).toBeGreaterThan(0.7);
    expect(readFileSync(place.path("rows.html"), "utf8")).toContain(name.endsWith("gru") ? "gru" : "lstm");
    const again = JSON.parse(
      (await place.run(["evaluate", `${name}.safetensors`, "rows.txt", "--json"])).stdout,
    );
    expect(again).toMatchObject({ part: "test", bitsPerToken: last.bitsPerToken, ngramBits: last.ngramBits });
    const prompt = ["--prompt", "the cat sat on", "--temperature", "0", "--length"];
    const { stdout } = await place.run(["generate", `${name}.safetensors`, ...prompt, "4"]);
    expect(stdout).toMatch(/^the cat sat on the/);

    const constant = ["--schedule", "constant"];
    const four = done(await place.run([...to(4, "four.safetensors"), ...constant]));
    done(await place.run([...to(2, "two.safetensors"), ...constant]));
    const on = done(await place.run(["train", "rows.txt", "--resume", "two.safetensors", "--epochs", "4"]));
    expect(on.weightsSha256).toBe(four.weightsSha256);
  },
);

test("a name that no preset has is told before the text is read", async () => {
  place.write("short.txt", "abc ".repeat(60));
  const { code, stderr } = await place.run(["train", "short.txt", "--model", "chars-rnn"]);
  expect(code).toBe(1);
  expect(stderr).toMatch(/there is no "chars-rnn".*chars-gru/);
});

test("--window-step of a text is kept with its model: who goes on, or evaluates, need not say it again", async () => {
  place.write("steps.txt", "the cat sat on the mat. the dog sat on the log.\n".repeat(40));
  const train = ["train", "steps.txt", "--model", "chars", "--hidden", "8", "--schedule", "constant"];
  const first = await place.run([...train, "--window-step", "3", "--epochs", "1", "--out", "a.safetensors"]);
  const { testLoss } = done(first);
  const { rows, testRows } = events(first.stdout)[0]!;
  const on = await place.run([
    "train",
    "steps.txt",
    "--resume",
    "a.safetensors",
    "--epochs",
    "2",
    "--out",
    "b.safetensors",
  ]);
  expect(on.stderr).toBe("");
  expect(events(on.stdout)[0]).toMatchObject({ rows, testRows });
  const seen = JSON.parse((await place.run(["evaluate", "a.safetensors", "steps.txt", "--json"])).stdout);
  expect(seen).toMatchObject({ rows: testRows, loss: testLoss });
  const other = ["--resume", "a.safetensors", "--window-step", "2", "--out", "c.safetensors"];
  expect((await place.run(["train", "steps.txt", ...other])).stderr).toMatch(
    /--window-step: the model was trained with 3, got 2; leave it out/,
  );
});
