// Several threads: what two of them do, as a share of what two trainings of one thread each get done at the same time, which is all that two
// processors give. One thread alone, two threads, and two trainings take turns; medians of several windows.
//   node bench/threads.mjs [W1 W3]        (after npm run build)
import { isMainThread, parentPort, Worker, workerData } from "node:worker_threads";
import { sequential } from "nabla";
import { answers, pixels } from "./fit.mjs";
import { NETS } from "./nets.mjs";
import { median } from "./support.mjs";

const CASES = [
  ["W1", 10],
  ["W2", 32],
  ["W2", 128],
  ["W3", 128],
  ["W4", 64],
  ["C32", 64],
];
const WINDOWS = 5;

/** Samples a second of one call of fit() that takes about half a second. */
async function rate(name, batch, threads, rows) {
  const net = NETS[name];
  const model = sequential(net.layers(), { seed: 1 }).compile(net.compile);
  const inputs = model.inputShape.reduce((a, b) => a * b);
  const data = Float32Array.from(pixels(rows * inputs), (v) => v / 255);
  const x = { data, shape: [rows, ...model.inputShape] };
  const y = Int32Array.from({ length: rows }, (_, i) => i % answers(model));
  await model.fit(x, y, { batchSize: batch, threads });
  const begun = performance.now();
  await model.fit(x, y, { batchSize: batch, threads });
  return (rows * 1000) / (performance.now() - begun);
}

if (!isMainThread) {
  const { name, batch, rows } = workerData;
  parentPort.postMessage(await rate(name, batch, 1, rows));
} else {
  const only = process.argv.slice(2);
  const pair = async (name, batch, rows) => {
    const one = () =>
      new Promise((resolve, reject) => {
        const worker = new Worker(new URL(import.meta.url), { workerData: { name, batch, rows } });
        worker.once("message", resolve);
        worker.once("error", reject);
      });
    const [a, b] = await Promise.all([one(), one()]);
    return a + b;
  };
  console.log(
    "| net | one thread | two threads | auto | two trainings at once | two threads / these | auto / one |",
  );
  console.log("| --- | --- | --- | --- | --- | --- | --- |");
  for (const [name, batch] of CASES) {
    if (only.length > 0 && !only.includes(name)) continue;
    const rows = batch * Math.max(8, Math.ceil(((await rate(name, batch, 1, batch * 16)) * 0.5) / batch));
    const seen = { one: [], two: [], auto: [], pair: [] };
    for (let w = 0; w < WINDOWS; w++) {
      seen.one.push(await rate(name, batch, 1, rows));
      seen.two.push(await rate(name, batch, 2, rows));
      seen.auto.push(await rate(name, batch, "auto", rows));
      seen.pair.push(await pair(name, batch, rows));
    }
    const [one, two, auto, both] = [seen.one, seen.two, seen.auto, seen.pair].map(median);
    const k = (v) => `${(v / 1000).toFixed(1)} k/s`;
    console.log(
      `| ${name}, batch ${batch} | ${k(one)} | ${k(two)} | ${k(auto)} | ${k(both)} | ${(two / both).toFixed(2)} | ${(auto / one).toFixed(2)} |`,
    );
  }
}
