import { existsSync, readFileSync } from "node:fs";
import { afterAll, expect, test } from "vitest";
import { done, events, type Running, workplace } from "./support.ts";

const place = workplace();
afterAll(place.remove);

const TRAIN = ["train", "digits", "--samples", "1500", "--epochs", "40", "--seed", "3", "--batch-size", "20"];
const MORE = ["--hidden", "40", "--optimizer", "adam", "--schedule", "cosine", "--validation-split", "0.1"];
const COMMAND = [...TRAIN, ...MORE];
let whole: Promise<unknown> | undefined;
/** The weights of the run that nothing interrupts. */
const uninterrupted = () => {
  whole ??= place.run(COMMAND).then((result) => done(result).weightsSha256);
  return whole;
};

/** Waits for the n-th epoch to be reported. */
const epochs = ({ child, result }: Running, n: number): Promise<void> =>
  new Promise((resolve, reject) => {
    let text = "";
    child.stdout!.on("data", (more: string) => {
      text += more;
      if (text.split('"event":"epoch"').length > n) resolve();
    });
    result.then(() => reject(new Error("it ended before it could be interrupted")), reject);
  });

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
    epochs: 25,
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
  expect(resumedAtStep).toBeLessThan(23 * 25);
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

test("--micro-batch-size changes nothing, be it begun with or gone on with", async () => {
  const base = ["train", "moons", "--samples", "90", "--batch-size", "40", "--schedule", "constant"];
  const run = async (epochs: number, ...flags: string[]) =>
    done(await place.run([...base, "--epochs", String(epochs), ...flags])).weightsSha256;
  const whole = await run(4);
  expect(await run(4, "--micro-batch-size", "7")).toBe(whole);
  await run(2, "--micro-batch-size", "7", "--out", "pieces.safetensors");
  expect(await run(4, "--micro-batch-size", "16", "--resume", "pieces.safetensors")).toBe(whole);
  expect(await run(4, "--batch-size", "7")).not.toBe(whole);
  const { code, stderr } = await place.run([...base, "--micro-batch-size", "0"]);
  expect([code, stderr]).toEqual([
    1,
    expect.stringContaining("--micro-batch-size: expected a whole number ≥ 1"),
  ]);
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

test("a finished training goes on for more epochs, and stays as it is without", async () => {
  // a constant rate: a cosine over two epochs is another one than over four
  const short = ["train", "moons", "--samples", "100", "--patience", "50", "--schedule", "constant"];
  const first = done(await place.run([...short, "--epochs", "2", "--out", "short.safetensors"]));
  const same = done(await place.run([...short, "--epochs", "2", "--resume", "short.safetensors"]));
  expect(same.weightsSha256).toBe(first.weightsSha256);
  const more = done(await place.run([...short, "--epochs", "4", "--resume", "short.safetensors"]));
  const straight = done(await place.run([...short, "--epochs", "4"]));
  expect(more.epochs).toBe(4);
  expect(more.weightsSha256).toBe(straight.weightsSha256);
});

test.each([
  ["batch size", ["--batch-size", "5"], /training\.batchSize was 32/],
  ["seed", ["--seed", "9"], /training\.seed was 0/],
  ["learning rate", ["--learning-rate", "0.5"], /optimizer\.learningRate was 0\.02/],
  ["architecture", ["--hidden", "3"], /model\.layers\[0\]\.units was 100/],
  ["fewer epochs", ["--epochs", "1"], /--epochs: .*expected as many or more/],
  ["patience", ["--patience", "3"], /earlyStopping/],
])("another %s than in the file is an error, and the file stays", async (_, flags, message) => {
  const base = ["train", "blobs", "--samples", "99", "--out", "base.safetensors"];
  if (!existsSync(place.path("base.safetensors"))) done(await place.run([...base, "--epochs", "2"]));
  const before = readFileSync(place.path("base.safetensors"));
  const { code, stderr } = await place.run([
    "train",
    "blobs",
    "--samples",
    "99",
    "--resume",
    "base.safetensors",
    ...flags,
  ]);
  expect(code).toBe(1);
  expect(stderr).toMatch(message);
  expect(stderr.trim().split("\n")).toHaveLength(1);
  expect(readFileSync(place.path("base.safetensors")).equals(before)).toBe(true);
});

test("other data than in the file is an error", async () => {
  done(await place.run(["train", "moons", "--samples", "60", "--epochs", "1", "--out", "m.safetensors"]));
  const other = await place.run([
    "train",
    "circles",
    "--samples",
    "60",
    "--epochs",
    "1",
    "--resume",
    "m.safetensors",
  ]);
  expect(other.code).toBe(1);
  expect(other.stderr).toMatch(/was trained on moons, not on circles/);
  const fewer = await place.run([
    "train",
    "moons",
    "--samples",
    "50",
    "--epochs",
    "1",
    "--resume",
    "m.safetensors",
  ]);
  expect(fewer.code).toBe(1);
  expect(fewer.stderr).toMatch(/the number of rows to train on was 60, now it is 50/);
});
