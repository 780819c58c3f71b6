/** Which code nabla/predict takes: a program with loadAsync() in it has the smaller core, and nothing else until a file asks for it. */
import { execFileSync } from "node:child_process";
import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { build } from "esbuild";
import { afterAll, describe, expect, test } from "vitest";
import { conv2d, dense, flatten, sequential } from "../../src/index.ts";
import { predictPictures } from "../../src/node/index.ts";

const root = new URL("../..", import.meta.url).pathname;
const folder = mkdtempSync(join(tmpdir(), "nabla-later-"));
afterAll(() => rmSync(folder, { recursive: true }));
mkdirSync(join(folder, "node_modules", "@assemblyscript"), { recursive: true });
for (const name of ["nabla", "@assemblyscript/loader"])
  symlinkSync(name === "nabla" ? root : join(root, "node_modules", name), join(folder, "node_modules", name));

const CODE = `import { readFileSync } from "node:fs";
import { loadAsync } from "nabla/predict";
try {
  const model = await loadAsync(readFileSync(process.argv[2]), "model");
  console.log(JSON.stringify([...model.predict(new Float32Array(12).fill(0.5)).data]));
} catch (error) {
  console.log(error.name + ": " + error.message);
}`;
writeFileSync(join(folder, "main.js"), CODE);

async function bundled(out: string, splitting: boolean) {
  await build({
    absWorkingDir: folder,
    entryPoints: ["main.js"],
    outdir: out,
    bundle: true,
    splitting,
    format: "esm",
    platform: "neutral",
    external: ["node:*"],
    outExtension: { ".js": ".mjs" },
    logLevel: "error",
  });
  return join(folder, out);
}
const run = (out: string, file: string): string =>
  execFileSync(process.execPath, [join(out, "main.mjs"), file], { encoding: "utf8" }).trim();

const models = {
  dense: sequential([dense({ units: 4, activation: "relu" }), dense({ units: 2 })], {
    inputShape: [12],
    seed: 1,
  }),
  images: sequential([conv2d({ filters: 2, kernelSize: 2 }), flatten(), dense({ units: 2 })], {
    inputShape: [2, 2, 3],
    seed: 1,
  }),
};
const file = (name: keyof typeof models) => join(folder, `${name}.safetensors`);
const wanted = (name: keyof typeof models) =>
  JSON.stringify([...models[name].predict(new Float32Array(12).fill(0.5)).data]);
for (const name of ["dense", "images"] as const) writeFileSync(file(name), models[name].save());

describe("pieces", async () => {
  const out = await bundled("pieces", true);
  const later = readdirSync(out).filter((name) => name.startsWith("predict-any"));

  test("any model is read", () => {
    expect(later.length).toBe(1);
    expect(run(out, file("dense"))).toBe(wanted("dense"));
    expect(run(out, file("images"))).toBe(wanted("images"));
  });

  test("without the piece that is loaded later dense models are, and of others an error says what to do", () => {
    const [piece] = later;
    const text = readFileSync(join(out, piece));
    rmSync(join(out, piece));
    expect(run(out, file("dense"))).toBe(wanted("dense"));
    expect(run(out, file("images"))).toMatch(
      /^NablaError: loadAsync: the code .* could not be loaded .*call load\(\)/,
    );
    writeFileSync(join(out, piece), text);
  });
});

test("in a bundle of one file any model is read", async () => {
  const out = await bundled("one", false);
  expect(readdirSync(out)).toEqual(["main.mjs"]);
  expect(run(out, file("dense"))).toBe(wanted("dense"));
  expect(run(out, file("images"))).toBe(wanted("images"));
});

test("what other entries ask of a model, those of nabla/predict tell as they ship: predictPictures()", async () => {
  const trained = async (...layers: Parameters<typeof sequential>[0]) => {
    const made = sequential([...layers, dense({ units: 2, activation: "softmax" })], { seed: 1 });
    made.compile({ optimizer: "adam", loss: "categoricalCrossentropy" });
    const data = Uint8Array.from({ length: 8 * 12 }, (_, i) => (i * 37) % 256);
    await made.fit({ data, shape: [8, 2, 2, 3] }, [0, 1, 0, 1, 0, 1, 0, 1], { epochs: 2 });
    return made;
  };
  const kinds = {
    dense: await trained(flatten()),
    images: await trained(conv2d({ filters: 2, kernelSize: 2 }), flatten()),
  };
  const data = Uint8Array.from({ length: 12 }, (_, i) => 255 - 20 * i);
  const picture = { data, width: 2, height: 2, channels: 3 as const };
  writeFileSync(
    join(folder, "pictures.mjs"),
    `import { readFileSync } from "node:fs";
import { load, loadAsync } from "nabla/predict";
import { predictPictures } from "nabla/node";
const bytes = readFileSync(process.argv[2]);
const picture = { data: Uint8Array.of(${data}), width: 2, height: 2, channels: 3 };
for (const model of [load(bytes), await loadAsync(bytes)])
  console.log(JSON.stringify(await predictPictures(model, picture)));`,
  );
  for (const [name, model] of Object.entries(kinds)) {
    const path = join(folder, `trained-${name}.safetensors`);
    writeFileSync(path, model.save());
    const said = execFileSync(process.execPath, [join(folder, "pictures.mjs"), path], { encoding: "utf8" });
    const answer = JSON.stringify(await predictPictures(model, picture));
    expect(said.trim().split("\n")).toEqual([answer, answer]);
  }
});
