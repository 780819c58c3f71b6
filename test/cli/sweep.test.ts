/** nabla sweep: trials that are functions of their number, one after the other, ended and gone on, halved, summed up. */
import { readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { afterAll, describe, expect, test } from "vitest";
import { done, events, flowers, workplace } from "./support.ts";

const place = workplace();
afterAll(place.remove);

const SPEC = {
  nablaSweep: 1,
  data: "flowers.csv",
  options: { epochs: 3, hidden: [4], label: "kind" },
  parameters: {
    learningRate: { min: 0.001, max: 0.5, scale: "log" },
    batchSize: { min: 4, max: 16 },
    optimizer: ["sgd", "momentum"],
    momentum: { min: 0.5, max: 0.9, when: { optimizer: "momentum" } },
  },
  trials: 6,
  seed: 7,
};

const write = (name: string, changes: object = {}) =>
  place.write(name, JSON.stringify({ ...SPEC, ...changes }));
write("spec.json");
place.write("flowers.csv", flowers());

/** A sweep in one process. */
async function whole(out: string, spec = "spec.json", trials = 6) {
  for (let n = 0; n < trials; n++) {
    const result = await place.run(["sweep", spec, "--trial", String(n), "--out", out]);
    if (result.code !== 0) throw new Error(result.stderr);
  }
  return table(out);
}

async function table(out: string) {
  const { code, stdout, stderr } = await place.run(["sweep", "--summary", out, "--json"]);
  if (code !== 0) throw new Error(stderr);
  return JSON.parse(stdout);
}

describe("a trial", () => {
  test("is what nabla train makes of its options, and the summary's command trains the best", async () => {
    const summary = await whole("plain");
    expect(summary).toMatchObject({ trials: 6, finished: 6, score: "valLoss", goal: "min" });
    const scores = summary.table.map(({ score }: { score: number }) => score);
    expect(scores).toEqual([...scores].sort((a, b) => a - b));
    const [, ...words] = summary.command.split(" ");
    expect(words.slice(-2)).toEqual(["--out", "best.safetensors"]);
    const trained = done(await place.run(words));
    expect(trained.weightsSha256).toBe(summary.table[0].weightsSha256);
    for (const { parameters } of summary.table)
      expect("momentum" in parameters).toBe(parameters.optimizer === "momentum");
  });
  test("is finished once", async () => {
    await whole("once", "spec.json", 1);
    const before = readFileSync(place.path("once/trials/0/result.json"), "utf8");
    const { stdout } = await place.run(["sweep", "spec.json", "--trial", "0", "--out", "once"]);
    expect(events(stdout)).toMatchObject([{ event: "trial", trial: 0, kept: true }]);
    expect(readFileSync(place.path("once/trials/0/result.json"), "utf8")).toBe(before);
  });
  test("that was ended goes on: checkpoint, whole model, or nothing of it there", async () => {
    const { table: wanted } = await whole("ended", "spec.json", 2);
    const result = place.path("ended/trials/1/result.json");
    const model = place.path("ended/trials/1/model.safetensors");
    const again = async () => {
      expect((await place.run(["sweep", "spec.json", "--trial", "1", "--out", "ended"])).stderr).toBe("");
      expect((await table("ended")).table).toEqual(wanted);
    };
    // the result was not written any more
    rmSync(result);
    const before = statSync(model).mtimeMs;
    await again();
    expect(statSync(model).mtimeMs).toBeGreaterThanOrEqual(before);
    // the model was not
    rmSync(result);
    rmSync(model);
    await again();
    // it was half written by something else
    rmSync(result);
    writeFileSync(model, readFileSync(model).subarray(0, 500));
    await again();
    // a checkpoint of the first epoch was there
    rmSync(result);
    const words = JSON.parse((await place.run(["sweep", "--summary", "ended", "--json"])).stdout);
    expect(words.finished).toBe(1);
    const parameters = wanted.find(({ trial }: { trial: number }) => trial === 1).parameters;
    const flags = Object.entries(parameters).flatMap(([name, value]) => [
      `--${name.replace(/[A-Z]/g, (c) => `-${c.toLowerCase()}`)}`,
      String(value),
    ]);
    const train = ["train", "flowers.csv", "--hidden", "4", "--label", "kind", "--validation-split", "0.1"];
    done(await place.run([...train, ...flags, "--epochs", "1", "--out", "ended/trials/1/model.safetensors"]));
    await again();
  });
  test("that diverges is a result, and comes last", async () => {
    write("high.json", {
      options: {
        epochs: 3,
        hidden: [4],
        label: "kind",
        loss: "meanSquaredError",
        activation: "linear",
        optimizer: "sgd",
      },
      parameters: { learningRate: [0.01, 1e30] },
      sampling: "grid",
      trials: undefined,
    });
    const { table: rows } = await whole("high", "high.json", 2);
    expect(rows).toMatchObject([
      { trial: 0, status: "done" },
      { trial: 1, status: "diverged" },
    ]);
    const text = (await place.run(["sweep", "--summary", "high"])).stdout;
    expect(text).toContain("diverged");
  });
  test("of a table with numbers is judged in their unit, with patience by its best epoch", async () => {
    const rows = Array.from(
      { length: 60 },
      (_, i) => `${i % 7},${(i * 5) % 11},${1000 * (i % 7) + 50 * ((i * 5) % 11)}`,
    );
    place.write("prices.csv", `a,b,price\n${rows.join("\n")}\n`);
    write("prices.json", {
      data: "prices.csv",
      options: { label: "price", hidden: [4], epochs: 30, patience: 2, learningRate: 0.3 },
      parameters: { seed: [1, 2] },
      sampling: "grid",
      trials: undefined,
      score: "valMeanAbsoluteError",
    });
    const { table: found } = await whole("prices", "prices.json", 2);
    for (const { trial, score, figures, epochs } of found) {
      const { stdout } = await place.run([
        "train",
        "prices.csv",
        "--label",
        "price",
        "--hidden",
        "4",
        "--epochs",
        "30",
        "--patience",
        "2",
        "--learning-rate",
        "0.3",
        "--seed",
        String(trial + 1),
        "--validation-split",
        "0.1",
      ]);
      const each = events(stdout).filter(({ event }) => event === "epoch");
      const best = each.reduce((a, b) => ((b.valLoss as number) < (a.valLoss as number) ? b : a));
      expect(score).toBe(best.valMeanAbsoluteError);
      expect(figures.valLoss).toBe(best.valLoss);
      expect(epochs).toBe(each.length);
    }
  });
});
