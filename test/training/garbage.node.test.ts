/**
 * A step of a training leaves nothing behind: no view, no promise, no object. Another process trains, so that nothing else allocates, and
 * counts the bytes that its heap grows by; a window in which something was collected does not count.
 */
import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";

const program = fileURLToPath(new URL("../support/training/garbage.mjs", import.meta.url));

/** Bytes a step: engines box a number or two, the clock's above all, of 16 bytes each. A view, a function or an object takes more. */
const MOST = 48;

/** The least of several windows, after the compiler has seen the loop: how soon it is done depends on the machine, what it makes does not. */
function bytesPerStep(...words: string[]): number {
  const { stdout, stderr, status } = spawnSync(
    process.execPath,
    ["--expose-gc", "--max-semi-space-size=64", "--min-semi-space-size=64", program, ...words],
    { encoding: "utf8" },
  );
  if (status !== 0) throw new Error(stderr);
  return JSON.parse(stdout) as number;
}

test.each(["uint8", "float32", "values", "subset", "adam"])("%s: a step leaves nothing behind", (what) => {
  expect(bytesPerStep(what)).toBeLessThan(MOST);
});

test("an object for each step is seen", () => {
  expect(bytesPerStep("uint8", "planted")).toBeGreaterThan(MOST);
});
