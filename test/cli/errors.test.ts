/** Whatever users get wrong: exit code 1, one line on stderr, nothing overwritten. */

import { existsSync, mkdirSync, readdirSync, readFileSync } from "node:fs";
import { gzipSync } from "node:zlib";
import { afterAll, beforeAll, expect, test } from "vitest";
import { idxBytes } from "../data/helpers.ts";
import { done, flowers, idxFolder, workplace } from "./support.ts";

const place = workplace();
afterAll(place.remove);

const OUT = "kept.safetensors";
const DIGITS = ["train", "digits", "--samples", "60", "--epochs", "1"];
let kept: Buffer;
beforeAll(async () => {
  done(await place.run([...DIGITS, "--hidden", "5", "--out", OUT]));
  kept = readFileSync(place.path(OUT));
});

/** Runs what must fail; the file that was there before must still be, and nothing beside it. */
async function refused(args: readonly string[], message: RegExp): Promise<void> {
  const before = readdirSync(place.folder).sort();
  const { code, stdout, stderr } = await place.run(args);
  expect(stderr).toMatch(message);
  expect(stderr).toMatch(/^nabla: [^\n]+\n$/);
  expect(stdout).toBe("");
  expect(code).toBe(1);
  expect(readFileSync(place.path(OUT)).equals(kept)).toBe(true);
  expect(readdirSync(place.folder).sort()).toEqual(before);
}

const IMAGES = "train-images-idx3-ubyte";
const LABELS = "train-labels-idx1-ubyte";
const images = idxBytes(8, [20, 8, 8], new Uint8Array(20 * 64).fill(9));
const labels = (count: number, type = 8) => idxBytes(type, [count], new Uint8Array(count).fill(1));
const nan = () => {
  const values = new DataView(new ArrayBuffer(20 * 4 * 4));
  values.setFloat32(8, Number.NaN);
  return idxBytes(13, [20, 2, 2], new Uint8Array(values.buffer));
};

test.each<[string, Record<string, Uint8Array | null>, RegExp]>([
  ["no IDX files", { [IMAGES]: null, [LABELS]: null }, /expected IDX files .* found an empty folder/],
  ["no labels", { [LABELS]: null }, /expected IDX files .*; found train-images-idx3-ubyte/],
  [
    "a wrong magic number",
    { [IMAGES]: new TextEncoder().encode("\x89PNG and more") },
    /images-idx3-ubyte: not an IDX file/,
  ],
  ["a truncated file", { [IMAGES]: images.subarray(0, 1000) }, /truncated: shape \[20, 8, 8\]/],
  ["a truncated header", { [IMAGES]: images.subarray(0, 9) }, /truncated/],
  ["trailing bytes", { [IMAGES]: Uint8Array.of(...images, 1, 2) }, /2 bytes too many at the end/],
  ["counts that disagree", { [LABELS]: labels(19) }, /has 20 images, .* has 19 labels/],
  [
    "a negative label",
    { [LABELS]: idxBytes(9, [20], new Uint8Array(20).fill(255)) },
    /label 0: expected a whole number .* got -1/,
  ],
  [
    "four billion images",
    { [IMAGES]: idxBytes(8, [4_000_000_000, 8, 8], new Uint8Array(64)) },
    /truncated: shape \[4000000000, 8, 8\]/,
  ],
  ["NaN in it", { [IMAGES]: nan() }, /row 0, column 2: expected a finite .* got NaN/],
  [
    "broken gzip data",
    { [IMAGES]: null, [`${IMAGES}.gz`]: gzipSync(images).subarray(0, 40) },
    /broken gzip data/,
  ],
  ["a test part without labels", { "t10k-images-idx3-ubyte": images }, /not its labels/],
])("a folder with %s", async (name, files, message) => {
  await refused(["train", idxFolder(place, name, files), "--out", OUT], message);
});

const rows = (...lines: string[]) => `a,b,y\n${lines.join("\n")}\n`;
test.each([
  ["ragged rows", rows("1,2,x", "1,2"), /line 3: expected 3 values as in the first row, got 2/],
  [
    "a word for a number",
    rows("1,2,x", "3,four,y", "5,6,x"),
    /line 3: column "b": expected a number as in 2 of 3 cells, got "four"; mend the cell, or --column b=category/,
  ],
  ["an infinite value", rows("1,2,x", "3,1e999,y", "5,6,x"), /line 3: column "b": expected a number/],
  [
    "a missing label",
    rows("1,2,x", "3,4,NA", "5,6,x"),
    /line 3: column "y": the label is missing .*--missing drop/,
  ],
  ["only a header", "a,b,y\n", /only a header, no rows of data/],
  ["nothing in it", "", /the file is empty/],
])("a table with %s", async (_, text, message) => {
  place.write("bad.csv", text);
  await refused(["train", "bad.csv", "--out", OUT], message);
});

test.each([
  [
    "NaN",
    rows("1,2,x", "NaN,4,y", "5,6,x"),
    /line 3: column "a": the value is missing \("NaN"\); --missing fill/,
  ],
  ["nothing", rows("1,2,x", "3,,y", "5,6,x"), /line 3: column "b": the value is missing; .*--missing drop/],
])("a table with %s, where missing values are errors", async (_, text, message) => {
  place.write("bad.csv", text);
  await refused(["train", "bad.csv", "--missing", "error", "--out", OUT], message);
});

test("unknown data, files and columns", async () => {
  await refused(["train", "nowhere.csv", "--out", OUT], /nowhere\.csv: no such file or folder/);
  await refused(["train", "digit", "--out", OUT], /did you mean "digits"\?/);
  place.write("notes.md", "# notes");
  await refused(
    ["train", "notes.md", "--out", OUT],
    /expected a table \(\.csv, \.tsv, \.arrow, \.jsonl, \.parquet, \.sqlite\) or a \.npz archive/,
  );
  place.write("f.csv", flowers());
  await refused(["train", "f.csv", "--label", "knd", "--out", OUT], /no column "knd"; did you mean "kind"\?/);
});

test.each<[string, Uint8Array | string]>([
  ["a PNG image", Uint8Array.of(0x89, 0x50, 0x4e, 0x47, 13, 10, 26, 10, 0, 0, 0, 13)],
  ["a text file", "length,width,kind\n1,2,rose\n"],
  ["a JSON file", '{"model": {}}'],
  ["an IDX file", images],
])("%s for a model", async (what, content) => {
  place.write("other", content);
  const message = new RegExp(`^nabla: other: this is ${what}, not a model .*\\(\\.safetensors\\): [^:]`);
  for (const args of [["summary"], ["evaluate", "digits"], ["predict", "digits#0"]])
    await refused([args[0]!, "other", ...args.slice(1)], message);
});

test("help on an unknown command", async () => {
  await refused(["help", "trian"], /^nabla: unknown command 'trian'; did you mean "train"\?\n$/);
  await refused(["help", "frobnicate"], /unknown command 'frobnicate'; there are train, evaluate/);
  const { code, stdout } = await place.run(["help", "train"]);
  expect(code).toBe(0);
  expect(stdout).toBe((await place.run(["train", "--help"])).stdout);
});

test.each([
  [["--epochs", "0"], /--epochs: expected a whole number ≥ 1, got "0"/],
  [["--epochs", "-3"], /--epochs: expected a whole number ≥ 1, got "-3"/],
  [["--epochs", "many"], /--epochs: expected a whole number/],
  [["--epochs", "1.5"], /--epochs: expected a whole number/],
  [["--batch-size", "0"], /--batch-size: expected a whole number ≥ 1/],
  [["--batch-size", "61"], /--batch-size: expected at most 60, .* got 61/],
  [["--hidden", "0"], /--hidden: expected whole numbers ≥ 1/],
  [["--hidden", "5,-5"], /--hidden: expected whole numbers ≥ 1/],
  [["--learning-rate", "0"], /--learning-rate: expected a number > 0/],
  [["--learning-rate", "fast"], /--learning-rate: expected a number > 0, got "fast"/],
  [["--momentum", "1"], /--momentum: expected a number ≥ 0 and < 1/],
  [["--optimizer", "adam", "--momentum", "0.5"], /--momentum: optimizer adam has none/],
  [["--validation-split", "1"], /--validation-split/],
  [["--activation", "rleu"], /--activation: .*did you mean "relu"\?/],
  [["--loss", "quadratc"], /--loss: .*did you mean "quadratic"\?/],
  [["--optimizer", "nestrov"], /--optimizer: .*did you mean "nesterov"\?/],
  [["--initializer", "heNormel"], /--initializer: .*did you mean "heNormal"\?/],
  [["--schedule", "cosin"], /--schedule: .*did you mean "cosine"\?/],
  [["--schedule", "step:x"], /--schedule: expected a number/],
  [["--model", "nielson"], /--model: .*did you mean "nielsen"\?/],
  [["--model", "linear", "--config", "x.json"], /--model and --config/],
  [["--config", "nowhere.json"], /nowhere\.json: cannot be read: no such file/],
  [["--epoch", "3"], /unknown option '--epoch'; did you mean --epochs\?/],
  [["--label", "y"], /--label is for CSV files/],
  [["--hidden", "1000000,1000000"], /more than the 4 GiB .*dense_2\.kernel/],
  [["--checkpoint-every", "0"], /--checkpoint-every: expected a whole number ≥ 1/],
])("train with %s", async (options, message) => {
  await refused([...DIGITS, "--out", OUT, ...options], message);
});

test("--folds keeps no model, and has no epochs of one to show", () =>
  refused(
    [...DIGITS, "--folds", "3", "--test-each-epoch"],
    /^nabla: --test-each-epoch: --folds trains a model for each fold/,
  ));

test("--checkpoint-every needs somewhere to write to", () =>
  refused([...DIGITS, "--checkpoint-every", "5"], /--out/));

test.each([
  ["an unknown layer", { layers: [{ type: "dens", units: 3 }] }, {}, /c\.json: .*did you mean "dense"\?/],
  ["an unknown field", { layers: [{ type: "dense", unit: 3 }] }, {}, /c\.json: .*did you mean "units"\?/],
  [
    "an unknown activation",
    { layers: [{ type: "dense", units: 10, activation: "sofmax" }] },
    {},
    /did you mean "softmax"\?/,
  ],
  [
    "negative units",
    { layers: [{ type: "dense", units: -3 }] },
    {},
    /layers\[0\]\.units: expected a whole number ≥ 1, got -3/,
  ],
  [
    "an unknown option",
    { layers: [{ type: "dense", units: 10 }] },
    { loss: "meanSquaredError", epoch: 3 },
    /did you mean "epochs"\?/,
  ],
  [
    "no flatten",
    { layers: [{ type: "dense", units: 10, activation: "softmax" }] },
    { loss: "categoricalCrossentropy" },
    /classifies each of the 784 pixels of its output \[28, 28, 10\].*add flatten\(\)/,
  ],
])("a configuration with %s", async (_, model, training, message) => {
  place.write("c.json", JSON.stringify({ nabla: 1, model, training }));
  await refused([...DIGITS, "--config", "c.json", "--out", OUT], message);
});

test("a configuration that is no JSON", async () => {
  place.write("c.json", "{ nabla: 1 }");
  await refused([...DIGITS, "--config", "c.json", "--out", OUT], /c\.json: not valid JSON/);
});

test("places that cannot be written to are found before training", async () => {
  mkdirSync(place.path("folder"));
  await refused(
    [...DIGITS, "--out", "nowhere/x.safetensors"],
    /cannot write nowhere.x\.safetensors: its directory does not exist/,
  );
  await refused([...DIGITS, "--out", "folder"], /cannot write folder: it is a directory/);
  await refused([...DIGITS, "--out", OUT, "--report", "nowhere/r.html"], /cannot write nowhere.r\.html/);
  await refused([...DIGITS, "--out", OUT, "--report", OUT], /the same file/);
  if (existsSync("/dev/full"))
    await refused([...DIGITS, "--out", "/dev/full"], /cannot write \/dev\/full: .*not a regular file/);
});

test("a loss that is no number any more leaves the old file alone", async () => {
  const { code, stderr } = await place.run([
    ...DIGITS,
    "--learning-rate",
    "1e30",
    "--epochs",
    "5",
    "--out",
    OUT,
  ]);
  expect(code).toBe(1);
  expect(stderr).toMatch(/^nabla: training stopped at step \d+ .*NaN or infinite.*\n$/);
  expect(readFileSync(place.path(OUT)).equals(kept)).toBe(true);
});

/** The header of the model file, changed. */
function header(change: (text: string) => string): Uint8Array {
  const length = Number(kept.readBigUInt64LE());
  const text = change(kept.subarray(8, 8 + length).toString("utf8"));
  const size = Buffer.alloc(8);
  size.writeBigUInt64LE(BigInt(Buffer.byteLength(text)));
  return Buffer.concat([size, Buffer.from(text), kept.subarray(8 + length)]);
}
const flipped = () => {
  const copy = Buffer.from(kept);
  copy[copy.length - 100]! ^= 4;
  return copy;
};

test.each<[string, () => Uint8Array, RegExp]>([
  ["truncated", () => kept.subarray(0, kept.length - 10), /b\.safetensors: .*(truncated|bytes)/],
  ["cut within its header", () => kept.subarray(0, 100), /b\.safetensors: /],
  ["empty", () => new Uint8Array(), /b\.safetensors: /],
  ["bit-flipped", flipped, /b\.safetensors: .*(checksum|damaged|SHA-256)/i],
  [
    "no checkpoint",
    () => new TextEncoder().encode("just some text, long enough to be read as one"),
    /not a safetensors file/,
  ],
  [
    "lying about offsets",
    () => header((text) => text.replace(/"data_offsets":\[\d+,\d+\]/, '"data_offsets":[0,4000000000]')),
    /b\.safetensors: /,
  ],
  [
    "claiming a header of many gigabytes",
    () => Uint8Array.of(...kept.subarray(0, 6), 255, 127, ...kept.subarray(8, 500)),
    /b\.safetensors: /,
  ],
])("a model file that is %s", async (_, bytes, message) => {
  place.write("b.safetensors", bytes());
  for (const command of [
    ["summary", "b.safetensors"],
    ["evaluate", "b.safetensors", "digits"],
    ["predict", "b.safetensors", "digits#0"],
    [...DIGITS, "--resume", "b.safetensors", "--out", OUT],
  ]) {
    await refused(command, message);
  }
});

test("models and data that do not fit each other", async () => {
  await refused(["evaluate", OUT, "moons"], /expected input \[28, 28, 1\], got \[2\] from moons/);
  await refused(["evaluate", OUT, "nowhere"], /nowhere: no such file or folder/);
  await refused(
    ["evaluate", "nowhere.safetensors", "digits"],
    /nowhere\.safetensors: cannot be read: no such file/,
  );
  await refused([...DIGITS, "--hidden", "6", "--resume", OUT], /units was 5 .*now it is 6/);
});

test("commands and arguments", async () => {
  await refused(["trian", "digits"], /unknown command 'trian'; did you mean train\?/);
  await refused(["train"], /missing required argument 'DATA'/);
  await refused(["summary", OUT, "more"], /too many arguments/);
  await refused(["--vesion"], /unknown option '--vesion'; did you mean --version\?/);
});

test("a stack trace is shown with --debug only", async () => {
  const { code, stderr } = await place.run(["train", "nowhere", "--debug"]);
  expect(code).toBe(1);
  expect(stderr).toMatch(/^nabla: nowhere: no such file[^\n]*\nNablaError: [^\n]*\n +at /);
});
