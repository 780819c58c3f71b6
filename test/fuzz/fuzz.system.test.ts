/** The fuzzer for some seconds: what once failed, and the same inputs every time. And whether it finds what it should. */
import { spawnSync } from "node:child_process";
import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { planted } from "./planted.ts";
import { targets } from "./targets/index.ts";

const fuzz = (...words: string[]) => {
  const found = mkdtempSync(join(tmpdir(), "nabla-found-"));
  const { stdout, stderr, status } = spawnSync(
    process.execPath,
    ["test/fuzz/run.mjs", "--seed", "1", "--found", found, ...words],
    { encoding: "utf8" },
  );
  const kinds = readdirSync(found);
  rmSync(found, { recursive: true });
  return { stdout, stderr, status, kinds };
};

test("no reader breaks a rule", () => {
  const { stdout, stderr, status } = fuzz("--inputs", "100");
  expect(status, `${stderr}\n${stdout}`).toBe(0);
  for (const { name } of targets) expect(stdout).toMatch(new RegExp(`^${name} +[\\d,]+ +[\\d,]+`, "m"));
  const [, found, flipped] = /flipped bits of checkpoints: ([\d,]+) of ([\d,]+) found/.exec(stdout)!;
  expect(found).toBe(flipped);
  expect(stdout).toMatch(/: 0 failures\n$/);
});

const HARD = "planted: behind seven conditions";

test("every planted fault is found, and counted", () => {
  const others = planted.map(({ name }) => name).filter((name) => name !== HARD);
  const { stdout, stderr, status, kinds } = fuzz(
    "--inputs",
    "200",
    "--planted",
    "--patience",
    "0.5",
    "--target",
    others.join(),
  );
  expect(status, stderr).toBe(1);
  expect(kinds.sort(), stdout).toEqual(others.sort());
  expect(stdout).toContain(`: ${others.length} failures\n`);
});

test("what chance alone does not find, the coverage leads to", () => {
  const { stdout, kinds } = fuzz("--inputs", "8000", "--planted", "--target", HARD);
  expect(kinds, stdout).toEqual([HARD]);
});

test("options that make no sense are refused", () => {
  expect(fuzz("--minutes", "soon")).toMatchObject({
    status: 2,
    stderr: expect.stringContaining("--minutes: expected a number"),
  });
  expect(fuzz("--target", "cvs")).toMatchObject({
    status: 2,
    stderr: expect.stringContaining("there is no cvs"),
  });
});
