// Cost against width, depth, batch, rows and threads; and the memory of a plan against the sum of its buffers.
//   node bench/curves.mjs         (after npm run build)
import { availableParallelism } from "node:os";
import { dense, sequential } from "nabla";
import { internalsOf, PlanBuilder, plan, updateOf } from "../build/internals.js";
import { answers, pixels } from "./fit.mjs";
import { CASES, flops, NETS } from "./nets.mjs";
import { median, peakMeter } from "./support.mjs";

const relu = (units, inputs) => dense({ units, activation: "relu", ...(inputs && { inputShape: [inputs] }) });
const COMPILE = { optimizer: { name: "nesterov", learningRate: 1e-6 }, loss: "categoricalCrossentropy" };

/** A plan that trains, ready to run, as the steps of bench/training.mjs. */
function planned(model, batch) {
  const network = internalsOf(model).built;
  const compiled = internalsOf(model).state.required;
  const training = {
    objectives: [{ loss: compiled.loss, target: "class" }],
    update: updateOf(compiled, network),
  };
  return { network, kinds: [{ type: "float32", scale: 1 }], training, batch };
}

/** µs a step in processor time, median of windows, with the peak measured in turn. */
function cost(model, batch, { windows, ms }, peak) {
  const { network, kinds, training } = planned(model, batch);
  const ready = network.use(network.plan("train", batch, kinds, training));
  const { core } = network;
  const inputs = model.inputShape.reduce((a, b) => a * b);
  core
    .f32(ready.inputs[0].x.offset, batch * inputs)
    .set(Float32Array.from(pixels(batch * inputs), (v) => v / 255));
  core.i32(ready.outputs[0].y.offset, batch).set(Int32Array.from({ length: batch }, (_, i) => i % 10));
  core.f32(ready.outputs[0].weight.offset, batch).fill(1);
  core.f32(ready.step, 2).set([1e-6, 1 / batch]);
  return measured(
    () => network.run(ready, 0, ready.marks.end, batch),
    { windows, ms },
    peak,
    flops(model) * batch,
  );
}

/** @returns µs a call, and of `work` floating-point operations the share of the peak */
function measured(call, { windows, ms }, peak, work) {
  for (const t = performance.now(); performance.now() - t < 2 * ms; ) call();
  let count = 1;
  for (let took = 0; took < ms / 4; count *= 2) {
    const t = performance.now();
    for (let i = 0; i < count; i++) call();
    took = performance.now() - t;
  }
  const times = [];
  const shares = [];
  for (let w = 0; w < windows; w++) {
    const before = process.cpuUsage();
    for (let i = 0; i < count; i++) call();
    const { user, system } = process.cpuUsage(before);
    times.push((user + system) / count);
    if (work) shares.push(work / times.at(-1) / 1e3 / peak());
  }
  return { us: median(times), ...(work && { share: median(shares) }) };
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
    const { us, share } = cost(model, batch, options, peak);
    return { x, usSample: us / batch, share };
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
  const counts = threadCounts(availableParallelism());
  const data = { data: Float32Array.from(pixels(1280 * 784), (v) => v / 255), shape: [1280, 784] };
  const y = Int32Array.from({ length: 1280 }, (_, i) => i % 10);
  const models = counts.map(() => sequential(layers(), { seed: 1 }).compile(compile));
  const seen = counts.map(() => []);
  for (let w = 0; w <= windows; w++)
    for (const [i, threads] of counts.entries()) {
      const t = performance.now();
      await models[i].fit(data, y, { batchSize: 128, threads });
      // the first warms up
      if (w > 0) seen[i].push((performance.now() - t) * 1000);
    }
  return counts.map((x, i) => ({ x, usSample: median(seen[i]) / 1280 }));
}

/** Bytes of each network's plan, and what its buffers would take side by side. */
export function planMemory() {
  return CASES.map(([name, batch]) => {
    const model = sequential(NETS[name].layers(), { seed: 1 }).compile(NETS[name].compile);
    const { network, kinds, training } = planned(model, batch);
    let sum = 0;
    class Adding extends PlanBuilder {
      alloc(called, bytes, ...rest) {
        sum += Math.ceil(bytes / 16) * 16;
        return super.alloc(called, bytes, ...rest);
      }
    }
    const request = network.request("train", batch, kinds, training);
    const made = plan({ ...request, builder: new Adding(batch, network.core, request.parts) });
    return { name, batch, labels: answers(model), plan: made.end - made.base, sum };
  });
}

if (import.meta.url === `file://${process.argv[1]}`)
  console.log(JSON.stringify({ ...(await curves({ windows: 5, ms: 30 })), memory: planMemory() }, null, 1));
