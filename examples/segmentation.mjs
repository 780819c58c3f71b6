/** Which pixels are a disc, which a square? A small U-Net gives every pixel a class. */
import {
  activation,
  arrayDataset,
  batchNormalization,
  concatenate,
  conv2d,
  input,
  maxPooling2d,
  model,
  upSampling2d,
} from "nabla";
import { main } from "./main.mjs";
import { randomNumbers } from "./random.mjs";

const SIZE = 24;
const names = ["background", "disc", "square"];

/** Noisy pictures with one or two shapes, which do not overlap. @param {number} count @param {number} seed */
function shapes(count, seed) {
  const random = randomNumbers(seed);
  const labels = new Int32Array(count * SIZE * SIZE);
  const data = Float32Array.from(labels, () => 0.3 * random());
  for (let k = 0; k < 2 * count; k++) {
    const [square, grey, radius] = [random() < 0.5, 0.4 + 0.4 * random(), 3 + 3 * random()];
    const [x, y] = [0, 0].map(() => radius + random() * (SIZE - 1 - 2 * radius));
    const pixels = Array.from({ length: SIZE * SIZE }, (_, i) => i).filter((i) => {
      const [dx, dy] = [Math.abs((i % SIZE) - x), Math.abs(Math.floor(i / SIZE) - y)];
      return square ? Math.max(dx, dy) < radius : dx * dx + dy * dy < radius * radius;
    });
    const picture = (k >> 1) * SIZE * SIZE;
    if (pixels.some((i) => labels[picture + i] > 0)) continue; // there is the first one
    for (const i of pixels) {
      labels[picture + i] = square ? 2 : 1;
      data[picture + i] = grey + 0.3 * random();
    }
  }
  const y = { data: labels, shape: [count, SIZE, SIZE] };
  return { set: arrayDataset({ data, shape: [count, SIZE, SIZE, 1] }, y), data, labels };
}

/** A convolution, normalised, then ReLU. @param {number} filters @param {import("nabla").SymbolicTensor} x */
function conv(filters, x) {
  const z = conv2d({ filters, kernelSize: 3, padding: "same", useBias: false }).apply(x);
  return activation({ activation: "relu" }).apply(batchNormalization({ momentum: 0.9 }).apply(z));
}

/** Down to a quarter of the size and up again. What was seen on the way down is put beside what comes up: that keeps edges sharp. */
function unet() {
  const picture = input({ shape: [SIZE, SIZE, 1] });
  const fine = conv(8, picture);
  const middle = conv(16, maxPooling2d().apply(fine));
  const coarse = conv(32, conv(32, maxPooling2d().apply(middle)));
  const up = conv(16, concatenate().apply([upSampling2d().apply(coarse), middle]));
  const top = conv(8, concatenate().apply([upSampling2d().apply(up), fine]));
  const classes = conv2d({ filters: 3, kernelSize: 1, activation: "softmax" }).apply(top);
  return model({ inputs: picture, outputs: classes, seed: 1 });
}

/** @param {ArrayLike<number>} picture @param {number} row */
const line = (picture, row) =>
  Array.from({ length: SIZE }, (_, x) => ".o#"[picture[row * SIZE + x]]).join("");

export async function run(print = console.log) {
  const net = unet();
  const optimizer = /** @type {const} */ ({ name: "adam", learningRate: 0.01 });
  net.compile({ loss: "categoricalCrossentropy", optimizer, schedule: "cosine" });
  await net.fit(shapes(2000, 1).set, { epochs: 5 });

  const { set, data, labels } = shapes(300, 2);
  const { counts } = await net.confusionMatrix(set); // of pixels: counts[true][predicted]
  // intersection over union: of the pixels that are of a class or taken for it, the share that are both
  const iou = counts.map(
    (row, c) => row[c] / counts.reduce((sum, other, d) => sum + row[d] + other[c], -row[c]),
  );
  const meanIoU = iou.reduce((a, b) => a + b) / iou.length;

  const first = { data: data.slice(0, SIZE * SIZE), shape: [1, SIZE, SIZE, 1] };
  const classes = net.predict(first).argMax();
  for (let row = 0; row < SIZE; row++) print(`${line(labels, row)}   ${line(classes, row)}`);
  print(
    `new pictures: IoU of ${names.map((name, c) => `${name} ${iou[c].toFixed(3)}`).join(", ")}; mean ${meanIoU.toFixed(3)}`,
  );
  return { iou, meanIoU };
}

await main(import.meta.url, run);
