/** The built command line as a process: that it works, how it ends, and that what ends it loses nothing. */
import { existsSync } from "node:fs";
import { afterAll, describe, expect, test } from "vitest";
import { POLICY } from "../../src/cli/commands/serve.ts";
import { play } from "../support/web/playground.mjs";
import { done, epochs, events, workplace } from "./support.ts";

const place = workplace();
afterAll(place.remove);

const run = (args: readonly string[], input?: string) => place.start(args, input).result;

test("--version and --help", async () => {
  expect((await run(["--version"])).stdout).toMatch(/^\d+\.\d+\.\d+\n$/);
  const help = await run(["--help"]);
  expect(help.code).toBe(0);
  expect(help.stdout).toContain("Examples:");
  expect((await run(["train", "--help"])).stdout).toContain("--learning-rate");
});

test("it says and does what main() does", async () => {
  const rows = "[[0, 1], [1, 1]]";
  const train = ["train", "xor", "--epochs", "2", "--out"];
  const built = done(await run([...train, "built.safetensors"]));
  expect(built.weightsSha256).toBe(done(await place.run([...train, "main.safetensors"])).weightsSha256);
  for (const args of [
    ["predict", "built.safetensors", "-"],
    ["summary", "built.safetensors"],
    ["train", "--help"],
    ["train", "xor", "--epoch", "2"],
  ])
    expect(await run(args, rows)).toEqual(await place.run(args, rows));
});

test("nabla play serves the playground and ends quietly", async () => {
  const running = await play();
  const response = await fetch(running.url);
  expect(await response.text()).toContain("Nabla playground");
  expect(response.headers.get("content-security-policy")).toBe(POLICY);
  await running.stop();
  await expect(fetch(running.url)).rejects.toThrow();
});

describe("a reader that stops reading", () => {
  const gone = async (...args: string[]) => {
    const { child, result } = place.start([
      "train",
      "digits",
      "--samples",
      "100",
      "--epochs",
      "200",
      ...args,
    ]);
    child.stdout!.once("data", () => child.stdout!.destroy());
    return result;
  };
  test("ends what only writes to it, without an error", async () => {
    const { code, stdout, stderr } = await gone();
    expect([code, stderr]).toEqual([0, ""]);
    expect(stdout).not.toContain('"event":"done"');
  });
  test("does not end a training that is to be saved", async () => {
    const { code, stderr } = await gone("--out", "kept.safetensors");
    expect([code, stderr]).toEqual([0, ""]);
    const { stdout } = await place.run(["summary", "kept.safetensors", "--json"]);
    expect(JSON.parse(stdout)).toMatchObject({ epochs: 200 });
  });
});

const TRAIN = ["train", "digits", "--samples", "1500", "--epochs", "40", "--seed", "3", "--batch-size", "20"];
const MORE = ["--hidden", "40", "--optimizer", "adam", "--schedule", "cosine", "--validation-split", "0.1"];
const COMMAND = [...TRAIN, ...MORE];
let whole: Promise<unknown> | undefined;
/** The weights of the run that nothing interrupts. */
const uninterrupted = () => {
  whole ??= place.run(COMMAND).then((result) => done(result).weightsSha256);
  return whole;
};

test("killed in mid-epoch and resumed, the weights are those of an uninterrupted run", async () => {
  const running = place.start([...COMMAND, "--out", "killed.safetensors", "--checkpoint-every", "7"]);
  await epochs(running, 2);
  running.child.kill("SIGKILL");
  expect((await running.result).signal).toBe("SIGKILL");
  expect(existsSync(place.path("killed.safetensors"))).toBe(true);
  expect(existsSync(place.path("killed.safetensors.previous"))).toBe(true);
  const result = await place.run([...COMMAND, "--resume", "killed.safetensors"]);
  expect(events(result.stdout)[0]).toMatchObject({ event: "start", resumedAtStep: expect.any(Number) });
  const last = done(result);
  expect(last.weightsSha256).toBe(await uninterrupted());
  expect(last).toMatchObject({ epochs: 40, out: "killed.safetensors" });
  // the file before the last one serves as well
  const again = await place.run([
    ...COMMAND,
    "--resume",
    "killed.safetensors.previous",
    "--out",
    "again.safetensors",
  ]);
  expect(done(again).weightsSha256).toBe(await uninterrupted());
});

test("killed with everything on that is random or remembers: noise, dropout, batch normalisation, augmentation, average, pieces", async () => {
  const layers = [
    { type: "gaussianNoise", stddev: 0.1 },
    { type: "conv2d", filters: 4, kernelSize: 5, strides: 2 },
    { type: "batchNormalization", momentum: 0.9 },
    { type: "activation", activation: "relu" },
    { type: "maxPooling2d" },
    { type: "dropout", rate: 0.2 },
    { type: "flatten" },
    { type: "dense", units: 20, activation: "relu" },
    { type: "dropout", rate: 0.4 },
    { type: "dense", units: 10, activation: "softmax" },
  ];
  const training = {
    loss: { name: "categoricalCrossentropy", labelSmoothing: 0.1 },
    optimizer: { name: "adam", learningRate: 0.005, useEma: true, emaMomentum: 0.98 },
    metrics: ["accuracy"],
    batchSize: 20,
    microBatchSize: 8,
    epochs: 12,
    seed: 11,
    augment: { shift: 2, rotate: 10, elastic: { alpha: 20, sigma: 4 }, noise: 0.05 },
  };
  place.write("everything.json", JSON.stringify({ nabla: 1, model: { layers }, training }));
  const data = ["train", "digits", "--samples", "500", "--validation-split", "0.1"];
  const command = [...data, "--config", "everything.json"];
  const whole = done(await place.run(command));
  const running = place.start([...command, "--out", "everything.safetensors", "--checkpoint-every", "7"]);
  await epochs(running, 2);
  running.child.kill("SIGKILL");
  expect((await running.result).signal).toBe("SIGKILL");
  const result = await place.run([...data, "--resume", "everything.safetensors"]);
  const { resumedAtStep } = events(result.stdout)[0] as unknown as { resumedAtStep: number };
  // 450 rows: 23 batches, so not where an epoch begins
  expect(resumedAtStep).toBeLessThan(23 * 12);
  expect(resumedAtStep % 23).not.toBe(0);
  expect(done(result).weightsSha256).toBe(whole.weightsSha256);
  // each of them has a part in the result
  const without = (changes: object, kept = layers) =>
    JSON.stringify({ nabla: 1, model: { layers: kept }, training: { ...training, epochs: 1, ...changes } });
  place.write("short.json", without({}));
  place.write("noise.json", without({}, layers.slice(1)));
  place.write(
    "dropout.json",
    without(
      {},
      layers.filter(({ type }) => type !== "dropout"),
    ),
  );
  place.write(
    "normal.json",
    without(
      {},
      layers.filter(({ type }) => type !== "batchNormalization"),
    ),
  );
  place.write("plain.json", without({ augment: { shift: 0 } }));
  place.write("pieces.json", without({ microBatchSize: 20 }));
  place.write("average.json", without({ optimizer: { name: "adam", learningRate: 0.005 } }));
  const names = ["short", "noise", "dropout", "normal", "plain", "pieces", "average"];
  const shas = new Set<unknown>();
  for (const name of names)
    shas.add(done(await place.run([...data, "--config", `${name}.json`])).weightsSha256);
  expect(shas.size).toBe(names.length);
});

test.skipIf(process.platform === "win32").each(["SIGINT", "SIGTERM"] as const)(
  "%s saves, says how to go on, and nothing is lost",
  async (signal) => {
    const name = `${signal}.safetensors`;
    const running = place.start([...COMMAND, "--out", name]);
    await epochs(running, 1);
    running.child.kill(signal);
    const { code, stdout, stderr } = await running.result;
    expect(code).toBe(130);
    expect(stderr).toMatch(new RegExp(`^nabla: interrupted after .* saved ${name}. To go on: .*--resume`));
    expect(events(stdout).at(-1)).toMatchObject({ event: "interrupted", out: name });
    // nothing about the model need be said again
    const resumed = await place.run(["train", "digits", "--samples", "1500", "--resume", name]);
    expect(done(resumed).weightsSha256).toBe(await uninterrupted());
  },
);

test.skipIf(process.platform === "win32")(
  "without --out an interrupted training is saved under a name of its own",
  async () => {
    const running = place.start(["train", "digits", "--samples", "200", "--epochs", "3000"]);
    await epochs(running, 1);
    running.child.kill("SIGINT");
    expect((await running.result).code).toBe(130);
    expect(existsSync(place.path("nabla-checkpoint.safetensors"))).toBe(true);
  },
);

describe("with --augment", () => {
  const TRAIN = [
    "train",
    "digits",
    "--samples",
    "1000",
    "--epochs",
    "12",
    "--seed",
    "3",
    "--batch-size",
    "20",
  ];
  const FORM = "shift:2,rotate:10,scale:0.1,shear:5,elastic,crop:1,noise:0.05,cutout:6";
  const COMMAND = [...TRAIN, "--hidden", "20", "--validation-split", "0.1", "--augment", FORM];

  test("killed in mid-epoch and resumed, the weights are those of an uninterrupted run", async () => {
    const whole = done(await place.run(COMMAND));
    const running = place.start([...COMMAND, "--out", "killed.safetensors", "--checkpoint-every", "7"]);
    await epochs(running, 2);
    running.child.kill("SIGKILL");
    expect((await running.result).signal).toBe("SIGKILL");
    expect(existsSync(place.path("killed.safetensors"))).toBe(true);
    // the file knows how images are made
    const data = ["train", "digits", "--samples", "1000", "--resume"];
    const resumed = done(await place.run([...data, "killed.safetensors", "--out", "resumed.safetensors"]));
    expect(resumed).toMatchObject({ epochs: 12, weightsSha256: whole.weightsSha256 });
    const plain = done(await place.run(COMMAND.slice(0, -2)));
    expect(plain.weightsSha256).not.toBe(whole.weightsSha256);
    const other = await place.run([...data, "killed.safetensors", "--augment", "shift:3"]);
    expect(other.code).toBe(1);
    expect(other.stderr).toMatch(
      /--resume: training\.augment\.\w+.* was .* in killed\.safetensors, now it is/,
    );
  });
});
