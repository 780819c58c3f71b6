/**
 * Many random tables, written from known values in many dialects and read back: see test/support/tables/property.ts. NABLA_TABLES says how
 * many, NABLA_TABLES_SEED which; a failure prints the seed and the smallest file that shows it.
 */
import { expect, test } from "vitest";
import { openFound } from "../../../src/data/readers/open.ts";
import { memoryFile, memoryHost } from "../../support/tables/memory.ts";
import { checkRandomTables } from "../../support/tables/property.ts";

const runs = Number(process.env.NABLA_TABLES ?? 20_000);
const seed = Number(process.env.NABLA_TABLES_SEED ?? 12);

test(`${runs} random tables`, { timeout: 600_000 }, async () => {
  const { tables, equal, refused, refusals } = await checkRandomTables(runs, seed, async (bytes, options) => {
    const { train, csv } = await openFound(memoryFile("table.csv", bytes), memoryHost, {
      ...options,
      testFraction: 0,
      standardise: false,
    });
    return { dataset: train, csv: csv! };
  });
  console.log(`${tables} tables: ${equal} equal, ${refused} refused`, Object.fromEntries(refusals));
  expect(tables).toBe(runs);
  expect(equal + refused).toBe(tables);
  // a reader that refuses everything has read nothing
  expect(refused).toBeLessThan(0.05 * tables);
});
