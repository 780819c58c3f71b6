/** Models trained with the library, used by the command line: both know the same of the data. */
import { afterAll, expect, test } from "vitest";
import { dense, sequential, splitDataset } from "../../src/index.ts";
import { loadModel, openData, saveModel } from "../../src/node/index.ts";
import { flowers, workplace } from "./support.ts";

const place = workplace();
afterAll(place.remove);

const classifier = () =>
  sequential([dense({ units: 8, activation: "tanh" }), dense({ units: 3, activation: "softmax" })], {
    seed: 2,
  }).compile({
    loss: "categoricalCrossentropy",
    optimizer: { name: "adam", learningRate: 0.05 },
    metrics: ["accuracy"],
  });

async function predicted(...args: string[]) {
  const { code, stdout, stderr } = await place.run(["predict", ...args, "--json"]);
  expect([code, stderr]).toEqual([0, ""]);
  return JSON.parse(stdout);
}

test("openData, fit, saveModel: predict scales a row as the training did, and names classes and columns", async () => {
  place.write("flowers.csv", flowers());
  const data = await openData(place.path("flowers.csv"), { seed: 3 });
  const model = classifier();
  // through a split: its parts know what the whole knew
  const [train, validation] = splitDataset(data.train, 0.25);
  await model.fit(train, { epochs: 30, validationData: validation });
  expect(model.metadata.standardisation).toEqual(data.standardisation);
  await saveModel(model, place.path("f.safetensors"));
  expect((await loadModel(place.path("f.safetensors"))).metadata).toEqual(model.metadata);

  const { mean, scale } = data.standardisation!;
  const row = [5.3, 3.2, 103];
  const want = model.predict([row.map((v, c) => (v - mean[c]) / scale[c])]).row(0);
  const { class: name, ranking } = await predicted("f.safetensors", row.join(","));
  expect(name).toBe("rose");
  expect(ranking[0].confidence).toBe(Math.max(...want));
  const { stderr } = await place.run(["predict", "f.safetensors", "1,2"]);
  expect(stderr).toContain("expected 3 values (length, width, petals), got 2");

  // evaluate takes the rows that openData kept out
  const { stdout } = await place.run(["evaluate", "f.safetensors", "flowers.csv", "--json"]);
  expect(JSON.parse(stdout)).toMatchObject({
    part: "test",
    rows: 12,
    loss: (await model.evaluate(data.test!)).loss,
  });
});

test("a model fitted to the raw table afterwards forgets the scale", async () => {
  place.write("flowers.csv", flowers());
  const model = classifier();
  await model.fit((await openData(place.path("flowers.csv"))).train);
  await model.fit((await openData(place.path("flowers.csv"), { standardise: false })).train);
  expect(model.metadata.standardisation).toBeUndefined();
  expect(model.metadata.classes).toEqual(["rose", "tulip", "violet"]);
});
