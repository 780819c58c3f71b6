/** nabla/mpi in Deno and Bun, whose own means call the MPI library: the bits of Node, and an end where one process fails. */
import { mkdtempSync, rmSync } from "node:fs";
import { hostname, tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { engineFiles } from "../bits/engines.mjs";
import { CLI, isThere, LAUNCHERS, shaOf, start, within } from "../support/mpi/launch.ts";

const folder = mkdtempSync(join(tmpdir(), "nabla-engines-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const found = engineFiles();
const ENGINES = {
  Deno: [found.Deno, "run", "--quiet", "--no-lock", "--allow-all"],
  Bun: [found.Bun, "run"],
};

const train = (out: string): string[] =>
  `train digits --samples 120 --shards 4 --epochs 2 --threads 1 --validation-split 0.1 --json --out ${out}`.split(
    " ",
  );
/** Losses and metrics of epochs. */
const figures = (out: string): unknown[] =>
  out
    .split("\n")
    .filter((line) => line.startsWith('{"event":"epoch"'))
    .map((line) => {
      const { samplesPerSecond: _, seconds: __, ...rest } = JSON.parse(line);
      return rest;
    });

let want: string;
let told: unknown[];
beforeAll(async () => {
  const { code, errors, out } = await start([process.execPath, CLI, ...train("alone.safetensors")], folder)
    .ended;
  expect(code, errors).toBe(0);
  want = shaOf(join(folder, "alone.safetensors"));
  told = figures(out);
  expect(told).toHaveLength(2);
});

describe.each(Object.entries(ENGINES))("%s", (name, [program, ...words]) => {
  describe.each(LAUNCHERS.map((each) => [each.name, each] as const))("under %s", (_, launcher) => {
    const { package: source, command } = launcher;
    const missing = !program
      ? `${name} is missing: node scripts/engines.mjs`
      : isThere(launcher)
        ? undefined
        : `${launcher.name} is missing: apt-get install ${source}`;
    if (missing) {
      test("is not installed", (context) => {
        if (process.env.NABLA_REQUIRE_ALL === "1") throw new Error(missing);
        context.skip(`${missing}; its tests are left out`);
      });
      return;
    }
    const line = [program!, ...(words as string[]), CLI];

    test("two ranks have the bits of one process of Node, also with the optimizer split", async () => {
      for (const [i, more] of [[], ["--shard-optimizer"]].entries()) {
        const file = `${name}-${source}-${i}.safetensors`;
        const job = start([...command, "-n", "2", ...line, ...train(file), ...more], folder);
        const { code, out, errors } = await within(job.ended);
        expect(code, errors).toBe(0);
        expect(shaOf(join(folder, file))).toBe(want);
        expect(figures(out)).toEqual(told);
      }
    }, 120_000);

    test("a rank that cannot read its data ends the job, and is named", async () => {
      const on = (data: string) => [
        ...line,
        ...train(`${name}-${source}-none.safetensors`).map((word) => (word === "digits" ? data : word)),
      ];
      const job = start([...command, "-n", "1", ...on("digits"), ":", "-n", "1", ...on("none.csv")], folder);
      const { code, errors } = await within(job.ended);
      expect(code).not.toBe(0);
      expect(errors).toContain(`nabla: rank 1 on ${hostname()}: none.csv`);
    }, 120_000);
  });
});
