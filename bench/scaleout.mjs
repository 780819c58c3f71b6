// What it costs to spread a training over processes: node bench/scaleout.mjs. Needs mpirun (Open MPI), koffi and a quiet machine; two minutes.
// One process and two ranks take turns, some rounds of each network: rows a second (the median of three trainings of some epochs, whose beginning is
// in the time), the ratio of each round, and the median of all. Other programs slow both of a round, two ranks more: what the machine had to do is printed beside.
import { spawnSync } from "node:child_process";
import { cpus, loadavg } from "node:os";
import { fileURLToPath } from "node:url";

const self = fileURLToPath(import.meta.url);
const CASES = [
  ["W3", 256],
  ["W4", 256],
  // more to compute for each exchange
  ["W3", 1024],
];
const ROUNDS = 5;
const ROWS = 4096;
const EPOCHS = 4;

/** @param {number[]} values */
const median = (values) => [...values].sort((a, b) => a - b)[values.length >> 1];

if (process.env.NABLA_SCALEOUT) {
  const { connect } = await import("../build/mpi.js");
  const { digits } = await import("../build/data.js");
  const { NETS } = await import("../build/internals.js");
  const { sequential } = await import("../build/index.js");
  const [name, batchSize] = JSON.parse(process.env.NABLA_SCALEOUT);
  const ranks = await connect();
  const train = digits({ samples: ROWS, seed: 1 });
  const options = { batchSize, shards: 16, ranks, threads: 1 };
  const speeds = [];
  for (let i = 0; i < 3; i++) {
    const model = sequential(NETS[name].layers(), { seed: 1 }).compile(NETS[name].compile);
    await model.fit(train, { ...options, stepsPerEpoch: 2 });
    const begun = performance.now();
    await model.fit(train, { ...options, epochs: EPOCHS });
    speeds.push((EPOCHS * ROWS) / ((performance.now() - begun) / 1000));
  }
  if (ranks.rank === 0) console.log(JSON.stringify({ rowsPerSecond: Math.round(median(speeds)) }));
  await ranks.end();
} else {
  /** @param {number} n ranks @param {(string | number)[]} of the network and its batch @returns rows a second */
  const speed = (n, of) => {
    const { stdout, stderr } = spawnSync(
      "mpirun.openmpi",
      ["--oversubscribe", "-n", String(n), process.execPath, self],
      {
        encoding: "utf8",
        env: {
          ...process.env,
          NABLA_SCALEOUT: JSON.stringify(of),
          OMPI_ALLOW_RUN_AS_ROOT: "1",
          OMPI_ALLOW_RUN_AS_ROOT_CONFIRM: "1",
        },
      },
    );
    if (!stdout) throw new Error(stderr);
    return JSON.parse(stdout).rowsPerSecond;
  };
  const load = () => loadavg()[0].toFixed(1);
  console.log(`${new Date().toISOString()}, ${cpus().length} processors, load ${load()} before`);
  console.log(
    "| network, batch | round | 1 rank | 2 ranks | of one | load |\n| --- | --- | --- | --- | --- | --- |",
  );
  for (const of of CASES) {
    const ratios = [];
    for (let round = 1; round <= ROUNDS; round++) {
      // each goes first in turn
      const order = round % 2 ? [1, 2] : [2, 1];
      const rows = Object.fromEntries(order.map((n) => [n, speed(n, of)]));
      ratios.push(rows[2] / rows[1]);
      const ratio = ratios.at(-1).toFixed(2);
      console.log(`| ${of.join(", ")} | ${round} | ${rows[1]} | ${rows[2]} | ${ratio} × | ${load()} |`);
    }
    console.log(`| ${of.join(", ")} | median | | | ${median(ratios).toFixed(2)} × | |`);
  }
}
