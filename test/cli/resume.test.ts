/** nabla train --resume: what it goes on with, and what it refuses. */
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { afterAll, expect, test } from "vitest";
import { done, workplace } from "./support.ts";

const place = workplace();
afterAll(place.remove);

test("--micro-batch-size changes nothing, at the start or when resuming", async () => {
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

test("a finished training continues for more epochs; that none are left is said", async () => {
  // a constant rate: a cosine over two epochs is another one than over four
  const short = ["train", "moons", "--samples", "100", "--patience", "50", "--schedule", "constant"];
  done(await place.run([...short, "--epochs", "2", "--out", "short.safetensors"]));
  const same = await place.run([...short, "--epochs", "2", "--resume", "short.safetensors"]);
  expect([same.code, same.stderr]).toEqual([0, ""]);
  expect(JSON.parse(same.stdout)).toMatchObject({ event: "finished", epochs: 2, out: "short.safetensors" });
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

test("--other-data goes on with other data: a table that has changed, read as before", async () => {
  const table = (rows: number, from: number, names = ["no", "yes"]) =>
    [
      "a,b,label",
      ...Array.from({ length: rows }, (_, r) => `${(r * 7 + from) % 13},${r % 5},${names[r % 2]}`),
    ].join("\n");
  const write = (text: string) => writeFileSync(place.path("t.csv"), text);
  write(table(60, 0));
  const base = ["train", "t.csv", "--label", "label", "--batch-size", "8", "--schedule", "constant"];
  done(await place.run([...base, "--epochs", "2", "--out", "t.safetensors"]));
  const resumed = [...base, "--epochs", "4", "--resume", "t.safetensors"];
  write(table(60, 5));
  const refused = await place.run(resumed);
  expect([refused.code, refused.stderr]).toEqual([1, expect.stringContaining("or --other-data")]);
  expect(done(await place.run([...resumed, "--other-data"])).epochs).toBe(4);
  // more rows, and then they are the data of this training
  write(table(80, 5));
  expect(
    done(await place.run([...base, "--epochs", "5", "--resume", "t.safetensors", "--other-data"])).epochs,
  ).toBe(5);
  expect(done(await place.run([...base, "--epochs", "6", "--resume", "t.safetensors"])).epochs).toBe(6);
  write(table(80, 5, ["maybe", "yes"]));
  const classes = await place.run([...base, "--epochs", "7", "--resume", "t.safetensors", "--other-data"]);
  expect(classes.stderr).toContain("--other-data: t.safetensors tells no, yes, t.csv has maybe, yes");
  const alone = await place.run([...base, "--other-data"]);
  expect(alone.stderr).toContain("--other-data: expected --resume FILE as well");
});
