/** The real tables of bench/tables.md: each is trained with no option but its label, and comes near scikit-learn's network. */
import { afterAll, expect, test } from "vitest";
import reference from "../../bench/tables/reference.json" with { type: "json" };
import sets from "../../bench/tables/sets.json" with { type: "json" };
import { done, workplace } from "../cli/support.ts";

const place = workplace();
afterAll(place.remove);
const tables = new URL("../../bench/tables/", import.meta.url).pathname;

type Name = keyof typeof sets;

/** One test part of a fifth says less than five folds do, of small sets above all. */
const ROOM = 0.1;

test.each(Object.keys(sets) as Name[])("%s", async (name) => {
  const file = `${tables}${name}.csv`;
  const out = `${name}.safetensors`;
  const { label } = sets[name];
  done(await place.run(["train", file, "--label", label, "--out", out]));
  const evaluated = await place.run(["evaluate", out, file, "--json"]);
  expect(evaluated.stderr).toBe("");
  const { part, accuracy, r2 } = JSON.parse(evaluated.stdout);
  expect(part).toBe("test");
  const { mlp, linear, ...row } = reference.sets[name] as { mlp: number; linear: number; guess?: number };
  const figure = accuracy ?? r2;
  expect(figure).toBeGreaterThan(Math.min(mlp, linear) - ROOM);
  // far from what answering with the most frequent class gives
  if (row.guess !== undefined) expect(figure).toBeGreaterThan(row.guess + 0.05);
});

test("the car that is left out is asked about, not guessed", async () => {
  const { readFileSync } = await import("node:fs");
  const cars = readFileSync(`${tables}cars93.csv`, "utf8");
  const [header, first] = cars.split("\n") as [string, string];
  const column = header.split(",").indexOf("Cylinders");
  expect(column).toBeGreaterThan(0);
  const rotary = first.replace(/(Front|Rear|4WD),\d+,/, "$1,rotary,");
  expect(rotary).not.toBe(first);
  place.write("all.csv", `${cars}${rotary}\n`);
  const { code, stderr } = await place.run(["train", "all.csv", "--label", "Type"]);
  expect(code).toBe(1);
  expect(stderr).toMatch(
    /line 94: column "Cylinders": expected a number as in 92 of 93 cells, got "rotary"; mend the cell, or --column Cylinders=category/,
  );
});
