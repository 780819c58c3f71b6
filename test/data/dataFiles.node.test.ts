import { mkdir, mkdtemp, readdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { folderCache } from "../../src/node/cache.ts";
import { openData, openInput, openTableOnce } from "../../src/node/dataFiles.ts";
import { contents, gzip, idxBytes, npyBytes } from "./helpers.ts";

let root = "";
beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), "nabla-test-"));
});
afterAll(async () => {
  await rm(root, { recursive: true, force: true });
});

async function put(path: string, content: Uint8Array | string): Promise<string> {
  const full = join(root, path);
  await mkdir(join(full, ".."), { recursive: true });
  await writeFile(full, content);
  return full;
}

const images = idxBytes(8, [2, 1, 2], [1, 2, 3, 4]);
const labels = idxBytes(8, [2], [0, 3]);

describe("openData", () => {
  test("a generated set by name", async () => {
    const data = await openData("moons", { samples: 20 });
    expect(data).toMatchObject({ name: "moons", kind: "generated" });
    expect([data.train.length, data.test!.length]).toEqual([20, 4]);
  });

  test.each([
    ["idx-a", "-idx3-ubyte", "-idx1-ubyte"],
    ["idx-b", ".idx3-ubyte", ".idx1-ubyte"],
  ])("a folder of IDX files, %s, packed or not", async (folder, image, label) => {
    await put(`${folder}/train-images${image}.gz`, await gzip(images));
    await put(`${folder}/train-labels${label}`, labels);
    expect((await openData(join(root, folder))).test).toBeUndefined();
    await put(`${folder}/t10k-images${image}`, images);
    await expect(openData(join(root, folder))).rejects.toThrow(
      `found t10k-images${image}, but not its labels`,
    );
    await put(`${folder}/t10k-labels${label}.gz`, await gzip(labels));
    const data = await openData(join(root, folder));
    expect(data).toMatchObject({ name: folder, kind: "idx" });
    expect(data.train.target).toEqual({ kind: "class", classes: 4 });
    expect(contents(data.test!)).toEqual({ x: [1, 2, 3, 4], y: [0, 3] });
  });

  test("IDX files of any names, by their bytes, and those in sub-folders", async () => {
    await put("pair/a.gz", await gzip(labels));
    await put("pair/b", images);
    const pair = await openData(join(root, "pair"));
    expect([pair.kind, contents(pair.train)]).toEqual(["idx", { x: [1, 2, 3, 4], y: [0, 3] }]);
    await put("deep/raw/train-images-idx3-ubyte", images);
    await put("deep/raw/train-labels-idx1-ubyte", labels);
    expect(contents((await openData(join(root, "deep"))).train)).toEqual({ x: [1, 2, 3, 4], y: [0, 3] });
  });

  test("IDX files in folders that are called like them, alone or next to the files", async () => {
    const inner = (name: string) => `${name}/${name}`;
    for (const [folder, image, label] of [
      ["unzipped", inner("train-images-idx3-ubyte"), inner("train-labels-idx1-ubyte")],
      ["half", "train-images.idx3-ubyte", inner("train-labels-idx1-ubyte")],
    ] as const) {
      await put(`${folder}/${image}`, images);
      await put(`${folder}/${label}`, labels);
      expect(contents((await openData(join(root, folder))).train)).toEqual({ x: [1, 2, 3, 4], y: [0, 3] });
      await put(`${folder}/train-images.idx3-ubyte`, images);
      await put(`${folder}/train-labels.idx1-ubyte`, labels);
      expect(contents((await openData(join(root, folder))).train)).toEqual({ x: [1, 2, 3, 4], y: [0, 3] });
    }
  });

  test("two IDX files of any names are named from their folder on", async () => {
    await put("any/inner/letters", images);
    await put("any/inner/which", labels);
    const { name, train } = await openData(join(root, "any"));
    expect([name, train.name, train.extra]).toMatchObject([
      join("inner", "letters"),
      join("inner", "letters"),
      { data: { name: join("inner", "letters") } },
    ]);
  });

  test("CSV, split and standardised", async () => {
    const rows = Array.from({ length: 20 }, (_, i) => `${i},${i % 2 ? "odd" : "even"}`).join("\n");
    const path = await put("numbers.csv", `n,parity\n${rows}\n`);
    const data = await openData(path);
    expect(data).toMatchObject({ name: "numbers.csv", kind: "csv" });
    expect(data.csv).toMatchObject({ columns: ["n"], label: "parity", classes: ["even", "odd"] });
    expect([data.train.length, data.test!.length]).toEqual([16, 4]);
    expect(data.standardisation!.columns).toEqual(["n"]);
    await expect(openData(path, { task: "regresion" } as never)).rejects.toThrow(
      'openData.task: expected one of auto, classification, regression, got "regresion"; did you mean "regression"?',
    );
    await expect(openData(path, { lable: "n" } as never)).rejects.toThrow(
      'openData: unknown option "lable"; did you mean "label"?',
    );
    await expect(openData(path, { label: "party" })).rejects.toThrow('did you mean "parity"?');
    // types promise a part to test with where a label is named
    await expect(openData("moons", { label: "n" })).rejects.toThrow(
      /moons: label .*: expected none, got "n"/,
    );
    await expect(openData(join(root, "pair"), { label: "n" })).rejects.toThrow(
      /label .*: expected none, got "n"/,
    );
  });

  test("what is missing or not recognised", async () => {
    await expect(openData("digit")).rejects.toThrow(
      'digit: no such file or folder, nor a generated data set; did you mean "digits"? (generated: digits, moons',
    );
    await mkdir(join(root, "empty"), { recursive: true });
    await expect(openData(join(root, "empty"))).rejects.toThrow(
      /empty: expected IDX files train-images-idx3-ubyte and .* found an empty folder/,
    );
    await put("other/readme.md", "hello");
    await put("other/notes.md", "hello");
    await expect(openData(join(root, "other"))).rejects.toThrow("found notes.md, readme.md");
    await expect(openData(await put("a.docx", "x"))).rejects.toThrow(
      /a.docx: only a header, no rows of data; is this a table\? If not, expected a table \(.csv, .tsv, .arrow, .jsonl, .parquet, .sqlite\) or a .npz archive or sequences \(.json\), or a folder with IDX/,
    );
    await expect(openData(await put("t-idx3-ubyte", images))).rejects.toThrow("or their folder");
    await expect(openData(await put("a.npy", "x"))).rejects.toThrow("a .npy file holds one array");
    await expect(openData(await put("latin.csv", Uint8Array.of(0x61, 0xe9, 0x2c)))).rejects.toThrow(
      "text in UTF-8",
    );
  });

  test("a broken gzip file is named", async () => {
    await put("broken/train-images-idx3-ubyte.gz", (await gzip(images)).subarray(0, 20));
    await put("broken/train-labels-idx1-ubyte", labels);
    await expect(openData(join(root, "broken"))).rejects.toThrow(
      "train-images-idx3-ubyte.gz: broken gzip data",
    );
  });
});

describe("openInput", () => {
  test("a row of an IDX or .npy file", async () => {
    const path = await put("rows-idx3-ubyte.gz", await gzip(images));
    expect(await openInput(`${path}#1`)).toEqual({
      name: `${path}#1`,
      index: 1,
      inputShape: [1, 2, 1],
      inputType: "uint8",
      values: Uint8Array.of(3, 4),
    });
    expect((await openInput(path)).index).toBe(0);
    const npy = await put("rows.npy", npyBytes("<f4", [1, 2], Float32Array.of(0.5, 2).buffer));
    expect(await openInput(npy)).toMatchObject({
      inputShape: [2],
      inputType: "float32",
      values: Float32Array.of(0.5, 2),
    });
  });

  test("refuses rows that are not there, labels, missing files", async () => {
    const path = await put("two-idx3-ubyte", images);
    await expect(openInput(`${path}#2`)).rejects.toThrow("there is no row 2; expected 0 to 1");
    await expect(openInput(await put("l", labels))).rejects.toThrow("are these labels?");
    await expect(openInput(join(root, "none#3"))).rejects.toThrow("none: cannot be read: no such file");
    await expect(openInput(root)).rejects.toThrow("this is a folder");
  });
});

test("folderCache keeps whole files under their keys", async () => {
  const folder = join(root, "cache", "deep");
  const cache = folderCache(folder);
  expect(await cache.get("http://a")).toBeUndefined();
  await cache.put("http://a", Uint8Array.of(1, 2));
  await cache.put("http://a", Uint8Array.of(3));
  expect(Uint8Array.from((await cache.get("http://a"))!)).toEqual(Uint8Array.of(3));
  expect(await readdir(folder)).toHaveLength(1); // nothing temporary left
});

test("a table that is looked at before it is opened is read once", async () => {
  const path = await put("once.csv", "a,b,y\n1,2,p\n3,4,q\n5,6,p\n7,8,q\n");
  const { table, open } = (await openTableOnce(path, { testFraction: 0, standardise: false }))!;
  expect(table.rows.map(([a]) => a)).toEqual(["1", "3", "5", "7"]);
  // another reading would see this
  await writeFile(path, "a,b,y\n10,20,p\n30,40,q\n");
  const opened = await open();
  expect([...contents(opened.train).x]).toEqual([1, 2, 3, 4, 5, 6, 7, 8]);
  expect(opened).toMatchObject({ kind: "csv", name: (await openData(path, { testFraction: 0 })).name });
  expect(await openTableOnce(join(root, "nowhere.csv"), {})).toBeUndefined();
});
