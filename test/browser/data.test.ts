/** Data sets from files as pages have them; nothing here needs a canvas, so it runs everywhere. */
import { gzipSync, zipSync } from "fflate";
import { afterEach, describe, expect, test, vi } from "vitest";
import { openData } from "../../src/browser/data/open.ts";
import { loadModel } from "../../src/browser/models.ts";
import { dense, NablaError, sequential, weightsSha256 } from "../../src/index.ts";

afterEach(() => void vi.unstubAllGlobals());

type Bytes = Uint8Array<ArrayBuffer>;
const file = (name: string, ...content: (string | Bytes)[]): File => new File(content, name);
const idx = (shape: readonly number[], values: readonly number[]): Bytes => {
  const header = new Uint8Array(4 + 4 * shape.length);
  header.set([0, 0, 8, shape.length]);
  for (const [i, n] of shape.entries()) new DataView(header.buffer).setUint32(4 + 4 * i, n);
  return Uint8Array.of(...header, ...values);
};
const IMAGES = idx([3, 2, 2], [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11]);
const LABELS = idx([3], [2, 0, 1]);
const packed = (bytes: Bytes): Bytes => gzipSync(bytes) as Bytes;
const npy = (descr: string, shape: string, data: Bytes): Bytes => {
  const header = new TextEncoder().encode(
    `{'descr': '${descr}', 'fortran_order': False, 'shape': ${shape}, }\n`,
  );
  return Uint8Array.of(
    0x93,
    ...new TextEncoder().encode("NUMPY"),
    1,
    0,
    header.length,
    0,
    ...header,
    ...data,
  );
};
/** As `<input webkitdirectory>` gives it. */
const at = (path: string, content: File): File =>
  Object.defineProperty(new File([content], path.replace(/.*\//, "")), "webkitRelativePath", { value: path });
const CSV = "a,b,label\n1,2,x\n3,4,y\n5,6,x\n7,8,y\n9,10,x\n";

async function rows(source: Parameters<typeof openData>[0]): Promise<number[]> {
  const { train } = await openData(source);
  const x = train.inputType === "uint8" ? new Uint8Array(12) : new Float32Array(12);
  const y = new Int32Array(3);
  await train.read(Uint32Array.of(0, 1, 2), x, y);
  return [...x, ...y];
}
const MNIST = [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 2, 0, 1];

async function messageOf(promise: Promise<unknown>): Promise<string> {
  const error = await promise.then(
    () => undefined,
    (reason) => reason,
  );
  expect(error).toBeInstanceOf(NablaError);
  return (error as Error).message;
}

describe("what files are", () => {
  test("IDX, however it comes: pairs, four files, packed, in folders, of any names", async () => {
    const images = file("train-images-idx3-ubyte", IMAGES);
    const labels = file("train-labels-idx1-ubyte.gz", packed(LABELS));
    for (const source of [
      [images, labels],
      [labels, images],
      [file("letters", packed(IMAGES)), file("which", packed(LABELS))],
      [file("which", LABELS), file("letters", IMAGES)],
      [
        at("mnist/raw/train-images-idx3-ubyte", images),
        at("mnist/raw/train-labels-idx1-ubyte", labels),
        at("mnist/.DS_Store", images),
      ],
    ])
      expect(await rows(source)).toEqual(MNIST);
    const four = [
      images,
      labels,
      file("t10k-images-idx3-ubyte", IMAGES),
      file("t10k-labels-idx1-ubyte", LABELS),
    ];
    const { kind, test: other, train } = await openData(four);
    expect([kind, other?.length, train.target]).toEqual(["idx", 3, { kind: "class", classes: 3 }]);
    expect(train.extra).toMatchObject({ data: { kind: "idx", inputType: "uint8" } });
  });

  test("tables, by their bytes, packed too", async () => {
    for (const source of [
      file("iris.csv", CSV),
      file("whatever", CSV),
      file("iris.csv.gz", packed(new TextEncoder().encode(CSV))),
    ]) {
      const opened = await openData(source, { testFraction: 0, standardise: false });
      expect(opened).toMatchObject({
        kind: "csv",
        name: source.name,
        csv: { columns: ["a", "b"], classes: ["x", "y"] },
      });
      expect(opened.train.length).toBe(5);
      expect(opened.train.extra).toMatchObject({ data: { fingerprint: opened.fingerprint, testSplit: 0 } });
    }
    expect((await openData(new Blob([CSV]))).name).toBe("data");
  });

  test("archives of arrays", async () => {
    const npz = zipSync({
      "x.npy": npy("|u1", "(3, 2, 2)", IMAGES.subarray(16)),
      "y.npy": npy("|u1", "(3,)", LABELS.subarray(8)),
    });
    expect(await rows(file("data.npz", npz as Bytes))).toEqual(MNIST);
  });

  test("what is given by address is fetched", async () => {
    const answers: Record<string, Bytes | string> = {
      "https://x.test/train-images.idx": IMAGES,
      "https://x.test/train-labels.idx": LABELS,
    };
    vi.stubGlobal("fetch", async (url: URL) =>
      Object.defineProperty(new Response(answers[url.href]), "url", { value: url.href }),
    );
    expect(await rows(Object.keys(answers).map((url) => new URL(url)))).toEqual(MNIST);
    expect(await rows([new Response(IMAGES), new Response(LABELS)])).toEqual(MNIST);
    expect((await openData(new Response(CSV))).kind).toBe("csv");
    const odd = Object.defineProperty(new Response(CSV), "url", { value: "https://x.test/100%.csv?a=/b" });
    expect((await openData(odd)).name).toBe("100%.csv");
  });

  test("folders by their handles, and what was dropped", async () => {
    const images = file("train-images", IMAGES);
    const labels = file("train-labels", LABELS);
    const handle = {
      kind: "directory",
      name: "set",
      async *entries() {
        for (const one of [images, labels])
          yield [one.name, { kind: "file", name: one.name, getFile: async () => one }];
      },
    };
    expect(await rows(handle as never)).toEqual(MNIST);
    // readEntries gives some at a time; items are gone after the event
    let live = true;
    const entry = (one: File) => ({
      isFile: true,
      name: one.name,
      file: (done: (f: File) => void) => done(one),
    });
    const folder = {
      isFile: false,
      name: "set",
      createReader() {
        const batches = [[entry(images)], [entry(labels)], []];
        return {
          readEntries: (done: (entries: unknown[]) => void) => setTimeout(() => done(batches.shift()!)),
        };
      },
    };
    const items = [{ kind: "string" }, { kind: "file", webkitGetAsEntry: () => (live ? folder : null) }];
    const transfer = { items, files: [], [Symbol.toStringTag]: "DataTransfer" };
    const opening = rows(transfer as never);
    live = false;
    expect(await opening).toEqual(MNIST);
    expect(await messageOf(openData({ ...transfer, items: [{ kind: "string" }] } as never))).toMatch(
      /^openData: nothing that was dropped is a file; call it with event.dataTransfer within the event/,
    );
  });

  test("the name of a generated set", async () => {
    expect(await openData("moons", { samples: 20 })).toMatchObject({ kind: "generated", name: "moons" });
    expect(await messageOf(openData("moon"))).toMatch(/no generated data set "moon"; did you mean "moons"\?/);
  });
});

/** Says how large it is; reading it fails, so that nobody does. */
const huge = (name: string, size: number, head: Bytes = Uint8Array.of(0x31, 0x2c)): File => {
  const unread = () => Promise.reject(new Error("it was read"));
  const slice = (from = 0, to = size) =>
    to - from <= 100_000 ? new Blob([head.subarray(from, to)]) : { arrayBuffer: unread };
  return Object.defineProperties(file(name, head), {
    size: { value: size },
    slice: { value: slice },
    arrayBuffer: { value: unread },
  });
};

describe("what is too large is refused before it is read", () => {
  test.each([
    [
      "table.csv",
      undefined,
      "table.csv: 2.1 GB are more than the 64.0 MB that are read into a page; take a part of it, or set maxBytes where there is memory for more (training needs several times as much)",
    ],
    [
      "data.npz",
      Uint8Array.of(0x50, 0x4b, 3, 4),
      "data.npz: 2.1 GB are more than the 1.0 GB that are read into a page",
    ],
    ["packed.csv.gz", Uint8Array.of(0x1f, 0x8b), "packed.csv.gz: 2.1 GB are more than the 1.0 GB"],
  ])("%s", async (name, head, message) => {
    expect(await messageOf(openData(huge(name, 2 ** 31, head)))).toContain(message);
  });

  test("one of a pair, a model, an answer, and what unpacks to too much", async () => {
    const pair = [huge("train-images", 2 ** 31, IMAGES), file("train-labels", LABELS)];
    expect(await messageOf(openData(pair))).toMatch(/^train-images: 2.1 GB are more than the 1.0 GB/);
    expect(await messageOf(loadModel(huge("m.safetensors", 2 ** 31)))).toMatch(
      /^m.safetensors: 2.1 GB is more than the 1.1 GB a model file may have in a page; is it a model\?/,
    );
    expect(
      await messageOf(loadModel(huge("film.mp4", 1e9, new TextEncoder().encode("....ftypmp42")))),
    ).toMatch(/^film.mp4: not a safetensors file/);
    let cancelled = false;
    const body = new ReadableStream({
      pull: (controller) => controller.enqueue(new Uint8Array(1000)),
      cancel: () => void (cancelled = true),
    });
    expect(await messageOf(openData(new Response(body), { maxBytes: 5000 }))).toBe(
      "response: at least 6.0 KB are more than the 5.0 KB that are read into a page; take a part of it, or set maxBytes where there is memory for more (training needs several times as much)",
    );
    expect(cancelled).toBe(true);
    const declared = new Response("1,2", { headers: { "content-length": "3000000000" } });
    expect(await messageOf(openData(declared))).toMatch(/^response: 3.0 GB are more than the 1.0 GB/);
    const rows = packed(new TextEncoder().encode("1,2\n".repeat(25_000)) as Bytes);
    expect(await messageOf(openData(file("bomb.gz", rows), { maxBytes: 50_000 }))).toMatch(
      /unpacks to more than 50000 bytes/,
    );
  });
});

describe("what is no data set says what it is", () => {
  test.each<[string, Parameters<typeof openData>[0], RegExp | string]>([
    ["nothing", [], /^openData: expected files, got none/],
    ["an object", {} as never, /^openData: expected the name of a generated set, or a File, .* got \{\}$/],
    ["a number", [7] as never, /^openData: expected files, URLs or responses, got 7$/],
    ["empty", file("empty.csv"), "empty.csv: the file is empty (0 bytes)"],
    [
      "one IDX file",
      file("train-images", IMAGES),
      /^train-images: one IDX file, but images and labels are needed/,
    ],
    [
      "half a pair",
      [file("train-images", IMAGES), file("readme.txt", "x")],
      /^files: expected IDX files train-images/,
    ],
    ["two images", [file("a", IMAGES), file("b", IMAGES)], /expected labels of one dimension/],
    [
      "a picture",
      file("cat.jpg", Uint8Array.of(0xff, 0xd8, 0xff, 0xe0)),
      /^cat.jpg: a picture \(JPEG\) alone is not a data set; .* \(pictureFrom\(file\) reads a single one\)$/,
    ],
    [
      "pictures without classes",
      [file("1.png"), file("2.webp"), file("3.gif")],
      /^files: expected a sub-folder for each class.*: 1.png, 2.webp, 3.gif\. If a table tells their classes: labels; if their names do: labelPattern$/,
    ],
    ["an array", file("x.npy", npy("|u1", "(3,)", LABELS)), /^x.npy: a .npy file holds one array/],
    [
      "a zip",
      file("pictures.zip", zipSync({ "a/1.png": Uint8Array.of(1) }) as Bytes),
      /^pictures.zip: a zip archive; unpack it/,
    ],
    [
      "two tables",
      [file("a.csv", CSV), file("b.csv", CSV)],
      /^files: expected IDX files .*, or one file: a table \(.csv, .tsv, .arrow, .jsonl, .parquet, .sqlite\) or a .npz archive or sequences \(.json\); found a.csv, b.csv$/,
    ],
    ["a web page", file("data.csv", "<!doctype html><html>"), /^data.csv: a web page, not data/],
    [
      "bytes",
      file("x.bin", Uint8Array.of(1, 0, 2)),
      /^x.bin: expected a table .*; these bytes are none of them$/,
    ],
    ["other text", file("x.csv", Uint8Array.of(0x61, 0xe4, 0x2c)), /^x.csv: line 1: expected text in UTF-8/],
    [
      "a model",
      file("m.safetensors", sequential([dense({ units: 1, inputShape: [1] })]).save() as Bytes),
      /^m.safetensors: a model, not data; loadModel\(file\) opens it$/,
    ],
    [
      "half a gzip",
      file("x.csv.gz", packed(new TextEncoder().encode(CSV)).subarray(0, 30)),
      /^x.csv.gz: broken gzip data/,
    ],
    [
      "an error of a server",
      new Response("no", { status: 404, statusText: "Not Found" }),
      "response: the server answered 404 Not Found",
    ],
    [
      "one class",
      [at("s/a/1.png", file("")), at("s/a/2.png", file(""))],
      /^s: expected at least two class folders, found only a$/,
    ],
  ])("%s", async (_, source, message) => {
    expect(await messageOf(openData(source))).toMatch(message);
  });

  test("pictures without a class, strange classes, and files that are no pictures, by name", async () => {
    // a PNG as far as where its pixels begin
    const head = Uint8Array.of(137, 80, 78, 71, 13, 10, 26, 10, 0, 0, 0, 13, 73, 72, 68, 82);
    const size = [0, 0, 0, 4, 0, 0, 0, 4, 8, 0, 0, 0, 0, 0, 0, 0, 0];
    const png = Uint8Array.of(...head, ...size, 0, 0, 0, 9, 73, 68, 65, 84);
    const set = (...paths: string[]) =>
      paths.map((path) => at(`set/${path}`, file("x", path.includes("bad") ? "no picture" : png)));
    expect(await messageOf(openData(set("a/1.png", "b/bad.png", "b/1.png", "3.png")))).toBe(
      'set: 2 files are not readable pictures (2 are): 3.png: is next to the class folders, so it has no class; b/bad.png: expected a picture this browser can decode (PNG, JPEG, WebP, …); this is not a picture it knows. Repair or remove them, or leave them out with unreadable: "skip"',
    );
    expect(await messageOf(openData(set("train/a/1.png", "train/b/1.png", "test/bb/1.png")))).toBe(
      'set/test/bb: there is no class "bb"; the classes are a, b',
    );
    expect(await messageOf(openData(set("a/1.png", "b/1.png"), { images: { sise: 3 } as never }))).toBe(
      'openData: images: unknown option "sise"; did you mean "size"?',
    );
  });

  test("misspelt options, and addresses that lead nowhere", async () => {
    expect(await messageOf(openData(file("a.csv", CSV), { lable: "b" } as never))).toBe(
      'openData: unknown option "lable"; did you mean "label"?',
    );
    expect(await messageOf(openData("moons", { maxBytes: -1 } as never))).toBe(
      "openData: maxBytes: expected a number above 0, got -1",
    );
    vi.stubGlobal("fetch", () => Promise.reject(new TypeError("Failed to fetch")));
    expect(await messageOf(openData(new URL("https://x.test/a.csv")))).toMatch(
      /^https:\/\/x.test\/a.csv: cannot be fetched: Failed to fetch; is the address right/,
    );
    expect(await messageOf(loadModel("https://x.test/m.safetensors"))).toMatch(
      /^https:\/\/x.test\/m.safetensors: cannot be fetched/,
    );
    const gone = Object.defineProperty(file("gone.csv", CSV), "slice", {
      value: () => ({
        arrayBuffer: () => Promise.reject(new DOMException("The file could not be read", "NotReadableError")),
      }),
    });
    expect(await messageOf(openData(gone))).toBe(
      "gone.csv: cannot be read: The file could not be read; was it moved, changed or removed since it was chosen?",
    );
  });
});

test("models from whatever holds their bytes; what is truncated or no model says so", async () => {
  const model = sequential([dense({ units: 3, inputShape: [4] })], { seed: 4 });
  const bytes = model.save() as Bytes;
  for (const source of [
    file("m.safetensors", bytes),
    new Blob([bytes]),
    bytes,
    bytes.buffer,
    new Response(bytes),
  ])
    expect(weightsSha256(await loadModel(source))).toBe(weightsSha256(model));
  const cut = file("m.safetensors", bytes.subarray(0, bytes.length - 5));
  expect(await messageOf(loadModel(cut))).toMatch(/^m.safetensors: truncated: expected \d+ bytes, got \d+/);
  expect(await messageOf(loadModel(file("cat.png", "\x89PNG and so on")))).toMatch(
    /^cat.png: not a safetensors file/,
  );
  expect(await messageOf(loadModel(new Response("", { status: 500, statusText: "Oops" })))).toBe(
    "model: the server answered 500 Oops",
  );
  expect(await messageOf(loadModel(17 as never))).toMatch(
    /^loadModel: expected a name, or a File, Blob, .* got 17$/,
  );
});
