/** Is it a 9? One output that says so, ten outputs, or the digit in four binary digits: what each gets right. */
import { dense, flatten, sequential } from "nabla";
import { digits, labelsOf } from "nabla/data";
import { main } from "./main.mjs";

const train = digits({ samples: 6000, seed: 1 });
const test = digits({ samples: 1000, seed: 1, part: "test" });
const labels = labelsOf(test);

/**
 * The same images with the values `code` gives for their digit.
 *
 * @param {import("nabla").Dataset} data
 * @param {(digit: number) => number[]} code
 * @returns {import("nabla").Dataset}
 */
function coded(data, code) {
  const size = code(0).length;
  return {
    ...data,
    labels: undefined,
    target: { kind: "values", size },
    read(indices, x, y) {
      const digit = new Int32Array(indices.length);
      data.read(indices, x, digit);
      digit.forEach((d, row) => {
        y.set(code(d), row * size);
      });
    },
  };
}

const bits = (/** @type {number} */ digit) => [digit >> 3, (digit >> 2) & 1, (digit >> 1) & 1, digit & 1];

/**
 * Trains one network with these outputs; returns its answer to every test image.
 *
 * @param {(digit: number) => number[]} code
 * @param {(outputs: Float32Array) => number} answer
 */
async function answers(code, answer) {
  const outputs = dense({ units: code(0).length, activation: "sigmoid" });
  const model = sequential([flatten(), dense({ units: 64, activation: "sigmoid" }), outputs], { seed: 1 });
  model.compile({ loss: "crossEntropy", optimizer: { name: "adam", learningRate: 0.005 } });
  await model.fit(coded(train, code), { batchSize: 32, epochs: 10 });
  /** @type {number[]} */
  const given = [];
  await model.evaluate(coded(test, code), { onRow: (_, _loss, a) => given.push(answer(a)) });
  return given;
}

export async function run(print = console.log) {
  const one = await answers(
    (digit) => [digit === 9 ? 1 : 0],
    ([a]) => (a > 0.5 ? 9 : -1),
  );
  const ten = await answers(
    (digit) => Array.from({ length: 10 }, (_, k) => (k === digit ? 1 : 0)),
    (a) => a.indexOf(Math.max(...a)),
  );
  const four = await answers(bits, (a) => a.reduce((number, bit) => 2 * number + (bit > 0.5 ? 1 : 0), 0));

  const nine = (/** @type {number[]} */ given) =>
    given.filter((a, i) => (a === 9) === (labels[i] === 9)).length / given.length;
  const which = (/** @type {number[]} */ given) =>
    given.filter((a, i) => a === labels[i]).length / given.length;
  const result = {
    one: { nine: nine(one) },
    ten: { nine: nine(ten), which: which(ten) },
    four: { nine: nine(four), which: which(four) },
    never: { nine: nine(one.map(() => -1)) },
  };
  const percent = (/** @type {number} */ v) => `${(100 * v).toFixed(1)} %`.padStart(8);
  print("outputs              is it a 9?   which digit?");
  print(`one, above 0.5       ${percent(result.one.nine)}           –`);
  print(`ten, the largest     ${percent(result.ten.nine)}     ${percent(result.ten.which)}`);
  print(`four binary digits   ${percent(result.four.nine)}     ${percent(result.four.which)}`);
  print(`(always "no"         ${percent(result.never.nine)})`);
  return result;
}

await main(import.meta.url, run);
