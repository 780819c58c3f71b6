import { mkdirSync, mkdtempSync, rmSync, symlinkSync, truncateSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { encode } from "fast-png";
import { afterAll, describe, expect, test } from "vitest";
import { buffersFor, type Dataset, range } from "../../src/data/dataset.ts";
import { Prefetcher } from "../../src/data/prefetch.ts";
import { openData } from "../../src/node/dataFiles.ts";
import type { ImageFolderOptions } from "../../src/node/images/pictures.ts";
import { DecodePool } from "../../src/node/images/pool.ts";
import { contents } from "../data/helpers.ts";
import { fixture } from "../data/images/support.ts";

const root = mkdtempSync(join(tmpdir(), "nabla-folder-"));
afterAll(() => rmSync(root, { recursive: true }));

const openImageFolder = (path: string, images: ImageFolderOptions = {}) => openData(path, { images });

const png = (width: number, height: number, ...values: number[]): Uint8Array =>
  encode({
    width,
    height,
    channels: 1,
    data: Uint8Array.from({ length: width * height }, (_, i) => values[i % values.length]!),
  });

test("an unknown option, or an unknown value of one, is refused", async () => {
  for (const [options, message] of [
    [{ sizes: 8 }, 'openData: images: unknown option "sizes"; did you mean "size"?'],
    [{ workers: 0 }, "workers: expected a whole number ≥ 1, got 0"],
    [{ unreadable: "skipp" }, 'unreadable: expected "refuse" or "skip", got "skipp"'],
    [{ fit: "padd" }, 'fit: expected one of pad, crop, stretch, got "padd"'],
  ] as const) {
    const path = folder({ "a/1.png": png(2, 2, 0), "b/1.png": png(2, 2, 9) });
    await expect(openImageFolder(path, options as never)).rejects.toThrow(message);
  }
});

let counter = 0;
/** A folder of these files. */
function folder(files: Record<string, Uint8Array | string>): string {
  const path = join(root, `set${++counter}`);
  for (const [name, content] of Object.entries(files)) {
    mkdirSync(dirname(join(path, name)), { recursive: true });
    writeFileSync(join(path, name), content);
  }
  return path;
}

async function read(dataset: Dataset, indices: Uint32Array): Promise<number[]> {
  const { x, y } = buffersFor(dataset, indices.length);
  await dataset.read(indices, x, y);
  return [...x, ...y];
}

describe("openImageFolder", () => {
  test("class folders, sorted; rows in the order of names; clutter is no picture", async () => {
    const path = folder({
      "dog/b.png": png(2, 1, 7),
      "dog/a.png": png(2, 1, 6),
      "cat/deep/er/c.png": png(2, 1, 1, 2),
      "cat/.hidden": "x",
      "cat/Thumbs.db": "x",
      ".git/x.png": "x",
      "README.md": "hello",
    });
    const data = await openData(path);
    expect(data).toMatchObject({
      kind: "images",
      skipped: [],
      images: { width: 2, height: 1, channels: 1, fit: "pad" },
    });
    expect(data.train).toMatchObject({
      inputShape: [1, 2, 1],
      inputType: "uint8",
      inputScale: 1 / 255,
      target: { kind: "class", classes: 2, names: ["cat", "dog"] },
      labels: Int32Array.of(0, 1, 1),
    });
    expect(contents(data.train)).toEqual({ x: [1, 2, 6, 6, 7, 7], y: [0, 1, 1] });
    expect(data.train.extra).toMatchObject({
      data: { kind: "images", fingerprint: data.fingerprint },
      images: data.images,
    });
  });

  test("classes that are numbers are sorted as such", async () => {
    const files = Object.fromEntries(["10", "9", "0"].map((name) => [`${name}/a.png`, png(1, 1, 5)]));
    expect((await openImageFolder(folder(files))).train.target).toMatchObject({ names: ["0", "9", "10"] });
  });

  test("train and test, or val, are parts with the same classes", async () => {
    const files = { "train/a/1.png": png(1, 1, 1), "train/b/1.png": png(1, 1, 2) };
    const both = await openImageFolder(
      folder({ ...files, "test/b/1.png": png(1, 1, 3), "val/b/1.png": png(1, 1, 4), "more/x": "" }),
    );
    expect(contents(both.train)).toEqual({ x: [1, 2], y: [0, 1] });
    expect(contents(both.test!)).toEqual({ x: [3], y: [1] });
    expect(contents(both.validation!)).toEqual({ x: [4], y: [1] });
    expect(both.unused!.map((name) => name.split(/[\\/]/).at(-1))).toEqual(["more"]);
    const two = await openImageFolder(folder({ ...files, "val/a/1.png": png(1, 1, 9) }));
    expect([contents(two.validation!).x, two.test]).toEqual([[9], undefined]);
    expect((await openImageFolder(folder(files))).test).toBeUndefined();
    await expect(openImageFolder(folder({ ...files, "test/bb/1.png": png(1, 1, 9) }))).rejects.toThrow(
      /there is no class "bb"; the classes are a, b/,
    );
    // a class may be called train
    const trains = { "train/1.png": png(1, 1, 1), "boat/1.png": png(1, 1, 2) };
    expect((await openImageFolder(folder(trains))).train.target).toMatchObject({ names: ["boat", "train"] });
  });

  test("grey or colour, as the files are or as is asked", async () => {
    const path = folder({
      "a/1.png": png(2, 2, 9),
      "b/1.png": encode({ width: 2, height: 2, channels: 3, data: new Uint8Array(12).fill(80) }),
    });
    expect((await openImageFolder(path)).train.inputShape).toEqual([2, 2, 3]);
    const grey = await openImageFolder(path, { channels: 1 });
    expect(contents(grey.train).x).toEqual([9, 9, 9, 9, 80, 80, 80, 80]);
    await expect(openImageFolder(path, { channels: 2 as 1 })).rejects.toThrow(
      "channels: expected 1 (grey) or 3",
    );
  });

  test("sizes that differ need to be told which", async () => {
    const path = folder({ "a/1.png": png(2, 2, 9), "a/2.png": png(2, 2, 9), "b/1.png": png(4, 2, 50) });
    await expect(openImageFolder(path)).rejects.toThrow(
      "2 different sizes, 2×2 (2), 4×2 (1); choose one size for all",
    );
    const data = await openImageFolder(path, { size: { width: 4, height: 2 }, fit: "stretch" });
    expect(data.train.inputShape).toEqual([2, 4, 1]);
    expect(contents(data.train).x).toEqual([...Array(16).fill(9), ...Array(8).fill(50)]);
    expect((await openImageFolder(path, { size: 3 })).train.inputShape).toEqual([3, 3, 1]);
    await expect(openImageFolder(path, { size: 0 })).rejects.toThrow(
      "size: expected whole numbers from 1 to 4096",
    );
  });

  test("JPEG and PNG together, told apart by their bytes; EXIF turns the size", async () => {
    const path = folder({ "a/1.jpg": fixture("exif-6.jpg"), "b/1.jpg": png(12, 20, 77) });
    const { train } = await openImageFolder(path);
    expect(train.inputShape).toEqual([20, 12, 3]);
    expect(contents(train).x.slice(720)).toEqual(Array(720).fill(77));
  });

  describe("files that are no readable pictures", () => {
    const cut = fixture("baseline.jpg").subarray(0, 700); // its header is whole
    const good = png(20, 12, 5);
    const bad = {
      "a/empty.png": "",
      "a/notes.txt": "hello",
      "b/0cut.jpg": cut,
      "b/gif.png": "GIF89a..........",
    };
    const path = folder({ "a/1.png": good, "b/1.png": png(20, 12, 6), "c.png": good, ...bad });
    symlinkSync("..", join(path, "a", "loop"));
    symlinkSync("nowhere.png", join(path, "b", "lost.png"));
    symlinkSync("self.png", join(path, "b", "self.png"));

    test("are refused together, the first few by name", async () => {
      const error = await openImageFolder(path).catch((e) => e);
      expect(error.name).toBe("NablaError");
      expect(error.message).toContain("7 files are not readable pictures (3 are): ");
      expect(error.message).toContain("and 2 more");
      expect(error.message).toContain("--unreadable skip");
      const whys = new Map<string, string>(
        error.details.problems.map(({ path: p, why }: never) => [String(p).split(/[\\/]/).at(-1), why]),
      );
      expect(whys.get("empty.png")).toContain("empty (0 bytes)");
      expect(whys.get("notes.txt")).toContain("this is not a picture");
      expect(whys.get("gif.png")).toContain("this is a GIF image");
      expect(whys.get("loop")).toContain("leads back to a folder it is in");
      expect(whys.get("lost.png")).toContain("no such file");
      expect(whys.get("self.png")).toContain("lead in a circle");
      expect(whys.get("c.png")).toContain("it has no class");
    });

    test.each([{}, { keepBytes: 0 }])(
      "are left out when asked, those too whose pixels are damaged (%j)",
      async (options) => {
        const { train, skipped } = await openImageFolder(path, {
          unreadable: "skip",
          channels: 1,
          ...options,
        });
        expect(skipped).toHaveLength(8);
        expect(skipped!.at(-1)).toMatchObject({
          path: join(path, "b", "0cut.jpg"),
          why: expect.stringContaining("truncated"),
        });
        expect(await read(train, range(2))).toEqual([...Array(240).fill(5), ...Array(240).fill(6), 0, 1]);
      },
    );

    test("damaged pixels of a kept set are found at the start, of a large one when they are read", async () => {
      const damaged = folder({ "a/1.png": good, "b/cut.jpg": cut });
      await expect(openImageFolder(damaged)).rejects.toThrow(
        /1 file is not a readable picture .*cut\.jpg: truncated JPEG/,
      );
      const { train } = await openImageFolder(damaged, { keepBytes: 0 });
      await expect(read(train, range(2))).rejects.toThrow(/cut\.jpg: truncated JPEG.*--unreadable skip/);
      expect(await read(train, range(1))).toHaveLength(721);
    });

    test("a huge picture is refused before it is decoded", async () => {
      const huge = png(3, 2, 1);
      new DataView(huge.buffer, huge.byteOffset).setUint32(16, 30_000);
      new DataView(huge.buffer, huge.byteOffset).setUint32(20, 30_000);
      await expect(openImageFolder(folder({ "a/1.png": huge, "b/1.png": good }))).rejects.toThrow(
        "900 megapixels; expected at most 64",
      );
    });
  });

  test("folders that are none", async () => {
    const image = png(1, 1, 1);
    await expect(openData(folder({ "1.png": image, "2.png": image }))).rejects.toThrow(
      "expected a sub-folder for each class",
    );
    await expect(openData(folder({ "a/1.png": image }))).rejects.toThrow(
      "at least two class folders, found only a",
    );
    const empty = folder({ "a/1.png": image, "b/.keep": "", "c/Thumbs.db": "" });
    await expect(openData(empty)).rejects.toThrow(
      "for each class; b, c have none; fill or remove what is empty",
    );
    const spoilt = folder({ "a/1.png": image, "b/1.png": "" });
    await expect(openData(spoilt, { images: { unreadable: "skip" } })).rejects.toThrow(
      /b has none \(left out: .*1\.png: the file is empty/,
    );
  });
});

describe("sets that are not kept in memory", () => {
  const files: Record<string, Uint8Array> = {};
  for (let i = 0; i < 45; i++) files[`${"abc"[i % 3]}/${i}.png`] = png(5 + (i % 4), 6, i, 3 * i, 255 - i);
  for (let i = 0; i < 5; i++) files[`b/x${i}.jpg`] = fixture(i % 2 ? "grey.jpg" : "grey-progressive.jpg");
  const path = folder(files);

  test.each([1, 3])("are read the same, in any order, with %i threads", async (workers) => {
    const kept = await openImageFolder(path, { size: 6 });
    const streamed = await openImageFolder(path, { size: 6, keepBytes: 0, workers });
    expect(streamed.fingerprint).toBe(kept.fingerprint);
    const order = Uint32Array.from({ length: 50 }, (_, i) => (i * 17) % 50);
    const { x, y } = buffersFor(kept.train, 50);
    expect(kept.train.read(order, x, y)).toBeUndefined();
    const reading = streamed.train.read(order, x.slice(), y.slice());
    expect(reading).toBeInstanceOf(Promise);
    await reading;
    expect(await read(streamed.train, order)).toEqual([...x, ...y]);
    const reader = new Prefetcher(streamed.train, order, 16);
    const all: number[] = [];
    for (let batch = await reader.next(); batch; batch = await reader.next())
      all.push(...batch.x.subarray(0, batch.rows * 36));
    expect(all).toEqual([...x]);
  });

  test("a file that has gone since is named", async () => {
    const path = folder({ "a/1.png": png(2, 2, 1), "b/1.png": png(2, 2, 1) });
    const { train } = await openImageFolder(path, { keepBytes: 0 });
    truncateSync(join(path, "b", "1.png"));
    await expect(read(train, range(2))).rejects.toThrow(/1\.png: the file is empty/);
    rmSync(join(path, "b", "1.png"));
    await expect(read(train, range(2))).rejects.toThrow(/1\.png: cannot be read: no such file/);
  });
});

test("a thread that breaks down fails its own files, by name, and is replaced", async () => {
  const path = folder({ "1.png": png(2, 2, 8) });
  const pool = new DecodePool(1);
  const format = { width: 2, height: 2, channels: 1, fit: "pad" } as const;
  const files = [join(path, "1.png")];
  const impossible = { ...format, width: 2 ** 30, height: 2 ** 30 };
  await expect(pool.each(files, impossible, () => {})).rejects.toThrow(/^decoding .*1\.png: /);
  const got: number[] = [];
  await pool.each(files, format, (_, rows) => got.push(...rows.data));
  expect(got).toEqual([8, 8, 8, 8]);
  await pool.close();
});
