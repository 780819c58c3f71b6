/**
 * However long a program lives, it takes no more memory: short versions; `npm run test:life` runs the whole ones (NABLA_LIFE=1).
 * Counted after garbage was collected: bytes of the heap and of buffers, cores' memories, workers, listeners of signals.
 */
import { execFile } from "node:child_process";
import { resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { promisify } from "node:util";
import { expect, test } from "vitest";

const run = promisify(execFile);
const long = process.env.NABLA_LIFE === "1";

interface Sample {
  done: number;
  bytes: number;
  rss: number;
  memories: number;
  workers: number;
}

async function live(part: string, count: number, env: NodeJS.ProcessEnv = {}): Promise<Sample[]> {
  const script = resolve("test/life/life.mjs");
  const library = pathToFileURL(`${resolve("build")}/`).href;
  const { stdout } = await run(process.execPath, ["--expose-gc", script, library, part, String(count)], {
    env: { ...process.env, ...env },
    maxBuffer: 1e7,
    timeout: long ? 3_600_000 : 110_000,
  });
  const { samples } = JSON.parse(stdout) as { samples: Sample[] };
  if (long) console.info(stdout.trim());
  return samples;
}

/** Bytes that code compiled and caches filled meanwhile may take. */
const SLACK = 1024 * 1024;
const leaks = (samples: readonly Sample[]): string[] => {
  const [first] = samples;
  const last = samples[samples.length - 1]!;
  return [
    ...(last.bytes - first!.bytes > SLACK ? [`${last.bytes - first!.bytes} bytes`] : []),
    // the one that is used, and one that is about to be collected
    ...(last.memories > 2 ? [`${last.memories} memories`] : []),
    ...(last.workers > 1 ? [`${last.workers} workers`] : []),
  ];
};

/** How often, in short and in long. */
const PARTS: Record<string, [short: number, long: number]> = {
  models: [400, 10_000],
  fits: [200, 10_000],
  loads: [600, 10_000],
  /** Seconds, each with ten rows. */
  stream: [3600, 24 * 3600],
  starts: [40, 1000],
};

test.each(Object.entries(PARTS))("%s", { timeout: long ? 3_600_000 : 120_000 }, async (part, counts) => {
  const count = counts[long ? 1 : 0];
  const samples = await live(part, count);
  expect(samples).toHaveLength(5);
  expect(samples[4]!.done).toBe(count);
  expect([leaks(samples), samples]).toEqual([[], samples]);
});

test("what leaks is seen", async () => {
  expect(leaks(await live("models", 60, { LIFE_LEAK: "1" }))).toEqual([
    expect.stringMatching(/bytes$/),
    expect.stringMatching(/memories$/),
  ]);
});
