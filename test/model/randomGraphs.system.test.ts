/**
 * Many random graphs: see test/support/graphs/property.ts for what each has to hold. NABLA_GRAPHS says how many, NABLA_GRAPHS_SEED which;
 * a failure prints the seed and the graph, shrunk.
 */
import { expect, test } from "vitest";
import { TYPES } from "../support/graphs/kinds.ts";
import { checkRandomGraphs } from "../support/graphs/property.ts";

const runs = Number(process.env.NABLA_GRAPHS ?? 600);
const seed = Number(process.env.NABLA_GRAPHS_SEED ?? 20);

test(`${runs} random graphs`, { timeout: 1000 * (300 + runs) }, async () => {
  const { graphs, types } = await checkRandomGraphs(runs, seed);
  expect(graphs).toBeGreaterThanOrEqual(0.95 * runs);
  // every layer there is was in some of them
  for (const type of TYPES) expect(types.get(type) ?? 0, type).toBeGreaterThanOrEqual(0.01 * runs);
});
