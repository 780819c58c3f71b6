// How well readDigits() reads numbers made of MNIST's test digits: see reading.md.
// node bench/reading.mjs MNIST-FOLDER MODEL… [--strips 1000]

import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";
import { readDigits } from "../build/index.js";
import { loadModel, openData } from "../build/node.js";
import { WHOLE } from "../scripts/defines.mjs";
import { distance, makeStrip } from "./strips.mjs";

export const KINDS = [
  ["1 to 6 columns between boxes", { gap: [1, 6] }],
  ["the same, heights × 0.7 to 1.4", { gap: [1, 6], scale: [0.7, 1.4] }],
  ["the same, noise σ = 20, dark on light", { gap: [1, 6], scale: [0.7, 1.4], noise: 20, dark: true }],
  ["0 columns between boxes", { gap: [0, 0] }],
  ["boxes overlap by 1 to 4", { gap: [-4, -1] }],
  ["the same, heights × 0.7 to 1.4", { gap: [-4, -1], scale: [0.7, 1.4] }],
  ["ink touches", { meet: true, gap: [0, 0] }],
  ["ink overlaps by 1 to 2", { meet: true, gap: [-2, -1] }],
];

/** Modules of src/ that the package does not show. */
export async function inner(code) {
  const root = join(fileURLToPath(import.meta.url), "../..");
  const { outputFiles } = await build({
    define: WHOLE,
    stdin: { contents: code, resolveDir: root },
    bundle: true,
    write: false,
    format: "esm",
  });
  return import(`data:text/javascript;base64,${Buffer.from(outputFiles[0].contents).toString("base64")}`);
}

/** All pictures and labels of a data set of images. */
export async function read(dataset) {
  const x = new Uint8Array(dataset.length * 784);
  const y = new Int32Array(dataset.length);
  await dataset.read(
    Uint32Array.from(y, (_, i) => i),
    x,
    y,
  );
  return { imageOf: (i) => x.subarray(i * 784, i * 784 + 784), labelOf: (i) => y[i], count: y.length };
}

/** @param place draws a digit that was cut out as MNIST has its own */
function measure(model, { imageOf, labelOf, count }, place, random, options, strips) {
  let [digits, wrong, numbers, lengths, milliseconds, sure] = [0, 0, 0, 0, 0, 0];
  let alone = 0;
  for (let s = 0; s < strips; s++) {
    const { text, picture, parts } = makeStrip(imageOf, labelOf, count, random, options);
    const start = performance.now();
    const found = readDigits(model, picture);
    milliseconds += performance.now() - start;
    digits += text.length;
    wrong += distance(text, found.text);
    numbers += text === found.text;
    lengths += text.length === found.text.length;
    sure += found.confidence;
    parts.forEach(({ image }, k) => {
      const x = new Uint8Array(784);
      place(image, x);
      alone += String(model.predict(x).argMax()[0]) === text[k];
    });
  }
  return {
    digits: 1 - wrong / digits,
    numbers: numbers / strips,
    lengths: lengths / strips,
    alone: alone / digits,
    sure: sure / strips,
    milliseconds: milliseconds / strips,
  };
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const words = process.argv.slice(2);
  const at = words.indexOf("--strips");
  const strips = at < 0 ? 1000 : Number(words.splice(at, 2)[1]);
  const [folder, ...models] = words;
  const { Stream, drawPiece } = await inner(
    'export { Stream } from "./src/math/random.ts"; export { drawPiece } from "./src/reading/pieces.ts";',
  );
  const place = ({ data, width, height }, out) =>
    drawPiece({ ink: { data: Float32Array.from(data, (v) => v / 255), width, height } }, out, 0);
  const { test } = await openData(folder);
  const images = await read(test);
  for (const path of models) {
    const model = await loadModel(path);
    console.log(`\n${path}, ${strips} strips of 3 to 6 digits a row\n`);
    console.log(
      "| strips | digits right | single digits right | numbers right | lengths right | mean confidence | ms |",
    );
    console.log("| --- | --- | --- | --- | --- | --- | --- |");
    KINDS.forEach(([name, options], k) => {
      const got = measure(model, images, place, new Stream(1, 4, k), options, strips);
      const percent = (share) => `${(100 * share).toFixed(2)} %`;
      console.log(
        `| ${name} | ${[got.digits, got.alone, got.numbers, got.lengths, got.sure].map(percent).join(" | ")} | ${got.milliseconds.toFixed(1)} |`,
      );
    });
  }
}
