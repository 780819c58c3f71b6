/** The examples as files: each is named in the README and tested, and runs when node is started with it. */
import { execFileSync } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";

const here = dirname(fileURLToPath(import.meta.url));
const folder = join(here, "../../examples");
/** What examples share. */
const SHARED = ["main.mjs", "pca.mjs", "random.mjs"];
const examples = readdirSync(folder).filter((file) => file.endsWith(".mjs") && !SHARED.includes(file));

test("every example has its line in the README and a test", () => {
  const readme = readFileSync(join(folder, "README.md"), "utf8");
  const listed = [...readme.matchAll(/\]\(([\w-]+\.mjs)\)/g)].map(([, file]) => file);
  expect(listed.sort()).toEqual([...examples].sort());
  const tests = readdirSync(here).map((file) => readFileSync(join(here, file), "utf8"));
  for (const file of examples) expect(tests.join("")).toContain(`/examples/${file}"`);
});

test("started with node, an example prints what it shows", () => {
  const printed = execFileSync(process.execPath, [join(folder, "step-network.mjs")], {
    encoding: "utf8",
    timeout: 60_000,
  });
  expect(printed.trim().split("\n")).toEqual([
    "x = (1, 2)",
    "z3 = 1·2 + 2·(−3) = -4   a3 = 0",
    "z4 = 1·1 + 2·4 = 9      a4 = 1",
    "z5 = 0·2 + 1·(−1) = -1   a5 = 0",
  ]);
});
