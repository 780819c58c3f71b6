// @ts-nocheck: it is given a library that is built
/**
 * A long life: models built, trained and dropped, loads, data that streams for a day, trainings stopped and begun again. Prints what is left
 * in memory after each part, as JSON. `node --expose-gc life.mjs PATH-OF-THE-LIBRARY PART COUNT`
 */
import { getEventListeners } from "node:events";
import { Worker } from "node:worker_threads";

const [library, part, count] = [process.argv[2], process.argv[3], Number(process.argv[4])];

/** Memories of cores that nobody has collected yet. */
let memories = 0;
const collected = new FinalizationRegistry(() => memories--);
const { Instance } = WebAssembly;
WebAssembly.Instance = new Proxy(Instance, {
  construct(target, given) {
    const instance = Reflect.construct(target, given);
    const { memory } = instance.exports;
    if (memory) {
      memories++;
      collected.register(memory, undefined);
    }
    return instance;
  },
});
/** Workers that run. */
let workers = 0;
let started = 0;
const { emit } = Worker.prototype;
const seen = new WeakSet();
Worker.prototype.emit = function (event, ...given) {
  if (!seen.has(this)) {
    seen.add(this);
    started++;
    workers++;
    this.once("exit", () => workers--);
  }
  return emit.call(this, event, ...given);
};

const { dense, load, sequential } = await import(new URL("index.js", library));

const ROWS = 60;
const x = Array.from({ length: ROWS }, (_, r) => [Math.sin(r), Math.cos(r), (r % 7) / 7, (r % 5) / 5]);
const y = Array.from({ length: ROWS }, (_, r) => r % 3);
const made = (seed = 0) =>
  sequential([dense({ units: 8, activation: "relu" }), dense({ units: 3, activation: "softmax" })], {
    inputShape: [4],
    seed,
  }).compile({ optimizer: "adam", loss: "categoricalCrossentropy", metrics: ["accuracy"] });

const pause = (milliseconds = 0) => new Promise((resolve) => setTimeout(resolve, milliseconds));

async function settle() {
  for (let i = 0; i < 6; i++) {
    globalThis.gc();
    await pause(10);
  }
  const { heapUsed, external, arrayBuffers, rss } = process.memoryUsage();
  return { bytes: heapUsed + external + arrayBuffers, rss, memories, workers };
}

/** What is left after so many parts of the whole. */
const samples = [];
const SAMPLES = 5;
const leaked = [];
async function repeat(n, each) {
  for (let i = 0; i < n; i++) {
    await each(i);
    if (process.env.LIFE_LEAK) leaked.push(new Float64Array(4096), made());
    if ((i + 1) % Math.ceil(n / SAMPLES) === 0 || i + 1 === n)
      samples.push({ done: i + 1, ...(await settle()) });
  }
}

/** Rows of a simulated day: 10 rows come each second. */
function* day(seconds, sampled) {
  for (let second = 0; second < seconds; second++) {
    const at = (second * 10) % ROWS;
    yield [x.slice(at, at + 10), y.slice(at, at + 10)];
    if ((second + 1) % Math.ceil(seconds / SAMPLES) === 0) sampled.push(second + 1);
  }
}

const figures = {};
const parts = {
  async models() {
    await repeat(count, async (i) => {
      const model = made(i);
      await model.trainOnBatch(x.slice(0, 8), y.slice(0, 8));
    });
  },
  async fits() {
    await repeat(count, (i) => made(i).fit(x, y, { batchSize: ROWS }));
  },
  async loads() {
    const model = made();
    await model.fit(x, y, { epochs: 2 });
    const bytes = model.save();
    const first = model.predict(x).data;
    await repeat(count, () => {
      const again = load(bytes);
      if (again.predict(x).data.some((value, i) => value !== first[i])) throw new Error("predicts otherwise");
    });
  },
  async stream() {
    const model = made();
    const due = [];
    await model.fit(day(count, due), {
      stepsPerEpoch: Math.min(3600, count),
      epochs: Math.ceil(count / Math.min(3600, count)),
      callbacks: [
        {
          async onBatchEnd() {
            while (due.length > 0) samples.push({ done: due.shift(), ...(await settle()) });
          },
        },
      ],
    });
    if (samples.length < SAMPLES) samples.push({ done: count, ...(await settle()) });
    figures.rows = count * 10;
  },
  /** Stopped by a signal at another step each time, begun again; the signal of all is one, too. */
  async starts() {
    const all = new AbortController();
    const model = made();
    let steps = 0;
    await repeat(count, async (i) => {
      const one = new AbortController();
      const stopping = { onBatchEnd: (batch) => void (batch === i % 4 && one.abort()) };
      await model
        .fit(x, y, { batchSize: 12, epochs: 2, worker: true, callbacks: [stopping], signal: one.signal })
        .then(
          () => {
            throw new Error("was not stopped");
          },
          (error) => {
            if (error !== one.signal.reason) throw error;
          },
        );
      await model.fit(x, y, { batchSize: ROWS, worker: true, signal: all.signal });
      steps++;
      const left =
        getEventListeners(one.signal, "abort").length + getEventListeners(all.signal, "abort").length;
      if (left > 0) throw new Error(`${left} listeners are left`);
    });
    Object.assign(figures, { steps, started });
  },
};
await parts[part]();
console.log(JSON.stringify({ part, count, samples, ...figures }));
process.exit();
