// Writes interop.safetensors and interop-activations.safetensors beside this file: two small networks as Nabla saves
// them, the first in the middle of a training. Then run make_interop.py, which has PyTorch predict with them. Run by
// hand, after a build, and not for every change: that files written earlier still load is part of what the tests say.
import { writeFileSync } from "node:fs";
import { activation, dense, flatten, sequential } from "nabla";

/** @param {string} name @param {import("nabla").Model} model */
const write = (name, model) => writeFileSync(new URL(name, import.meta.url), model.save());

const classifier = sequential(
  [
    dense({ units: 9, activation: "relu", name: "first" }),
    dense({ units: 7, activation: "tanh" }),
    dense({ units: 5, activation: "softmax", name: "output" }),
  ],
  { seed: 12 },
);
const labels = Array.from({ length: 100 }, (_, i) => i % 5);
const rows = labels.map((label, i) =>
  Array.from({ length: 12 }, (_, j) => (j % 5 === label ? 1 : 0) + (((i * 31 + j * 17) % 64) - 32) / 64),
);
classifier.compile({ loss: "sparseCategoricalCrossentropy", optimizer: { name: "adam", learningRate: 0.02 } });
await classifier.fit(rows, labels, { epochs: 5, batchSize: 16 });
write("interop.safetensors", classifier);

/** @param {number} units @param {Parameters<typeof dense>[0]["activation"]} f */
const layer = (units, f) =>
  dense({ units, activation: f, kernelInitializer: "heNormal", biasInitializer: { name: "gaussian", mean: 0, stddev: 0.5 } });
const curves = sequential(
  [
    flatten(),
    layer(9, "gelu"),
    layer(10, { name: "elu", alpha: 0.7 }),
    layer(3, "silu"),
    layer(8, "softplus"),
    dense({ units: 5, useBias: false }),
    activation({ activation: { name: "leakyRelu", alpha: 0.2 } }),
    layer(7, "sigmoid"),
    layer(4, "gaussian"),
    layer(2, "linear"),
  ],
  { seed: 37, inputShape: [3, 4] },
);
write("interop-activations.safetensors", curves);
