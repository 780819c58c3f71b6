/** A sweep as a scheduler runs it: many processes over one folder, some of them killed. */
import { spawn, spawnSync } from "node:child_process";
import { existsSync, mkdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { afterAll, afterEach, expect, test, vi } from "vitest";
import { events, flowers, workplace } from "./support.ts";

const place = workplace();
afterAll(place.remove);
afterEach(() => vi.unstubAllEnvs());
const CLI = fileURLToPath(new URL("../../build/cli.js", import.meta.url));

const TRIALS = 40;
place.write("flowers.csv", flowers());
place.write(
  "sweep.json",
  JSON.stringify({
    nablaSweep: 1,
    data: "flowers.csv",
    options: { label: "kind", hidden: [8], epochs: 250, checkpointEvery: 100 },
    parameters: {
      learningRate: { min: 0.0001, max: 0.3, scale: "log" },
      batchSize: [4, 8, 16],
      optimizer: ["sgd", "momentum", "adam"],
      momentum: { min: 0.3, max: 0.95, when: { optimizer: "momentum" } },
    },
    sampling: "sobol",
    trials: TRIALS,
  }),
);

const summary = async (out: string) => {
  const { code, stdout, stderr } = await place.run(["sweep", "--summary", out, "--json"]);
  if (code !== 0) throw new Error(stderr);
  return JSON.parse(stdout);
};

/** The table of the trials that nothing disturbs, one after the other in this process. */
let undisturbed: Promise<{ table: unknown[] }> | undefined;
const wanted = () => {
  undisturbed ??= (async () => {
    for (let n = 0; n < TRIALS; n++) {
      const { code, stderr } = await place.run(["sweep", "sweep.json", "--trial", String(n), "--out", "one"]);
      if (code !== 0) throw new Error(stderr);
    }
    return summary("one");
  })();
  return undisturbed;
};

const missing = spawnSync("parallel", ["--version"]).status !== 0;
if (missing && process.env.NABLA_REQUIRE_ALL)
  throw new Error("GNU parallel is missing: apt-get install parallel");

test.skipIf(missing)(
  `under GNU parallel, a fifth of the trials killed, a sweep has the table of an undisturbed one${missing ? " (skipped: GNU parallel is not installed; apt-get install parallel)" : ""}`,
  async () => {
    const { table } = await wanted();
    expect(table).toHaveLength(TRIALS);
    const line = `${process.execPath} ${CLI} sweep sweep.json --out many --quiet`;
    const args = ["--jobs", "2", "--joblog", "sweep.log", "--resume-failed", "-N0", line];
    const numbers = Array.from({ length: TRIALS }, (_, i) => i + 1);
    const run = (between: () => void) =>
      new Promise<number | null>((resolve, reject) => {
        const env = { ...process.env, PARALLEL_HOME: place.path("home") };
        const child = spawn("parallel", args, {
          cwd: place.folder,
          stdio: ["pipe", "ignore", "inherit"],
          env,
        });
        child.stdin.end(`${numbers.join("\n")}\n`);
        const looking = setInterval(between, 10);
        child.on("error", reject).on("close", (code) => {
          clearInterval(looking);
          resolve(code);
        });
      });
    mkdirSync(place.path("home"));
    // each of these as soon as its training runs, some after a while
    const doomed = new Map(numbers.filter((n) => n % 5 === 0).map((n) => [n - 1, (n * 37) % 80]));
    const killed: number[] = [];
    const code = await run(() => {
      for (const [trial, after] of doomed) {
        const lock = place.path(`many/trials/${trial}/model.safetensors.lock`);
        const pid = pidIn(lock);
        if (pid === undefined) continue;
        doomed.delete(trial);
        setTimeout(() => {
          try {
            if (pidIn(lock) !== pid) return;
            process.kill(pid, "SIGKILL");
            killed.push(trial);
          } catch {} // it was faster
        }, after);
      }
    });
    expect(killed.length).toBeGreaterThanOrEqual(TRIALS / 8);
    expect(code).toBe(killed.length);
    expect((await summary("many")).finished).toBe(TRIALS - killed.length);
    expect(await run(() => {})).toBe(0);
    const after = await summary("many");
    expect(after.table).toEqual(table);
    expect(after.mattered).toEqual(((await wanted()) as { mattered?: unknown }).mattered);
  },
  300_000,
);

function pidIn(lock: string): number | undefined {
  try {
    return JSON.parse(readFileSync(lock, "utf8")).pid;
  } catch {
    return undefined;
  }
}

test("--jobs runs all trials in processes of this machine, and goes on", async () => {
  const { table } = await wanted();
  const few = JSON.parse(readFileSync(place.path("sweep.json"), "utf8"));
  place.write("few.json", JSON.stringify({ ...few, trials: 5 }));
  const words = ["sweep", "few.json", "--jobs", "2", "--out", "jobs"];
  // under mpirun each process would run all of them
  vi.stubEnv("OMPI_COMM_WORLD_SIZE", "2");
  vi.stubEnv("OMPI_COMM_WORLD_RANK", "0");
  const refused = await place.start(words).result;
  expect(refused.code).toBe(1);
  expect(refused.stderr).toContain("sweep: mpirun has started 2 processes, each of which would do the same");
  // unless they are told to be by themselves, and so are their trials
  vi.stubEnv("NABLA_MPI", "off");
  const { code, stdout, stderr } = await place.start(words).result;
  expect([code, stderr]).toEqual([0, ""]);
  expect(
    events(stdout)
      .map(({ trial }) => trial)
      .sort(),
  ).toEqual([0, 1, 2, 3, 4]);
  const rows = (await summary("jobs")).table as { trial: number; score: number; rank: number }[];
  const same = (table as { trial: number; rank: number }[]).filter(({ trial }) => trial < 5);
  expect(rows.map(({ rank: _, ...row }) => row)).toEqual(same.map(({ rank: _, ...row }) => row));
  const again = await place.start(words).result;
  expect(events(again.stdout).every(({ kept }) => kept)).toBe(true);
});

test("--asha: two processes, one of them killed, come to the winner of one process", async () => {
  const document = JSON.parse(readFileSync(place.path("sweep.json"), "utf8"));
  place.write(
    "asha.json",
    JSON.stringify({
      ...document,
      trials: 9,
      options: { ...document.options, epochs: 36 },
      asha: { reduction: 3, minEpochs: 4 },
    }),
  );
  const alone = await place.run(["sweep", "asha.json", "--asha", "--out", "alone"]);
  expect([alone.code, alone.stderr]).toEqual([0, ""]);
  const { table, rungs, command } = await summary("alone");
  expect(rungs).toEqual([4, 12, 36]);
  expect(table.map(({ rung }: { rung: number }) => rung)).toEqual([2, 1, 1, 0, 0, 0, 0, 0, 0]);
  const first = place.start(["sweep", "asha.json", "--asha", "--out", "shared"]);
  const result = () => existsSync(place.path("shared/trials/1/result-4.json"));
  await expect.poll(result, { interval: 5 }).toBe(true);
  const second = place.start(["sweep", "asha.json", "--asha", "--out", "shared"]);
  first.child.kill("SIGKILL");
  const { code, stderr } = await second.result;
  expect([code, stderr]).toEqual([0, ""]);
  const shared = await summary("shared");
  const core = ({ extra: _, ...row }: { extra?: unknown }) => row;
  expect(shared.table.map(core)).toEqual(table.map(core));
  // what went on from rung to rung is what one training of all epochs makes
  const words = command.split(" ").slice(1);
  const { stdout } = await place.run(words);
  expect(events(stdout).at(-1)!.weightsSha256).toBe(table[0].weightsSha256);
});
