/** Pictures to answers: prepared as those a model was trained on, from paths, URLs, bytes and pixels. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { encode } from "fast-png";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { pictureRow } from "../../src/cli/input/images.ts";
import { fitPicture, toChannels } from "../../src/data/index.ts";
import { describeExport } from "../../src/export/index.ts";
import { dense, flatten, type Model, sequential } from "../../src/index.ts";
import { decodeImage, loadModel, openData, predictPictures, saveModel } from "../../src/node/index.ts";
import { load as loadPredictor } from "../../src/predict/index.ts";

const folder = mkdtempSync(join(tmpdir(), "nabla-pictures-"));
afterAll(() => rmSync(folder, { recursive: true }));
const at = (name: string) => join(folder, name);

/** Bright or dark pictures, each of another size, in colour. */
function picture(bright: boolean, n: number): Uint8Array {
  const [width, height] = [9 + (n % 4), 7 + (n % 3)];
  const data = Uint8Array.from(
    { length: width * height * 3 },
    (_, i) => (bright ? 200 : 20) + ((i * 7 + n) % 50),
  );
  return encode({ width, height, channels: 3, data });
}

let model: Model;
beforeAll(async () => {
  for (const [name, bright] of [
    ["day", true],
    ["night", false],
  ] as const) {
    mkdirSync(at(`pets/${name}`), { recursive: true });
    for (let n = 0; n < 12; n++) writeFileSync(at(`pets/${name}/${n}.png`), picture(bright, n));
  }
  const { train } = await openData(at("pets"), { images: { size: { width: 6, height: 4 }, fit: "crop" } });
  const trained = sequential([flatten(), dense({ units: 2, activation: "softmax" })], { seed: 1 });
  trained.compile({ optimizer: { name: "adam", learningRate: 0.05 }, loss: "categoricalCrossentropy" });
  await trained.fit(train, { epochs: 20 });
  await saveModel(trained, at("pets.safetensors"));
  model = await loadModel(at("pets.safetensors"));
});

describe("a model of a folder of pictures", () => {
  test("gets what predict() gives for pictures prepared alike", async () => {
    const bytes = picture(false, 30);
    const row = fitPicture(decodeImage(bytes, "a"), { width: 6, height: 4 }, "crop");
    const [wanted] = model.predict({ data: row.data, shape: [1, 4, 6, 3] }).probabilities();
    const [answer] = await predictPictures(model, bytes);
    expect(answer).toEqual({ class: "night", probability: wanted!.night, probabilities: wanted });
    expect(answer!.probability).toBeGreaterThan(0.6);
  });

  test("takes paths, URLs, bytes and pixels, one or several; grey ones become colour", async () => {
    const path = at("pets/day/3.png");
    const pixels = decodeImage(picture(true, 3), "a");
    const [one] = await predictPictures(model, path);
    expect(one!.class).toBe("day");
    for (const same of [pathToFileURL(path), String(pathToFileURL(path)), picture(true, 3), pixels])
      expect(await predictPictures(model, same)).toEqual([one]);
    const grey = toChannels(pixels, 1);
    const [seen, greyed] = await predictPictures(model, [path, grey]);
    expect(seen).toEqual(one);
    expect(greyed!.class).toBe("day");
    expect([greyed]).toEqual(await predictPictures(model, toChannels(grey, 3)));
  });

  test("and its file says so to nabla/predict, the command line and exports", async () => {
    const { readFileSync } = await import("node:fs");
    const bytes = new Uint8Array(readFileSync(at("pets.safetensors")));
    const path = at("pets/night/2.png");
    const [answer] = await predictPictures(model, path);
    expect(await predictPictures(await loadPredictor(bytes), path)).toEqual([answer]);
    const { values } = pictureRow(model, picture(false, 2), "a");
    const [row] = model.predict({ data: values, shape: [1, 4, 6, 3] }).probabilities();
    expect(row).toEqual(answer!.probabilities);
    expect(describeExport(model).images).toEqual({ width: 6, height: 4, channels: 3, fit: "crop" });
  });

  test("what is no picture is refused by its name", async () => {
    writeFileSync(at("note.png"), "hello");
    await expect(predictPictures(model, at("note.png"))).rejects.toThrow(at("note.png"));
    await expect(predictPictures(model, at("none.png"))).rejects.toThrow("none.png");
    await expect(predictPictures(model, [at("pets/day/3.png"), Uint8Array.of(1, 2)])).rejects.toThrow(
      "predictPictures: picture 1",
    );
    await expect(predictPictures(model, "https://example.com/a.png")).rejects.toThrow("a.png");
    await expect(predictPictures(model, [])).rejects.toThrow("at least one picture");
    await expect(predictPictures(model, 3 as never)).rejects.toThrow("a path or a file: URL");
  });
});

describe("other models", () => {
  test("digits are prepared as those of MNIST", async () => {
    const { digits, prepareDigit } = await import("../../src/data/index.ts");
    const reader = sequential([flatten(), dense({ units: 10, activation: "softmax" })], { seed: 1 });
    reader.compile({ optimizer: "adam", loss: "categoricalCrossentropy" });
    await reader.fit(digits({ samples: 600 }), { epochs: 3 });
    // a dark stroke on paper
    const data = new Uint8Array(60 * 80).fill(230);
    for (let y = 15; y < 65; y++) data.fill(30, y * 60 + 27, y * 60 + 33);
    const scan = { data, width: 60, height: 80, channels: 1 as const };
    const [row] = reader
      .predict({ data: prepareDigit(scan).picture.data, shape: [1, 28, 28, 1] })
      .probabilities();
    expect((await predictPictures(reader, scan))[0]!.probabilities).toEqual(row);
    // one that is as MNIST's are is taken as it is, in one channel or three
    const ready = { data: new Uint8Array(28 * 28), width: 28, height: 28, channels: 1 as const };
    for (let y = 3; y < 15; y++) ready.data.fill(90 + 4 * y, y * 28 + 5, y * 28 + 8);
    const [taken] = reader.predict({ data: ready.data, shape: [1, 28, 28, 1] }).probabilities();
    for (const same of [ready, toChannels(ready, 3)])
      expect((await predictPictures(reader, same))[0]!.probabilities).toEqual(taken);
  });

  const trained = async (
    last: ReturnType<typeof dense>,
    x: Uint8Array | number[][],
    y: readonly unknown[],
  ) => {
    const made = sequential([flatten({ inputShape: [2, 2, 1] }), last], { seed: 1 });
    made.compile({ optimizer: "adam", loss: "meanSquaredError" });
    const rows = x instanceof Uint8Array ? x : Float32Array.from(x.flat());
    await made.fit({ data: rows, shape: [2, 2, 2, 1] }, y as never, { epochs: 1 });
    return made;
  };
  const grey = { data: Uint8Array.of(1, 2, 3, 4), width: 2, height: 2, channels: 1 as const };

  test("a quantity is a value; several are for predict()", async () => {
    const bytes = Uint8Array.of(0, 1, 2, 3, 4, 5, 6, 7);
    const one = await trained(dense({ units: 1 }), bytes, [0.5, 1]);
    const [value] = one.predict({ data: grey.data, shape: [1, 2, 2, 1] }).data;
    expect(await predictPictures(one, grey)).toEqual([{ value }]);
    const several = await trained(dense({ units: 2 }), bytes, [
      [1, 2],
      [3, 4],
    ]);
    await expect(predictPictures(several, grey)).rejects.toThrow(
      "several quantities, and no class: take predict()",
    );
  });

  test("nobody knows what their numbers were", async () => {
    const numbers = await trained(
      dense({ units: 1 }),
      [
        [0, 0.5, 1, 0.2],
        [0.3, 0.1, 0, 1],
      ],
      [0.5, 1],
    );
    await expect(predictPictures(numbers, grey)).rejects.toThrow(
      "trained on numbers, not on the bytes of pictures",
    );
    const fresh = sequential([flatten({ inputShape: [2, 2, 1] }), dense({ units: 1 })]);
    await expect(predictPictures(fresh, grey)).rejects.toThrow("the model was not trained");
    const table = sequential([dense({ units: 1, inputShape: [3] })]);
    await expect(predictPictures(table, grey)).rejects.toThrow("inputs [3], which are not pictures");
  });

  test("a file that says nonsense is refused", async () => {
    for (const images of [
      { width: 6, height: 4, channels: 3 },
      { width: 1e9, height: 4, channels: 3, fit: "pad" },
      3,
    ]) {
      const other = await loadModel(at("pets.safetensors"));
      other.metadata = { ...other.metadata, extra: { ...other.metadata.extra, images } };
      await expect(predictPictures(other, grey)).rejects.toThrow("extra.images");
    }
    const other = await loadModel(at("pets.safetensors"));
    other.metadata = {
      ...other.metadata,
      extra: { images: { width: 5, height: 4, channels: 3, fit: "pad" } },
    };
    await expect(predictPictures(other, grey)).rejects.toThrow("which are not pictures");
  });
});
