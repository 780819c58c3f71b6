/** nabla sweep: trials that are functions of their number, one after the other, ended and gone on, halved, summed up. */
import { readFileSync, renameSync, rmSync, statSync, writeFileSync } from "node:fs";
import { afterAll, afterEach, describe, expect, test, vi } from "vitest";
import { done, events, flowers, workplace } from "./support.ts";

const place = workplace();
afterAll(place.remove);
afterEach(() => vi.unstubAllEnvs());

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
    write("saved.json", { options: { ...SPEC.options, checkpointEvery: 5 } });
    const { table: wanted } = await whole("ended", "saved.json", 2);
    const result = place.path("ended/trials/1/result.json");
    const model = place.path("ended/trials/1/model.safetensors");
    const again = async () => {
      expect((await place.run(["sweep", "saved.json", "--trial", "1", "--out", "ended"])).stderr).toBe("");
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
    // a checkpoint of the middle was there
    rmSync(result);
    renameSync(`${model}.previous`, model);
    const { stdout } = await place.run(["summary", model, "--json"]);
    expect(JSON.parse(stdout).epochs).toBeLessThan(3);
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
  test("has the score of the epoch whose weights it has, by whichever name that is watched", async () => {
    const rows = Array.from({ length: 60 }, (_, i) => `${i % 7},${(i * 5) % 11},${(i % 7) * ((i * 5) % 11)}`);
    place.write("areas.csv", `a,b,area\n${rows.join("\n")}\n`);
    const config = (early: object) =>
      JSON.stringify({
        nabla: 1,
        model: {
          layers: [
            { type: "dense", units: 4, activation: "tanh" },
            { type: "dense", units: 1 },
          ],
        },
        training: {
          loss: "meanSquaredError",
          optimizer: { name: "adam", learningRate: 0.1 },
          metrics: ["mae"],
          validationSplit: 0.2,
          ...early,
        },
      });
    const earlyStopping = { monitor: "valMeanAbsoluteError", minDelta: 0.5, restoreBestWeights: true };
    place.write("early.json", config({ earlyStopping: { ...earlyStopping, patience: 40 } }));
    place.write("plain.json", config({}));
    write("areas-sweep.json", {
      data: "areas.csv",
      options: { label: "area", epochs: 40, config: "early.json" },
      parameters: { seed: [1, 2] },
      sampling: "grid",
      trials: undefined,
      score: "valMae",
    });
    const { table: found } = await whole("areas", "areas-sweep.json", 2);
    const train = (seed: number, epochs: number) =>
      place.run(
        `train areas.csv --label area --config plain.json --seed ${seed} --epochs ${epochs}`.split(" "),
      );
    for (const { trial, score, weightsSha256 } of found) {
      const each = events((await train(trial + 1, 40)).stdout).filter(({ event }) => event === "epoch");
      const epoch = each.findIndex(({ valMae }) => valMae === score);
      expect(epoch).toBeGreaterThan(1);
      expect(epoch).toBeLessThan(39);
      expect(done(await train(trial + 1, epoch + 1)).weightsSha256).toBe(weightsSha256);
    }
  });
});

describe("a folder", () => {
  test("has the trials of one specification, of which there may be more later", async () => {
    await whole("kept", "spec.json", 1);
    write("more.json", { trials: 9 });
    const run = (spec: string, ...words: string[]) => place.run(["sweep", spec, ...words, "--out", "kept"]);
    expect((await run("more.json", "--trial", "8")).stderr).toBe("");
    expect(await table("kept")).toMatchObject({ trials: 9, finished: 2 });
    write("other.json", { seed: 8 });
    expect((await run("other.json", "--trial", "1")).stderr).toBe(
      "nabla: --out: kept has the trials of another sweep: seed was 7, now it is 8; give another folder, or the same specification\n",
    );
    expect((await run("spec.json", "--asha")).stderr).toContain("asha was false, now it is {}");
  });
  test("with a result that is none says which file", async () => {
    await whole("odd", "spec.json", 1);
    place.write("odd/trials/0/result.json", "{}");
    const { code, stderr } = await place.run(["sweep", "--summary", "odd"]);
    expect([code, stderr]).toEqual([
      1,
      "nabla: odd/trials/0/result.json.nablaSweep: missing; expected 1; remove the file, and the trial is run again\n",
    ]);
  });
});

test("the summary as text and as a page shows what mattered", async () => {
  const { command } = await whole("shown");
  const { code, stdout } = await place.run(["sweep", "--summary", "shown", "--report", "shown.html"]);
  expect(code).toBe(0);
  expect(stdout).toContain("6 of 6 trials of flowers.csv finished; best first, by val loss");
  expect(stdout).toMatch(/^learningRate {2}\d+ %$/m);
  expect(stdout).toMatch(/^ {11}└─+$/m);
  expect(stdout).toMatch(/^ {2}value +trials +best +mean$/m);
  expect(stdout).toContain(`  ${command}\n`);
  // six trials are six points in each plot of a parameter that all have
  const [rates] = /^learningRate[\s\S]*?└/m.exec(stdout)!;
  expect([...rates.matchAll(/[∙:#]/g)].length).toBeGreaterThan(3);
  const page = readFileSync(place.path("shown.html"), "utf8");
  const plots = page.match(/<svg class="plot"[\s\S]*?<\/svg>/g)!;
  expect(plots).toHaveLength(4);
  expect(plots[0]!.match(/<circle/g)!.length).toBeLessThanOrEqual(6);
  expect(page.match(/<tr>/g)).toHaveLength(7);
  expect(page).toContain(command);
  expect(page).not.toContain("NaN");
});

test.each([undefined, "constant"])(
  "--asha: each rung is a training of its epochs, whether or not it goes on from a shorter one (schedule %s)",
  async (schedule) => {
    const out = `halved-${schedule}`;
    write("halved.json", {
      options: { ...SPEC.options, epochs: 6, ...(schedule && { schedule }) },
      asha: { reduction: 2, minEpochs: 2 },
    });
    const { code, stderr, stdout } = await place.run(["sweep", "halved.json", "--asha", "--out", out]);
    expect([code, stderr]).toEqual([0, ""]);
    const found = await table(out);
    expect(found.rungs).toEqual([2, 4, 6]);
    expect(found.table.map(({ rung }: { rung: number }) => rung)).toEqual([2, 1, 1, 0, 0, 0]);
    expect(events(stdout).length).toBeGreaterThanOrEqual(6 + 3 + 1);
    expect(found.command).toContain("--epochs 6 --validation-split 0.1 --out");
    const trained = done(await place.run(found.command.split(" ").slice(1)));
    expect(trained.weightsSha256).toBe(found.table[0].weightsSha256);
  },
);

test("--asha with patience: a longer training does not go on from weights that were brought back", async () => {
  const options = {
    ...{ epochs: 12, hidden: [4], label: "kind", batchSize: 4 },
    ...{ learningRate: 2, schedule: "constant", patience: 8 },
  };
  // one in five is called another: validation gets better and worse
  const rows = flowers().split("\n");
  const doubtful = rows.map((row, i) => (i > 0 && (i * 7) % 5 === 1 ? row.replace(/\w+$/, "rose") : row));
  place.write("doubtful.csv", doubtful.join("\n"));
  write("patient.json", {
    data: "doubtful.csv",
    options,
    parameters: { seed: [1, 2, 3, 4] },
    sampling: "grid",
    trials: undefined,
    asha: { reduction: 2, minEpochs: 3 },
  });
  const { code, stderr } = await place.run(["sweep", "patient.json", "--asha", "--out", "patient"]);
  expect([code, stderr]).toEqual([0, ""]);
  const { table: found, rungs, command } = await table("patient");
  const words = command.split(" ").slice(1);
  const at = (name: string) => words.indexOf(name) + 1;
  for (const { rung, trial, weightsSha256, score, epochs } of found) {
    words[at("--seed")] = String(trial + 1);
    words[at("--epochs")] = String(rungs[rung]);
    const result = await place.run([...words.slice(0, -2), "--json"]);
    expect(done(result).weightsSha256).toBe(weightsSha256);
    const each = events(result.stdout).filter(({ event }) => event === "epoch");
    expect(epochs).toBe(each.length);
    expect(score).toBe(Math.min(...each.map(({ valLoss }) => valLoss as number)));
  }
  expect(command.match(/--epochs/g)).toHaveLength(1);
});

test("under mpirun each process trains its trials by itself", async () => {
  vi.stubEnv("OMPI_COMM_WORLD_SIZE", "2");
  for (const rank of ["0", "1"]) {
    vi.stubEnv("OMPI_COMM_WORLD_RANK", rank);
    const { code, stdout, stderr } = await place.run(["sweep", "spec.json", "--out", "ranks"]);
    expect([code, stderr]).toEqual([0, ""]);
    expect(events(stdout).map(({ trial }) => trial)).toEqual([0, 2, 4].map((n) => n + Number(rank)));
  }
  vi.unstubAllEnvs();
  expect((await table("ranks")).table).toEqual((await whole("no ranks")).table);
});

test.each<[string[], string]>([
  [["sweep"], "expected the specification of a sweep (.json)"],
  [["sweep", "spec.json", "--trial", "0"], "--out: missing"],
  [["sweep", "spec.json", "--out", "x"], "--trial: missing; expected which trial"],
  [["sweep", "spec.json", "--out", "x", "--trial", "6"], "--trial: expected 0 to 5"],
  [["sweep", "spec.json", "--out", "x", "--trial", "1", "--jobs", "2"], "--trial: --jobs runs all trials"],
  [
    ["sweep", "--summary", "nowhere"],
    "there is no such file; expected the folder that nabla sweep --out wrote",
  ],
  [["sweep", "spec.json", "--report", "x.html"], "--report: expected --summary DIR"],
  [["sweep", "flowers.csv", "--out", "x", "--trial", "0"], "flowers.csv: not valid JSON"],
])("%j is refused", async (words, message) => {
  const { code, stderr } = await place.run(words);
  expect(code).toBe(1);
  expect(stderr).toContain(message);
});

test("a trial that cannot be trained says which and why; a score that there is not, what there is", async () => {
  write("large.json", { options: { ...SPEC.options, samples: 3 } });
  const run = (spec: string) => place.run(["sweep", spec, "--trial", "2", "--out", spec.slice(0, -5)]);
  expect((await run("large.json")).stderr).toContain("nabla: trial 2: --samples is for generated data sets");
  write("score.json", { score: "valAuc" });
  expect((await run("score.json")).stderr).toMatch(
    /trial 2: score: there is no valAuc among the figures of the training: loss, accuracy, valLoss, valAccuracy/,
  );
});
