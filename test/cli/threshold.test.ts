/** A threshold that was chosen for a model of a table: the command line and exported modules say what predictRows() says. */
import { pathToFileURL } from "node:url";
import { afterAll, beforeAll, expect, test } from "vitest";
import { chooseThreshold, dense, sequential } from "../../src/index.ts";
import { openData, saveModel } from "../../src/node/index.ts";
import { type Workplace, workplace } from "./support.ts";

let place: Workplace;
beforeAll(() => {
  place = workplace();
});
afterAll(() => place.remove());

test("nabla predict, evaluate and export heed it", async () => {
  const values = Array.from({ length: 40 }, (_, i) => (i * 7) % 40);
  // half of all outputs are above ½, but only a fifth are of class "yes"
  place.write("t.csv", `a,label\n${values.map((a) => `${a},${a >= 32 ? "yes" : "no"}`).join("\n")}\n`);
  const { train } = await openData(place.path("t.csv"), { testFraction: 0 });
  const model = sequential([dense({ units: 1, activation: "sigmoid" })], { seed: 1 });
  model.compile({ loss: "binaryCrossentropy", optimizer: "sgd", metrics: ["accuracy"] });
  await model.fit(train, { epochs: 1 });
  model.setWeights({ "dense_1.kernel": [1], "dense_1.bias": [0] });
  const { threshold, before, value } = await chooseThreshold(model, train, { by: "accuracy" });
  expect([value, before]).toEqual([1, 0.7]);
  await saveModel(model, place.path("m.safetensors"));

  const rows = [{ a: 5 }, { a: 25 }, { a: 31 }, { a: 32 }, { a: 39 }];
  const wanted = ["no", "no", "no", "yes", "yes"];
  const answers = await model.predictRows(rows);
  expect(answers.map((row) => row.class)).toEqual(wanted);

  place.write("rows.csv", `a\n${rows.map(({ a }) => a).join("\n")}\n`);
  const told = await place.run(["predict", "m.safetensors", "rows.csv"]);
  expect(told.stderr).toBe("");
  expect(
    told.stdout
      .trim()
      .split("\n")
      .map((line) => (/\b(yes|no)\b/.exec(line) ?? [])[1]),
  ).toEqual(wanted);
  const seen = JSON.parse((await place.run(["evaluate", "m.safetensors", "t.csv", "--json"])).stdout);
  expect(seen).toMatchObject({ accuracy: 1, wrong: 0 });

  await place.run(["export", "m.safetensors", "--to", "m.mjs"]);
  const module = await import(/* @vite-ignore */ pathToFileURL(place.path("m.mjs")).href);
  expect(module.metadata.output.threshold).toBe(threshold);
  expect((await module.predictRows(rows)).map((row: { class: string }) => row.class)).toEqual(wanted);
});
