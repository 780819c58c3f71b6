/** nabla train --wide as users run it, in each Node that is here and has the flag. */
import { execFile } from "node:child_process";
import { join } from "node:path";
import { promisify } from "node:util";
import { expect, test } from "vitest";
import { whyNot } from "../../src/cli/training/wide.ts";
import { engineFiles, NODES, root } from "../bits/engines.mjs";

const required = process.env.NABLA_REQUIRE_ALL === "1";
const files = engineFiles();
const run = promisify(execFile);

for (const major of NODES) {
  const file = files[`Node ${major}`];
  test.skipIf(!file && !required)(
    `Node ${major}${file ? "" : " (missing; to have it: node scripts/engines.mjs)"}`,
    async () => {
      if (!file)
        throw new Error(
          `Node ${major} is missing, and NABLA_REQUIRE_ALL=1 asks for it: node scripts/engines.mjs`,
        );
      const train = ["train", "digits", "--samples", "300", "--model", "cnn", "--epochs", "1"];
      const events = async (...more: string[]) => {
        const { stdout, stderr } = await run(file, [join(root, "build/cli.js"), ...train, ...more]);
        expect(stderr).toBe("");
        return stdout
          .trim()
          .split("\n")
          .map((line) => JSON.parse(line));
      };
      const wide = await events("--wide");
      const [start] = wide;
      const why = whyNot({ arch: process.arch, versions: { node: `${major}.` } });
      // how fast it is here is not for a test to say
      if (why === undefined) expect(start.wide.text).toMatch(/\b\d+\.\d\d × as fast/);
      else expect(start.wide.text).toContain("goes on without");
      expect(wide.at(-1).weightsSha256).toBe((await events()).at(-1).weightsSha256);
    },
    60_000,
  );
}
