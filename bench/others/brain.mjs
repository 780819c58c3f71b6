// brain.js: its NeuralNetwork trains dense layers of one activation on the squared error, with an update after each row.
import { batchesOf, peers, weightsOf } from "./reading.mjs";
import { serve } from "./serve.mjs";

const { NeuralNetwork } = peers("brain.js");

serve(
  { name: "brain.js", version: peers("brain.js/package.json").version, threads: 1 },
  {
    train(spec, learningRate) {
      const { layers, input, loss } = spec;
      if (layers.some(({ type }) => type !== "dense"))
        throw new Error(
          layers.some(({ type }) => type === "lstm")
            ? "its LSTM trains row by row, in one network of its own"
            : "it has no convolutions",
        );
      if (loss !== "quadratic" || layers.some(({ activation }) => activation !== "sigmoid"))
        throw new Error("it has one activation for all layers and the squared error only");
      const net = new NeuralNetwork({
        hiddenLayers: layers.slice(0, -1).map(({ units }) => units),
        activation: "sigmoid",
      });
      const rows = batchesOf(spec).flatMap(({ x, y }) =>
        Array.from(y, (label, i) => ({
          input: Array.from(x.subarray(i * input[0], (i + 1) * input[0])),
          output: Array.from({ length: 10 }, (_, u) => Number(u === label)),
        })),
      );
      net.sizes = [input[0], ...layers.map(({ units }) => units)];
      net.outputLayer = layers.length;
      net.initialize();
      weightsOf(spec).forEach(({ kernel, bias }, l) => {
        const units = layers[l].units;
        for (let u = 0; u < units; u++) {
          net.biases[l + 1][u] = bias[u];
          for (let i = 0; i < kernel.length / units; i++) net.weights[l + 1][u][i] = kernel[i * units + u];
        }
      });
      // one call of train() is an epoch over all rows; it neither logs nor measures more than it must
      const options = {
        iterations: 1,
        errorThresh: 1e-12,
        errorCheckInterval: 1e9,
        learningRate,
        log: false,
      };
      return {
        rows: rows.length,
        alone: "it updates after each row",
        step: () => void net.train(rows, options),
      };
    },
    predict() {
      throw new Error("not compared");
    },
  },
);
