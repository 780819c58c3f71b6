/** What an input may take at most, and that the caller can change it: refused with an error that says how, before memory is there. */
import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "fflate";
import { afterAll, describe, expect, test } from "vitest";
import { bytesOption } from "../../src/cli/options/values.ts";
import { gunzip } from "../../src/data/gzip.ts";
import { csvSplit, parseCsvDataset } from "../../src/data/tables/csv.ts";
import { parseJson } from "../../src/fields/json.ts";
import { load } from "../../src/model/load.ts";
import { openData, readIdx } from "../../src/node/dataFiles.ts";
import { Counter } from "./count.ts";
import { models } from "./documents.ts";

const folder = mkdtempSync(join(tmpdir(), "nabla-limits-"));
afterAll(() => rmSync(folder, { recursive: true }));
const file = (name: string, bytes: Uint8Array | string): string => {
  const path = join(folder, name);
  writeFileSync(path, bytes);
  return path;
};
const messageOf = async (promise: Promise<unknown>): Promise<string> =>
  promise.then(
    () => "",
    (error: Error) => `${error.name}: ${error.message}`,
  );
const rows = `a,y\n${"1,2\n3,4\n".repeat(500)}`;

describe("tables", () => {
  test("rows and cells are counted on the way", () => {
    expect(() => csvSplit(rows, { maxBytes: 50_000 })).toThrow(
      /^data\.csv: line 4\d\d: rows and cells take more than 50000 bytes from here on .* maxBytes$/,
    );
    expect(csvSplit(rows, { maxBytes: 200_000 }).train.length).toBe(800);
  });

  test("so are columns, and the inputs that texts become", () => {
    const wide = `${"1,".repeat(1000)}1\n`.repeat(2);
    expect(() => parseCsvDataset(wide, { header: false, maxBytes: 1e6 })).toThrow(
      "data.csv: line 1: it has 667 cells and more: so many columns take more than 1000000 bytes",
    );
    const texts = `a,y\n${Array.from({ length: 1000 }, (_, i) => `c${i % 200},1\n`).join("")}`;
    const options = { columns: { a: { kind: "category", maxCategories: 200 } }, maxBytes: 300_000 } as const;
    expect(() => parseCsvDataset(texts, options)).toThrow(
      "data.csv: 1000 rows of 200 inputs take 1600000 bytes, more than 600000",
    );
    expect(parseCsvDataset(texts, { ...options, maxBytes: 800_000 }).dataset.inputShape).toEqual([200]);
  });
});

describe("files", () => {
  test.skipIf(process.platform === "win32")("of a pipe as much as may be read", async () => {
    const pipe = join(folder, "pipe");
    execFileSync("mkfifo", [pipe]);
    const read = (maxBytes: number) => {
      const writing = writeFile(pipe, rows).catch(() => {}); // nobody reads on after the error
      return Promise.all([openData(pipe, { maxBytes }), writing]);
    };
    expect(await messageOf(read(1000))).toMatch(
      /^NablaError: .*pipe: at least \d+ bytes are more than the 1000 that are read; .*--max-bytes/,
    );
    expect((await read(5000))[0].train.length).toBe(800);
  });

  test("more bytes than may be read, packed or not", async () => {
    expect(await messageOf(openData(file("a.csv", rows), { maxBytes: 1000 }))).toMatch(
      /^NablaError: .*a\.csv: 4004 bytes are more than the 1000 that are read; .*--max-bytes/,
    );
    expect(
      await messageOf(
        openData(file("b.csv.gz", gzipSync(new TextEncoder().encode(rows))), { maxBytes: 1000 }),
      ),
    ).toMatch(/^NablaError: .*b\.csv\.gz: unpacks to more than 1000 bytes; .*maxBytes \(--max-bytes\)/);
    expect((await openData(join(folder, "b.csv.gz"), { maxBytes: 5000 })).train.length).toBe(800);
    expect(await messageOf(readIdx(file("c", new Uint8Array(2000)), 1000))).toMatch(
      /2000 bytes are more than the 1000/,
    );
    expect(await messageOf(openData(join(folder, "a.csv"), { maxBytes: 0 }))).toMatch(
      /maxBytes: expected a whole number ≥ 1/,
    );
  });

  test("gzip of one member ends in one place, of several too, and none is believed", async () => {
    const part = new Uint8Array(300_000).map((_, i) => i % 251);
    const one = gzipSync(part);
    expect(await gunzip(one)).toEqual(part);
    const two = new Uint8Array([...one, ...one]);
    expect(await gunzip(two)).toEqual(new Uint8Array([...part, ...part]));
    for (const stated of [0, 1, 299_999, 300_001, 2 ** 31 - 1]) {
      const lie = one.slice();
      new DataView(lie.buffer).setUint32(lie.length - 4, stated, true);
      expect(await messageOf(gunzip(lie, "lie.gz"))).toMatch(/^NablaError: lie\.gz: broken gzip data/);
    }
  });
});

test("sizes on the command line", () => {
  const read = bytesOption("--max-bytes");
  expect(["1000", "2k", "3 MB", "1.5GB", "1GiB"].map(read)).toEqual([
    1000,
    2048,
    3 * 2 ** 20,
    1.5 * 2 ** 30,
    2 ** 30,
  ]);
  for (const text of ["", "0", "-1", "1e9", "GB", "9".repeat(30), "1 PB"])
    expect(() => read(text)).toThrow(/^--max-bytes: expected a number of bytes ≥ 1 like 500MB or 4GB, got/);
});

test("JSON: depth and number of values, before it is parsed", () => {
  expect(parseJson(`${"[".repeat(100)}${"]".repeat(100)}`)).toBeDefined();
  expect(() => parseJson("[".repeat(101), "a.json")).toThrow(
    "a.json: nested too deeply: expected at most 100 levels",
  );
  expect(parseJson(JSON.stringify("[".repeat(1000)))).toBe("[".repeat(1000));
  expect(() => parseJson(`[${"{},".repeat(20_000)}{}]`, "a.json", 2 ** 20)).toThrow(
    "would take some 2 MB, expected at most 1;",
  );
});

test("a model that claims gigabytes takes none", async () => {
  const counter = new Counter();
  try {
    const claims = models.rows
      .find(({ shape }) => shape === "load(): layers that claim gigabytes")!
      .make(1000);
    const bytes = await counter.bytes(() =>
      expect(() => load(claims as Uint8Array, "a")).toThrow(
        /expected tensor "dense_1\.kernel" of shape \[2, 268435456\]/,
      ),
    );
    expect(bytes).toBeLessThan(5e6);
  } finally {
    counter.end();
  }
});
