/** Ten logits for an image of a 5: what softmax makes of them, and what the answer costs. */
import { activation, sequential } from "nabla";
import { main } from "./main.mjs";

const logits = [4.1, 2.2, 2.9, -1.8, 2.5, 4.2, 3.3, -2.5, -1.5, 1.1];
const label = 5;

export async function run(print = console.log) {
  const model = sequential([activation({ activation: "softmax", inputShape: [10] })]);
  const p = [...model.predict([logits]).data];
  // a wrong class costs −log(1 − p), the right one −log p
  const costs = p.map((value, k) => -Math.log(k === label ? value : 1 - value));
  print("class   logit   softmax   binary cross-entropy");
  logits.forEach((z, k) => {
    print(
      `${String(k).padEnd(6)} ${z.toFixed(1).padStart(6)}   ${p[k].toFixed(4)}    ${costs[k].toFixed(4)}${k === label ? "   ← label" : ""}`,
    );
  });

  const summed = (await model.compile({ loss: "crossEntropy" }).evaluate([logits], [label])).loss;
  const categorical = (await model.compile({ loss: "categoricalCrossentropy" }).evaluate([logits], [label]))
    .loss;
  print(`summed over the classes ("crossEntropy"):         ${summed.toFixed(3)}`);
  print(`right class only ("categoricalCrossentropy"):     ${categorical.toFixed(3)}`);
  return { p, costs, summed, categorical };
}

await main(import.meta.url, run);
