/** What programs carry that bundlers build from this package; the figures are in bench/sizes.md. */
import { expect, test } from "vitest";
import { measure, PROGRAMS } from "../../scripts/sizes.mjs";

test.each<{ name: string; code: string; limit: number }>(PROGRAMS)("$name", async ({ code, limit }) => {
  const { gzip, parts } = await measure(code);
  expect(gzip).toBeLessThanOrEqual(limit);
  expect(gzip).toBeGreaterThan(limit * 0.4); // a limit far above the size would notice nothing
  if (/nabla\/predict/.test(code)) expect(parts.map(([part]) => part)).not.toContain("core/simd.text.js");
});

test("networks of dense layers bring neither the full core nor what moves images", async () => {
  const { parts } = await measure(PROGRAMS[0].code);
  const names = parts.map(([part]) => part);
  expect(names).toContain("core/dense.text.js");
  for (const absent of ["core/simd.text.js", "images.js"]) expect(names).not.toContain(absent);
});
