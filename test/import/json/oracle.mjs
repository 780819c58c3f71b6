// Networks of brain.js and ConvNetJS with what they make of inputs. `node test/import/json/oracle.mjs` writes nets.json with the libraries that
// `node scripts/tools.mjs interop` installs: brain.js 1.6.1 and 2.0.0-beta.24, convnetjs 0.3.0.
import { writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { fileURLToPath } from "node:url";

const from = createRequire(new URL("../../../build/tools/interop/package.json", import.meta.url));
/** @type {(name: string) => any} */
const use = (name) => from(name);

/** @param {() => number} random */
function brains(random) {
  const nets = [];
  const xor = [
    { input: [0, 0], output: [0] },
    { input: [0, 1], output: [1] },
    { input: [1, 0], output: [1] },
    { input: [1, 1], output: [0] },
  ];
  const named = [
    { input: { r: 0.1, g: 0.7, b: 0.2 }, output: { light: 1, dark: 0 } },
    { input: { r: 0.9, g: 0.1, b: 0.5 }, output: { light: 0, dark: 1 } },
  ];
  for (const library of ["brain.js", "brain.js-2"]) {
    const { NeuralNetwork } = use(library);
    for (const activation of ["sigmoid", "relu", "leaky-relu", "tanh"]) {
      const net = new NeuralNetwork({ hiddenLayers: [3, 4], activation });
      net.train(xor, { iterations: 30 });
      const inputs = Array.from({ length: 4 }, () => [random() * 4 - 2, random() * 4 - 2]);
      const outputs = inputs.map((x) => [...net.run(x)]);
      nets.push({ name: `${library} ${activation}`, json: net.toJSON(), inputs, outputs });
    }
    const net = new NeuralNetwork({ hiddenLayers: [3] });
    net.train(named, { iterations: 30 });
    const inputs = [[0.3, 0.6, 0.9]];
    const { light, dark } = net.run({ r: 0.3, g: 0.6, b: 0.9 });
    nets.push({ name: `${library} names`, json: net.toJSON(), inputs, outputs: [[light, dark]] });
  }
  return nets;
}

function recurrent() {
  const { recurrent } = use("brain.js-2");
  return Object.entries({ LSTM: ["ab", "ba"], GRU: ["ab", "ba"], RNNTimeStep: [[0.1, 0.2, 0.3]] }).map(
    ([kind, data]) => {
      const net = new recurrent[kind]({ hiddenLayers: [2], inputSize: 1, outputSize: 1 });
      net.train(data, { iterations: 2 });
      return { name: kind, json: net.toJSON() };
    },
  );
}

/** @param {() => number} random */
function convnets(random) {
  const { Net, Vol } = use("convnetjs");
  const image = { type: "input", out_sx: 6, out_sy: 5, out_depth: 2 };
  /** @type {Record<string, any[]>} */
  const lists = {
    classifier: [
      image,
      { type: "conv", sx: 3, sy: 2, filters: 4, stride: 1, pad: 1, activation: "relu" },
      { type: "pool", sx: 2, stride: 2 },
      { type: "conv", sx: 2, filters: 3, stride: 2, activation: "tanh" },
      { type: "fc", num_neurons: 5, activation: "sigmoid" },
      { type: "softmax", num_classes: 3 },
    ],
    maxout: [
      image,
      { type: "conv", sx: 3, filters: 6, stride: 1, activation: "maxout", group_size: 3 },
      { type: "pool", sx: 3, sy: 2, stride: 1, pad: 1 },
      { type: "fc", num_neurons: 8, activation: "maxout" },
      { type: "svm", num_classes: 2 },
    ],
    regression: [
      { type: "input", out_sx: 1, out_sy: 1, out_depth: 4 },
      { type: "fc", num_neurons: 6, activation: "relu", drop_prob: 0.3 },
      { type: "regression", num_neurons: 2 },
    ],
  };
  return Object.entries(lists).map(([name, list]) => {
    const net = new Net();
    net.makeLayers(list);
    for (const layer of net.layers) {
      for (const { w } of [...(layer.filters ?? []), ...(layer.biases ? [layer.biases] : [])])
        for (let i = 0; i < w.length; i++) w[i] += (random() - 0.5) / 2;
    }
    const { out_sx: width, out_sy: height, out_depth: depth } = list[0];
    const inputs = [0, 1].map(() => Array.from({ length: width * height * depth }, () => random() * 2 - 1));
    const outputs = inputs.map((values) => {
      const x = new Vol(width, height, depth, 0);
      values.forEach((value, i) => {
        x.w[i] = value;
      });
      return Array.from(net.forward(x, false).w);
    });
    return { name: `ConvNetJS ${name}`, json: net.toJSON(), inputs, outputs };
  });
}

function refused() {
  const { Net } = use("convnetjs");
  const net = new Net();
  net.makeLayers([
    { type: "input", out_sx: 4, out_sy: 4, out_depth: 2 },
    { type: "conv", sx: 1, filters: 2, stride: 1 },
    { type: "lrn", k: 1, n: 3, alpha: 0.1, beta: 0.75 },
    { type: "quadtransform" },
    { type: "softmax", num_classes: 2 },
  ]);
  return [...recurrent(), { name: "lrn", json: net.toJSON() }];
}

/** @param {() => number} random */
export const made = (random) => ({ nets: [...brains(random), ...convnets(random)], refused: refused() });

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  let state = 1;
  const random = () => {
    state = (state * 48271) % 2147483647;
    return state / 2147483647;
  };
  const text = JSON.stringify(made(random), (_, value) =>
    typeof value === "number" ? Number(value.toPrecision(9)) : value,
  );
  writeFileSync(new URL("nets.json", import.meta.url), `${text}\n`);
}
