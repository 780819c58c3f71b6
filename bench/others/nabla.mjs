// Nabla as a peer of its own bench: node bench/others/nabla.mjs steps|fit|auto
//   steps  whole steps on batches that lie in linear memory, as the loops of the others over ready tensors
//   fit    model.fit(), one thread: shuffling, reading, metrics are in it
//   auto   the same with as many threads as turn out to be fastest
import { availableParallelism } from "node:os";
import { sequential } from "nabla";
import { flops, NETS } from "../nets.mjs";
import { stepsOf } from "../steps.mjs";
import { packageVersion, peakMeter } from "../support.mjs";
import { batchesOf } from "./reading.mjs";
import { serve } from "./serve.mjs";

const [how = "steps"] = process.argv.slice(2);
const built = (name, learningRate) => {
  const { layers, compile } = NETS[name];
  const optimizer = {
    ...(typeof compile.optimizer === "string" ? { name: compile.optimizer } : compile.optimizer),
  };
  return sequential(layers(), { seed: 1 }).compile({ ...compile, optimizer: { ...optimizer, learningRate } });
};

/** Steps of a plan, as trainOnBatch() runs them. */
function steps(spec, learningRate) {
  const model = built(spec.name, learningRate);
  const [first] = batchesOf(spec);
  const peak = peakMeter();
  return {
    step: stepsOf(model, spec.batch, first, learningRate).step,
    beside: () => ({ peak: peak(), flops: flops(model) }),
  };
}

/** Of a call of fit(). */
const EPOCHS = 8;

async function fits(spec, learningRate) {
  const model = built(spec.name, learningRate);
  const batches = batchesOf(spec);
  const inputs = batches[0].x.length;
  // epochs of some tens of steps, several in a call, of bytes as pictures are
  const times = Math.max(1, Math.ceil(5e8 / flops(model) / (spec.batch * batches.length)));
  const rows = times * spec.batch * batches.length;
  const pictures = spec.input.length !== 2;
  const data = new (pictures ? Uint8Array : Float32Array)((rows / spec.batch) * inputs);
  const y = new Int32Array(rows);
  for (let i = 0; i < rows / spec.batch; i++) {
    const { x } = batches[i % batches.length];
    data.set(pictures ? x.map((v) => v * 255) : x, i * inputs);
    y.set(batches[i % batches.length].y, i * spec.batch);
  }
  const x = { data, shape: [rows, ...model.inputShape] };
  const options = { batchSize: spec.batch, epochs: EPOCHS, threads: how === "auto" ? "auto" : 1 };
  return { rows: rows * EPOCHS, alone: "fit() shuffles", step: () => model.fit(x, y, options) };
}

serve(
  {
    name: { steps: "Nabla, steps", fit: "Nabla, fit()", auto: "Nabla, fit(), threads: auto" }[how],
    version: packageVersion(),
    threads: how === "auto" ? availableParallelism() : 1,
  },
  {
    async train(spec, learningRate) {
      if (how === "steps" && learningRate < 1e-4) return steps(spec, learningRate);
      if (how !== "steps") return fits(spec, learningRate);
      // its losses are those that users see
      const model = built(spec.name, learningRate);
      const batches = batchesOf(spec);
      const shape = [spec.batch, ...model.inputShape];
      return {
        step: async (i) => {
          const { x, y } = batches[i % batches.length];
          return (await model.trainOnBatch({ data: x, shape }, y)).loss;
        },
      };
    },
    predict(spec, rows) {
      const model = built(spec.name, 1e-6);
      const inputs = spec.input.reduce((a, b) => a * b);
      const x = Float32Array.from({ length: rows * inputs }, (_, i) => (i % 7) / 7);
      const peak = peakMeter();
      return {
        step: () => void model.predict(x),
        beside: () => ({ peak: peak(), flops: flops(model, 1) }),
      };
    },
  },
);
