/** Random graphs: see test/support/graphs/property.ts for what is checked. More of them in randomGraphs.system.test.ts. */
import * as fc from "fast-check";
import { expect, test } from "vitest";
import { configOf } from "../../src/model/save.ts";
import { dealtRuns } from "../support/dealt.ts";
import { checkGraph, figuresGot, givenFor } from "../support/graphs/check.ts";
import { checkRandomGraphs } from "../support/graphs/property.ts";
import { modelOf, recipes } from "../support/graphs/random.ts";
import type { GraphConfig } from "../support/graphs/reference.ts";
import { subjectOf } from "../support/graphs/run.ts";

test("random graphs", async () => {
  const [runs, seed] = dealtRuns(40, 1);
  const { graphs } = await checkRandomGraphs(runs, seed);
  expect(graphs).toBeGreaterThan(0.75 * runs);
});

test("a value that is off by a thousandth is noticed in any of them", () => {
  let planted = 0;
  const [numRuns, seed] = dealtRuns(12, 4);
  for (const recipe of fc.sample(recipes, { numRuns, seed })) {
    const subject = subjectOf(configOf(modelOf(recipe)).model as unknown as GraphConfig);
    const given = givenFor(subject, recipe.rows);
    const names = Object.keys(subject.reference.parameters).map((name) => `gradient of ${name}`);
    for (const name of ["output 0", "gradient of input 0", ...names.slice(-2)]) {
      let spoilt = false;
      const plant = (result: Parameters<typeof figuresGot>[0]) => {
        const values = figuresGot(result)[name];
        const most = values.reduce((at, v, i) => (Math.abs(v) > Math.abs(values[at]) ? i : at), 0);
        spoilt = Math.abs(values[most]) > 1e-6;
        values[most] *= 1.001;
      };
      const check = () => checkGraph(subject, recipe.rows, { given, plant, watched: false, shares: [] });
      try {
        check();
      } catch (error) {
        expect((error as Error).message).toContain(`${name}[`);
        planted++;
        continue;
      }
      expect(spoilt, `${name} of ${JSON.stringify(recipe)}`).toBe(false);
    }
  }
  expect(planted).toBeGreaterThan(2.5 * numRuns);
});
