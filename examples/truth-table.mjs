/** A truth table of three inputs learned exactly: M = A'BC' + A'BC + AB'C + ABC. */
import { dense, sequential } from "nabla";
import { truthTableM } from "nabla/data";
import { main } from "./main.mjs";

export async function run(print = console.log) {
  const table = truthTableM();
  const model = sequential(
    [dense({ units: 4, activation: "tanh" }), dense({ units: 1, activation: "sigmoid" })],
    { seed: 1 },
  );
  model.compile({ loss: "binaryCrossentropy", optimizer: { name: "adam", learningRate: 0.05 } });
  await model.fit(table, { batchSize: 8, epochs: 400 });

  const inputs = Array.from({ length: 8 }, (_, i) => [i >> 2, (i >> 1) & 1, i & 1]);
  const outputs = [...model.predict(inputs).data];
  const expected = inputs.map(([a, b, c]) =>
    (!a && b && !c) || (!a && b && c) || (a && !b && c) || (a && b && c) ? 1 : 0,
  );
  print("A B C   M   network");
  inputs.forEach((x, i) => {
    print(`${x.join(" ")}   ${expected[i]}   ${outputs[i].toFixed(3)}`);
  });
  const exact = outputs.every((a, i) => Math.round(a) === expected[i]);
  print(exact ? "every row right" : "not learned");
  return { outputs, expected, exact };
}

await main(import.meta.url, run);
