/** Two pictures, one answer: is the digit on the left the larger one? The same layers look at both pictures. */
import { concatenate, conv2d, dense, flatten, input, maxPooling2d, model } from "nabla";
import { digits } from "nabla/data";
import { main } from "./main.mjs";
import { randomNumbers } from "./random.mjs";

/** Pairs of different digits; the only label is which one is larger. @param {number} count @param {"train" | "test"} part */
function pairs(count, part) {
  const set = digits({ samples: 2 * count, part });
  const random = randomNumbers(part === "train" ? 1 : 2);
  // picture number n is of the digit n mod 10
  const rows = Array.from({ length: count }, (_, i) => {
    const left = Math.floor(10 * random());
    const right = (left + 1 + Math.floor(9 * random())) % 10;
    const ten = 10 * Math.floor(i / 5);
    return { left: ten + left, right: ten + right };
  });
  /** @param {"left" | "right"} side */
  const pictures = (side) => {
    const data = new Uint8Array(count * 784);
    set.read(
      Uint32Array.from(rows, (row) => row[side]),
      data,
      new Int32Array(count),
    );
    return { data, shape: [count, 28, 28, 1] };
  };
  const larger = Uint8Array.from(rows, ({ left, right }) => Number(left % 10 > right % 10));
  const digitsOf = rows.map(({ left, right }) => ({ left: left % 10, right: right % 10 }));
  return { x: { left: pictures("left"), right: pictures("right") }, larger, digits: digitsOf };
}

/** The same four layers for each picture it is called with, so their weights are learned from both. */
function tower() {
  const layers = [
    conv2d({ filters: 8, kernelSize: 5, strides: 2, activation: "relu" }),
    maxPooling2d(),
    flatten(),
    dense({ units: 32, activation: "relu" }),
  ];
  /** @param {import("nabla").SymbolicTensor} picture */
  return (picture) => layers.reduce((x, layer) => layer.apply(x), picture);
}

/** @param {string[]} names of the pictures that the network sees */
function network(names) {
  const inputs = names.map((name) => input({ shape: [28, 28, 1], name }));
  const seen = inputs.map(tower());
  const all = seen.length > 1 ? concatenate().apply(seen) : seen[0];
  const hidden = dense({ units: 32, activation: "relu" }).apply(all);
  const outputs = dense({ units: 1, activation: "sigmoid", name: "larger" }).apply(hidden);
  return model({ inputs, outputs, seed: 1 }).compile({
    loss: "binaryCrossentropy",
    optimizer: { name: "adam", learningRate: 0.003 },
    metrics: ["accuracy"],
  });
}

export async function run(print = console.log) {
  const train = pairs(6000, "train");
  const test = pairs(1000, "test");
  const one = network(["left"]);
  await one.fit({ left: train.x.left }, train.larger, { epochs: 8 });
  const alone = (await one.evaluate({ left: test.x.left }, test.larger)).accuracy;

  const two = network(["left", "right"]);
  await two.fit(train.x, train.larger, { epochs: 8 });
  const { accuracy } = await two.evaluate(test.x, test.larger);
  print(two.summary());
  const chances = two.predict(test.x).data;
  for (let row = 0; row < 5; row++) {
    const { left, right } = test.digits[row];
    print(`${left} ${left > right ? ">" : "<"} ${right}   the chance of ">" is ${chances[row].toFixed(3)}`);
  }
  print(`from both pictures ${(100 * accuracy).toFixed(1)} % of new pairs are right,`);
  print(`from the left one alone ${(100 * alone).toFixed(1)} % (who knows it can be right in 77.8 %)`);
  return { accuracy, alone };
}

await main(import.meta.url, run);
