/** What programs carry that bundlers build from this package; the figures are in bench/sizes.md. */
import { expect, test } from "vitest";
import { measure, OPENING, PROGRAMS, READERS } from "../../scripts/sizes.mjs";

type Program = { name: string; code: string; beside?: string; limit: number };
test.each<Program>(PROGRAMS)("$name", async ({ code, beside, limit }) => {
  const { gzip: whole, parts } = await measure(code);
  const gzip = whole - (beside ? (await measure(beside)).gzip : 0);
  expect(gzip).toBeLessThanOrEqual(limit);
  expect(gzip).toBeGreaterThan(limit * 0.4); // a limit far above the size would notice nothing
  const cores = parts.map(([part]) => part).filter((part) => part.startsWith("core/"));
  if (/nabla\/predict/.test(code))
    expect(cores).toEqual([/loadAsync/.test(code) ? "core/predict-dense.text.js" : "core/predict.text.js"]);
});

test("what reads a file of another program is loaded when one comes, and no larger than it was", async () => {
  const { piece } = await measure(OPENING);
  for (const { name, entries, all, limit } of READERS) {
    expect(piece(entries, all), name).toBeLessThanOrEqual(limit);
    expect(piece(entries, all), name).toBeGreaterThan(limit * 0.9);
  }
  expect(() => piece(["none"])).toThrow("no piece is called none");
});

test("networks of dense layers bring neither the full core nor what moves images", async () => {
  const { parts } = await measure(PROGRAMS[0].code);
  const names = parts.map(([part]) => part);
  expect(names.filter((name) => name.startsWith("core/"))).toEqual(["core/dense.text.js"]);
  expect(names).not.toContain("images.js");
});
