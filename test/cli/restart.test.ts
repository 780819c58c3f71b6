/** nabla train --restart: the same command once more goes on, and what always fails is not started for ever. */
import { existsSync, readFileSync } from "node:fs";
import { afterAll, expect, test } from "vitest";
import { load, weightsSha256 } from "../../src/index.ts";
import { done, flowers, workplace } from "./support.ts";

const place = workplace();
afterAll(place.remove);
place.write("flowers.csv", flowers());
const TRAIN = ["train", "flowers.csv", "--model", "mlp", "--schedule", "constant", "--seed", "4"];
const restart = (out: string, ...more: string[]) => [...TRAIN, "--restart", "2", "--out", out, ...more];

test("begins where nothing is there, and goes on where something is, to the same bits", async () => {
  const whole = done(await place.run([...TRAIN, "--epochs", "5"]));
  done(await place.run(restart("a.safetensors", "--epochs", "2")));
  expect(existsSync(place.path("a.safetensors.restarts"))).toBe(false);
  const rest = await place.run(restart("a.safetensors", "--epochs", "5"));
  expect(rest.stdout).toContain('"resumedAtStep"');
  expect(done(rest).weightsSha256).toBe(whole.weightsSha256);
  // nothing is left to do
  expect((await place.run(restart("a.safetensors", "--epochs", "5"))).code).toBe(0);
  expect(weightsSha256(load(readFileSync(place.path("a.safetensors"))))).toBe(whole.weightsSha256);
  expect(existsSync(place.path("a.safetensors.restarts"))).toBe(false);
});

test("a third restart at the same step is refused, until the count is removed", async () => {
  const fails = ["train", "none.csv", "--restart", "2", "--out", "b.safetensors"];
  for (let i = 0; i < 3; i++) expect((await place.run(fails)).stderr).toMatch(/none\.csv/);
  for (let i = 0; i < 2; i++)
    expect((await place.run(fails)).stderr).toContain(
      "--restart 2: the training has begun 3 times at step 0 and got no further",
    );
  place.write("b.safetensors.restarts", "{");
  expect((await place.run(fails)).stderr).toMatch(/none\.csv/);
});

test("one that gets on may begin again as often as it needs", async () => {
  let step = 0;
  for (let epochs = 1; epochs < 6; epochs++) {
    // as if the one before had been killed after it had begun three times
    place.write("c.safetensors.restarts", JSON.stringify({ step: step - 1, times: 3 }));
    const { code, stderr, stdout } = await place.run(restart("c.safetensors", "--epochs", String(epochs)));
    expect([code, stderr]).toEqual([0, ""]);
    step = Number(/"resumedAtStep":(\d+)/.exec(stdout)?.[1] ?? 0);
    expect(step > 0).toBe(epochs > 1);
  }
});

test.each([
  [[...TRAIN, "--restart", "2"], "--restart: expected --out FILE as well"],
  [restart("d.safetensors", "--resume", "a.safetensors"), "--restart: goes on from --out"],
  [restart("d.safetensors", "--folds", "3"), "--restart: --folds keeps no checkpoints"],
  [[...TRAIN, "--out", "d.safetensors", "--restart", "0"], "--restart: expected a whole number ≥ 1"],
])("%j is refused", async (words, text) => {
  const { code, stderr } = await place.run(words);
  expect(code).not.toBe(0);
  expect(stderr).toContain(text);
});
