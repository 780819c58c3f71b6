/** Decoding, resizing and training on pictures: the same bits in Node and in every browser that runs this test. */
import { expect, test } from "vitest";
import { sha256Hex } from "../../../src/checkpoint/sha256.ts";
import { toChannels } from "../../../src/data/images/picture.ts";
import { fitPicture } from "../../../src/data/images/resize.ts";
import { dense, flatten, sequential, weightsSha256 } from "../../../src/index.ts";
import jpegs from "../../fixtures/jpegs/jpegs.json" with { type: "json" };
import { inlined } from "../../support/bytes.ts";
import { decoded } from "../../support/pictures/decode.ts";
import { writePng } from "../../support/pictures/png.ts";

const SIZE = { width: 12, height: 10 };

/** Rows of all JPEG files and of some PNG files. */
function rows(): Uint8Array[] {
  const files = jpegs.map(({ file }) => inlined(`data:;base64,${file}`));
  for (let depth = 1; depth <= 16; depth *= 2) {
    const samples = Array.from({ length: 35 * 21 }, (_, i) => (i * i * 7 + depth) % (1 << depth));
    files.push(writePng({ width: 35, height: 21, depth, colour: 0, samples, interlaced: depth % 3 === 1 }));
  }
  return files.map((file, i) => {
    const picture = toChannels(decoded(file), 3);
    return fitPicture(picture, SIZE, (["pad", "crop", "stretch"] as const)[i % 3]!).data;
  });
}

test("rows and trained weights are the same everywhere", async () => {
  const all = rows();
  const width = SIZE.width * SIZE.height * 3;
  const data = new Uint8Array(all.length * width);
  all.forEach((row, i) => {
    data.set(row, i * width);
  });
  expect(sha256Hex(data)).toBe(ROWS);
  const model = sequential(
    [flatten(), dense({ units: 8, activation: "tanh" }), dense({ units: 2, activation: "softmax" })],
    {
      seed: 3,
    },
  );
  model.compile({ loss: "categoricalCrossentropy", optimizer: "adam" });
  const x = { data, shape: [all.length, SIZE.height, SIZE.width, 3] };
  await model.fit(
    x,
    Int32Array.from({ length: all.length }, (_, i) => i & 1),
    { epochs: 3, batchSize: 16, worker: false },
  );
  expect(weightsSha256(model)).toBe(WEIGHTS);
});

const ROWS = "952a5f0bb292bf1e8df5d8d8fae78b92691feeea8c5d5a590d0fbcb4a781f446";
const WEIGHTS = "1c032dd3e33c4328a3f8506045247f9d45cee32fc5299aebbbb630b4fef88ea0";
