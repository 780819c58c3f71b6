/** Pictures as a real page has them: decoded by the engine, drawn, shown. */
import { encode } from "fast-png";
import { describe, expect, test } from "vitest";
import { imagesFrom, openData, pictureFrom, pixelsOf, predictPictures } from "../../src/browser/index.ts";
import { prepareDigit } from "../../src/data/images/digit.ts";
import { fitPicture } from "../../src/data/images/resize.ts";
import { digits } from "../../src/data/index.ts";
import { dense, flatten, NablaError, sequential } from "../../src/index.ts";

/** Pixels without order, so that a row or channel mixed up shows. */
const noise = (n: number, seed = 1): Uint8Array<ArrayBuffer> =>
  Uint8Array.from({ length: n }, (_, i) => ((i + 1) * 2654435761 * seed) >>> 24);
const png = (
  width: number,
  height: number,
  channels: 1 | 2 | 3 | 4,
  data: Uint8Array,
  name = "a.png",
): File => new File([encode({ width, height, channels, data }) as Uint8Array<ArrayBuffer>], name);
const plain = (data: ArrayLike<number>) => Array.from(data);

function canvas(width: number, height: number): [HTMLCanvasElement, CanvasRenderingContext2D] {
  const element = document.createElement("canvas");
  [element.width, element.height] = [width, height];
  return [element, element.getContext("2d")!];
}

describe("pictureFrom", () => {
  test("PNG files, grey and colour, to the bit", async () => {
    const grey = noise(7 * 5);
    expect(plain((await pictureFrom(png(7, 5, 1, grey), { channels: 1 })).data)).toEqual(plain(grey));
    const colour = noise(7 * 5 * 3);
    const picture = await pictureFrom(png(7, 5, 3, colour));
    expect(picture).toMatchObject({ width: 7, height: 5, channels: 3 });
    expect(plain(picture.data)).toEqual(plain(colour));
  });

  test("transparency lies on white, or on black", async () => {
    const data = Uint8Array.of(10, 20, 30, 0, 10, 20, 30, 255);
    const file = png(2, 1, 4, data);
    expect(plain((await pictureFrom(file)).data)).toEqual([255, 255, 255, 10, 20, 30]);
    expect(plain((await pictureFrom(file, { background: "black" })).data)).toEqual([0, 0, 0, 10, 20, 30]);
    const half = new ImageData(Uint8ClampedArray.of(100, 100, 100, 128), 1, 1);
    expect(plain(pixelsOf(half, { channels: 1 }).data)).toEqual([
      Math.floor((100 * 128 + 255 * 127) / 255 + 0.5),
    ]);
  });

  test("everything that shows pixels gives the same ones", async () => {
    const data = noise(6 * 4 * 3);
    const file = png(6, 4, 3, data);
    const [element, context] = canvas(6, 4);
    const bitmap = await createImageBitmap(file, { colorSpaceConversion: "none" });
    context.drawImage(bitmap, 0, 0);
    const offscreen = new OffscreenCanvas(6, 4);
    offscreen.getContext("2d")!.drawImage(bitmap, 0, 0);
    const image = new Image();
    image.src = URL.createObjectURL(file);
    const sources = [file, element, offscreen, bitmap, context.getImageData(0, 0, 6, 4), image];
    if (typeof VideoFrame === "function") sources.push(new VideoFrame(element, { timestamp: 0 }) as never);
    for (const source of sources)
      expect(plain((await pictureFrom(source as File)).data), source.constructor.name).toEqual(plain(data));
  });

  test("a digit that was drawn is prepared as scans are", async () => {
    const [element, context] = canvas(200, 200);
    context.lineWidth = 16;
    context.strokeRect(60, 40, 70, 120);
    const { picture, inverted } = prepareDigit(await pictureFrom(element));
    expect(inverted).toBe(true);
    expect(picture).toMatchObject({ width: 28, height: 28, channels: 1 });
  });

  test("what is truncated, damaged or no picture says so", async () => {
    const good = new Uint8Array(await png(20, 20, 3, noise(1200)).arrayBuffer());
    const damaged = good.slice();
    damaged.fill(7, 60, 90);
    const jpeg = await new Promise<Blob>((done) => {
      const [element, context] = canvas(32, 32);
      context.fillRect(3, 4, 9, 20);
      element.toBlob((blob) => done(blob!), "image/jpeg");
    });
    expect((await pictureFrom(jpeg)).width).toBe(32);
    const [empty] = canvas(0, 5);
    const messages = await Promise.all(
      [
        new File([good.subarray(0, 500)], "cut.png"),
        new File([damaged], "damaged.png"),
        jpeg.slice(0, jpeg.size - 3),
        new File([], "empty.png"),
        new File(["hello, this is a text, not a picture"], "text.png"),
        new File(["%PDF-1.7 and so on, and on"], "doc.pdf"),
        empty,
        document.createElement("video"),
        document.createElement("img"),
        {} as never,
        document as never,
      ].map((source) =>
        pictureFrom(source as File).then(
          () => "no error",
          (error) => (error instanceof NablaError ? error.message : `no NablaError: ${error}`),
        ),
      ),
    );
    expect(messages).toEqual([
      "cut.png: truncated PNG: it ends (at 500 bytes) before its picture does; copy or download the file again",
      "damaged.png: damaged PNG: the checksum of its IDAT chunk (at byte 33) is wrong; copy or download the file again",
      expect.stringMatching(/^picture: truncated JPEG: it ends \(at \d+ bytes\) before its picture does; /),
      "empty.png: the file is empty (0 bytes); expected a PNG or JPEG picture",
      "text.png: expected a picture this browser can decode (PNG, JPEG, WebP, …); this is not a picture it knows",
      "doc.pdf: expected a picture this browser can decode (PNG, JPEG, WebP, …); this is a PDF document",
      "picture: expected at least 1×1 pixel, got 0×5; is it loaded yet?",
      'picture: the <video> has no frame to show yet; wait for its "loadeddata" event (or requestVideoFrameCallback)',
      "picture: the <img> is not loaded yet; await image.decode() first",
      "picture: expected ImageData, a canvas, <img>, <video>, ImageBitmap, VideoFrame or Blob, got {}",
      "picture: expected ImageData, a canvas, <img>, <video>, ImageBitmap, VideoFrame or Blob, got HTMLDocument",
    ]);
  });
});

describe("imagesFrom", () => {
  test("rows of one size, as fitPicture makes them", async () => {
    const sizes = [
      [40, 20],
      [9, 30],
      [500, 700],
    ] as const;
    for (const fit of ["pad", "crop", "stretch"] as const) {
      const files = sizes.map(([w, h], i) => png(w, h, 3, noise(w * h * 3, i + 3)));
      const { data, shape } = await imagesFrom(files, { size: { width: 12, height: 8 }, fit });
      expect(shape).toEqual([3, 8, 12, 3]);
      const wanted = sizes.flatMap(([width, height], i) =>
        plain(
          fitPicture(
            { data: noise(width * height * 3, i + 3), width, height, channels: 3 },
            { width: 12, height: 8 },
            fit,
          ).data,
        ),
      );
      expect(plain(data)).toEqual(wanted);
    }
  });

  test("none, or an unknown option", async () => {
    await expect(imagesFrom([])).rejects.toThrow("imagesFrom: expected at least one picture, got none");
    await expect(imagesFrom([], { sizes: 3 } as never)).rejects.toThrow('unknown option "sizes"');
  });
});

describe("openData: folders of pictures", () => {
  /** As `<input webkitdirectory>` gives files. */
  const at = (path: string, file: File): File =>
    Object.defineProperty(new File([file], path.replace(/.*\//, "")), "webkitRelativePath", { value: path });

  test("classes are folders; kept in memory or decoded while training, the rows are the same", async () => {
    const files = [
      "train/cat/b.png",
      "train/cat/a.png",
      "train/dog/x/c.png",
      "test/dog/d.png",
      ".git/x.png",
    ].map((path, i) => at(`pets/${path}`, png(5 + i, 4, 1, noise((5 + i) * 4, i + 2))));
    const progress: number[] = [];
    const images = { size: 6, onProgress: (done: number) => progress.push(done) };
    const kept = await openData(files, { images });
    expect(kept).toMatchObject({
      name: "pets",
      kind: "images",
      images: { width: 6, height: 6, channels: 1, fit: "pad" },
    });
    expect(kept.train).toMatchObject({ length: 3, inputShape: [6, 6, 1], target: { names: ["cat", "dog"] } });
    expect(plain(kept.train.labels!)).toEqual([0, 0, 1]);
    expect(progress).toEqual([1, 2, 3, 4]);
    const streamed = await openData(files, { images: { size: 6, keepBytes: 0 } });
    const rows = await Promise.all(
      [kept, streamed].map(async ({ train }) => {
        const [x, y] = [new Uint8Array(108), new Int32Array(3)];
        await train.read(Uint32Array.of(2, 0, 1), x, y);
        return [...x, ...y];
      }),
    );
    expect(rows[1]).toEqual(rows[0]);
    const first = fitPicture(
      { data: noise(6 * 4, 3), width: 6, height: 4, channels: 1 },
      { width: 6, height: 6 },
      "pad",
    );
    expect(rows[0].slice(36, 72)).toEqual(plain(first.data));
    const model = sequential([flatten(), dense({ units: 2, activation: "softmax" })]);
    model.compile({ loss: "categoricalCrossentropy" });
    await model.fit(streamed.train, { epochs: 2 });
    expect(model.metadata.classes).toEqual(["cat", "dog"]);
    expect(streamed.fingerprint).toBe(kept.fingerprint);
  });

  test("kinds other than PNG and JPEG, as the engine knows them", async () => {
    const [element, context] = canvas(10, 10);
    context.fillRect(0, 0, 5, 10);
    const webp = await new Promise<Blob>((done) => element.toBlob((blob) => done(blob!), "image/webp"));
    const files = [at("s/a/1.webp", new File([webp], "1.webp")), at("s/b/1.png", png(10, 10, 1, noise(100)))];
    const { train } = await openData(files);
    expect(train.inputShape).toEqual([10, 10, 3]);
  });

  test("files that are no pictures are refused by name, or left out", async () => {
    const files = ["a/1.png", "a/2.png", "b/1.png", "b/bad.png", "3.png"].map((path) =>
      at(
        `set/${path}`,
        path.includes("bad") ? new File(["no picture, whatever it is called"], "") : png(4, 4, 1, noise(16)),
      ),
    );
    await expect(openData(files)).rejects.toThrow(
      'set: 2 files are not readable pictures (3 are): 3.png: is next to the class folders, so it has no class; b/bad.png: expected a picture this browser can decode (PNG, JPEG, WebP, …); this is not a picture it knows. Repair or remove them, or leave them out with unreadable: "skip"',
    );
    const { skipped, train } = await openData(files, { images: { unreadable: "skip" } });
    expect([skipped!.length, train.length]).toEqual([2, 3]);
  });

  test("a dropped folder, as its handles are walked through", async () => {
    const origin = await navigator.storage?.getDirectory().catch(() => undefined);
    if (!origin || !("createWritable" in FileSystemFileHandle.prototype)) return;
    const root = await origin.getDirectoryHandle("shapes", { create: true });
    for (const name of ["disc", "ring"]) {
      const folder = await root.getDirectoryHandle(name, { create: true });
      const stream = await (await folder.getFileHandle("1.png", { create: true })).createWritable();
      await stream.write(png(3, 3, 1, noise(9)));
      await stream.close();
    }
    const { train, name } = await openData(root);
    expect([name, train.length, train.target]).toEqual([
      "shapes",
      2,
      { kind: "class", classes: 2, names: ["disc", "ring"] },
    ]);
    await origin.removeEntry("shapes", { recursive: true });
  });
});

test("predictPictures: everything that shows pixels gets the answer of rows prepared alike", async () => {
  const files = ["dim", "lit"].flatMap((name, c) =>
    Array.from({ length: 6 }, (_, n) => ({
      path: `set/${name}/${n}.png`,
      file: png(
        5 + n,
        4,
        3,
        noise((5 + n) * 12, n + 1).map((value) => (value >> 2) + 180 * c),
      ),
    })),
  );
  const tree = files.map(({ path, file }) =>
    Object.defineProperty(file, "webkitRelativePath", { value: path }),
  );
  const { train } = await openData(tree, { images: { size: { width: 4, height: 3 }, fit: "stretch" } });
  const model = sequential([flatten(), dense({ units: 2, activation: "softmax" })], { seed: 1 });
  model.compile({ optimizer: { name: "adam", learningRate: 0.05 }, loss: "categoricalCrossentropy" });
  await model.fit(train, { epochs: 10 });
  const file = png(
    9,
    6,
    3,
    noise(162).map((value) => (value >> 2) + 180),
  );
  const { data } = fitPicture(await pictureFrom(file), { width: 4, height: 3 }, "stretch");
  const [wanted] = model.predict({ data, shape: [1, 3, 4, 3] }).probabilities();
  expect(wanted!.lit).toBeGreaterThan(0.6);
  const [element, context] = canvas(9, 6);
  context.drawImage(await createImageBitmap(file), 0, 0);
  const answer = { class: "lit", probability: wanted!.lit, probabilities: wanted };
  for (const source of [file, element, context.getImageData(0, 0, 9, 6), await createImageBitmap(file)])
    expect(await predictPictures(model, source)).toEqual([answer]);
  expect(await predictPictures(model, [file, element])).toEqual([answer, answer]);
  // the one that is wrong is named
  await expect(predictPictures(model, [file, file, canvas(0, 3)[0]])).rejects.toThrow(
    "predictPictures: picture (picture 2)",
  );
  await expect(predictPictures(model, [file, new File(["hello"], "note.png")])).rejects.toThrow(
    "predictPictures: note.png (picture 1)",
  );
});

test("predictPictures: a digit as MNIST has them is taken as it is; another is prepared", async () => {
  const model = sequential([flatten(), dense({ units: 10, activation: "softmax" })], { seed: 1 });
  model.compile({ optimizer: "adam", loss: "categoricalCrossentropy" });
  await model.fit(digits({ samples: 100 }), { epochs: 1 });
  const wanted = (data: Uint8Array) => model.predict({ data, shape: [1, 28, 28, 1] }).probabilities();
  // not where prepareDigit() would put it, and no tone of it
  const ready = new Uint8Array(28 * 28);
  for (let y = 3; y < 15; y++) ready.fill(90 + 4 * y, y * 28 + 5, y * 28 + 8);
  const grey = { data: ready, width: 28, height: 28, channels: 1 as const };
  expect(prepareDigit(grey).picture.data).not.toEqual(ready);
  const [element, context] = canvas(28, 28);
  const shown = new ImageData(28, 28);
  ready.forEach((value, i) => shown.data.set([value, value, value, 255], 4 * i));
  context.putImageData(shown, 0, 0);
  const colour = ready.length * 3;
  const three = png(
    28,
    28,
    3,
    Uint8Array.from({ length: colour }, (_, i) => ready[Math.floor(i / 3)]!),
  );
  for (const source of [png(28, 28, 1, ready), three, element, shown])
    expect((await predictPictures(model, source))[0]!.probabilities).toEqual(wanted(ready)[0]);
  const paper = new Uint8Array(40 * 50).fill(230);
  for (let y = 10; y < 40; y++) paper.fill(30, y * 40 + 17, y * 40 + 22);
  const { picture } = prepareDigit({ data: paper, width: 40, height: 50, channels: 1 });
  expect((await predictPictures(model, png(40, 50, 1, paper)))[0]!.probabilities).toEqual(
    wanted(picture.data)[0],
  );
  await expect(
    predictPictures(model, [png(40, 50, 1, paper), png(9, 9, 1, new Uint8Array(81), "dark.png")]),
  ).rejects.toThrow("predictPictures: dark.png (picture 1): expected a digit that stands out");
});
