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
  const { stdout, stderr, status } = fuzz("--inputs", "250");
  expect(status, `${stderr}\n${stdout}`).toBe(0);
  for (const { name } of targets) expect(stdout).toMatch(new RegExp(`^${name} +[\\d,]+ +[\\d,]+`, "m"));
  expect(stdout).toMatch(/: 0 failures\n$/);
});

test("every planted fault is found, and counted", () => {
  const { stdout, stderr, status, kinds } = fuzz("--inputs", "1500", "--planted", "--patience", "0.5");
  expect(status, stderr).toBe(1);
  expect(kinds.sort(), stdout).toEqual(planted.map(({ name }) => name).sort());
  expect(stdout).toContain(`${planted.length} failures`);
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
