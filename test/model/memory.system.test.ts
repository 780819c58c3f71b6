/** A long training takes no more memory than a short one. */
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { dense, sequential } from "../../src/index.ts";
import { internalsOf } from "../../src/model/internals.ts";
import { bundle } from "../support/bundle.ts";
import { clouds, dataset } from "../support/problems.ts";

test("10,000 steps leave linear memory as the first step found it", async () => {
  const data = dataset(clouds(400, 4, 3));
  const model = sequential(
    [dense({ units: 8, activation: "relu", inputShape: [4] }), dense({ units: 3, activation: "softmax" })],
    { seed: 1 },
  ).compile({ loss: "categoricalCrossentropy", optimizer: "adam", metrics: ["accuracy"] });
  const { memory } = internalsOf(model).built.core.exports;
  let first: ArrayBuffer | undefined;
  let steps = 0;
  await model.fit(data, {
    batchSize: 4,
    epochs: 100,
    callbacks: [
      {
        onBatchEnd() {
          first ??= memory.buffer as ArrayBuffer;
          // not one of the same size: growing would have detached it
          if (memory.buffer !== first) throw new Error(`memory was grown at step ${steps}`);
          steps++;
        },
      },
    ],
  });
  expect(steps).toBe(10_000);
});

// In a process of its own, where garbage can be collected at will.
const script = `
  import { dense, sequential } from "./src/index.ts";
  import { internalsOf } from "./src/model/internals.ts";
  const rows = 2000;
  const x = Float32Array.from({ length: rows * 4 }, (_, i) => ((i * 37) % 101) / 101);
  const y = Int32Array.from({ length: rows }, (_, i) => i % 3);
  const model = sequential(
    [dense({ units: 8, activation: "relu", inputShape: [4] }), dense({ units: 3, activation: "softmax" })],
    { seed: 1 },
  ).compile({ loss: "categoricalCrossentropy", optimizer: "adam", metrics: ["accuracy", "f1"] });
  const used: number[] = [];
  const leak: unknown[] = [];
  await model.fit(x, y, {
    batchSize: 2,
    epochs: 22,
    validationData: [x, y],
    callbacks: [
      { onBatchEnd: () => void ((globalThis as any).LEAK && leak.push(new Array(20).fill(0))) },
      {
        async onEpochEnd() {
          await new Promise((resolve) => setTimeout(resolve, 5));
          for (let i = 0; i < 3; i++) (globalThis as any).gc();
          const { heapUsed, external, arrayBuffers } = (globalThis as any).process.memoryUsage();
          used.push(heapUsed + external + arrayBuffers);
        },
      },
    ],
  });
  console.log(JSON.stringify({ used, steps: internalsOf(model).state.run.step, kept: leak.length }));
`;

test("nor does the heap grow", async () => {
  const folder = mkdtempSync(join(tmpdir(), "nabla-memory-"));
  try {
    const measure = async (prefix: string) => {
      const file = join(folder, "run.mjs");
      writeFileSync(file, prefix + (await bundle({ code: script })).code);
      const { stdout, stderr, status } = spawnSync(process.execPath, ["--expose-gc", file], {
        encoding: "utf8",
        timeout: 120_000,
      });
      expect(status, stderr).toBe(0);
      const { used, steps } = JSON.parse(stdout) as { used: number[]; steps: number };
      expect(steps).toBe(22_000);
      // engines go on compiling for a while: the least of four epochs in the middle, and of the last four
      return Math.min(...used.slice(18)) - Math.min(...used.slice(8, 12));
    };
    expect(await measure("")).toBeLessThan(300_000);
    // and a leak of 20 numbers a step would be seen
    expect(await measure("globalThis.LEAK = true;\n")).toBeGreaterThan(1_000_000);
  } finally {
    rmSync(folder, { recursive: true });
  }
});
