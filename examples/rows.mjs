/**
 * Pictures read row by row: the 28 rows of a digit are the 28 steps of an LSTM, as words are of a sentence. `node examples/rows.mjs FOLDER` reads
 * the files of MNIST; without a folder it learns digits that the library draws.
 */
import { dense, lstm, reshape, sequential } from "nabla";
import { digits, splitDataset } from "nabla/data";
import { main } from "./main.mjs";

/**
 * @typedef {import("nabla/data").Dataset} Data
 * @param {{ train: Data, test?: Data }} [given]
 */
export async function run(print = console.log, given) {
  const [drawn, unseen] = given ? [] : splitDataset(digits({ samples: 3000 }), 0.1);
  const { train, test = train } = given ?? { train: /** @type {Data} */ (drawn), test: unseen };
  const units = given ? 96 : 40;
  const layers = [
    reshape({ targetShape: [28, 28] }),
    lstm({ units }),
    dense({ units: 10, activation: "softmax" }),
  ];
  const model = sequential(layers, { seed: 1 });
  model.compile({
    optimizer: { name: "adam", learningRate: given ? 0.003 : 0.01, clipNorm: 1 },
    schedule: "cosine",
    loss: "categoricalCrossentropy",
    metrics: ["accuracy"],
  });
  await model.fit(train, { epochs: given ? 6 : 12, batchSize: given ? 64 : 32 });
  const { accuracy } = await model.evaluate(test);
  print(`${test.length} new digits, read row by row: ${(100 * accuracy).toFixed(2)} % right`);
  return { accuracy };
}

await main(import.meta.url, async () => {
  const folder = process.argv[2];
  if (folder === undefined) return run();
  const { openData } = await import("nabla/node");
  const found = await run(console.log, await openData(folder));
  // what the example is there for
  if (!(found.accuracy >= 0.985)) throw new Error(`expected 98.5 % or more, got ${100 * found.accuracy} %`);
  return found;
});
