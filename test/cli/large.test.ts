/** nabla train --large: a table that is read in pieces gives the model that it gives in memory. */
import { existsSync, readdirSync, readFileSync, readlinkSync } from "node:fs";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { loadModel } from "../../src/node/index.ts";
import { type Workplace, workplace } from "./support.ts";

const ROWS = 900;
let place: Workplace;
beforeAll(() => {
  place = workplace();
  const row = (i: number) => {
    const [age, spent] = [20 + ((7 * i) % 45), 1e6 + ((i * 7919) % 1009) / 7.3];
    return `${age},${i % 3 ? "Basic" : "Pro"},${spent},${age + (spent - 1e6) / 4 > 60 ? "yes" : "no"}`;
  };
  place.write("rows.csv", "age,plan,spent\n31,Basic,1000100\n60,Pro,1000004\n");
  place.write("t.csv", `age,plan,spent,left\n${Array.from({ length: ROWS }, (_, i) => row(i)).join("\n")}\n`);
});
afterAll(() => place.remove());

const run = async (...args: string[]): Promise<string> => {
  const { code, stdout, stderr } = await place.run(args);
  expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
  return stdout;
};
const refused = async (...args: string[]): Promise<string> => {
  const { code, stderr } = await place.run(args);
  expect(code).not.toBe(0);
  return stderr;
};
const LARGE = ["--large", "--piece-bytes", "2KB"];
const train = (...flags: string[]) => run("train", "t.csv", "--label", "left", "--json", ...flags);
const weightsOf = async (name: string) => (await loadModel(place.path(name))).weights();
const lines = (text: string): Record<string, unknown>[] =>
  text
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line));

describe("as without it", () => {
  const flags = ["--epochs", "4", "--seed", "2", "--validation-split", "0.2", "--threshold", "f1"];
  const more = ["--split", "time", "--test-split", "0.3", "--class-weight", "balanced", "--patience", "3"];

  test.each([
    ["classes, a threshold, weights and the order of time", [...flags, ...more]],
    ["a quantity", ["--label", "spent", "--epochs", "3", "--task", "regression", "--ignore", "left"]],
  ])("%s: weights, figures, report, predictions", async (_, given) => {
    const plain = lines(await train(...given, "--out", "a.safetensors", "--report", "a.html"));
    const large = lines(await train(...given, ...LARGE, "--out", "b.safetensors", "--report", "b.html"));
    expect(await weightsOf("b.safetensors")).toEqual(await weightsOf("a.safetensors"));
    expect(existsSync(place.path("b.html"))).toBe(true);
    const {
      seconds: _s,
      model: _m,
      out: _o,
      report: _r,
      ...figures
    } = plain.at(-1)! as Record<string, never>;
    expect(large.at(-1)).toMatchObject({ event: "done", ...figures, out: "b.safetensors" });
    expect(large[0]).toMatchObject({ rows: plain[0]!.rows, testRows: plain[0]!.testRows });
    expect(JSON.stringify(large[0]!.notes)).toMatch(/columns are as the first \d+ of 900 rows show/);

    // the rows that were kept out, in memory and in pieces
    const evaluated = await run("evaluate", "a.safetensors", "t.csv", "--json");
    expect(await run("evaluate", "b.safetensors", "t.csv", "--json")).toBe(evaluated);
    const inPieces = JSON.parse(await run("evaluate", "b.safetensors", "t.csv", "--json", ...LARGE));
    const { notes: _n, ...seen } = JSON.parse(evaluated);
    expect(inPieces).toMatchObject(seen);
    const predict = (name: string) => run("predict", name, "rows.csv");
    expect(await predict("b.safetensors")).toBe(await predict("a.safetensors"));
  });

  test("resumed, bit for bit, without being told again; and as a beginning", async () => {
    const flags = ["--validation-split", "0.1", "--seed", "4", "--schedule", "step:0.5,1"];
    await train(...flags, ...LARGE, "--epochs", "4", "--out", "whole.safetensors");
    await train(...flags, ...LARGE, "--epochs", "2", "--out", "half.safetensors");
    await train("--resume", "half.safetensors", "--epochs", "4", "--out", "rest.safetensors");
    expect(await weightsOf("rest.safetensors")).toEqual(await weightsOf("whole.safetensors"));
    const { metadata } = await loadModel(place.path("rest.safetensors"));
    expect(metadata.extra).toMatchObject({ data: { pieceBytes: 2048 } });
    const from = ["--from", "half.safetensors", "--epochs", "1", "--seed", "5"];
    await train(...from, "--out", "c.safetensors");
    await train(...from, ...LARGE, "--out", "d.safetensors");
    expect(await weightsOf("d.safetensors")).toEqual(await weightsOf("c.safetensors"));
    place.write("t2.csv", `${readFileSync(place.path("t.csv"), "utf8")}31,Pro,1000009,no\n`);
    expect(
      await refused("train", "t2.csv", "--resume", "half.safetensors", "--epochs", "9", "--label", "left"),
    ).toMatch(/was trained on t\.csv; t2\.csv is other data/);
  });
});

test("evaluate keeps the rows of one table open, not of two", async () => {
  const held = () => {
    // where there is no such folder, nothing can be counted
    if (!existsSync("/proc/self/fd")) return 0;
    const name = (file: string) => {
      try {
        return readlinkSync(`/proc/self/fd/${file}`);
      } catch {
        return "";
      }
    };
    return readdirSync("/proc/self/fd").filter((file) => name(file).includes("nabla-rows-")).length;
  };
  await train("--epochs", "1", "--out", "e.safetensors");
  const before = held();
  await run("evaluate", "e.safetensors", "t.csv", "--json", ...LARGE);
  expect(held() - before).toBe(existsSync("/proc/self/fd") ? 1 : 0);
});

test("a table that is too large says so; nothing else does", async () => {
  for (const words of [
    ["train", "t.csv", "--max-bytes", "2KB"],
    ["evaluate", "a.safetensors", "t.csv", "--max-bytes", "2KB"],
  ])
    expect(await refused(...words)).toMatch(
      /more than the 2048 that are read.*, or read it in pieces: --large/,
    );
  place.write("big.npz", new Uint8Array(9000));
  expect(await refused("train", "big.npz", "--max-bytes", "2KB")).not.toContain("--large");
});

test("what does not go with it is refused by name", async () => {
  for (const [flags, message] of [
    [["--missing", "drop"], /--missing is not for tables that are read in pieces/],
    [["--encoding", "windows-1252"], /--encoding is not for/],
    [["--max-bytes", "4GB"], /--max-bytes is not for/],
    [["--split", "group:plan"], /--split: expected random or time with --large/],
    [["--folds", "3"], /--large: --folds/],
    [["--samples", "5"], /--samples is for generated data sets/],
    [["--size", "28"], /--size is for folders of pictures/],
    [["--forecast", "3", "--window", "5"], /--large is for tables; t\.csv is read as a series/],
    [["--model", "chars"], /--large is for tables; t\.csv is read as a text/],
  ] as [string[], RegExp][])
    expect(await refused("train", "t.csv", "--large", ...flags)).toMatch(message);
  expect(await refused("train", "t.csv", "--piece-bytes", "1MB")).toMatch(
    /--piece-bytes: expected --large as well/,
  );
  expect(await refused("train", "moons", "--large")).toMatch(
    /--large is for tables: .*; moons is something else/,
  );
  expect(await refused("train", "https://x.test/t.csv", "--large")).toMatch(
    /--large: expected a file, got https:\/\/x\.test\/t\.csv: download it first/,
  );
  place.write("new.csv", `a,b,label\n${"1,x,no\n2,y,yes\n".repeat(300)}1,z,no\n`);
  expect(await refused("train", "new.csv", ...LARGE)).toMatch(
    /new\.csv: line 602: column "b": .*got "z".*The first \d+ rows say what columns are.*--piece-bytes/,
  );
});
