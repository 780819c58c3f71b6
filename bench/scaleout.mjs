// What it costs to spread a training over processes: node bench/scaleout.mjs. Needs mpirun (Open MPI), koffi and a quiet machine.
// For each network and number of ranks: rows a second of the fastest of some short trainings, and what it takes to exchange the sums.
import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";

const self = fileURLToPath(import.meta.url);
const CASES = [
  ["W3", 256],
  ["W4", 256],
];

if (process.env.NABLA_SCALEOUT) {
  const { connect } = await import("../build/mpi.js");
  const { digits } = await import("../build/data.js");
  const { NETS } = await import("../build/internals.js");
  const { sequential } = await import("../build/index.js");
  const [name, batchSize] = JSON.parse(process.env.NABLA_SCALEOUT);
  const ranks = await connect();
  const train = digits({ samples: 4096, seed: 1 });
  let best = 0;
  for (let i = 0; i < 3; i++) {
    const model = sequential(NETS[name].layers(), { seed: 1 }).compile(NETS[name].compile);
    await model.fit(train, { batchSize, shards: 16, ranks, threads: 1, stepsPerEpoch: 2 });
    const begun = performance.now();
    await model.fit(train, { batchSize, shards: 16, ranks, threads: 1 });
    best = Math.max(best, 4096 / ((performance.now() - begun) / 1000));
  }
  if (ranks.rank === 0) console.log(JSON.stringify({ rowsPerSecond: Math.round(best) }));
  await ranks.end();
} else {
  console.log("| network, batch | ranks | rows a second | of one |\n| --- | --- | --- | --- |");
  for (const [name, batchSize] of CASES) {
    let one = 0;
    for (const n of [1, 2]) {
      const { stdout, stderr } = spawnSync(
        "mpirun.openmpi",
        ["--oversubscribe", "-n", String(n), process.execPath, self],
        {
          encoding: "utf8",
          env: {
            ...process.env,
            NABLA_SCALEOUT: JSON.stringify([name, batchSize]),
            OMPI_ALLOW_RUN_AS_ROOT: "1",
            OMPI_ALLOW_RUN_AS_ROOT_CONFIRM: "1",
          },
        },
      );
      if (!stdout) throw new Error(stderr);
      const { rowsPerSecond } = JSON.parse(stdout);
      if (n === 1) one = rowsPerSecond;
      console.log(
        `| ${name}, ${batchSize} | ${n} | ${rowsPerSecond} | ${(rowsPerSecond / one).toFixed(2)} × |`,
      );
    }
  }
}
