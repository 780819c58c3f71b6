// Cost against width, depth, batch, rows and threads; and the memory of a plan against the sum of its buffers.
//   node bench/curves.mjs         (after npm run build)
import { availableParallelism } from "node:os";
import { dense, sequential } from "nabla";
import { inTurn, median, PlanBuilder, plan, requestFor, shades, took } from "../build/internals.js";
import { answers, CASES, classesOf, flops, NETS } from "./nets.mjs";
import { stepsOf, trainingOf } from "./steps.mjs";
import { measured, peakMeter } from "./support.mjs";

const relu = (units, inputs) => dense({ units, activation: "relu", ...(inputs && { inputShape: [inputs] }) });
const COMPILE = { optimizer: { name: "nesterov", learningRate: 1e-6 }, loss: "categoricalCrossentropy" };

/** µs a step in processor time, median of windows, with the peak measured in turn. */
function cost(model, batch, options, peak) {
  const { plan, step } = stepsOf(model, batch);
  const weights = Object.values(model.weightShapes()).reduce(
    (sum, shape) => sum + shape.reduce((a, b) => a * b),
    0,
  );
  return {
    ...measured(step, options, peak, flops(model) * batch),
    // weights, gradients and the optimizer's velocity, and the plan's buffers
    bytes: 3 * 4 * weights + plan.end - plan.base,
  };
}

const powers = (from, to) => Array.from({ length: Math.log2(to / from) + 1 }, (_, i) => from * 2 ** i);

/** The threads that are tried: 1, 2, 4 … and all. */
const threadCounts = (most) => [...new Set([...powers(1, 1024).filter((n) => n < most), most])];

/** @param options { windows, ms } */
export async function curves(options, say = () => {}) {
  const peak = peakMeter();
  const net = (...layers) =>
    sequential([...layers, dense({ units: 10, activation: "softmax" })], { seed: 1 }).compile(COMPILE);
  const point = (x, model, batch) => {
    const { us, share, bytes } = cost(model, batch, options, peak);
    return { x, usSample: us / batch, share, bytes };
  };
  say("curves: width, depth, batch, rows, threads");
  const width = powers(8, 1024).map((w) => point(w, net(relu(w, 784)), 32));
  const deep = (depth) =>
    net(...Array.from({ length: depth }, (_, i) => relu(128, i === 0 ? 128 : undefined)));
  const depth = powers(1, 32).map((d) => point(d, deep(d), 32));
  const w2 = () => sequential(NETS.W2.layers(), { seed: 1 }).compile(COMPILE);
  const batch = powers(1, 1024).map((b) => point(b, w2(), b));
  const model = w2();
  const rows = powers(1, 1024).map((n) => {
    const x = new Float32Array(n * 784).fill(0.5);
    return { x: n, usSample: measured(() => model.predict(x), options).us / n };
  });
  return { width, depth, batch, rows, threads: await threadCurve(options) };
}

/** fit() of W3 by the clock with more and more threads, which take turns. */
async function threadCurve({ windows }) {
  const { layers, compile } = NETS.W3;
  const rows = 1280;
  const counts = threadCounts(availableParallelism());
  const data = { data: shades(rows * 784), shape: [rows, 784] };
  const seen = await inTurn(
    counts.map((threads) => {
      const model = sequential(layers(), { seed: 1 }).compile(compile);
      return () => took(() => model.fit(data, classesOf(rows), { batchSize: 128, threads }));
    }),
    windows,
  );
  return counts.map((x, i) => ({ x, usSample: (median(seen[i]) * 1000) / rows }));
}

/** Bytes of each network's plan, and what its buffers would take side by side. */
export function planMemory() {
  return CASES.map(([name, batch]) => {
    const model = sequential(NETS[name].layers(), { seed: 1 }).compile(NETS[name].compile);
    const { network, kinds, training } = trainingOf(model);
    let sum = 0;
    class Adding extends PlanBuilder {
      alloc(called, bytes, ...rest) {
        sum += Math.ceil(bytes / 16) * 16;
        return super.alloc(called, bytes, ...rest);
      }
    }
    const request = requestFor(network, "train", batch, kinds, training);
    const made = plan({ ...request, builder: new Adding(batch, network.core, request.parts) });
    return { name, batch, labels: answers(model), plan: made.end - made.base, sum };
  });
}

if (import.meta.url === `file://${process.argv[1]}`)
  console.log(JSON.stringify({ ...(await curves({ windows: 5, ms: 30 })), memory: planMemory() }, null, 1));
