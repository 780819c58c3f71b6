/** Tables in formats with types, as other programs write them, say the same as their text. */
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { sha256Hex } from "../../../src/checkpoint/sha256.ts";
import { digestOfCells } from "../../../src/data/tables/formats/values.ts";
import { attempt } from "../../../src/host.ts";
import { type OpenDataOptions, openData, openTable } from "../../../src/node/dataFiles.ts";
import { contents } from "../helpers.ts";

const here = fileURLToPath(new URL("../../fixtures/tables/", import.meta.url));
const sqlite = attempt(() => process.getBuiltinModule("node:sqlite")) !== undefined;

let folder = "";
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "nabla-formats-"));
});
afterAll(() => rm(folder, { recursive: true, force: true }));
async function put(name: string, content: string | Uint8Array): Promise<string> {
  const path = join(folder, name);
  await writeFile(path, content);
  return path;
}

const what = async (path: string, options: OpenDataOptions) => {
  const { csv, kind, train } = await openData(path, options);
  return { csv, kind, ...contents(train) };
};

describe("records in JSON", () => {
  const csv = "a,b,label\n1,x,yes\n2.5,,no\n3,x,yes\n4,y,no\n";
  const records = [
    { a: 1, b: "x", label: "yes" },
    { b: null, a: 2.5, label: "no" },
    { a: 3, b: "x", label: "yes" },
    { a: 4, b: "y", label: "no" },
  ];

  it.each([
    ["a line each", records.map((record) => JSON.stringify(record)).join("\n\n")],
    ["an array", JSON.stringify(records, null, 2)],
    ["behind a mark", `\uFEFF${records.map((record) => JSON.stringify(record)).join("\r\n")}\r\n`],
  ])("%s: what their table says", async (_, text) => {
    const options = { testFraction: 0, label: "label" };
    const expected = await what(await put("t.csv", csv), { ...options, decimal: "." });
    expect(await what(await put("t.jsonl", text), options)).toEqual(expected);
  });

  it("errors name the line, or the record", async () => {
    const lines = await put("l.jsonl", '{"a":1,"b":2}\n\n{"a":[1],"b":2}\n');
    await expect(openData(lines)).rejects.toThrow(
      /l\.jsonl: line 3: column "a": expected a number, .* got \[1\]/,
    );
    const array = await put("r.json", '[{"a":1,"b":2},{"a":{"c":1},"b":2}]');
    await expect(openData(array)).rejects.toThrow(/r\.json: record 2: column "a": expected a number/);
    const odd = await put("o.jsonl", '{"a":1,"b":2}\n{"a":1,"b":2}\n7\n');
    await expect(openData(odd)).rejects.toThrow(/o\.jsonl: line 3: expected a record, .* got 7/);
  });

  it("names of keys are names, whatever they are", async () => {
    const path = await put(
      "p.jsonl",
      '{"__proto__":1,"constructor":2,"y":3.5}\n{"__proto__":2,"constructor":5,"y":1.5}\n',
    );
    const table = (await openTable(path))!;
    expect(table.columns).toEqual(["__proto__", "constructor", "y"]);
    expect(table.rows).toEqual([
      ["1", "2", "3.5"],
      ["2", "5", "1.5"],
    ]);
  });

  it("a column that is left out may hold anything", async () => {
    const path = await put("n.jsonl", '{"a":1,"parts":null,"y":3.5}\n{"a":2,"parts":{},"y":4.5}\n');
    await expect(openData(path)).rejects.toThrow(
      /line 2: column "parts": .* leave the column out \(--ignore\)/,
    );
    expect((await openData(path, { ignore: ["parts"], testFraction: 0 })).train.length).toBe(2);
  });

  it("whole numbers are those that are written, and times are dates", async () => {
    const path = await put(
      "w.jsonl",
      '{"t":"2024-05-01T10:00:00Z","a":0.1,"y":1.5}\n{"t":"2024-05-02T10:00:00Z","a":1e21,"y":2.5}\n',
    );
    expect((await openTable(path))!.rows).toEqual([
      ["2024-05-01T10:00:00Z", "0.1", "1.5"],
      ["2024-05-02T10:00:00Z", "1e+21", "2.5"],
    ]);
  });

  it("refuses what says how text is read, and a query", async () => {
    const path = await put("q.jsonl", '{"a":1,"b":2}\n{"a":3,"b":4}\n');
    for (const [option, value] of Object.entries({
      delimiter: ";",
      decimal: ",",
      header: false,
      encoding: "utf-8",
    }))
      await expect(openData(path, { [option]: value } as OpenDataOptions)).rejects.toThrow(
        new RegExp(
          `q\\.jsonl: ${option} \\(--${option}\\) says how text is read, and this is a file of JSON records`,
        ),
      );
    await expect(openData(path, { query: "SELECT 1" })).rejects.toThrow(
      /q\.jsonl: query \(--query\): expected a database \(\.sqlite\) to ask, got a file of JSON records/,
    );
  });

  it("nested records and texts with a label stay sequences", async () => {
    const steps = await put(
      "s.json",
      JSON.stringify([
        { steps: [[1], [2]], label: "a" },
        { steps: [[3]], label: "b" },
      ]),
    );
    expect((await openData(steps, { testFraction: 0 })).kind).toBe("sequences");
    const texts = await put("x.jsonl", '{"text":"good film","label":"p"}\n{"text":"bad film","label":"n"}\n');
    expect((await openData(texts, { testFraction: 0 })).kind).toBe("sequences");
  });
});

describe("SQLite", () => {
  it.skipIf(sqlite)("is refused where there is none, with a way out", async () => {
    await expect(openData(join(here, "table.sqlite"))).rejects.toThrow(
      /table\.sqlite: an SQLite database, which Node reads from version 22\.13 on, and this is v20.*sqlite3 -header -csv/,
    );
  });

  it("text has nothing to ask", async () => {
    await expect(openData(join(here, "table.csv"), { query: "SELECT 1" })).rejects.toThrow(
      /table\.csv: query \(--query\): expected a database/,
    );
  });
});

it.each([0, 1, 999, 1000, 1001, 2500])(
  "the digest of %i rows is that of their text, which is not made as a whole",
  (n) => {
    const columns = ["a", "b\ud800"];
    const rows = Array.from({ length: n }, (_, i) => [String(i), i % 3 ? `ö"\ud83d\ude00${i}` : "\udc00"]);
    const text = JSON.stringify([columns, rows]);
    expect(digestOfCells({ columns, rows })).toBe(sha256Hex(new TextEncoder().encode(text)));
  },
);
