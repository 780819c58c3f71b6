/** examples/cluster's files for Slurm, as they are, on a cluster of one machine. */
import { chmodSync, cpSync, existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { CLI, shaOf, start } from "../support/mpi/launch.ts";
import { PACKAGES, printed, Slurm, slurmIsThere } from "../support/mpi/slurm.ts";

/** Beside what the files say: less of what takes long. */
const LESS = ["--samples", "160", "--epochs", "200", "--checkpoint-every", "20"];

describe("Slurm", () => {
  if (!slurmIsThere()) {
    test("is not installed", (context) => {
      const words = `Slurm is missing: apt-get install ${PACKAGES}; its tests are left out`;
      if (process.env.NABLA_REQUIRE_ALL === "1") throw new Error(words);
      context.skip(words);
    });
    return;
  }
  const folder = mkdtempSync(join(tmpdir(), "nabla-jobs-"));
  let slurm: Slurm;
  beforeAll(async () => {
    cpSync(join(import.meta.dirname, "../../examples/cluster"), folder, { recursive: true });
    const bin = join(folder, "node_modules/.bin");
    mkdirSync(bin, { recursive: true });
    const nabla = join(bin, "nabla");
    const run = `exec ${process.execPath} ${CLI} "$@"`;
    writeFileSync(nabla, `#!/bin/sh\n[ "$1" = train ] && set -- "$@" ${LESS.join(" ")}\n${run}\n`);
    chmodSync(nabla, 0o755);
    slurm = await Slurm.start();
  });
  afterAll(async () => {
    await slurm?.stop();
    rmSync(folder, { recursive: true, force: true });
  });
  const file = (name: string) => join(folder, name);
  const over = (job: string) =>
    expect.poll(() => slurm.states(job), { message: `job ${job}`, timeout: 60_000 }).toEqual([]);

  test("runs each trial of a sweep as a task of an array", async () => {
    const job = slurm.submit(["--array=0-2", "sweep.sbatch"], folder);
    const alone = await start(
      [process.execPath, CLI, ..."sweep sweep.json --trial 2 --out alone".split(" ")],
      folder,
    ).ended;
    expect(alone.code, alone.errors).toBe(0);
    await over(job);
    const results = [0, 1, 2].map((trial) => JSON.parse(printed(file(`slurm-${job}_${trial}.out`)).trim()));
    expect(results.map(({ trial, status }) => [trial, status])).toEqual([
      [0, "done"],
      [1, "done"],
      [2, "done"],
    ]);
    expect(results[2].weightsSha256).toBe(JSON.parse(alone.out.trim()).weightsSha256);
  });

  test("trains on four ranks; put back in the queue, and told that time is up, it goes on, with two at last", async () => {
    const words = "train digits --shards 16 --restart 9 --checkpoint-every 500 --out alone.safetensors";
    const alone = start([file("node_modules/.bin/nabla"), ...words.split(" ")], folder);
    expect((await alone.ended).code).toBe(0);
    const job = slurm.submit(["train.sbatch"], folder);
    const said = () => printed(file(`slurm-${job}.out`));
    const epochs = () => said().match(/"event":"epoch"/g)?.length ?? 0;
    const seen = (what: () => unknown) => expect.poll(what, { message: said(), timeout: 60_000 });
    await seen(() => existsSync(file("digits.safetensors"))).toBe(true);
    slurm.run("scontrol", ["requeue", job]);
    await seen(() => slurm.states(job)).toEqual(["PENDING"]);
    const before = epochs();
    // Slurm lets two minutes pass
    slurm.run("scontrol", ["update", `jobid=${job}`, "StartTime=now"]);
    await seen(() => epochs() > before + 2).toBe(true);
    // as --signal does where its time is up
    slurm.run("scancel", ["--signal=TERM", job]);
    await over(job);
    expect(said()).toContain("interrupted");
    expect(said()).not.toContain('"event":"done"');
    const again = slurm.submit(["--ntasks=2", "train.sbatch"], folder);
    await over(again);
    const out = printed(file(`slurm-${again}.out`));
    expect(slurm.outcome(again), out).toEqual(["COMPLETED 0:0"]);
    expect(out).toContain('"event":"done"');
    expect(shaOf(file("digits.safetensors"))).toBe(shaOf(file("alone.safetensors")));
  });
});
