import { expect, test } from "vitest";
import { bundle } from "../support/bundle.ts";

test("who does not read numbers does not load what reads them", async () => {
  const without = await bundle({ code: 'export { sequential } from "./src/index.ts";' });
  const reading = await bundle({ code: 'export { readDigits } from "./src/index.ts";' });
  expect(without.code).not.toContain("found no ink");
  expect(reading.code).toContain("found no ink");
});
