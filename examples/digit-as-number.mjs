/** Why digits get ten outputs: with one output that names the digit, reading a 5 as a 4 costs less than reading it as a 9. */
import { activation, sequential } from "nabla";
import { main } from "./main.mjs";

const outputs = [0.79, 1.83, 2.54, 2.99, 3.45, 4.89, 5.32, 6.22, 7.13, 8.72];
const label = 5;

export async function run(print = console.log) {
  const model = sequential([activation({ activation: "linear", inputShape: [1] })]);
  model.compile({ loss: "meanSquaredError" });
  /** @type {number[]} */
  const errors = [];
  const { loss } = await model.evaluate(
    outputs,
    outputs.map(() => label),
    { onRow: (_, error) => errors.push(error) },
  );
  print(`squared errors against ${label}:`);
  outputs.forEach((output, i) => {
    print(`  ${output.toFixed(2)} → ${errors[i].toFixed(2).padStart(5)}`);
  });
  print(`mean ${loss.toFixed(2)}`);
  return { errors, loss };
}

await main(import.meta.url, run);
