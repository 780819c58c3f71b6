/** Random graphs: see test/support/graphs/property.ts for what is checked. More of them in randomGraphs.system.test.ts. */
import { expect, test } from "vitest";
import { checkRandomGraphs } from "../support/graphs/property.ts";

test("random graphs", async () => {
  const { graphs } = await checkRandomGraphs(40, 1);
  expect(graphs).toBeGreaterThan(30);
});
