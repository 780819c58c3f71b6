/** brain.js and ConvNetJS themselves, with networks of other numbers than those that are committed. */
import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { type Net, predictsAsTheirs } from "./check.ts";

const folder = fileURLToPath(new URL("../../../build/tools/interop/node_modules/", import.meta.url));
const there = ["brain.js", "brain.js-2", "convnetjs"].every((name) => existsSync(`${folder}${name}`));

if (process.env.NABLA_REQUIRE_ALL === "1")
  test("brain.js and convnetjs are installed: node scripts/tools.mjs interop", () => {
    expect(there).toBe(true);
  });

test.skipIf(!there)(
  `the libraries and what is read of them predict the same${there ? "" : " (skipped: node scripts/tools.mjs interop installs them)"}`,
  async () => {
    const { made } = await import("./oracle.mjs");
    for (let seed = 1; seed <= 3; seed++) {
      let state = 7919 * seed;
      const random = () => {
        state = (state * 48271) % 2147483647;
        return state / 2147483647;
      };
      const { nets } = made(random) as { nets: Net[] };
      expect(nets.length).toBe(13);
      for (const net of nets) await predictsAsTheirs(net);
    }
  },
  60_000,
);
