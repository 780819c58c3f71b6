/** What nabla/predict is shipped as has shorter names for most properties; a threshold in a file is found in spite of that. */
import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { afterAll, expect, test } from "vitest";
import { chooseThreshold, dense, sequential } from "../../src/index.ts";

const root = new URL("../..", import.meta.url).pathname;
const folder = mkdtempSync(join(tmpdir(), "nabla-decision-"));
afterAll(() => rmSync(folder, { recursive: true }));

test("a chosen threshold is heeded by load() and loadAsync() of the package", async () => {
  const x = [-3, -2, -1.5, -1, 0.5, 2].map((z) => [z]);
  const model = sequential([dense({ units: 1, activation: "sigmoid" })], { inputShape: [1] });
  model.compile({ loss: "binaryCrossentropy" }).setWeights({ "dense_1.kernel": [1], "dense_1.bias": [0] });
  await chooseThreshold(model, x, [0, 0, 1, 1, 0, 1]);
  const file = join(folder, "model.safetensors");
  writeFileSync(file, model.save());
  const code = `import { readFileSync } from "node:fs";
import { load, loadAsync } from ${JSON.stringify(pathToFileURL(join(root, "build/predict.js")).href)};
const bytes = readFileSync(${JSON.stringify(file)});
for (const model of [load(bytes), await loadAsync(bytes)])
  console.log(model.predict(${JSON.stringify(x)}).classes().join(" "));`;
  const said = execFileSync(process.execPath, ["--input-type=module", "-e", code], { encoding: "utf8" });
  expect(said).toBe("0 0 1 1 1 1\n0 0 1 1 1 1\n");
});
