import { execFileSync } from "node:child_process";
import { readFileSync, rmSync, writeFileSync } from "node:fs";
import { expect, test } from "vitest";

const root = new URL("../../", import.meta.url);
const readme = readFileSync(new URL("README.md", root), "utf8");

test("the ten lines of code in the README run", () => {
  const code = /```js\n([\s\S]*?)```/.exec(readme)![1];
  const file = new URL("build/readme-example.mjs", root);
  writeFileSync(file, code);
  try {
    const printed = execFileSync(process.execPath, [file.pathname], { encoding: "utf8" });
    const last = /\[([\d., ]+)\]\nInt32Array\(3\)/.exec(printed.replace(/\s*\n\s+/g, " ").replace(/ \]/g, "]").replace(/\[ /g, "["));
    expect(last, printed).not.toBeNull();
    const accuracies = last![1].split(",").map(Number);
    expect(accuracies).toHaveLength(5);
    expect(accuracies[4]).toBeGreaterThan(0.7);
  } finally {
    rmSync(file);
  }
});

test("every file the README links to is there", () => {
  for (const [, path] of readme.matchAll(/\]\((?!https?:)([^)#]+)\)/g)) {
    expect(() => readFileSync(new URL(path, root)), path).not.toThrow();
  }
});
