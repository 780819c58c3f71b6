/** nabla export: files that predict what the model predicts, figures of what fewer bits cost, and refusals that write nothing. */
import { existsSync, readdirSync, readFileSync, truncateSync, writeFileSync } from "node:fs";
import { pathToFileURL } from "node:url";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { readSafetensors } from "../../src/checkpoint/safetensors.ts";
import { encodeRows } from "../../src/data/tables/rows.ts";
import { quantised } from "../../src/export/index.ts";
import { dense, gru, load, sequential } from "../../src/index.ts";
import { internalsOf } from "../../src/model/internals.ts";
import { description, instantiate, predictIn } from "../export/host.ts";
import { writeSafetensors } from "../support/checkpoints.ts";
import { done, flowers, workplace } from "./support.ts";

const place = workplace();
afterAll(place.remove);
const model = (name: string) => load(readFileSync(place.path(name)), name);
const wasm = (name: string) => Uint8Array.from(readFileSync(place.path(name)));

beforeAll(async () => {
  place.write("flowers.csv", flowers());
  const prices = Array.from({ length: 60 }, (_, i) => `${50 + i},${1 + (i % 4)},${1000 + 20 * i + (i % 4)}`);
  place.write("prices.csv", `size,rooms,price\n${prices.join("\n")}\n`);
  const train = (words: string) => place.run(["train", ...words.split(" ")]);
  done(await train("flowers.csv --epochs 20 --hidden 12,8 --out flowers.safetensors"));
  done(await train("prices.csv --epochs 20 --hidden 8 --out prices.safetensors"));
  done(await train("digits --samples 300 --epochs 1 --model cnn --out digits.safetensors"));
});

test("a .wasm that predicts what the model predicts", async () => {
  const { code, stdout, stderr } = await place.run(["export", "digits.safetensors", "--to", "digits.wasm"]);
  expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
  const { length } = wasm("digits.wasm");
  const text = new RegExp(
    `^digits\\.wasm: ${length.toLocaleString("en")} bytes; [\\d,]+ parameters as float32, ([\\d,]+) bytes of kernels, plan and names\n$`,
  );
  const [, rest] = text.exec(stdout)!;
  expect(Number(rest!.replace(",", ""))).toBeLessThan(12 * 1024);
  const x = Uint8Array.from({ length: 2 * 784 }, (_, i) => (i * 151) % 256);
  expect(predictIn(instantiate(wasm("digits.wasm")), x)).toEqual(model("digits.safetensors").predict(x).data);
});

test("--weights, --rows and --json", async () => {
  const words = [
    "export",
    "digits.safetensors",
    "--to",
    "small.wasm",
    "--weights",
    "int8",
    "--rows",
    "3",
    "--json",
  ];
  const { stdout } = await place.run(words);
  const { length } = wasm("small.wasm");
  expect(JSON.parse(stdout)).toEqual({
    files: ["small.wasm"],
    bytes: length,
    parameters: internalsOf(model("digits.safetensors")).built.parameterCount,
    weights: "int8",
  });
  expect(length).toBeLessThan(readFileSync(place.path("digits.safetensors")).length / 4);
  expect(description(wasm("small.wasm"))).toMatchObject({ maxRows: 3, weights: "int8" });
});

test("--stream: a file that takes steps, of models that have them", async () => {
  const subject = sequential([gru({ units: 4 }), dense({ units: 2 })], { inputShape: [6, 3], seed: 1 });
  place.write("steps.safetensors", subject.save());
  const { code, stderr } = await place.run(
    "export steps.safetensors --to steps.wasm --stream --rows 2".split(" "),
  );
  expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
  expect(description(wasm("steps.wasm"))).toMatchObject({ stream: true, maxRows: 2, input: { shape: [3] } });
  const plain = await place.run("export digits.safetensors --to none.wasm --stream".split(" "));
  expect(plain.stderr).toContain("export: stream: the model has no recurrent layer");
  const foreign = await place.run("export steps.safetensors --to steps.onnx --stream".split(" "));
  expect(foreign.stderr).toContain("--stream: ONNX files take whole sequences");
  expect(existsSync(place.path("none.wasm")) || existsSync(place.path("steps.onnx"))).toBe(false);
});

test("--data says what fewer bits cost, and it is that", async () => {
  const words = [
    "export",
    "digits.safetensors",
    "--to",
    "half.wasm",
    "--weights",
    "int8",
    "--data",
    "digits",
  ];
  const { code, stdout } = await place.run([...words, "--json"]);
  expect(code).toBe(0);
  const said = JSON.parse(stdout);
  expect(said).toMatchObject({ data: "digits", part: "test", rows: expect.any(Number) });
  const evaluate = async (file: string) =>
    JSON.parse((await place.run(["evaluate", file, "digits", "--json"])).stdout).accuracy;
  expect(said.before.accuracy).toBe(await evaluate("digits.safetensors"));
  place.write("int8.safetensors", quantised(model("digits.safetensors"), "int8").save());
  // the copy has forgotten what data it is from, so the size of the set is said again
  const rounded = JSON.parse(
    (await place.run(["evaluate", "int8.safetensors", "digits", "--samples", "300", "--json"])).stdout,
  );
  expect(said.after.accuracy).toBe(rounded.accuracy);
  expect(said.sameClass).toBeGreaterThan(0.9);
  const text = (await place.run(words)).stdout;
  expect(text).toMatch(
    /\n {2}accuracy [\d.]+ % as float32, [\d.]+ % as int8\n {2}the same class for [\d.]+ % of the rows\n$/,
  );
});

test("a table: columns, their standardisation, classes or the target's unit are in the description", async () => {
  await place.run(["export", "flowers.safetensors", "--to", "flowers.wasm"]);
  const flower = description(wasm("flowers.wasm"));
  expect(flower).toMatchObject({
    columns: ["length", "width", "petals"],
    label: "kind",
    classes: ["rose", "tulip", "violet"],
    standardisation: model("flowers.safetensors").metadata.standardisation,
  });
  // none was missing in training: as the model itself, the export takes the mean
  const gap = { length: null, width: 1, petals: 2 };
  const rows = encodeRows({ metadata: flower }, gap);
  expect(rows.data[0]).toBe(0);
  expect(rows).toEqual(encodeRows(model("flowers.safetensors"), gap));
  const { stdout } = await place.run([
    "export",
    "prices.safetensors",
    "--to",
    "prices.wasm",
    "--weights",
    "float16",
    "--data",
    "prices.csv",
  ]);
  expect(stdout).toMatch(/as float32, .* as float16\n {2}largest difference of an output [\d.]+/);
  // by hand what docs/export.md says a host has to do
  const { standardisation, output, target } = description(wasm("prices.wasm")) as {
    standardisation: { mean: number[]; scale: number[] };
    output: object;
    target?: object;
  };
  expect(output).toMatchObject({ activation: "linear", unitOf: "price" });
  expect(target).toBeUndefined();
  const x = [70, 2].map((value, c) => (value - standardisation.mean[c]!) / standardisation.scale[c]!);
  const [y] = predictIn(instantiate(wasm("prices.wasm")), Float32Array.from(x));
  const said = JSON.parse((await place.run(["predict", "prices.safetensors", "70,2", "--json"])).stdout);
  expect(Math.abs(y! - said.outputs[0])).toBeLessThan(2);
  expect(y).toBeGreaterThan(10);
});

test("a .js with its types next to it", async () => {
  const { stdout } = await place.run(["export", "flowers.safetensors", "--to", "flowers.mjs"]);
  expect(stdout).toMatch(
    /^flowers\.mjs: [\d,]+ bytes; \d+ parameters as float32\nflowers\.d\.mts: its types\n$/,
  );
  const { predict } = await import(/* @vite-ignore */ pathToFileURL(place.path("flowers.mjs")).href);
  const x = Float32Array.of(0.5, -1, 2);
  expect(predict(x)).toEqual(model("flowers.safetensors").predict(x).data);
  expect(readFileSync(place.path("flowers.d.mts"), "utf8")).toContain(
    "export function predict(x: Rows): Float32Array;",
  );
});

describe("refuses, and writes nothing", () => {
  beforeAll(() => {
    const whole = readFileSync(place.path("digits.safetensors"));
    writeFileSync(place.path("cut.safetensors"), whole);
    truncateSync(place.path("cut.safetensors"), whole.length - 1000);
    const checkpoint = readSafetensors(whole, "digits");
    // whole files, with a checksum that fits, of what this version does not know
    const edited = (from: string, to: string) => {
      const [[key, text]] = Object.entries(checkpoint.metadata);
      expect(text).toContain(from);
      const stored = [...checkpoint.tensors].map(([name, tensor]) => ({ name, ...tensor }));
      return writeSafetensors(stored, { [key!]: text!.replace(from, to) });
    };
    writeFileSync(place.path("newer.safetensors"), edited('"version":1', '"version":9'));
    writeFileSync(place.path("unknown.safetensors"), edited('"maxPooling2d"', '"maxPoolling2d"'));
    const altered = Uint8Array.from(whole);
    altered[altered.length - 9]! ^= 1;
    writeFileSync(place.path("altered.safetensors"), altered);
  });
  const to = ["--to", "never.wasm"];
  test.each([
    [["flowers.safetensors"], "required option '--to <FILE>' not specified"],
    [
      ["flowers.safetensors", "--to", "never.tflite"],
      '--to: expected a file ending in .wasm, .js, .mjs, .onnx, .keras, .json (TensorFlow.js) or .safetensors, got "never.tflite"',
    ],
    [["nowhere.safetensors", ...to], "nowhere.safetensors: cannot be read: no such file"],
    [["flowers.csv", ...to], "flowers.csv: this is a text file, not a model"],
    [["cut.safetensors", ...to], "cut.safetensors: truncated: expected"],
    [["newer.safetensors", ...to], "it has version 9, this Nabla reads up to version 1"],
    [["unknown.safetensors", ...to], 'did you mean "maxPooling2d"?'],
    [["altered.safetensors", ...to], "altered.safetensors: damaged or changed since it was saved"],
    [
      ["flowers.safetensors", ...to, "--weights", "int4"],
      '--weights: there is no "int4"; did you mean "int8"?',
    ],
    [["flowers.safetensors", ...to, "--rows", "0"], '--rows: expected a whole number ≥ 1, got "0"'],
    [
      ["flowers.safetensors", ...to, "--rows", "999999999"],
      "more than the 4 GiB that WebAssembly can address",
    ],
    [["flowers.safetensors", ...to, "--part", "test"], "--part: needs --data, which is not given"],
    [["flowers.safetensors", ...to, "--data", "nowhere.csv"], "nowhere.csv"],
    [["flowers.safetensors", ...to, "--data", "digits"], "expected"],
    [["flowers.safetensors", "--to", "no/folder/never.wasm"], "no/folder/never.wasm"],
  ])("%j", async (words, message) => {
    const { code, stdout, stderr } = await place.run(["export", ...words]);
    expect(stderr).toContain(message);
    expect(stderr).toMatch(/^nabla: [^\n]+\n$/);
    expect(stderr).not.toContain("an error in nabla itself");
    expect({ code, stdout }).toEqual({ code: 1, stdout: "" });
    expect(readdirSync(place.folder).filter((name) => name.includes("never"))).toEqual([]);
    expect(existsSync(place.path("no"))).toBe(false);
  });
});

describe("nabla verify", () => {
  test("says that files are as they were written, and which are not", async () => {
    for (const to of ["whole.wasm", "whole.js", "eighth.wasm --weights int8"])
      expect((await place.run(["export", "flowers.safetensors", "--to", ...to.split(" ")])).code).toBe(0);
    const files = ["whole.wasm", "whole.js", "eighth.wasm", "flowers.safetensors"];
    const { code, stdout, stderr } = await place.run(["verify", ...files]);
    expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
    const digits = "[0-9a-f]{64}";
    expect(stdout).toMatch(
      new RegExp(
        `^whole\\.wasm: as it was written; wasm, SHA-256 ${digits}\nwhole\\.js: as it was written; js, SHA-256 ${digits}\n` +
          `eighth\\.wasm: .*\nflowers\\.safetensors: as it was written; safetensors, weights SHA-256 ${digits}\n$`,
      ),
    );
    const damaged = files.map((name) => {
      const bytes = Uint8Array.from(readFileSync(place.path(name)));
      bytes[bytes.length - 200]! ^= 4;
      writeFileSync(place.path(`damaged-${name}`), bytes);
      return `damaged-${name}`;
    });
    const bad = await place.run(["verify", ...damaged, "whole.wasm", "missing.js"]);
    expect(bad.code).toBe(1);
    expect(bad.stdout).toMatch(/^whole\.wasm: as it was written/);
    const errors = bad.stderr.trim().split("\n");
    expect(errors).toHaveLength(5);
    for (const [i, name] of damaged.entries())
      expect(errors[i]).toMatch(
        new RegExp(`^nabla: ${name}: damaged or changed since it was (exported|saved)`),
      );
    expect(errors[4]).toBe("nabla: missing.js: cannot be read: no such file");
  });

  test("--json", async () => {
    const { code, stdout } = await place.run(["verify", "--json", "damaged-whole.js", "whole.js"]);
    const [bad, good] = stdout
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line));
    expect(code).toBe(1);
    expect(bad).toEqual({ file: "damaged-whole.js", whole: false, error: expect.stringMatching(/damaged/) });
    expect(good).toEqual({
      file: "whole.js",
      whole: true,
      kind: "js",
      sha256: expect.stringMatching(/^[0-9a-f]{64}$/),
    });
  });
});
