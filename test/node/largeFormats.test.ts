/** Parquet by groups of rows, Arrow by batches: the same as openData() reads, and never a file as a whole. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";
import * as apache from "apache-arrow";
import { parquetWriteBuffer } from "hyparquet-writer";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { arrowBlocks } from "../../src/data/tables/formats/arrowBlocks.ts";
import { messagesOf } from "../../src/data/tables/formats/arrowParts.ts";
import type { ReadBlocks } from "../../src/data/tables/formats/format.ts";
import { parquetBlocks } from "../../src/data/tables/formats/parquetBlocks.ts";
import { openData } from "../../src/node/dataFiles.ts";
import { type LargeTableOptions, openLargeTable } from "../../src/node/large/index.ts";
import { contents } from "../data/helpers.ts";

const fixtures = fileURLToPath(new URL("../fixtures/tables/", import.meta.url));
let folder = "";
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "nabla-blocks-"));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const put = (name: string, content: Uint8Array): string => {
  const path = join(folder, name);
  writeFileSync(path, content);
  return path;
};

const ROWS = 4000;
const rows = [...Array(ROWS).keys()];
const columns = {
  age: rows.map((i) => 20 + ((7 * i) % 45)),
  weight: rows.map((i) => ((i * 7919) % 10007) / 7),
  plan: rows.map((i) => (i % 3 ? "Basic" : "Pro, yearly")),
  label: rows.map((i) => ((7 * i) % 45 > 20 ? "yes" : "no")),
};
type Columns = Record<string, readonly unknown[]>;

const parquetOf = (given: Columns, options: object, column: object = {}): Uint8Array =>
  new Uint8Array(
    parquetWriteBuffer({
      columnData: Object.entries(given).map(([name, data]) => ({
        ...{ name, data: data as never, ...column },
        type: typeof data[0] === "string" ? "STRING" : "DOUBLE",
      })),
      ...options,
    }),
  );
const arrowOf = (given: Columns, size: number, kind: "file" | "stream"): Uint8Array => {
  const vectorOf = (data: readonly unknown[]) =>
    apache.vectorFromArray(
      data as never[],
      (typeof data[0] === "string" ? new apache.Utf8() : new apache.Float64()) as never,
    );
  const { length } = Object.values(given)[0]!;
  const batches = [];
  for (let from = 0; from < length; from += size) {
    const some = Object.entries(given).map(([name, data]) => [name, vectorOf(data.slice(from, from + size))]);
    batches.push(...new apache.Table(Object.fromEntries(some)).batches);
  }
  return apache.tableToIPC(new apache.Table(batches), kind);
};

const files: Record<string, () => Uint8Array> = {
  "groups.parquet": () => parquetOf(columns, { rowGroupSize: 700 }),
  // pages that the file says the places of: less than a group is read
  "pages.parquet": () => parquetOf(columns, { pageSize: 1500, dictionarySize: 0 }),
  "batches.arrow": () => arrowOf(columns, 600, "file"),
  "batches.arrows": () => arrowOf(columns, 600, "stream"),
};

const read = async (
  path: string,
  open: typeof openData | typeof openLargeTable,
  options: LargeTableOptions,
) => {
  const opened = await (open as typeof openLargeTable)(path, options);
  const { train, test: tested, standardisation, csv, fingerprint } = opened;
  const parts = { train: contents(train), test: tested && contents(tested) };
  opened.close?.();
  return { ...parts, standardisation, csv, fingerprint, targetScale: train.targetScale };
};

describe("the bits and the digest of openData()", () => {
  test.each(Object.entries(files))("%s", async (name, bytes) => {
    const path = put(name, bytes());
    for (const options of [
      { label: "label" },
      { label: "weight", seed: 3, ignore: ["plan"] },
    ] as LargeTableOptions[]) {
      const expected = await read(path, openData, options);
      expect(expected.train.y.length).toBe(0.8 * ROWS);
      // all rows in memory, none, and some of them
      for (const memoryBytes of [2 ** 30, 0, 30_000])
        expect(await read(path, openLargeTable, { ...options, pieceBytes: 8192, memoryBytes })).toEqual(
          expected,
        );
    }
  });

  test.each([
    ...["table.parquet", "packed.parquet", "table.arrow", "table.arrows", "old.arrows"],
    ...["lz4.feather", "zstd.feather", "codes.arrow", "codes.arrows"],
  ])("%s of pyarrow", async (name) => {
    const options = name.startsWith("codes") ? { label: "y" } : { label: "label", ignore: ["count"] };
    const path = join(fixtures, name);
    const { fingerprint, train } = await read(path, openData, { ...options, testFraction: 0 });
    const large = { ...options, testFraction: 0, pieceBytes: 1 << 20 };
    expect(await read(path, openLargeTable, large)).toMatchObject({ fingerprint, train });
  });
});

describe("never as a whole", () => {
  const host = { package: (name: string) => import(name), limits: { table: 2 ** 31, arrays: 0 } };
  const partsOf = (bytes: Uint8Array) => {
    const taken: number[] = [];
    const parts = {
      size: bytes.length,
      read: async (from: number, to: number) => {
        taken.push(Math.min(to, bytes.length) - from);
        return bytes.slice(from, to);
      },
    };
    return { parts, taken };
  };
  const blocksOf = (read: ReadBlocks, bytes: Uint8Array, limits: object = host.limits) => {
    const { parts, taken } = partsOf(bytes);
    const opened = read(
      { parts, where: "t", host: { ...host, limits: limits as never } },
      { used: () => true, rows: () => 300 },
    );
    return { opened, taken };
  };

  test.each(Object.entries(files))("%s", async (name, make) => {
    const bytes = make();
    const { opened, taken } = blocksOf(name.endsWith("parquet") ? parquetBlocks : arrowBlocks, bytes);
    const { columns: names, blocks } = await opened;
    expect(names).toEqual(Object.keys(columns));
    let before = taken.reduce((sum, n) => sum + n, 0);
    // the end of a small Parquet file is all of it, and its prefixes are a few bytes each
    const largest = [];
    let at = 0;
    for await (const block of blocks()) {
      const now = taken.reduce((sum, n) => sum + n, 0);
      largest.push(now - before);
      before = now;
      for (const row of block) expect(row[1]).toBe(columns.weight[at++]);
    }
    expect(at).toBe(ROWS);
    expect(largest.length).toBeGreaterThan(5);
    expect(Math.max(...largest)).toBeLessThan(bytes.length / 4);
  });

  test("what is too large by itself is refused, with how to write it anew", async () => {
    const limits = { table: 20_000, arrays: 0, cells: 20_000 };
    const first = async (format: ReadBlocks, bytes: Uint8Array) => {
      for await (const _ of (await blocksOf(format, bytes, limits).opened).blocks()) break;
    };
    await expect(first(parquetBlocks, parquetOf(columns, { rowGroupSize: ROWS }))).rejects.toThrow(
      /t: rows 1 to 4000 are one group, whose values take \d+ bytes, more than 20000; .*row_group_size/,
    );
    await expect(first(arrowBlocks, arrowOf(columns, ROWS, "file"))).rejects.toThrow(
      /t: rows 1 to 4000 are one batch of \d+ bytes, more than 20000; .*chunksize/,
    );
    await first(parquetBlocks, parquetOf(columns, { rowGroupSize: 300 }));
    await first(arrowBlocks, arrowOf(columns, 300, "file"));
  });
});

describe("refused", () => {
  const odd = { ...columns, weight: columns.weight.map((value, i) => (i === 3456 ? null : value)) };
  test.each([
    ["odd.parquet", () => parquetOf(odd, { rowGroupSize: 700 }, { nullable: true })],
    ["odd.arrow", () => arrowOf(odd, 600, "stream")],
  ])("%s: a gap where the first rows have none, with its row", async (name, bytes) => {
    await expect(openLargeTable(put(name, bytes()), { label: "label", pieceBytes: 8192 })).rejects.toThrow(
      /row 3457: column "weight": expected a number, got nothing.*The first 256 rows say what columns are.*pieceBytes/,
    );
  });

  test("as openData() does: lists, options of text, queries, what is damaged or empty", async () => {
    const both = async (path: string, options: object, message: RegExp) => {
      await expect(openData(path, options)).rejects.toThrow(message);
      await expect(openLargeTable(path, options)).rejects.toThrow(message);
    };
    const at = (name: string) => join(fixtures, name);
    for (const name of ["kinds.parquet", "kinds.arrow"])
      await both(at(name), { label: "y" }, /column "(ids|bytes)": .*(lists|bytes)/);
    for (const name of ["table.parquet", "table.arrow"]) {
      await both(at(name), { delimiter: ";" }, /delimiter \(--delimiter\) says how text is read/);
      await both(at(name), { query: "SELECT 1" }, /query \(--query\): expected a database/);
    }
    for (const name of ["empty.parquet", "empty.arrow"]) await both(at(name), {}, /there are no rows/);
    const whole = readFileSync(at("table.arrows"));
    for (const [name, bytes] of [
      ["cut.arrows", whole.subarray(0, 2500)],
      ["cut.arrow", readFileSync(at("table.arrow")).subarray(0, 3000)],
    ] as const)
      await both(
        put(name, bytes),
        { label: "label", ignore: ["count"] },
        /an Arrow file that cannot be read/,
      );
    await both(
      put("cut.parquet", readFileSync(at("table.parquet")).subarray(0, 900)),
      {},
      /a Parquet file that/,
    );
    await expect(
      openLargeTable(put("t.parquet.gz", gzipSync(readFileSync(at("table.parquet"))))),
    ).rejects.toThrow(/Parquet file in gzip, of which no part can be read alone; unpack it first/);
  });

  test("a stream that does not say its end is read, and that is said", async () => {
    const whole = files["batches.arrows"]!();
    const path = put("open.arrows", whole.subarray(0, whole.length - 8));
    const { notes } = await openData(path, { label: "label" });
    const { notes: said, close } = await openLargeTable(path, { label: "label", pieceBytes: 8192 });
    close();
    const note = (notes ?? []).find((each) => each.startsWith("the stream ends after 4000 rows"));
    expect(note).toBeDefined();
    expect(said).toContain(note);
  });
});

test("of damaged bytes: batches that lie in the file, or an error; what they hold is the package's affair", async () => {
  let [found, refused] = [0, 0];
  for (const name of ["codes.arrow", "codes.arrows", "old.arrows"]) {
    const whole = new Uint8Array(readFileSync(join(fixtures, name)));
    for (let at = 0; at < whole.length; at++) {
      const bytes = whole.slice();
      bytes[at]! ^= 1 << (at % 8);
      const parts = { size: bytes.length, read: async (from: number, to: number) => bytes.slice(from, to) };
      const messages = await messagesOf(parts).catch((error) => {
        expect(error).toBeInstanceOf(RangeError);
        refused++;
      });
      for (const batch of messages?.batches ?? []) {
        for (const { from, to } of [batch, ...batch.dictionaries])
          expect(from >= 0 && from <= to && to <= bytes.length).toBe(true);
        expect((await messages!.read(batch)).length).toBeLessThan(3 * bytes.length);
        found++;
      }
    }
  }
  expect(found).toBeGreaterThan(1000);
  expect(refused).toBeGreaterThan(100);
});
