/** Which rows of a table are trained on, on the command line. */
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { configOf } from "../../src/model/save.ts";
import { loadModel } from "../../src/node/models.ts";
import { done, events, workplace } from "./support.ts";

const place = workplace();
afterAll(place.remove);

beforeAll(() => {
  const rows = Array.from(
    { length: 60 },
    (_, i) => `u${Math.floor(i / 6)},${i},${(i * 17) % 23},${i % 2 ? "yes" : "no"}`,
  );
  place.write("visits.csv", `user,time,value,label\n${rows.join("\n")}\n`);
  place.write(
    "one.csv",
    `a,b,label\n${Array.from({ length: 20 }, (_, i) => `${i},${i % 5},yes`).join("\n")}\n`,
  );
});

const TRAIN = ["--model", "mlp", "--epochs", "4", "--validation-split", "0.25", "--batch-size", "8"];

describe("--split", () => {
  test.each([
    [
      "time",
      48,
      12,
      "the last 12 rows to test with, from line 50 on: rows are in the order of time",
      { from: "end" },
    ],
    [
      "group:user",
      48,
      12,
      '8 groups of column "user" to train on, 2 others to test with',
      { from: "groups" },
    ],
  ])(
    "%s: is said, kept in the file, and what evaluate and resume go by",
    async (way, rows, testRows, note, kept) => {
      const split = ["--split", way];
      const whole = await place.run([
        "train",
        "visits.csv",
        ...split,
        ...TRAIN,
        "--out",
        "whole.safetensors",
      ]);
      const [start] = events(whole.stdout);
      expect(start).toMatchObject({ rows, testRows, validationSplit: 0.25 });
      expect(start!.notes).toContain(note);
      const model = await loadModel(place.path("whole.safetensors"));
      const { data } = model.metadata.extra as { data: object };
      expect(configOf(model).training!.validationSplit).toEqual({ fraction: 0.25, ...kept });
      expect(data).toMatchObject({ split: way === "time" ? "time" : { group: "user" } });
      const { accuracy, rows: evaluated } = JSON.parse(
        (await place.run(["evaluate", "whole.safetensors", "visits.csv", "--json"])).stdout,
      );
      expect([accuracy, evaluated]).toEqual([done(whole).testAccuracy, testRows]);
      // half of it, and the rest with what the file says
      const half = ["--epochs", "2", "--schedule", "constant", "--out", "half.safetensors"];
      const full = ["--epochs", "4", "--schedule", "constant", "--out", "full.safetensors"];
      await place.run(["train", "visits.csv", ...split, ...TRAIN, ...half]);
      const straight = done(await place.run(["train", "visits.csv", ...split, ...TRAIN, ...full]));
      const on = [
        "train",
        "visits.csv",
        "--epochs",
        "4",
        "--resume",
        "half.safetensors",
        "--out",
        "on.safetensors",
      ];
      const resumed = done(await place.run(on));
      expect(resumed.weightsSha256).toBe(straight.weightsSha256);
      expect(done(await place.run([...on, "--validation-split", "0.25"])).weightsSha256).toBe(
        straight.weightsSha256,
      );
      expect((await place.run([...on, "--split", "random"])).stderr).toMatch(
        /--resume: the rows of half\.safetensors were split by .*, now by "random"; leave --split out/,
      );
    },
  );

  test("a column of groups is no input, unless it is asked for; folds keep groups together", async () => {
    const by = ["--split", "group:user", ...TRAIN];
    expect(events((await place.run(["train", "visits.csv", ...by])).stdout)[0]).toMatchObject({
      inputShape: [2],
    });
    const [kept] = events((await place.run(["train", "visits.csv", ...by, "--keep-group"])).stdout);
    expect((kept!.inputShape as number[])[0]).toBeGreaterThan(2);
    const folds = events((await place.run(["train", "visits.csv", ...by, "--folds", "4"])).stdout);
    // ten users of six rows: 3, 3, 2 and 2 of them
    expect(folds.filter(({ event }) => event === "fold").map(({ testRows }) => testRows)).toEqual([
      18, 18, 12, 12,
    ]);
    const series = await place.run(["train", "visits.csv", "--split", "time", "--folds", "4"]);
    expect(series.stderr).toContain("its rows are in the order of time");
  });

  test("says what it takes, and is for tables", async () => {
    const error = async (...args: string[]) => (await place.run(["train", ...args])).stderr;
    expect(await error("visits.csv", "--split", "tme")).toContain(
      '--split: expected random, time (the last rows are tested with) or group:COLUMN, got "tme"; did you mean "time"?',
    );
    expect(await error("visits.csv", "--split", "group:usr")).toContain(
      'there is no column "usr"; did you mean "user"?',
    );
    expect(await error("moons", "--split", "time")).toContain(
      "--split is for CSV files; moons is something else",
    );
    expect(await error("visits.csv", "--keep-group")).toContain(
      "--keep-group: expected --split group:COLUMN as well",
    );
  });
});

test("a single class is refused in words", async () => {
  expect((await place.run(["train", "one.csv"])).stderr).toBe(
    'nabla: one.csv: every row is of class "yes"; expected at least two classes, which a network can tell apart. Column "label" is the label: --label names another\n',
  );
});
