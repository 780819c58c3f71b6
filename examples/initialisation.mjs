/** Initial weights: those that keep z in range for any number of inputs, and why zeros fail. */
import { dense, sequential } from "nabla";
import { xor } from "nabla/data";
import { main } from "./main.mjs";

/** @typedef {"gaussian" | "gaussianScaled" | "zeros" | "glorotUniform"} Initializer */

/**
 * Standard deviation of z over 1000 neurons that all see m ones.
 *
 * @param {Initializer} kernelInitializer
 * @param {number} m
 */
function spread(kernelInitializer, m) {
  const model = sequential([dense({ units: 1000, kernelInitializer, inputShape: [m] })], { seed: 1 });
  const z = model.predict(new Float32Array(m).fill(1)).data;
  return Math.sqrt(z.reduce((sum, v) => sum + v * v, 0) / z.length);
}

/**
 * XOR with four hidden neurons: what the neurons' weights are after training.
 *
 * @param {Initializer} kernelInitializer
 */
async function hidden(kernelInitializer) {
  const model = sequential(
    [
      dense({ name: "hidden", units: 4, activation: "sigmoid", kernelInitializer }),
      dense({ units: 1, activation: "sigmoid", kernelInitializer }),
    ],
    { seed: 1 },
  );
  model.compile({ loss: "binaryCrossentropy", optimizer: { name: "adam", learningRate: 0.05 } });
  await model.fit(xor(), { batchSize: 1, epochs: 300 });
  const kernel = model.weights()["hidden.kernel"];
  return { weights: [...kernel.subarray(0, 4)], loss: (await model.evaluate(xor())).loss };
}

export async function run(print = console.log) {
  const spreads = [10, 100, 1000].map((inputs) => ({
    inputs,
    plain: spread("gaussian", inputs),
    scaled: spread("gaussianScaled", inputs),
  }));
  print("spread of z     Gaussian(0, 1)   Gaussian(0, 1/m)");
  for (const { inputs, plain, scaled } of spreads) {
    print(
      `m = ${String(inputs).padStart(4)} inputs ${plain.toFixed(2).padStart(13)} ${scaled.toFixed(2).padStart(16)}`,
    );
  }
  const zeros = await hidden("zeros");
  const random = await hidden("glorotUniform");
  print("\nfirst input's weights to four hidden neurons after training on XOR:");
  for (const [name, { weights, loss }] of Object.entries({ zeros, random })) {
    print(
      `  from ${name.padEnd(6)} ${weights.map((w) => w.toFixed(3).padStart(6)).join("  ")}   loss ${loss.toFixed(3)}`,
    );
  }
  return { spreads, zeros, random };
}

await main(import.meta.url, run);
