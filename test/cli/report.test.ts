/** Pictures of the report, decoded again: filters, maps of layers, what mistakes depend on. */
import { readFileSync } from "node:fs";
import { decode } from "fast-png";
import { afterAll, expect, test } from "vitest";
import {
  activation,
  arrayDataset,
  batchNormalization,
  conv2d,
  dense,
  flatten,
  maxPooling2d,
  reshape,
  sequential,
} from "../../src/index.ts";
import { examine } from "../../src/report/examine.ts";
import { mapSection, saliencyOf, weightSection } from "../../src/report/page/pictures.ts";
import { done, workplace } from "./support.ts";

const place = workplace();
afterAll(place.remove);

/** Every image of a piece of HTML: its alternative text and pixels. */
const pictures = (html: string) =>
  [...html.matchAll(/<img alt="([^"]*)"[^>]* src="data:image\/png;base64,([^"]+)"/g)].map(([, alt, data]) => {
    const { width, height, channels, data: bytes } = decode(Buffer.from(data!, "base64"));
    const pixel = (x: number, y: number) =>
      Array.from(bytes.subarray((y * width + x) * channels, (y * width + x + 1) * channels));
    return { alt, width, height, channels, pixel };
  });

const SHAPE = [6, 7, 1];
/** Rows 0 to 5 of classes 2, 1, 0, 2, 1, 0: row r has pixel r bright. */
const data = arrayDataset(
  Uint8Array.from({ length: 6 * 42 }, (_, i) => (i % 42 === Math.floor(i / 42) ? 250 : 0)),
  [2, 1, 0, 2, 1, 0],
  { inputShape: SHAPE, classes: 3 },
);
const network = () =>
  sequential(
    [
      conv2d({ filters: 2, kernelSize: 3, activation: "relu", name: "look" }),
      batchNormalization(),
      activation({ activation: "relu", name: "seen" }),
      maxPooling2d({ poolSize: [2, 5], name: "pool" }),
      flatten(),
      dense({ units: 3, activation: "softmax" }),
    ],
    { seed: 1, inputShape: SHAPE },
  ).compile({ optimizer: "sgd", loss: "categoricalCrossentropy", metrics: ["accuracy"] });

test("filters: red for weights above zero, blue for those below, the smaller the paler", () => {
  const kernel = new Float32Array(18);
  kernel[0] = 1; // pixel 0 of filter 0
  kernel[2 * 4 + 1] = -1; // the middle of filter 1
  kernel[2 * 4] = 0.5;
  const shown = pictures(weightSection(network().setWeights({ "look.kernel": kernel })));
  expect(shown.map(({ alt, width, height }) => [alt, width, height])).toEqual([
    ["filter 0", 3, 3],
    ["filter 1", 3, 3],
  ]);
  const red = [222, 73, 46];
  expect(shown[0]!.pixel(0, 0).slice(0, 3)).toEqual(red);
  expect(shown[0]!.pixel(1, 1)).toEqual([...red, 255]);
  expect(shown[0]!.pixel(2, 0)[3]).toBe(0);
  expect(shown[1]!.pixel(1, 1).slice(0, 3)).toEqual([59, 118, 219]);
});

test("filters over three channels are colours around grey; over windows of one pixel there are none", () => {
  const layers = (kernelSize: number) => [
    conv2d({ filters: 1, kernelSize, name: "c" }),
    flatten(),
    dense({ units: 2 }),
  ];
  const model = sequential(layers(2), { inputShape: [4, 4, 3] });
  model.setWeights({ "c.kernel": [1, 0, 0, 0, -1, 0, 0, 0, 0, 1, 1, 1] });
  const [picture] = pictures(weightSection(model));
  expect([picture!.pixel(0, 0), picture!.pixel(1, 0), picture!.pixel(0, 1), picture!.pixel(1, 1)]).toEqual([
    [255, 128, 128],
    [128, 0, 128],
    [128, 128, 128],
    [255, 255, 255],
  ]);
  expect(weightSection(sequential(layers(1), { inputShape: [4, 4, 3] }))).toBe("");
});

test("maps: the first row of each class, its input, then each layer's outputs with what finishes them", async () => {
  const model = network();
  const html = await mapSection(model, data, ["<zero>", "one", "two"]);
  expect(html).not.toContain("<zero>");
  expect([...html.matchAll(/<th scope="col">(\w+)/g)].map(([, name]) => name)).toEqual([
    "input",
    "seen",
    "pool",
  ]);
  const shown = pictures(html);
  expect(shown.map(({ alt }) => alt)).toEqual(
    ["&lt;zero&gt;", "one", "two"].flatMap((name) => [
      `input ${name}`,
      `maps of seen for ${name}`,
      `maps of pool for ${name}`,
    ]),
  );
  // the first rows of classes 0, 1, 2 are rows 2, 1, 0
  expect([shown[0]!.pixel(2, 0), shown[0]!.pixel(1, 0), shown[3]!.pixel(1, 0)]).toEqual([[250], [0], [250]]);
  const want = model.truncated("seen").predict(data).row(2);
  const [low, high] = [Math.min(...want), Math.max(...want)];
  expect(high).toBeGreaterThan(low);
  const maps = shown[1]!;
  expect([maps.width, maps.height]).toEqual([5 + 1 + 5, 4]);
  for (let y = 0; y < 4; y++)
    for (let x = 0; x < 5; x++)
      for (let c = 0; c < 2; c++) {
        const grey = Math.round((255 * (want[(y * 5 + x) * 2 + c]! - low)) / (high - low));
        expect(maps.pixel(x + 6 * c, y)).toEqual([grey, grey, grey, 255]);
      }
  expect(maps.pixel(5, 0)[3]).toBe(0); // the gap
});

test("maps: of many channels some, of networks without convolutions none", async () => {
  const many = sequential(
    [
      reshape({ targetShape: [6, 7, 1] }),
      conv2d({ filters: 50, kernelSize: 6 }),
      flatten(),
      dense({ units: 3 }),
    ],
    { inputShape: [6, 7] },
  );
  const flat = { ...data, inputShape: [6, 7] };
  const html = await mapSection(many, flat, ["0", "1", "2"]);
  expect(html).toContain("1 × 2, 36 of 50 maps");
  expect(pictures(html)[1]).toMatchObject({ width: 6 * 3 - 1, height: 6 * 2 - 1 });
  const none = sequential([flatten(), dense({ units: 3 })], { inputShape: SHAPE });
  expect(await mapSection(none, data, ["0", "1", "2"])).toBe("");
});

test("what a mistake depends on: the pixels with a weight, by its size", async () => {
  const kernel = new Float32Array(42 * 3);
  kernel.set([4, 0, -4], 9 * 3); // pixel (2, 1)
  kernel.set([2, 0, -2], 30 * 3); // pixel (2, 4)
  kernel.set([-1, 0, 1], 41 * 3); // pixel (6, 5)
  const model = sequential([flatten(), dense({ units: 3, activation: "softmax", name: "d" })], {
    inputShape: SHAPE,
  }).compile({ optimizer: "sgd", loss: "categoricalCrossentropy", metrics: ["accuracy"] });
  model.setWeights({ "d.kernel": kernel, "d.bias": [0, 0.1, 0] });
  const examination = await examine(model, data, { mistakes: 24 });
  expect(examination.mistakes).toHaveLength(4);
  const shown = pictures(
    (await saliencyOf(model, data, examination)).map((src) => `<img alt="" src="${src}">`).join(""),
  );
  expect(shown).toHaveLength(4);
  for (const { width, height, pixel } of shown) {
    expect([width, height]).toEqual([7, 6]);
    expect(pixel(2, 1)[3]).toBe(255);
    expect(pixel(0, 0)[3]).toBe(0);
    // of 42 values the second is the full colour, so that one alone does not make all others pale
    expect(pixel(2, 4)[3]).toBe(255);
    expect(pixel(6, 5)[3]).toBe(128);
  }
});

test("of several channels the one with the largest gradient counts, whichever its sign", async () => {
  const kernel = new Float32Array(48 * 3);
  kernel.set([4, 0, -4], (5 * 3 + 1) * 3); // pixel (1, 1), channel 1
  const model = sequential([flatten(), dense({ units: 3, activation: "softmax", name: "d" })], {
    inputShape: [4, 4, 3],
  }).compile({ optimizer: "sgd", loss: "categoricalCrossentropy", metrics: ["accuracy"] });
  model.setWeights({ "d.kernel": kernel, "d.bias": [0, 1, 0] });
  const dark = arrayDataset(new Uint8Array(2 * 48), [0, 2], { inputShape: [4, 4, 3], classes: 3 });
  const sources = await saliencyOf(model, dark, await examine(model, dark, { mistakes: 24 }));
  const shown = pictures(sources.map((src) => `<img alt="" src="${src}">`).join(""));
  expect(shown.map(({ pixel }) => [pixel(1, 1)[3], pixel(1, 0)[3]])).toEqual([
    [255, 0],
    [255, 0],
  ]);
});

test("what has no gradient has no such picture", async () => {
  const model = sequential([flatten(), dense({ units: 3, activation: "step" })], {
    seed: 1,
    inputShape: SHAPE,
  }).compile({ optimizer: "sgd", loss: "perceptron", metrics: ["accuracy"] });
  const examination = await examine(model, data, { mistakes: 24 });
  expect(examination.mistakes.length).toBeGreaterThan(0);
  expect(await saliencyOf(model, data, examination)).toEqual([]);
});

test("the page of a convolutional network has all of them, and fetches nothing", async () => {
  const args = ["train", "digits", "--samples", "60", "--model", "cnn", "--epochs", "1", "--test-each-epoch"];
  done(await place.run([...args, "--report", "cnn.html"]));
  const page = readFileSync(place.path("cnn.html"), "utf8");
  for (const title of ["Worst mistakes", "Filters of the first layer", "What the layers see"])
    expect(page).toContain(`<h2>${title}</h2>`);
  expect(page).toContain("the size of the loss's gradient".replace("'", "&#39;"));
  expect(page).toContain('"label":"test"');
  expect(page).not.toMatch(/(src|href)="(?!data:)/);
});
