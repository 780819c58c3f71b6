/** Digits squeezed into eight numbers and drawn again from them: an autoencoder, and PCA with as many components. */
import { dense, sequential } from "nabla";
import { digits } from "nabla/data";
import { main } from "./main.mjs";
import { pca, throughPca } from "./pca.mjs";

const SIZE = 28;
const PIXELS = SIZE * SIZE;
const CODE = 8;

/** Pictures as rows of 784 values from 0 to 1. @param {number} count @param {"train" | "test"} part */
function pictures(count, part) {
  const bytes = new Uint8Array(count * PIXELS);
  const rows = Uint32Array.from({ length: count }, (_, i) => i);
  digits({ samples: count, part }).read(rows, bytes, new Int32Array(count));
  return { data: Float32Array.from(bytes, (value) => value / 255), shape: [count, PIXELS] };
}

/** Every other row of pixels as text. @param {Float32Array} picture @param {number} y */
const line = (picture, y) =>
  [...picture.subarray(y * SIZE, (y + 1) * SIZE)]
    .map((value) => " .:+#"[Math.min(4, Math.max(0, Math.round(4 * value)))])
    .join("");

export async function run(print = console.log) {
  const train = pictures(3000, "train");
  const test = pictures(1000, "test");
  const layers = [
    dense({ units: 128, activation: "relu", inputShape: [PIXELS] }),
    dense({ units: CODE, name: "code" }),
    dense({ units: 128, activation: "relu" }),
    dense({ units: PIXELS, activation: "sigmoid" }),
  ];
  const model = sequential(layers, { seed: 1 });
  model.compile({ loss: "meanSquaredError", optimizer: { name: "adam", learningRate: 0.002 } });
  await model.fit(train, train, { epochs: 20 });
  const { loss } = await model.evaluate(test, test);

  const found = pca(train, CODE);
  let squares = 0;
  for (let at = 0; at < test.data.length; at += PIXELS) {
    const picture = test.data.subarray(at, at + PIXELS);
    throughPca(picture, found).forEach((value, i) => {
      squares += (value - picture[i]) ** 2;
    });
  }
  const pcaLoss = squares / test.data.length;

  const digit = test.data.subarray(5 * PIXELS, 6 * PIXELS);
  const drawn = [digit, model.predict([digit]).data, throughPca(digit, found)];
  for (let y = 0; y < SIZE; y += 2) print(drawn.map((picture) => line(picture, y)).join("|"));
  print(`a digit of the test part; from ${CODE} numbers by the autoencoder; by PCA`);
  print(`mean squared error: ${loss.toFixed(4)} autoencoder, ${pcaLoss.toFixed(4)} PCA`);
  const code = [...model.truncated("code").predict([digit]).data];
  print(`the ${CODE} numbers: ${code.map((value) => value.toFixed(1)).join(" ")}`);
  return { loss, pcaLoss, code };
}

await main(import.meta.url, run);
