// TensorFlow.js: node bench/others/tfjs.mjs wasm|cpu|ml5
// As its guides say: production mode, WebAssembly with SIMD in one thread, LayersModel.trainOnBatch() on tensors that stay, nothing left
// undisposed. `ml5` is what ml5's neuralNetwork() does: LayersModel.fit() on tensors, on the CPU backend, which its documents recommend for
// small networks in their examples.
import { dirname, join } from "node:path";
import { batchesOf, peers, weightsOf } from "./reading.mjs";
import { serve } from "./serve.mjs";

const [how = "wasm"] = process.argv.slice(2);
const backend = how === "wasm" ? "wasm" : "cpu";
const tf = peers("@tensorflow/tfjs");
tf.enableProdMode();
if (backend === "wasm") {
  const wasm = peers("@tensorflow/tfjs-backend-wasm");
  wasm.setThreadsCount(1);
  wasm.setWasmPaths(join(dirname(peers.resolve("@tensorflow/tfjs-backend-wasm/package.json")), "dist/"));
}
if (!(await tf.setBackend(backend))) throw new Error(`backend ${backend} does not start`);
await tf.ready();

function built(spec, learningRate) {
  const model = tf.sequential();
  spec.layers.forEach((layer, l) => {
    const first = l === 0 ? { inputShape: spec.input } : {};
    const { activation } = layer;
    const kinds = {
      dense: () => tf.layers.dense({ units: layer.units, activation, ...first }),
      conv2d: () =>
        tf.layers.conv2d({
          filters: layer.filters,
          kernelSize: layer.kernelSize,
          padding: layer.padding,
          activation,
          ...first,
        }),
      maxPooling2d: () => tf.layers.maxPooling2d({ poolSize: layer.poolSize, strides: layer.poolSize }),
      flatten: () => tf.layers.flatten(first),
      lstm: () => tf.layers.lstm({ units: layer.units, recurrentActivation: "sigmoid", ...first }),
      dropout: () => tf.layers.dropout({ rate: layer.rate }),
    };
    if (!kinds[layer.type]) throw new Error(`no ${layer.type} here`);
    model.add(kinds[layer.type]());
  });
  model.setWeights(
    weightsOf(spec).flatMap((pair, l) =>
      pair
        ? [
            tf.tensor(pair.kernel, spec.layers[l].kernel),
            ...(pair.recurrent ? [tf.tensor(pair.recurrent, spec.layers[l].recurrent)] : []),
            tf.tensor1d(pair.bias),
          ]
        : [],
    ),
  );
  const { name, momentum, beta1, beta2, epsilon } = spec.optimizer;
  const optimizer = {
    sgd: () => tf.train.sgd(learningRate),
    // its own momentum with `useNesterov` adds the same numbers
    nesterov: () => tf.train.momentum(learningRate, momentum, true),
    adam: () => tf.train.adam(learningRate, beta1, beta2, epsilon),
  }[name]();
  const quadratic = (y, a) => tf.sum(tf.square(tf.sub(a, y)), -1).mul(0.5);
  model.compile({ optimizer, loss: spec.loss === "quadratic" ? quadratic : "categoricalCrossentropy" });
  return model;
}

serve(
  {
    name: {
      wasm: "TensorFlow.js, Wasm",
      cpu: "TensorFlow.js, CPU",
      ml5: "ml5's path (TensorFlow.js fit, CPU)",
    }[how],
    version: tf.version.tfjs,
    threads: 1,
  },
  {
    async train(spec, learningRate) {
      const model = built(spec, learningRate);
      const batches = batchesOf(spec).map(({ x, y }) => ({
        x: tf.tensor(x, [spec.batch, ...spec.input]),
        y: tf.oneHot(tf.tensor1d(y, "int32"), 10).toFloat(),
      }));
      const close = () => tf.disposeVariables();
      if (how === "ml5") {
        // a step of a convolution takes seconds, so an epoch of those is one batch
        const some = spec.input.length === 3 ? batches.slice(0, 1) : batches;
        const xs = tf.concat(some.map(({ x }) => x));
        const ys = tf.concat(some.map(({ y }) => y));
        const options = { epochs: 1, batchSize: spec.batch, shuffle: true, verbose: 0 };
        return {
          rows: spec.batch * some.length,
          close,
          alone: "fit() shuffles",
          step: async () => void (await model.fit(xs, ys, options)),
        };
      }
      return {
        close,
        step: async (i) => {
          const { x, y } = batches[i % batches.length];
          return await model.trainOnBatch(x, y);
        },
      };
    },
    predict(spec, rows) {
      const model = built(spec, 1e-6);
      const x = Float32Array.from(
        { length: rows * spec.input.reduce((a, b) => a * b) },
        (_, i) => (i % 7) / 7,
      );
      return {
        close: () => tf.disposeVariables(),
        step: () => {
          tf.tidy(() => void model.predict(tf.tensor(x, [rows, ...spec.input])).dataSync());
        },
      };
    },
  },
);
