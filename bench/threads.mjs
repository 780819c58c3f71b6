// Several threads: what two of them do, as a share of what two trainings of one thread each get done at the same time, which is all that two
// processors give. One thread alone, two threads, and two trainings take turns; medians of several windows.
//   node bench/threads.mjs [W1 W3]        (after npm run build)
import { isMainThread, parentPort, Worker, workerData } from "node:worker_threads";
import { sequential } from "nabla";
import { CASES, inTurn, median, shades } from "../build/internals.js";
import { classesOf, NETS } from "./nets.mjs";

const WINDOWS = 5;

/** Samples a second of one call of fit() that takes about half a second. */
async function rate(name, batch, threads, rows) {
  const net = NETS[name];
  const model = sequential(net.layers(), { seed: 1 }).compile(net.compile);
  const inputs = model.inputShape.reduce((a, b) => a * b);
  const x = { data: shades(rows * inputs), shape: [rows, ...model.inputShape] };
  const y = classesOf(rows);
  await model.fit(x, y, { batchSize: batch, threads });
  const begun = performance.now();
  await model.fit(x, y, { batchSize: batch, threads });
  return (rows * 1000) / (performance.now() - begun);
}

/** Two trainings of one thread each, at the same time. */
async function pair(name, batch, rows) {
  const one = () =>
    new Promise((resolve, reject) => {
      const worker = new Worker(new URL(import.meta.url), { workerData: { name, batch, rows } });
      worker.once("message", resolve);
      worker.once("error", reject);
    });
  const [a, b] = await Promise.all([one(), one()]);
  return a + b;
}

/** @param only names of nets; all by default @param options { windows, ms } @returns rates, and the ratios of each round with their spread */
export async function threads(only = [], { windows = WINDOWS, ms = 500 } = {}) {
  const out = [];
  for (const [name, batch] of CASES) {
    if (only.length > 0 && !only.includes(name)) continue;
    const rows =
      batch * Math.max(8, Math.ceil(((await rate(name, batch, 1, batch * 16)) * ms) / 1000 / batch));
    const [one, two, auto, both] = await inTurn(
      [
        () => rate(name, batch, 1, rows),
        () => rate(name, batch, 2, rows),
        () => rate(name, batch, "auto", rows),
        () => pair(name, batch, rows),
      ],
      windows,
    );
    const seen = { one, two, auto, pair: both };
    const against = (a, b) => {
      const ratios = seen[a].map((value, i) => value / seen[b][i]).sort((x, y) => x - y);
      return { median: median(ratios), least: ratios[0], most: ratios.at(-1) };
    };
    out.push({
      name,
      batch,
      ...Object.fromEntries(Object.entries(seen).map(([key, values]) => [key, median(values)])),
      ofPair: against("two", "pair"),
      ofOne: against("two", "one"),
      autoOfOne: against("auto", "one"),
    });
  }
  return out;
}

if (!isMainThread) {
  // not where the whole bench runs in a thread
  if (workerData?.rows)
    parentPort.postMessage(await rate(workerData.name, workerData.batch, 1, workerData.rows));
} else if (import.meta.url === `file://${process.argv[1]}`) {
  console.log(
    "| net | one thread | two threads | auto | two trainings at once | two threads / these | auto / one |",
  );
  console.log("| --- | --- | --- | --- | --- | --- | --- |");
  const k = (v) => `${(v / 1000).toFixed(1)} k/s`;
  for (const r of await threads(process.argv.slice(2)))
    console.log(
      `| ${r.name}, batch ${r.batch} | ${k(r.one)} | ${k(r.two)} | ${k(r.auto)} | ${k(r.pair)} | ${r.ofPair.median.toFixed(2)} | ${r.autoOfOne.median.toFixed(2)} |`,
    );
}
