// Whether exchanging sums while something is computed saves time on this machine: mpirun -n 2 node bench/overlap.mjs
// For gradients of a few sizes, ways take turns: first compute, then exchange; both at once, where the library is only called at the ends; both
// at once, where it is called in between. What is computed takes about as long as the last shard's way back of such a network.
import { setImmediate as turn } from "node:timers/promises";
import { connect } from "../build/mpi.js";

/** Bytes of a gradient, milliseconds of computing. */
const CASES = [
  ["W4", 53_866 * 4, 1],
  ["W3", 669_706 * 4, 2],
  ["8 million parameters", 8_000_000 * 4, 20],
];
const TURNS = 60;

const ranks = await connect();
const values = new Float64Array(1 << 16).fill(1);
/** Passes over these numbers in a millisecond, of the fastest of some tries: the same work in each turn, whoever else has the processor. */
let perMs = 0;
/** @param {number} passes */
function work(passes) {
  for (let pass = 0; pass < passes; pass++)
    for (let i = 1; i < values.length; i += 8) values[i] = values[i] * 0.5 + values[i - 1];
}
for (let i = 0; i < 20; i++) {
  const begun = performance.now();
  work(50);
  perMs = Math.max(perMs, 50 / (performance.now() - begun));
}
/** @param {number} ms of arithmetic */
const compute = (ms) => work(Math.round(ms * perMs));

/** @type {Record<string, (mine: Uint8Array, ms: number) => Promise<unknown>>} */
const WAYS = {
  async "one after the other"(mine, ms) {
    compute(ms);
    await ranks.gather(mine, Array(ranks.size).fill(mine.length));
  },
  async "at once"(mine, ms) {
    const exchanged = ranks.gather(mine, Array(ranks.size).fill(mine.length));
    compute(ms);
    await exchanged;
  },
  async "at once, called 8 times"(mine, ms) {
    const exchanged = ranks.gather(mine, Array(ranks.size).fill(mine.length));
    for (let i = 0; i < 8; i++) {
      compute(ms / 8);
      await turn();
    }
    await exchanged;
  },
};

/** @param {number[]} list */
const median = (list) => list.sort((a, b) => a - b)[list.length >> 1];
if (ranks.rank === 0)
  console.log(
    `| gradient | computing | ${Object.keys(WAYS).join(" | ")} |\n| --- | --- | ${"--- | ".repeat(3)}`.trim(),
  );
for (const [name, bytes, ms] of CASES) {
  const mine = new Uint8Array(new ArrayBuffer(bytes)).fill(ranks.rank);
  /** @type {number[][]} */
  const took = Object.keys(WAYS).map(() => []);
  for (let i = 0; i < TURNS; i++)
    for (const [way, run] of Object.values(WAYS).entries()) {
      await ranks.barrier();
      const begun = performance.now();
      await run(mine, ms);
      took[way].push(performance.now() - begun);
    }
  if (ranks.rank === 0)
    console.log(
      `| ${name}, ${(bytes / 1e6).toFixed(2)} MB | ${ms} ms | ${took.map((each) => `${median(each).toFixed(2)} ms`).join(" | ")} |`,
    );
}
await ranks.end();
