/**
 * A GRU that reads Moby-Dick character by character, and is asked at every one for the next: how many bits does that take on pages it has not
 * seen, beside a 3-gram, which counts what follows each pair of characters? Then it writes.
 */
import { dense, embedding, gru, sequential } from "nabla";
import { generate, ngramBits, textSplit } from "nabla/sequences";
import { main } from "./main.mjs";

/** The first chapters, from wherever this file is. */
async function chapters() {
  const { readFile } = await import("node:fs/promises");
  return readFile(new URL("texts/moby-dick.txt", import.meta.url), "utf8");
}

/** @param {{ units?: number, epochs?: number, learningRate?: number }} [smaller] */
export async function run(print = console.log, smaller = {}) {
  const { units = 128, epochs = 16, learningRate = 0.01 } = smaller;
  const options = /** @type {const} */ ({ length: 64, encoding: "ids", targets: "each" });
  const { train, test, vocabulary, trainIds, testIds } = textSplit(await chapters(), options);
  if (!test) throw new Error("nothing to test with");
  print(
    `${trainIds.length} characters to learn from, ${testIds.length} to test with, ${vocabulary.size - 1} of them different`,
  );
  const model = sequential(
    [
      embedding({ inputDim: vocabulary.size, outputDim: 32 }),
      gru({ units, returnSequences: true }),
      dense({ units: vocabulary.size, activation: "softmax" }),
    ],
    { seed: 1 },
  );
  model.compile({
    optimizer: { name: "adam", learningRate, clipNorm: 1 },
    schedule: "cosine",
    loss: "sparseCategoricalCrossentropy",
  });
  await model.fit(train, { epochs, batchSize: 16 });
  const bits = (await model.evaluate(test)).loss / Math.LN2;
  const [counted, four] = [3, 4].map((n) => ngramBits(trainIds, testIds, vocabulary.size, n));
  print(
    `bits per character: GRU ${bits.toFixed(3)}, 3-gram ${counted.toFixed(3)}, 4-gram ${four.toFixed(3)}`,
  );
  const text = generate(model, { seedText: "The whale ", length: 160, temperature: 0.6, seed: 1 });
  print(`The whale ${text}`);
  return { bits, counted, text };
}

await main(import.meta.url, async () => {
  const found = await run();
  // what the example is there for
  if (!(found.bits < found.counted - 0.4))
    throw new Error(`expected 0.4 bits less than by counting, got ${found.bits} beside ${found.counted}`);
  return found;
});
