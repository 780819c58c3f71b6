import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { root } from "./engines.mjs";

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
