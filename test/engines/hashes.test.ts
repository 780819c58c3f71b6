/**
 * The same training gives the same weights, bit for bit, in every engine. The others are installed by
 * `node scripts/engines.mjs` (NABLA_ENGINES names another node_modules folder to look in); one that is not there is
 * skipped, or fails where NABLA_REQUIRE_ALL=1 says that nothing may be left out.
 */
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { main } from "../../src/cli/main.ts";
import { engineFiles } from "./engines.mjs";
import { hashIn, writeTrainings } from "./trainings.ts";

const root = fileURLToPath(new URL("../..", import.meta.url));
const folder = mkdtempSync(join(tmpdir(), "nabla-engines-"));
const trainings = writeTrainings(folder);
const required = process.env.NABLA_REQUIRE_ALL === "1";

interface Engine {
  /** What comes before the command line's file. */
  command: string[];
  env?: Record<string, string>;
}

const files = engineFiles(process.env.NABLA_ENGINES ?? join(root, "build/engines/node_modules"));
const engines: Record<string, Engine | undefined> = Object.fromEntries(
  Object.entries(files).map(([name, file]) => {
    if (!file) return [name, undefined];
    if (name !== "Deno") return [name, { command: [file] }];
    // its cache goes with the test's folder
    const env = { DENO_DIR: join(folder, "deno"), DENO_NO_UPDATE_CHECK: "1" };
    return [name, { command: [file, "run", "--quiet", "--no-lock", "--allow-all"], env }];
  }),
);

const expected: Record<string, string> = {};
beforeAll(async () => {
  for (const training of Object.keys(trainings))
    expected[training] = await hashIn([process.execPath], trainings[training]!);
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

test("the trainings differ from each other", () => {
  const hashes = Object.values(expected);
  expect(new Set(hashes).size).toBe(Object.keys(trainings).length);
  for (const hash of hashes) expect(hash).toMatch(/^[0-9a-f]{64}$/);
});

describe("the same bits as in this Node", () => {
  describe("from source", () => {
    test.each(Object.keys(trainings))("%s", async (training) => {
      let printed = "";
      const write = (text: string) => {
        printed += text;
      };
      await main(trainings[training]!, { stdout: { write }, stderr: process.stderr });
      const done = JSON.parse(printed.trim().split("\n").at(-1)!);
      expect(done.weightsSha256).toBe(expected[training]);
    });
  });

  describe.each(Object.entries(engines))("%s", (name, engine) => {
    const skip = !engine && !required;
    const why = engine ? "" : " (not installed; to install it: node scripts/engines.mjs)";
    test.skipIf(skip).each(Object.keys(trainings))(`%s${why}`, async (training) => {
      if (!engine)
        throw new Error(
          `${name} is not in ${process.env.NABLA_ENGINES ?? "build/engines/node_modules"}, and NABLA_REQUIRE_ALL=1 asks for it`,
        );
      expect(await hashIn(engine.command, trainings[training]!, engine.env)).toBe(expected[training]);
    });
  });
});

test("the library calls nothing whose bits are left to the engine", () => {
  /** IEEE 754 says what these return. */
  const EXACT = [
    ..."abs ceil clz32 floor fround imul max min round sign sqrt trunc".split(" "),
    ..."E LN10 LN2 LOG10E LOG2E PI SQRT1_2 SQRT2".split(" "),
  ];
  const found: string[] = [];
  for (const file of readdirSync(join(root, "src"), { recursive: true, encoding: "utf8" })) {
    if (!file.endsWith(".ts") || /^cli[\\/]report/.test(file)) continue; // pictures may differ
    const code = readFileSync(join(root, "src", file), "utf8").replace(/\/\*[\s\S]*?\*\/|\/\/.*/g, "");
    for (const [all, name] of code.matchAll(/\bMath\.(\w+)/g))
      if (!EXACT.includes(name!)) found.push(`${file}: ${all}`);
    // ** is Math.pow; of 2 to a whole number everyone makes the same
    for (const [all, base, exponent] of code.matchAll(/([\w.)\]]+) \*\*=? (\S+)/g))
      if (base !== "2" || !/^\d/.test(exponent!)) found.push(`${file}: ${all}`);
  }
  expect(found).toEqual([]);
});
