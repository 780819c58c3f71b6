/** Arrow files and streams as pyarrow writes them (test/fixtures/tables/make_arrow.py) say the same as their text. */
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import * as apache from "apache-arrow";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { arrowSplit } from "../../../src/data/arrow/index.ts";
import { arrowTable } from "../../../src/data/tables/formats/arrow.ts";
import { unpackLz4 } from "../../../src/data/tables/formats/lz4.ts";
import { offer } from "../../../src/data/tables/formats/packages.ts";
import { type OpenDataOptions, openData, openTable } from "../../../src/node/dataFiles.ts";
import { contents } from "../helpers.ts";

const here = fileURLToPath(new URL("../../fixtures/tables/", import.meta.url));
const at = (name: string): string => join(here, name);
const bytesOf = async (name: string) => new Uint8Array(await readFile(at(name)));

let folder = "";
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "nabla-arrow-"));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

const what = async (name: string, options: OpenDataOptions) => {
  const { csv, kind, notes, train } = await openData(at(name), options);
  return { csv, kind, notes, ...contents(train) };
};

test.each(["table.arrow", "table.arrows", "old.arrows", "lz4.feather", "zstd.feather"])(
  "%s: what its text says",
  async (name) => {
    const options = { label: "label", ignore: ["count"], testFraction: 0 };
    const expected = await what("table.csv", { ...options, decimal: "." });
    expect(expected.csv!.columns).toContain("seen");
    expect(await what(name, options)).toEqual(expected);
    // rows that are read like those a model was trained on: the label is none of its inputs
    const like = { like: expected.csv!, testFraction: 0 };
    expect((await what(name, like)).y).toEqual(expected.y);
  },
);

const ODD = { ids: "lists", place: "records", wait: "spans of time", bytes: "bytes" };
const importing = { package: (name: string) => import(name) };
const columnsOf = async (bytes: Uint8Array, used: (name: string) => boolean) => {
  const table = await arrowTable(bytes, "k", importing, used);
  return Object.fromEntries(table.columns.map((name, c) => [name, table.rows.map((row) => row[c])]));
};

test("every kind of column as people write it", async () => {
  expect(await columnsOf(await bytesOf("kinds.arrow"), (name) => !(name in ODD))).toEqual({
    price: ["0.57", "-12.30", ""],
    wide: ["12345678901234567890.5", "-0.5", ""],
    tiny: ["0.1", "16777216", ""],
    half: ["0.5", "-2", "1.25"],
    clock: ["13:05:07.25", "00:00:00", ""],
    hour: ["01:02:03", "23:59:59", ""],
    day: ["1969-12-31", "", "2024-02-29"],
    moment: ["1969-12-31T23:59:59Z", "", "2024-02-29"],
    unsigned: ["18446744073709551615", "0", "1"],
    ids: ["", "", ""],
    place: ["", "", ""],
    wait: ["", "", ""],
    bytes: ["", "", ""],
    nothing: ["", "", ""],
    large: ["Köln", "", ""],
    view: ["a text of more than twelve letters", "", ""],
    true: ["true", "false", ""],
    "a.b": ["Köln", "", ""],
    y: ["1", "2", "3"],
  });
});

test("a stream that breaks off between two batches says that rows may be missing", async () => {
  const part = (from: number) =>
    apache.tableFromArrays({
      a: Int32Array.from({ length: 5 }, (_, i) => from + i),
      label: Int32Array.of(0, 1, 0, 1, 0),
    });
  const both = part(0).concat(part(5));
  const whole = apache.tableToIPC(both, "stream");
  const end = whole.length - 8;
  expect([...whole.subarray(end)]).toEqual([255, 255, 255, 255, 0, 0, 0, 0]);
  const read = async (bytes: Uint8Array) => {
    const { rows, notes } = await arrowTable(bytes, "k", importing, () => true);
    return { rows: rows.length, notes };
  };
  expect(await read(whole)).toEqual({ rows: 10, notes: [] });
  const note = (rows: number) => [
    expect.stringContaining(`the stream ends after ${rows} rows without saying`),
  ];
  expect(await read(whole.subarray(0, end))).toEqual({ rows: 10, notes: note(10) });
  // where the second batch begins: the last place from which a message leads to the end
  const marks = [...whole.keys()].filter(
    (at) =>
      at % 8 === 0 &&
      at < end &&
      whole.subarray(at, at + 4).every((byte) => byte === 255) &&
      whole[at + 4]! > 0,
  );
  const cut = whole.subarray(0, marks.at(-1)!);
  expect(await read(cut)).toEqual({ rows: 5, notes: note(5) });
  // the old form: the end is a size of 0 alone, and the last of the batches of 16 rows has 8
  const old = await bytesOf("old.arrows");
  expect([...old.subarray(0, 4)]).not.toEqual([255, 255, 255, 255]);
  expect([...old.subarray(old.length - 4)]).toEqual([0, 0, 0, 0]);
  const used = (name: string) => name !== "count";
  const readOld = async (bytes: Uint8Array) => (await arrowTable(bytes, "k", importing, used)).notes;
  expect(await readOld(old)).toEqual([]);
  expect(await readOld(old.subarray(0, -4))).toEqual(note(40));
  // a file says at its end what is in it
  expect((await read(apache.tableToIPC(both, "file"))).notes).toEqual([]);
  // and what openData says of it
  const path = join(folder, "cut.arrows");
  await writeFile(path, cut);
  expect((await openData(path, { testFraction: 0 })).notes).toContainEqual(note(5)[0]);
});

test("columns of lists, records, bytes and spans are refused, unless they are left out", async () => {
  const left: string[] = [];
  for (const [column, got] of Object.entries(ODD)) {
    await expect(openData(at("kinds.arrow"), { ignore: left })).rejects.toThrow(
      `kinds.arrow: column "${column}": expected numbers, texts, true and false or times, got ${got}`,
    );
    left.push(column);
  }
  const options = { ignore: [...left, "clock", "hour", "unsigned", "wide", "view"], testFraction: 0 };
  const read = await openData(at("kinds.arrow"), { ...options, label: "y", task: "regression" });
  expect(read.train.length).toBe(3);
});

test("columns of one name keep their own values, as in text", async () => {
  expect(Object.values(await columnsOf(await bytesOf("twice.arrow"), () => true))).toEqual([
    ["1", "2"],
    ["30", "40"],
    ["5", "6"],
  ]);
});

test("integers beyond 2^53 keep their digits, and are read as those of the text are", async () => {
  const table = (await openTable(at("table.arrow")))!;
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
  const options = { label: "label", columns: { count: "number" }, testFraction: 0 } as const;
  const [read, text] = [
    await what("table.arrow", options),
    await what("table.csv", { ...options, decimal: "." }),
  ];
  expect(read).toEqual(text);
});

describe("LZ4", () => {
  test("long texts, matches over blocks, bytes that are stored as they are", async () => {
    const columns = await columnsOf(await bytesOf("long.arrow"), () => true);
    const rows = [...Array(4000).keys()];
    expect(columns).toEqual({
      text: rows.map((i) => `row ${i % 97} of a text that is longer than a few letters`),
      noise: rows.map((i) => String(Number((BigInt(i) * 2654435761n) % 4294967296n))),
      y: rows.map((i) => String(i % 2)),
    });
  });

  const frame = (block: readonly number[]) =>
    Uint8Array.from([4, 34, 77, 24, 64, 64, 192, block.length, 0, 0, 0, ...block, 0, 0, 0, 0]);

  test("what is damaged, or unpacks without end, is refused", () => {
    // "a", then that eleven times more
    expect(new TextDecoder().decode(unpackLz4(frame([0x17, 97, 1, 0, 0]), 99))).toBe("a".repeat(12));
    expect(() => unpackLz4(frame([0x17, 97, 2, 0, 0]), 99)).toThrow("an LZ4 match lies before");
    expect(() => unpackLz4(frame([0x1f, 97, 1, 0, 255, 255, 255, 0]), 99)).toThrow("unpacks to more than 99");
    for (const cut of [[0x17, 97, 1], [0x50, 97], [0xf0], [0x1f, 97, 1, 0, 255]])
      expect(() => unpackLz4(frame(cut), 9999), String(cut)).toThrow("cut off");
    expect(() => unpackLz4(frame([0x10, 97]).subarray(0, 12), 99)).toThrow("cut off");
    expect(() => unpackLz4(Uint8Array.of(1, 2, 3, 4, 5), 99)).toThrow("no LZ4 frame");
  });
});

describe("refused", () => {
  test("a file without rows, options for text, a query, version 1 of Feather", async () => {
    await expect(openData(at("empty.arrow"))).rejects.toThrow("empty.arrow: there are no rows");
    await expect(openData(at("table.arrow"), { delimiter: ";" })).rejects.toThrow(
      "delimiter (--delimiter) says how text is read, and this is an Arrow file",
    );
    await expect(openData(at("table.arrow"), { query: "SELECT 1" })).rejects.toThrow("got an Arrow file");
    const old = join(folder, "old.feather");
    await writeFile(old, "FEA1 and so on");
    await expect(openData(old)).rejects.toThrow(
      "a Feather file of version 1, which nothing here reads; write",
    );
  });

  test("what is cut off or changed, in words of ours", async () => {
    const whole = await bytesOf("table.arrow");
    const changed = whole.slice();
    changed.fill(255, whole.length - 400, whole.length - 12);
    const stream = await bytesOf("table.arrows");
    const packed = await bytesOf("lz4.feather");
    for (const [name, bytes] of Object.entries({
      cut: whole.subarray(0, 3000),
      changed,
      "magic alone": whole.subarray(0, 6),
      stream: stream.subarray(0, 2000),
      packed: packed.map((byte, i) => (i > 900 && i < 1400 ? byte ^ 255 : byte)),
    })) {
      const path = join(folder, `${name}.arrow`);
      await writeFile(path, bytes);
      await expect(openData(path), name).rejects.toThrow(
        /^\S.*\.arrow: an Arrow file that cannot be read: ./,
      );
    }
  });

  test("rows beyond the end of a buffer are damage, not missing values", async () => {
    const bytes = apache.tableToIPC(apache.tableFromArrays({ a: ["b", "c"], y: Int32Array.of(0, 1) }));
    const column = (cut: object) => (real: apache.Vector) => ({
      length: 2,
      data: [{ ...real.data[0]!, length: 2, nullCount: 0, valueOffsets: Int32Array.of(0, 1, 2), ...cut }],
      get: (row: number) => real.get(row),
    });
    const bad = {
      rows: (real: apache.Vector) => real.slice(0, 1),
      offsets: column({ valueOffsets: Int32Array.of(0, 1) }),
      texts: column({ values: new Uint8Array(1) }),
      marks: column({ nullCount: 1, nullBitmap: new Uint8Array(0) }),
    };
    try {
      for (const [what, make] of Object.entries(bad)) {
        const library = {
          ...apache,
          tableFromIPC(of: Uint8Array) {
            const table = apache.tableFromIPC(of);
            const short = make(table.getChildAt(0)!);
            return {
              schema: table.schema,
              numRows: 2,
              getChildAt: (c: number) => (c ? table.getChildAt(c) : short),
            };
          },
        };
        offer("apache-arrow", async () => library);
        await expect(
          arrowTable(bytes, "s.arrow", {}, () => true),
          what,
        ).rejects.toThrow('column "a" is cut off');
      }
    } finally {
      offer("apache-arrow", () => import("apache-arrow"));
    }
  });

  test("true, false and decimals beyond the end of a buffer are damage, not false and 0", async () => {
    const bytes = apache.tableToIPC(apache.tableFromArrays({ y: Int32Array.of(0, 1) }));
    const decimal = new apache.Decimal(0, 9, 128);
    const kinds: [apache.DataType, Uint8Array | Uint32Array, boolean][] = [
      [new apache.Bool(), new Uint8Array(0), false],
      [new apache.Bool(), Uint8Array.of(3), true],
      [decimal, new Uint32Array(5), false],
      [decimal, new Uint32Array(8), true],
    ];
    try {
      for (const [type, data, whole] of kinds) {
        const vector = apache.makeVector(apache.makeData({ type, length: 2, nullCount: 0, data } as never));
        const schema = { fields: [{ name: "a", type }] };
        const table = { schema, numRows: 2, getChildAt: () => vector };
        offer("apache-arrow", async () => ({ ...apache, tableFromIPC: () => table }));
        const read = arrowTable(bytes, "s.arrow", {}, () => true);
        if (whole) expect((await read).rows.length).toBe(2);
        else await expect(read, String(type)).rejects.toThrow('column "a" is cut off');
      }
    } finally {
      offer("apache-arrow", () => import("apache-arrow"));
    }
  });

  test("more cells, and more unpacked bytes, than may be held", async () => {
    await expect(arrowSplit(await bytesOf("table.arrow"), { maxBytes: 5000 })).rejects.toThrow(
      "data.arrow: rows of 8 columns take more than 5000 bytes",
    );
    for (const name of ["lz4.feather", "zstd.feather"])
      await expect(
        arrowTable(await bytesOf(name), "p", importing, () => true, undefined, 300),
      ).rejects.toThrow(/^p: an Arrow file that cannot be read: unpacks to more than \d+ bytes/);
  });

  test("without the packages: which, and how to get them", async () => {
    const gone = (name: string) =>
      offer(name, () => Promise.reject(new Error(`Cannot find package '${name}'`)));
    const back = () => {
      offer("apache-arrow", () => import("apache-arrow"));
      offer("fzstd", () => import("fzstd"));
    };
    try {
      gone("fzstd");
      await expect(openData(at("zstd.feather"))).rejects.toThrow(
        /an Arrow file, which the package fzstd reads, and that is not there: npm install fzstd \(Cannot find/,
      );
      // what is packed otherwise needs none
      await openData(at("lz4.feather"), { ignore: ["count"] });
      gone("apache-arrow");
      const bytes = await bytesOf("table.arrow");
      await expect(arrowTable(bytes, "t.arrow", importing, () => true)).rejects.toThrow(
        "t.arrow: an Arrow file, which the package apache-arrow reads, and that is not there: npm install apache-arrow (Cannot find",
      );
      await expect(arrowTable(bytes, "t.arrow", {}, () => true)).rejects.toThrow(
        'npm install apache-arrow, and import "nabla/arrow" beside nabla/browser',
      );
    } finally {
      back();
    }
  });
});

test("a program's own codecs are in their place afterwards", async () => {
  const own = { decode: (data: Uint8Array) => data };
  apache.compressionRegistry.set(0, own);
  await openData(at("lz4.feather"), { ignore: ["count"] });
  expect(apache.compressionRegistry.get(0)).toBe(own);
});

test("arrowSplit() of bytes, with the options of csvSplit()", async () => {
  const bytes = await bytesOf("lz4.feather");
  const options = { label: "label", ignore: ["count"], testFraction: 0.25, seed: 3 };
  const { train, test: tested, csv } = await arrowSplit(bytes, options);
  const file = await openData(at("lz4.feather"), options);
  expect([train.length, tested!.length]).toEqual([30, 10]);
  expect(contents(train)).toEqual(contents(file.train));
  expect(csv).toEqual(file.csv);
  await expect(arrowSplit("x" as never)).rejects.toThrow(
    'arrowSplit: expected the bytes of an Arrow file as a Uint8Array, got "x"',
  );
  await expect(arrowSplit(bytes, { lable: "label" } as never)).rejects.toThrow(/unknown option "lable"/);
});
