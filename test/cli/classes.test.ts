/** Weights of classes, and what the report says of how it was made. */
import { readFileSync } from "node:fs";
import { afterAll, expect, test } from "vitest";
import { configOf } from "../../src/index.ts";
import { loadModel } from "../../src/node/index.ts";
import { done, flowers, workplace } from "./support.ts";

const place = workplace();
afterAll(place.remove);
place.write("flowers.csv", flowers());
const weights = async (file: string) => configOf(await loadModel(place.path(file))).training!.classWeight;

test("--class-weight: balanced, or factors by the names of classes; what is neither is refused", async () => {
  const train = ["train", "flowers.csv", "--model", "logistic", "--epochs", "2", "--ignore", "width"];
  done(await place.run([...train, "--class-weight", "rose=2,violet=0.5", "--out", "named.safetensors"]));
  expect(await weights("named.safetensors")).toEqual({ 0: 2, 2: 0.5 });
  done(await place.run([...train, "--class-weight", "balanced", "--out", "balanced.safetensors"]));
  const factors = (await weights("balanced.safetensors")) as Record<string, number>;
  expect(Object.keys(factors)).toEqual(["0", "1", "2"]);
  // 16 of 20 rows of each class are trained on
  for (const factor of Object.values(factors)) expect(factor).toBeCloseTo(1, 10);
  // the training goes on with and without saying so again
  const again = ["train", "flowers.csv", "--ignore", "width", "--resume", "balanced.safetensors", "--epochs"];
  done(await place.run([...again, "3"]));
  done(await place.run([...again, "4", "--class-weight", "balanced"]));
  const other = await place.run([...again, "5", "--class-weight", "rose=2"]);
  expect(other.stderr).toContain("a resumed run needs the same settings");
  const wrong = await place.run([...train, "--class-weight", "rose:2"]);
  expect(wrong.stderr).toContain(
    "--class-weight: expected balanced, or factors ≥ 0 by class such as yes=3,no=1",
  );
  const unknown = await place.run([...train, "--class-weight", "rosé=2"]);
  expect(unknown.stderr).toContain("nabla: --class-weight: there is no class rosé");
});

test("the report says command, seed, figures per class, rates that change, and the best epoch", async () => {
  const words = ["train", "flowers.csv", "--epochs", "4", "--seed", "7", "--validation-split", "0.2"];
  const last = done(await place.run([...words, "--schedule", "cosine", "--report", "my report.html"]));
  const page = readFileSync(place.path("my report.html"), "utf8");
  expect(page).toContain(
    "Made by <code>nabla train flowers.csv --epochs 4 --seed 7 --validation-split 0.2 --schedule cosine --report &#39;my report.html&#39;</code>, seed 7.",
  );
  const row = /<th scope="row">tulip<\/th><td class="n">([\d.]+ %)<\/td><td class="n">([\d.]+ %)<\/td>/.exec(
    page,
  );
  expect(row).not.toBeNull();
  const { charts, best } = JSON.parse(/id="charts">(.*?)<\/script>/.exec(page)![1]!);
  expect(charts.map(({ title }: { title: string }) => title)).toContain("Learning rate");
  expect(best).toBeGreaterThanOrEqual(1);
  expect(last.epochs).toBe(4);
});
