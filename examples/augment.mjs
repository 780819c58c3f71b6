/** One digit as training sees it, changed in every epoch, and how much that helps with digits the network has not seen. */
import { augment, dense, flatten, sequential, shifted } from "nabla";
import { digits } from "nabla/data";
import { main } from "./main.mjs";

const train = digits({ samples: 300, seed: 1 });
const test = digits({ samples: 1000, seed: 1, part: "test" });
const ways = {
  shift: { shift: 3 },
  rotate: { rotate: 25 },
  elastic: { elastic: true },
  cutout: { cutout: 9 },
  all: { shift: 3, rotate: 15, scale: 0.1, elastic: true },
};

/**
 * Row `row` as epoch `epoch` of a training reads it, or as it is.
 *
 * @param {import("nabla").Dataset} data
 * @param {number} row
 * @param {number} [epoch]
 */
function image(data, row, epoch) {
  const x = new Uint8Array(28 * 28);
  data.read(Uint32Array.of(row), x, new Int32Array(1), epoch);
  return x;
}

/** @param {Uint8Array[]} images next to each other, without every other line of pixels */
const drawn = (images) =>
  Array.from({ length: 14 }, (_, line) =>
    images
      .map((x) =>
        Array.from(x.subarray(56 * line, 56 * line + 28), (v) => " .:*#"[Math.ceil(v / 64)]).join(""),
      )
      .join(" ")
      .trimEnd(),
  ).join("\n");

/**
 * Accuracy on new digits after 3000 steps of 20 images.
 *
 * @param {import("nabla").Dataset} data
 */
async function accuracy(data) {
  const layers = [
    flatten(),
    dense({ units: 50, activation: "relu" }),
    dense({ units: 10, activation: "softmax" }),
  ];
  const model = sequential(layers, { seed: 1 });
  model.compile({ loss: "categoricalCrossentropy", metrics: ["accuracy"] });
  await model.fit(data, { batchSize: 20, epochs: (3000 * 20) / data.length });
  return (await model.evaluate(test)).accuracy;
}

export async function run(print = console.log) {
  const row = 4;
  /** @type {Record<string, Uint8Array[]>} */
  const variants = {};
  for (const [name, options] of Object.entries(ways)) {
    const data = augment(train, options);
    variants[name] = [0, 1, 2].map((epoch) => image(data, row, epoch));
    print(`${name}: as it is, and in epochs 1, 2, 3`);
    print(drawn([image(data, row), ...variants[name]]));
  }
  const result = {
    variants,
    plain: await accuracy(train),
    shifted: await accuracy(shifted(train)),
    augmented: await accuracy(augment(train, ways.all)),
  };
  const percent = (/** @type {number} */ v) => `${(100 * v).toFixed(1)} %`;
  print("new digits told rightly after 3000 steps of 20 images each, from");
  print(`300 images                               ${percent(result.plain)}`);
  print(`300 images and four shifted copies each  ${percent(result.shifted)}`);
  print(`300 images, others every epoch           ${percent(result.augmented)}`);
  return result;
}

await main(import.meta.url, run);
