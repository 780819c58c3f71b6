/** Models of earlier versions, whose targets the command line scaled: they predict, are evaluated and go on as before. */
import { readFileSync, writeFileSync } from "node:fs";
import { afterAll, beforeAll, expect, test } from "vitest";
import { load } from "../../src/index.ts";
import { internalsOf } from "../../src/model/internals.ts";
import { done, workplace } from "./support.ts";

const place = workplace();
afterAll(place.remove);

const at = (name: string) => load(new Uint8Array(readFileSync(place.path(name))), name);
const train = ["train", "homes.csv", "--task", "regression", "--seed", "4", "--schedule", "constant"];
const json = async (...args: string[]) => {
  const { code, stdout, stderr } = await place.run([...args, "--json"]);
  expect([code, stderr]).toEqual([0, ""]);
  return JSON.parse(stdout.trim().split("\n").at(-1)!);
};

beforeAll(async () => {
  const rows = Array.from(
    { length: 80 },
    (_, i) => `${i % 9},${(i * 7) % 13},${200_000 + 30_000 * (i % 9) + 100 * (i % 7)}.5`,
  );
  place.write("homes.csv", `rooms,age,price\n${rows.join("\n")}\n`);
  done(await place.run([...train, "--epochs", "4", "--out", "new.safetensors"]));
  // as earlier versions wrote it
  const model = at("new.safetensors");
  const { targetScale, extra, ...rest } = model.metadata;
  const target = { mean: targetScale!.mean[0], scale: targetScale!.scale[0] };
  model.metadata = { ...rest, extra: { ...extra, csv: { ...(extra!.csv as object), target } } };
  // what is known of the data is hashes of this, which earlier versions had not
  delete internalsOf(model).state.run.known;
  writeFileSync(place.path("old.safetensors"), model.save());
});

test("the API gives what it gave, the command line quantities in their unit", async () => {
  const [fresh, old] = [at("new.safetensors"), at("old.safetensors")];
  const x = Float32Array.of(0.5, -0.25);
  const { mean, scale } = fresh.metadata.targetScale!;
  const [inUnit, scaled] = [fresh.predict(x).data[0]!, old.predict(x).data[0]!];
  expect(Math.abs(scaled)).toBeLessThan(5);
  expect(inUnit).toBeGreaterThan(100_000);
  expect((scaled * scale[0]! + mean[0]!) / inUnit).toBeCloseTo(1, 6);
  const [a, b] = [
    await json("predict", "new.safetensors", "5,6"),
    await json("predict", "old.safetensors", "5,6"),
  ];
  expect(a.outputs[0]).toBeGreaterThan(100_000);
  expect(b.outputs[0] / a.outputs[0]).toBeCloseTo(1, 6);
  const [answer] = await old.predictRows([{ rooms: 5, age: 6 }]);
  expect(answer!.value! / a.outputs[0]).toBeCloseTo(1, 6);
});

test("they are evaluated, and exported with what a host has to do", async () => {
  const [a, b] = [
    await json("evaluate", "new.safetensors", "homes.csv"),
    await json("evaluate", "old.safetensors", "homes.csv"),
  ];
  for (const figure of ["loss", "meanAbsoluteError", "rootMeanSquaredError", "r2"])
    expect(b[figure] / a[figure]).toBeCloseTo(1, 5);
  expect(a.meanAbsoluteError).toBeGreaterThan(1000);
});

test("a training goes on to the same weights", async () => {
  const more = [...train, "--epochs", "6", "--resume"];
  const a = done(await place.run([...more, "new.safetensors", "--out", "new6.safetensors"]));
  const b = done(await place.run([...more, "old.safetensors", "--out", "old6.safetensors"]));
  expect(b.weightsSha256).toBe(a.weightsSha256);
  expect(at("old6.safetensors").metadata.targetScale).toBeUndefined();
  expect((at("old6.safetensors").metadata.extra!.csv as { target?: object }).target).toBeDefined();
});
