/** Parquet files as pyarrow writes them (test/fixtures/tables/make_parquet.py) say the same as their text. */
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parquetWriteBuffer } from "hyparquet-writer";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { parquetSplit } from "../../../src/data/parquet/index.ts";
import { inMemory, parquetTable } from "../../../src/data/tables/formats/parquet.ts";
import { clock } from "../../../src/data/tables/formats/values.ts";
import { type OpenDataOptions, openData, openTable } from "../../../src/node/dataFiles.ts";
import { contents } from "../helpers.ts";

const here = fileURLToPath(new URL("../../fixtures/tables/", import.meta.url));
const at = (name: string): string => join(here, name);
const bytesOf = async (name: string) => new Uint8Array(await readFile(at(name)));

let folder = "";
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "nabla-parquet-"));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

const what = async (name: string, options: OpenDataOptions) => {
  const { csv, kind, notes, train } = await openData(at(name), options);
  return { csv, kind, notes, ...contents(train) };
};

test.each(["table.parquet", "packed.parquet"])("%s: what its text says", async (name) => {
  const options = { label: "label", ignore: ["count"], testFraction: 0 };
  const expected = await what("table.csv", { ...options, decimal: "." });
  expect(expected.csv!.columns).toContain("seen");
  expect(await what(name, options)).toEqual(expected);
  // rows that are read like those a model was trained on: the label is none of its inputs
  const like = { like: expected.csv!, testFraction: 0 };
  expect((await what(name, like)).y).toEqual(expected.y);
});

test("every kind of column as people write it", async () => {
  const used = ["price", "tiny", "half", "clock", "day", "unsigned", "a.b", "y"];
  const bytes = await bytesOf("kinds.parquet");
  const table = await parquetTable(inMemory(bytes), "k", { package: (name) => import(name) }, (c) =>
    used.includes(c),
  );
  const column = (name: string) => table.rows.map((row) => row[table.columns.indexOf(name)]);
  expect(Object.fromEntries(table.columns.map((name) => [name, column(name)]))).toEqual({
    price: ["0.57", "-12.30", ""],
    tiny: ["0.1", "16777216", ""],
    half: ["0.5", "-2", "1.25"],
    clock: ["13:05:07.25", "00:00:00", ""],
    day: ["1969-12-31", "", "2024-02-29"],
    unsigned: ["18446744073709551615", "0", "1"],
    ids: ["", "", ""],
    place: ["", "", ""],
    "a.b": ["Köln", "", ""],
    y: ["1", "2", "3"],
  });
});

describe("what the package would make other values of", () => {
  const written = (name: string, element: object, data: unknown[]): Uint8Array =>
    new Uint8Array(
      parquetWriteBuffer({
        columnData: [{ name, data: data as never }],
        schema: [
          { name: "root", num_children: 1 },
          { name, repetition_type: "OPTIONAL", ...element },
        ] as never,
      }),
    );
  const cells = async (element: object, data: unknown[]) => {
    const host = { package: (name: string) => import(name) };
    const table = await parquetTable(inMemory(written("v", element, data)), "t", host, () => true);
    return table.rows.map(([cell]) => cell);
  };
  const decimal = (type: string, scale: number, length?: number) => ({
    ...{ type, converted_type: "DECIMAL", precision: 38, scale },
    ...(length && { type_length: length }),
  });

  test.each([
    ["INT64", undefined],
    ["FIXED_LEN_BYTE_ARRAY", 16],
    ["BYTE_ARRAY", undefined],
  ])("decimals of %s keep all their digits", async (type, length) => {
    const element = decimal(type, 2, length);
    expect(await cells(element, [1234567890123456789n, null, -1n, 0n])).toEqual([
      ...["12345678901234567.89", "", "-0.01", "0.00"],
    ]);
    expect(await cells(decimal(type, 0, length), [1234567890123456789n, 7n])).toEqual([
      ...["1234567890123456789", "7"],
    ]);
  });

  test("decimals with more digits behind the point than there are, times beyond a Date, bytes that are no text", async () => {
    const odd = /t: row 2: column "v": expected a number, a text, true, false, a time or nothing/;
    await expect(cells(decimal("INT64", 101), [null, 1n])).rejects.toThrow(odd);
    const time = { type: "INT64", converted_type: "TIMESTAMP_MICROS" };
    expect(await cells(time, [0n, 1_500_000n])).toEqual(["1970-01-01", "1970-01-01T00:00:01.500Z"]);
    // it was a missing value
    await expect(cells(time, [0n, 2n ** 62n * 2n - 1n])).rejects.toThrow(odd);
    const bytes = { type: "BYTE_ARRAY" };
    const text = new TextEncoder().encode("Köln");
    expect(await cells(bytes, [text, null])).toEqual(["Köln", ""]);
    for (const odds of [
      [255, 1],
      [1, 1, 0, 0, 0],
    ])
      await expect(cells(bytes, [text, Uint8Array.from(odds)])).rejects.toThrow(odd);
  });

  test("rows that are not there are damage, not missing values", async () => {
    const bytes = written("v", { type: "DOUBLE" }, [1, 2, 3]);
    const said = bytes.length - 8 - new DataView(bytes.buffer).getUint32(bytes.length - 8, true);
    // three rows, and three in their group, become five
    for (let at = said; at < bytes.length - 8; at++)
      if (bytes[at] === 0x16 && bytes[at + 1] === 6) bytes[at + 1] = 10;
    const host = { package: (name: string) => import(name) };
    await expect(parquetTable(inMemory(bytes), "t", host, () => true)).rejects.toThrow(
      't: a Parquet file that cannot be read: column "v" has fewer than rows 1 to 5',
    );
  });

  test("a column with fewer than no columns in it ends soon", async () => {
    const bytes = await bytesOf("kinds.parquet");
    bytes[1005]! ^= 1;
    const host = { package: (name: string) => import(name) };
    await expect(parquetTable(inMemory(bytes), "t", host, () => true)).rejects.toThrow(/^t: /);
  });

  test("a time just before a second is none before it", () => {
    expect([59.9999999, 86399.9999999, 47107.25].map(clock)).toEqual([
      ...["00:01:00", "23:59:59.999999", "13:05:07.25"],
    ]);
  });
});

test("columns of lists and records are refused, unless they are left out", async () => {
  for (const [ignore, column] of [
    [[], "ids"],
    [["ids"], "place"],
  ] as const)
    await expect(openData(at("kinds.parquet"), { ignore })).rejects.toThrow(
      `kinds.parquet: column "${column}": expected numbers, texts, true and false or times, got lists`,
    );
  const options = { label: "y", ignore: ["ids", "place", "clock", "unsigned"], testFraction: 0 };
  expect((await openData(at("kinds.parquet"), { ...options, task: "regression" })).train.length).toBe(3);
});

test("columns of one name are refused, unless they are left out: they had the values of one of them", async () => {
  await expect(openData(at("twice.parquet"))).rejects.toThrow(
    'twice.parquet: several columns are called "a", and values come by the names of columns; give each',
  );
  const bytes = await bytesOf("twice.parquet");
  const table = await parquetTable(
    inMemory(bytes),
    "t",
    { package: (name) => import(name) },
    (name) => name === "y",
  );
  expect(table.rows.map((row) => row.at(-1))).toEqual(["5", "6"]);
});

describe("refused", () => {
  test("a file without rows, options for text, a query", async () => {
    await expect(openData(at("empty.parquet"))).rejects.toThrow("empty.parquet: there are no rows");
    await expect(openData(at("table.parquet"), { delimiter: ";" })).rejects.toThrow(
      "delimiter (--delimiter) says how text is read, and this is a Parquet file",
    );
    await expect(openData(at("table.parquet"), { query: "SELECT 1" })).rejects.toThrow("got a Parquet file");
  });

  test("what is cut off or changed, in words of ours", async () => {
    const whole = await bytesOf("table.parquet");
    const changed = whole.slice();
    changed.fill(255, 4, 400);
    for (const [name, bytes] of Object.entries({
      cut: whole.subarray(0, 3000),
      changed,
      "magic alone": whole.subarray(0, 4),
    })) {
      const path = join(folder, `${name}.parquet`);
      await writeFile(path, bytes);
      await expect(openData(path), name).rejects.toThrow(
        /^\S.*\.parquet: a Parquet file that cannot be read: ./,
      );
    }
  });

  test("more cells than may be held, before they are", async () => {
    const bytes = await bytesOf("table.parquet");
    const { offer } = await import("../../../src/data/tables/formats/packages.ts");
    const own = await import("hyparquet");
    let read = false;
    const parquetRead = () => {
      read = true;
    };
    offer("hyparquet", async () => ({ ...own, parquetRead }));
    try {
      await expect(parquetSplit(bytes, { maxBytes: 5000 })).rejects.toThrow(
        "data.parquet: rows of 8 columns take more than 5000 bytes",
      );
      expect(read).toBe(false);
    } finally {
      offer("hyparquet", () => import("hyparquet"));
    }
  });

  test("without the package: which, and how to get it", async () => {
    const bytes = await bytesOf("table.parquet");
    const read = (host: Parameters<typeof parquetTable>[2]) =>
      parquetTable(inMemory(bytes), "t.parquet", host, () => true);
    // this file has imported nabla/parquet, which offers it
    const { offer } = await import("../../../src/data/tables/formats/packages.ts");
    offer("hyparquet", () => Promise.reject(new Error("Cannot find package 'hyparquet'")));
    try {
      await expect(read({ package: (name) => import(name) })).rejects.toThrow(
        "t.parquet: a Parquet file, which the package hyparquet reads, and that is not there: npm install hyparquet (Cannot find",
      );
      await expect(read({})).rejects.toThrow(
        'npm install hyparquet, and import "nabla/parquet" beside nabla/browser',
      );
    } finally {
      offer("hyparquet", () => import("hyparquet"));
    }
  });
});

test("parquetSplit() of bytes, with the options of csvSplit()", async () => {
  const bytes = await bytesOf("packed.parquet");
  const options = { label: "label", ignore: ["count"], testFraction: 0.25, seed: 3 };
  const { train, test: tested, csv } = await parquetSplit(bytes, options);
  const file = await openData(at("packed.parquet"), options);
  expect([train.length, tested!.length]).toEqual([30, 10]);
  expect(contents(train)).toEqual(contents(file.train));
  expect(csv).toEqual(file.csv);
  await expect(parquetSplit("x" as never)).rejects.toThrow(
    'parquetSplit: expected the bytes of a Parquet file as a Uint8Array, got "x"',
  );
  await expect(parquetSplit(bytes, { lable: "label" } as never)).rejects.toThrow(/unknown option "lable"/);
  await expect(parquetSplit(bytes, { ignore: 5 } as never)).rejects.toThrow(/parquetSplit: ignore: expected/);
});

test("the command line's profile and the rows alone", async () => {
  const table = (await openTable(at("table.parquet")))!;
  expect(table.rows[1]).toEqual([
    "27",
    "1.63",
    "Basic",
    "true",
    "2020-02-01",
    "2024-05-01T19:30:00Z",
    "9007199254740993",
    "no",
  ]);
});
