/** Layers without a nonlinearity add nothing: three of them are one matrix. */
import { dense, sequential } from "nabla";
import { main } from "./main.mjs";

/** The product of an [n, m] and an [m, p] matrix, row by row. */
function multiply(/** @type {Float32Array} */ a, /** @type {Float32Array} */ b, /** @type {number} */ m) {
  const n = a.length / m;
  const p = b.length / m;
  return Float32Array.from({ length: n * p }, (_, at) => {
    const [i, j] = [Math.floor(at / p), at % p];
    let sum = 0;
    for (let k = 0; k < m; k++) sum += a[i * m + k] * b[k * p + j];
    return sum;
  });
}

const distance = (/** @type {Float32Array} */ a, /** @type {Float32Array} */ b) =>
  Math.max(...a.map((value, i) => Math.abs(value - b[i])));

export async function run(print = console.log) {
  const layer = (/** @type {string} */ name, /** @type {number} */ units) =>
    dense({ name, units, useBias: false });
  const stack = sequential([layer("first", 5), layer("second", 4), layer("third", 2)], {
    inputShape: [3],
    seed: 1,
  });
  const w = stack.weights();
  const total = multiply(multiply(w["first.kernel"], w["second.kernel"], 5), w["third.kernel"], 4);
  print("W_total = W₁ W₂ W₃ =");
  for (let row = 0; row < 3; row++)
    print(`  ${[...total.subarray(2 * row, 2 * row + 2)].map((v) => v.toFixed(4).padStart(8)).join(" ")}`);

  const one = sequential([layer("only", 2)], { inputShape: [3] }).setWeights({ "only.kernel": total });
  const inputs = [
    [1, 0, 0],
    [0, 1, 0],
    [0, 0, 1],
    [0.5, -2, 3],
  ];
  const difference = distance(stack.predict(inputs).data, one.predict(inputs).data);
  const identity = distance(stack.predict(inputs.slice(0, 3)).data, total);
  print(`three layers against one, largest difference of outputs: ${difference.toExponential(1)}`);
  print(`the unit vectors through three layers are the rows of W_total, up to ${identity.toExponential(1)}`);
  return { total: [...total], difference, identity };
}

await main(import.meta.url, run);
