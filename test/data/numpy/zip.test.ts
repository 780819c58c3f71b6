/** Archives that lie: what is refused costs neither memory nor time, which is counted. */
import { expect, test, vi } from "vitest";
import { openNpz, parseNpz } from "../../../src/data/numpy/archive.ts";
import { crc32, unzip, zipEntries } from "../../../src/data/numpy/zip.ts";
import { NablaError } from "../../../src/errors.ts";
import { writeNpy, writeZip, type ZipForm } from "../../support/data/npy.ts";

const values = Array.from({ length: 300 }, (_, i) => (i * i) % 251);
const npy = writeNpy("u1", [300], values);
const other = writeNpy("u1", [2], [1, 2]);

const FORMS: ZipForm[] = [
  {},
  { deflate: true },
  { descriptor: true },
  { descriptor: true, deflate: true },
  { wide: true },
  { wide: true, deflate: true },
  { wide: true, descriptor: true, deflate: true },
  { before: 100, deflate: true },
  { before: 7, wide: true },
  { comment: "PK\x05\x06 is no end of an archive" },
  { deflate: true, comment: "x".repeat(65_535) },
];

test.each(FORMS)("%o", (form) => {
  const bytes = writeZip(
    [
      { name: "a.npy", content: npy },
      { name: "dir/ß.npy", content: other },
    ],
    form,
  );
  const arrays = parseNpz(bytes, "f.npz");
  expect([...arrays.keys()]).toEqual(["a", "dir/ß"]);
  expect(Array.from(arrays.get("a")!.data)).toEqual(values);
  expect(Array.from(arrays.get("dir/ß")!.data)).toEqual([1, 2]);
});

test("the checksum of zip", () => {
  expect(crc32(new TextEncoder().encode("123456789"))).toBe(0xcbf43926);
  expect(crc32(new Uint8Array(0))).toBe(0);
});

test("the checksum of zip is the same where the host computes none", () => {
  const bytes = Uint8Array.from({ length: 1000 }, (_, i) => (i * i) % 251);
  const own = crc32(bytes);
  vi.stubGlobal("process", undefined);
  try {
    expect(crc32(bytes)).toBe(own);
    expect(crc32(new TextEncoder().encode("123456789"))).toBe(0xcbf43926);
  } finally {
    vi.unstubAllGlobals();
  }
});

const refused = (bytes: Uint8Array, message: string | RegExp, limit?: number) => {
  const meter = { allocated: 0, inflated: 0 };
  const open = () => {
    const archive = openNpz(bytes, "f.npz", limit, meter);
    for (const name of archive.names) archive.read(name);
  };
  try {
    open();
    expect.unreachable("it was read");
  } catch (error) {
    expect(error).toBeInstanceOf(NablaError);
    expect(() => {
      throw error;
    }).toThrow(message);
  }
  return meter;
};

/** A thousand times as large as packed. */
const bomb = (): Uint8Array => new Uint8Array(2e6);

test("entries that share their bytes are refused before one of them is unpacked", () => {
  const content = bomb();
  const whole = writeZip([{ name: "0.npy", content }], { deflate: true });
  const entry = zipEntries(whole, "f")[0]!;
  const packed = whole.subarray(0, entry.from + entry.packed);
  const record = whole.subarray(entry.from + entry.packed, whole.length - 22);
  // as many entries of the same name and bytes, one in the other's place
  const copies = 80;
  const end = whole.slice(-22);
  const view = new DataView(end.buffer);
  for (const at of [8, 10]) view.setUint16(at, copies, true);
  view.setUint32(12, record.length * copies, true);
  const bytes = new Uint8Array(packed.length + record.length * copies + 22);
  bytes.set(packed);
  for (let i = 0; i < copies; i++) bytes.set(record, packed.length + record.length * i);
  bytes.set(end, bytes.length - 22);
  expect(refused(bytes, "f.npz: broken .npz archive: 0.npy lies within 0.npy: entries overlap")).toEqual({
    allocated: 0,
    inflated: 0,
  });
});

test("an entry within another's bytes", () => {
  const inner = writeZip([{ name: "in.npy", content: other }]);
  const bytes = writeZip([
    { name: "out.npy", content: inner },
    { name: "in.npy", content: other, lies: { offset: 37 } },
  ]);
  refused(bytes, "broken .npz archive: in.npy lies within out.npy: entries overlap");
});

test("sizes that cannot be are refused before anything is allocated", () => {
  const lie = (size: number) =>
    writeZip([{ name: "a.npy", content: npy, lies: { size } }], { deflate: true });
  expect(
    refused(lie(2e9), /f\.npz: a\.npy: broken .npz archive: it claims to be of 2000000000 bytes/).allocated,
  ).toBe(0);
  expect(refused(lie(4e9), "f.npz: unpacks to more than 2147483648 bytes (at a.npy)").allocated).toBe(0);
  const stored = writeZip([{ name: "a.npy", content: npy, lies: { size: npy.length - 1 } }]);
  refused(stored, "it claims to be of 427 bytes, packed into 428");
});

test("unpacking stops where an entry is longer than it says", () => {
  let seed = 1;
  const noise = new Uint8Array(300_000).map(() => (seed = (seed * 48271) % 2147483647) & 255);
  const bytes = writeZip([{ name: "a.npy", content: noise, lies: { size: 1000 } }], { deflate: true });
  const { allocated, inflated } = refused(
    bytes,
    "f.npz: a.npy: broken .npz archive: it unpacks to more than its 1000 bytes",
  );
  expect(allocated).toBe(1000);
  // one piece of 65,536 packed bytes, and no more of them
  expect(inflated).toBeLessThan(70_000);
  const short = writeZip([{ name: "a.npy", content: npy, lies: { size: npy.length + 1 } }], {
    deflate: true,
  });
  refused(short, "it unpacks to fewer than its 429 bytes");
});

test("what is not in use is not unpacked, and what is in use is compared with the limit first", () => {
  const bytes = writeZip(
    [
      { name: "bomb.npy", content: bomb() },
      { name: "a.npy", content: npy },
    ],
    { deflate: true },
  );
  const meter = { allocated: 0, inflated: 0 };
  const archive = openNpz(bytes, "f.npz", 1000, meter);
  expect(archive.read("a").shape).toEqual([300]);
  expect(meter).toEqual({ allocated: npy.length, inflated: npy.length });
  expect(() => archive.read("bomb")).toThrow("f.npz: unpacks to more than 1000 bytes (at bomb.npy)");
  expect(parseNpz(bytes, "f.npz", { limit: 1000, only: ["a"] }).size).toBe(1);
  expect(() => parseNpz(bytes, "f.npz", { only: ["b"] })).toThrow(
    'f.npz: there is no array "b"; found bomb, a',
  );
  expect(meter.inflated).toBe(npy.length);
});

test("to look at a header, its beginning is unpacked", () => {
  const content = writeNpy("u1", [1e6], new Array<number>(1e6).fill(0));
  const meter = { allocated: 0, inflated: 0 };
  const archive = openNpz(writeZip([{ name: "a.npy", content }], { deflate: true }), "f", undefined, meter);
  expect(archive.header("a").said).toBe("a: uint8 [1000000]");
  expect(meter.allocated).toBe(1 << 14);
  expect(meter.inflated).toBeLessThan(512 * 1032 + 1);
});

test("damaged, locked, packed otherwise, twice the same", () => {
  const good = writeZip([{ name: "a.npy", content: npy }], { deflate: true });
  refused(
    good.subarray(0, good.length - 1),
    "f.npz: broken .npz archive: no directory at its end; is the file whole?",
  );
  refused(good.subarray(10), "broken .npz archive: its directory is larger than the file");
  refused(
    writeZip([{ name: "a.npy", content: npy, lies: { crc: 7 } }]),
    "a.npy: broken .npz archive: its checksum",
  );
  refused(
    writeZip([{ name: "a.npy", content: npy, lies: { flags: 1 } }]),
    "f.npz: a.npy: packed with a password",
  );
  refused(
    writeZip([{ name: "a.npy", content: npy, lies: { method: 93 } }]),
    "f.npz: a.npy: packed by method 93, zstd",
  );
  refused(
    writeZip([{ name: "a.npy", content: npy, lies: { offset: 1e6 } }]),
    "a.npy: no entry begins at byte 1000000",
  );
  refused(
    writeZip([
      { name: "a.npy", content: npy },
      { name: "a.npy", content: other },
    ]),
    "f.npz: it has two arrays called a",
  );
  const entry = zipEntries(good, "f")[0]!;
  expect(unzip(good, entry, "f")).toEqual(npy);
});

test("a bit that has turned over gives the same arrays, or an error: never others", () => {
  for (const form of [{}, { deflate: true }, { wide: true, descriptor: true, deflate: true }]) {
    const bytes = writeZip(
      [
        { name: "x.npy", content: writeNpy("i2", [2, 2], [1, -2, 300, 4]) },
        { name: "y.npy", content: writeNpy("u1", [2], [0, 1]) },
      ],
      form,
    );
    const told = (archive: Uint8Array) => {
      const arrays = parseNpz(archive, "f.npz");
      return JSON.stringify(
        [...arrays].map(([name, { type, shape, data }]) => [name, type, shape, Array.from(data)]),
      );
    };
    const whole = told(bytes);
    let same = 0;
    for (let bit = 0; bit < bytes.length * 8; bit++) {
      const turned = bytes.slice();
      turned[bit >> 3]! ^= 1 << (bit & 7);
      let got: string;
      try {
        got = told(turned);
      } catch (error) {
        if (!(error instanceof NablaError)) throw error;
        continue;
      }
      same++;
      expect(got).toBe(whole);
    }
    // versions, dates and what stands in both records
    expect(same).toBeGreaterThan(0);
    expect(same).toBeLessThan(bytes.length * 4);
  }
});
