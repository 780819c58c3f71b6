/** The built entries of the package, as an importing program sees them. */
import { execFileSync } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";

const root = fileURLToPath(new URL("../..", import.meta.url));
const run = (code: string): string =>
  execFileSync(process.execPath, ["--input-type=module", "-e", code], {
    cwd: root,
    encoding: "utf8",
    timeout: 60_000,
  }).trim();

test("nabla/node shares its classes with nabla and keeps models in files", () => {
  const code = `
    import { mkdtempSync, rmSync } from "node:fs";
    import { Model, NablaError, dense, sequential } from "nabla";
    import { loadModel, openData, saveModel } from "nabla/node";
    const folder = mkdtempSync("build/entry-");
    try {
      const model = sequential([dense({ units: 3, activation: "softmax" })]);
      const { train } = await openData("blobs", { samples: 30 });
      model.compile({ loss: "categoricalCrossentropy" });
      await model.fit(train);
      await saveModel(model, folder + "/m.safetensors");
      const loaded = await loadModel(folder + "/m.safetensors");
      const same = String(Object.values(loaded.weights())) === String(Object.values(model.weights()));
      const error = await loadModel(folder + "/none").catch((e) => e);
      console.log(loaded instanceof Model, same, error instanceof NablaError, error.message.endsWith("no such file"));
    } finally {
      rmSync(folder, { recursive: true });
    }`;
  expect(run(code)).toBe("true true true true");
});

test("nabla/browser can be imported anywhere and shares its classes with nabla", () => {
  const code = `
    import { NablaError, dense, sequential, weightsSha256 } from "nabla";
    import { listModels, loadModel, saveModel } from "nabla/browser";
    const model = sequential([dense({ units: 3, inputShape: [2] })]);
    const loaded = await loadModel(new Blob([model.save()]));
    const error = await saveModel(model, "m").catch((e) => e);
    console.log(weightsSha256(loaded) === weightsSha256(model), error instanceof NablaError, (await listModels()).length);`;
  expect(run(code)).toBe("true true 0");
});

test("nothing that nabla, nabla/data or nabla/browser load needs Node", () => {
  const build = join(root, "build");
  const seen = new Set<string>();
  const visit = (file: string): void => {
    if (seen.has(file)) return;
    seen.add(file);
    const text = readFileSync(file, "utf8");
    expect(text, file).not.toMatch(/from\s*"node:|import\("node:/);
    for (const [, next] of text.matchAll(/"(\.\/[^"]+\.js|\.\.\/[^"]+\.js)"/g))
      visit(join(file, "..", next!));
  };
  for (const entry of ["index.js", "data.js", "browser.js"]) visit(join(build, entry));
  expect(readdirSync(join(build, "chunks")).length).toBeGreaterThan(0);
  expect(seen.size).toBeGreaterThan(2);
});
