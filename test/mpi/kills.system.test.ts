/**
 * Ranks that are killed at random moments: every job ends, and what goes on from its last checkpoint comes to the bits of one that nobody
 * disturbed. NABLA_KILLS says how many under each launcher, NABLA_KILLS_SEED which: CONTRIBUTING.md has the command for many.
 */
import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { Stream } from "../../src/math/random.ts";
import {
  CLI,
  isAlive,
  isThere,
  LAUNCHERS,
  ranksOf,
  shaOf,
  start,
  until,
  within,
} from "../support/mpi/launch.ts";

const KILLS = Number(process.env.NABLA_KILLS ?? 2);
const SEED = Number(process.env.NABLA_KILLS_SEED ?? 1);
/** Milliseconds after the start of a job, or after its first checkpoint, within which a rank is killed. */
const LATEST = 1500;

const folder = mkdtempSync(join(tmpdir(), "nabla-kills-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const train = (out: string): string[] => [
  process.execPath,
  CLI,
  ..."train digits --samples 160 --shards 8 --epochs 40 --checkpoint-every 1 --restart 9999 --seed 3 --threads 1 --json --out".split(
    " ",
  ),
  out,
];

function killed(pid: number): boolean {
  try {
    return process.kill(pid, "SIGKILL");
  } catch {
    return false;
  }
}

describe.each(LAUNCHERS.map((each) => [each.name, each] as const))("%s", (name, launcher) => {
  if (!isThere(launcher)) {
    test("is not installed", (context) => {
      const words = `${name} is missing: apt-get install ${launcher.package}; its tests are left out`;
      if (process.env.NABLA_REQUIRE_ALL === "1") throw new Error(words);
      context.skip(words);
    });
    return;
  }

  test(
    `${KILLS} kills: no hang, and the bits of one process`,
    async () => {
      const random = new Stream(SEED, launcher.package.length);
      const alone = await start(train("alone.safetensors"), folder).ended;
      expect(alone.code, alone.errors).toBe(0);
      const want = shaOf(join(folder, "alone.safetensors"));
      const said: unknown[] = [];
      for (let kill = 0, round = 0; kill < KILLS; round++) {
        const file = `${launcher.package}-${round}.safetensors`;
        // the same training is killed again and again, until it is through
        for (let ended = false; !ended; ) {
          const size = 2 + Math.floor(random.range(0, 3));
          const { child, ended: job } = start(
            [...launcher.command, "-n", String(size), ...train(file)],
            folder,
            // else mpirun of Open MPI 4 waits for itself for ever, once in a dozen kills, when all ranks have long ended: openpmix#1233
            { PMIX_MCA_gds: "hash" },
          );
          const kills = kill < KILLS;
          let ranks: number[] = [];
          let victim: number | undefined;
          if (kills) {
            const begun = existsSync(join(folder, file));
            await until(() => child.exitCode !== null || ranksOf(file).length === size);
            // also before there is anything to go on from
            if (random.range(0, 1) < 0.7 && !begun)
              await until(() => child.exitCode !== null || existsSync(join(folder, file)));
            await new Promise((resolve) => setTimeout(resolve, random.range(0, LATEST)));
            ranks = ranksOf(file);
            victim = ranks[Math.floor(random.range(0, ranks.length))];
            // it may have ended since
            if (victim !== undefined && !killed(victim)) victim = undefined;
            if (victim !== undefined) {
              kill++;
              said.push([size, ranks.indexOf(victim)]);
            }
          }
          const { code, errors } = await within(job);
          await until(() => !ranks.some(isAlive));
          expect(ranks.filter(isAlive), String(said)).toEqual([]);
          ended = code === 0;
          // it has failed, and nobody has killed it
          if (victim === undefined) expect(code, errors).toBe(0);
        }
        expect(shaOf(join(folder, file)), JSON.stringify(said)).toBe(want);
      }
    },
    120_000 + KILLS * 60_000,
  );
});
