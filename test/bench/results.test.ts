/** The committed tables of speed are what their JSON says. How fast things are is not for a test to say. */
import { readdirSync, readFileSync } from "node:fs";
import { expect, test } from "vitest";

// scripts without types
const script = (name: string) =>
  import(/* @vite-ignore */ new URL(`../../bench/${name}`, import.meta.url).href);
const { goalsOf } = await script("goals.mjs");
const { page } = await script("report.mjs");

const folder = new URL("../../bench/results/", import.meta.url);
const read = (name: string) => readFileSync(new URL(name, folder), "utf8");
const results = readdirSync(folder).filter((name) => name.endsWith(".json"));

test("there are some", () => expect(results.length).toBeGreaterThan(0));

test.each(results)("%s and its table", (name) => {
  const result = JSON.parse(read(name));
  expect(page(result)).toBe(read(name.replace(/json$/, "md")));
  // whether a goal is hit follows from the figures; the words are those of the day
  const hits = (goals: { figure: string; here: string; hit?: boolean }[]) =>
    goals.map(({ figure, here, hit }) => [figure, here, hit]);
  expect(hits(goalsOf(result))).toEqual(hits(result.goals));
  for (const { figure, hit, because } of result.goals)
    if (hit === false) expect(because, `what the profile shows of: ${figure}`).toBeTruthy();
  const losses = result.training.filter((row: { losses: Record<string, unknown> }) => row.losses.torch);
  expect(losses.length).toBeGreaterThan(0);
});
