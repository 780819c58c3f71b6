/** One table of readers: what is in it is read wherever files come from, and nothing else is. */
import { afterEach, describe, expect, test } from "vitest";
import { openData as openOnPage } from "../../src/browser/data/open.ts";
import { arrayDataset } from "../../src/data/arrays.ts";
import { contentOf, filesBelow, headOf, latin } from "../../src/data/readers/content.ts";
import * as all from "../../src/data/readers/index.ts";
import { openArray, openFound, readers } from "../../src/data/readers/open.ts";
import {
  type DataFile,
  type DataFolder,
  type DataHost,
  NO,
  type Reader,
  SURE,
} from "../../src/data/readers/reader.ts";
import { NablaError } from "../../src/errors.ts";
import { int } from "../../src/fields/fields.ts";
import { object, optional } from "../../src/fields/objects.ts";
import { contents } from "./helpers.ts";

/** Files of pairs of bytes behind a magic word: an input and its label. */
const pairs: Reader<"pairs", { most?: number }> = {
  kind: "pairs",
  title: "pairs of bytes",
  from: "file",
  expected: "a file of pairs",
  fields: () => object({ most: optional(int({ min: 1 })) }),
  async recognise({ of }, host) {
    return of.kind === "file" && latin(await headOf(of, host)).startsWith("PAIRS") ? SURE : NO;
  },
  async open({ of, where }, host, { most = 100 }) {
    const bytes = (await contentOf(of as DataFile, host.limits.arrays)).subarray(5);
    if (bytes.length % 2 === 1) throw new NablaError(`${where}: half a pair at the end`);
    const rows = Math.min(most, bytes.length / 2);
    const column = (at: number) => Uint8Array.from({ length: rows }, (_, row) => bytes[2 * row + at]!);
    return { train: arrayDataset(column(0), column(1), { name: where }), origin: { most } };
  },
  array: {
    expected: "pairs (they begin so)",
    read: (bytes) =>
      latin(bytes.subarray(0, 5)) === "PAIRS"
        ? { data: bytes.slice(5), shape: [(bytes.length - 5) / 2, 2] }
        : undefined,
  },
};

const FILE = Uint8Array.of(..."PAIRS".split("").map((letter) => letter.charCodeAt(0)), 7, 0, 8, 1, 9, 0);
const inNode = typeof process !== "undefined" && !!process.versions?.node;

type Opened = Awaited<ReturnType<typeof openOnPage>>;
type Open = (bytes: Uint8Array<ArrayBuffer>, options?: object, name?: string) => Promise<Opened>;
const onPage: Open = (bytes, options, name = "rows.csv") => openOnPage(new File([bytes], name), options);
/** By a path, where there are paths. */
const byPath: Open = async (bytes, options, name = "rows.csv") => {
  const { mkdtemp, rm, writeFile } = await import("node:fs/promises");
  const { tmpdir } = await import("node:os");
  const { join } = await import("node:path");
  const { openData } = await import("../../src/node/dataFiles.ts");
  const folder = await mkdtemp(join(tmpdir(), "nabla-readers-"));
  try {
    await writeFile(join(folder, name), bytes);
    return await openData(join(folder, name), options);
  } finally {
    await rm(folder, { recursive: true });
  }
};

const before = [...readers];
afterEach(() => void readers.splice(0, Infinity, ...before));

describe.each([["on a page", onPage] as const, ...(inNode ? [["by path", byPath] as const] : [])])(
  "%s",
  (_, open) => {
    test("a reader more is one entry more: its files are opened by their bytes, with its options and errors", async () => {
      await expect(open(FILE)).rejects.toThrow(/rows\.csv: /);
      await expect(open(FILE, { most: 2 })).rejects.toThrow('openData: unknown option "most"');
      readers.push(pairs);
      const { name, kind, train } = await open(FILE, { most: 2 });
      expect([name, kind]).toEqual(["rows.csv", "pairs"]);
      expect(contents(train)).toEqual({ x: [7, 8], y: [0, 1] });
      expect(train.extra).toMatchObject({ data: { kind: "pairs", most: 2 } });
      await expect(open(FILE.slice(0, -1))).rejects.toThrow(/rows\.csv: half a pair at the end$/);
      await expect(open(FILE, { most: 0 })).rejects.toThrow(
        "openData.most: expected a whole number ≥ 1, got 0",
      );
      await expect(open(Uint8Array.of(1, 0), {})).rejects.toThrow(/ or a file of pairs/);
    });

    test("a reader less, and its files are not known", async () => {
      const table = new TextEncoder().encode("a,b\n1,x\n2,y\n3,x\n");
      expect((await open(table, { testFraction: 0 })).kind).toBe("csv");
      readers.splice(readers.indexOf(all.csv), 1);
      await expect(open(table)).rejects.toThrow(
        /rows\.csv: expected a .npz archive or sequences \(.json\), or a folder with IDX files .*; these bytes are none of them$/,
      );
    });

    test("a name is a hint: bytes decide", async () => {
      const text = (content: string) => new TextEncoder().encode(content) as Uint8Array<ArrayBuffer>;
      // WEBP stands where it does in a picture of that kind
      const table = text("a,b,c,d,WEBP\n1,2,3,4,x\n2,3,4,5,y\n3,4,5,6,x\n");
      for (const name of ["rows.csv", "rows", "rows.npy.old"])
        expect((await open(table, { testFraction: 0 }, name)).kind).toBe("csv");
      await expect(open(text("\x93"), {}, "rows.txt")).rejects.toThrow("rows.txt: ");
      await expect(open(text("GIF89a\0\0\0"), {}, "rows.csv")).rejects.toThrow(
        /rows.csv: a GIF image alone is not a data set/,
      );
      await expect(open(text("PK\x03\x04"), {}, "rows.csv")).rejects.toThrow(/rows.csv: broken .npz archive/);
      await expect(open(text("a,b"), {}, "rows.npz")).rejects.toThrow(/rows.npz: broken .npz archive/);
      await expect(open(text("%PDF-1.4"), {}, "rows")).rejects.toThrow(/rows: a PDF document, not data$/);
      await expect(open(text(""), {}, "rows.npz")).rejects.toThrow(
        /rows.npz: the file is empty \(0 bytes\)$/,
      );
    });
  },
);

test("every reader of the index is in the table", () => {
  expect(new Set(readers)).toEqual(new Set(Object.values(all)));
});

test("the surest reader reads, whatever the order", async () => {
  const bytes = Uint8Array.of(0x93, ..."NUMPY".split("").map((letter) => letter.charCodeAt(0)), 0x20);
  const file: DataFile = {
    kind: "file",
    name: "a.csv",
    path: "a.csv",
    relative: "a.csv",
    start: async () => bytes,
    read: async () => bytes,
  };
  const host = { limits: { table: 1e6, arrays: 1e6 } } as DataHost;
  for (const order of [before, [...before].reverse()]) {
    readers.splice(0, Infinity, ...order);
    await expect(openFound({ name: "a", where: "a.csv", of: file }, host, {})).rejects.toThrow(
      /^a\.csv: a \.npy file holds one array/,
    );
  }
});

test("rows to predict from come from the table, too", () => {
  expect(() => openArray(FILE, "rows")).toThrow(
    /^rows: expected an IDX file .*, or a .npy file .*, got 50 41 49 52$/,
  );
  readers.push(pairs);
  expect(() => openArray(FILE.slice(1), "rows")).toThrow("or pairs (they begin so), got 41 49 52 53");
  expect(openArray(FILE, "rows")).toEqual({ data: FILE.slice(5), shape: [3, 2] });
});

test("a folder may hold more files than a call takes arguments", async () => {
  const file = { kind: "file", name: "1.png" } as DataFile;
  const folder = (entries: readonly (DataFile | DataFolder)[]) =>
    ({ kind: "folder", name: "cat", list: async () => entries }) as unknown as DataFolder;
  const many = folder(new Array<DataFile>(300_000).fill(file));
  expect(await filesBelow(folder([many, file]))).toHaveLength(300_001);
});
