/** The installed package in plain Node and through every common bundler: each program gives the bits that the sources give. */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, expect, test } from "vitest";
import {
  expectedOutput,
  type Installed,
  install,
  node,
  PROGRAM,
  project,
  testWith,
  tool,
} from "./support.ts";

let installed: Installed;
let expected: string;
beforeAll(async () => {
  installed = await install();
  expected = await expectedOutput();
});

const MAIN = `import { program } from "./program.js";\nprogram().then(console.log);\n`;
const FILES = { "program.js": PROGRAM, "main.js": MAIN };
const folderOf = (name: string, files: Record<string, string> = FILES) =>
  project(join(installed.folder, name), files);
/** What a built program prints in Node, far away from the package: all it needs is in it. */
async function printed(folder: string, file: string): Promise<string> {
  const away = project(join(installed.folder, "..", `${installed.folder}-away`), {});
  const { cpSync, rmSync } = await import("node:fs");
  try {
    cpSync(folder, away, { recursive: true });
    project(away, { "package.json": '{ "type": "module" }' });
    return (await node([file], away)).stdout.trim();
  } finally {
    rmSync(away, { recursive: true, force: true });
  }
}

test("plain Node", async () => {
  expect((await node(["main.js"], folderOf("node"))).stdout.trim()).toBe(expected);
});

test("CommonJS, with import()", async () => {
  const code = `(async () => {
    const { program } = await import("../node/program.js");
    const { NablaError } = await import("nabla");
    console.log(typeof NablaError, await program());
  })();`;
  folderOf("node");
  const folder = folderOf("commonjs", { "main.cjs": code });
  expect((await node(["main.cjs"], folder)).stdout.trim()).toBe(`function ${expected}`);
});

testWith("package", ["esbuild"], "esbuild", async () => {
  const folder = folderOf("esbuild");
  const flags = [
    "--bundle",
    "--format=esm",
    "--platform=browser",
    "--outfile=dist/main.js",
    "--log-level=warning",
  ];
  const { stderr } = await node([tool("package", "esbuild/bin/esbuild")!, "main.js", ...flags], folder);
  expect(stderr).toBe("");
  expect(await printed(join(folder, "dist"), "main.js")).toBe(expected);
});

testWith("package", ["rollup", "@rollup/plugin-node-resolve"], "Rollup", async () => {
  const resolve = JSON.stringify(tool("package", "@rollup/plugin-node-resolve/dist/es/index.js"));
  const folder = folderOf("rollup", {
    ...FILES,
    "rollup.config.mjs": `import resolve from ${resolve};
export default { input: "main.js", output: { dir: "dist", format: "es" }, plugins: [resolve({ browser: true })] };`,
  });
  const { stderr } = await node(
    [
      tool("package", "rollup/dist/bin/rollup")!,
      "--config",
      "rollup.config.mjs",
      "--failAfterWarnings",
      "--silent",
    ],
    folder,
  );
  expect(stderr.trim()).toBe("");
  expect(await printed(join(folder, "dist"), "main.js")).toBe(expected);
});

testWith("package", ["vite"], "Vite", async () => {
  const folder = folderOf("vite", {
    ...FILES,
    "index.html": '<!doctype html><title>scratch</title><script type="module" src="./main.js"></script>',
    // Node has no document for what loads scripts ahead to look at
    "vite.config.js": "export default { build: { modulePreload: false }, worker: { format: 'es' } };",
  });
  const { stderr } = await node(
    [tool("package", "vite/bin/vite.js")!, "build", "--logLevel", "warn"],
    folder,
  );
  expect(stderr.replace(/^npm warn.*$/gm, "").trim()).toBe("");
  const assets = join(folder, "dist/assets");
  const [page] = readdirSync(assets).filter((name) => /^index-.*\.js$/.test(name));
  // the worker is a file of its own, which the page's script names (worker-code is the same as text, for when that file is not to be had)
  const workers = readdirSync(assets).filter((name) => /^worker-(?!code).*\.js$/.test(name));
  expect(workers).toHaveLength(1);
  expect(
    readdirSync(assets).some((name) => readFileSync(join(assets, name), "utf8").includes(workers[0]!)),
  ).toBe(true);
  expect(await printed(assets, page!)).toBe(expected);
});

testWith("package", ["webpack"], "webpack", async () => {
  const folder = folderOf("webpack", {
    ...FILES,
    "build.mjs": `import { createRequire } from "node:module";
const webpack = createRequire(import.meta.url)(${JSON.stringify(tool("package", "webpack"))});
const output = { path: process.cwd() + "/dist", filename: "main.js", chunkFormat: "module", module: true, publicPath: "" };
webpack({ mode: "production", target: ["web", "es2022"], entry: "./main.js", output, experiments: { outputModule: true } }, (error, stats) => {
  if (error) throw error;
  const { errors, warnings } = stats.toJson({ all: false, errors: true, warnings: true });
  // its advice on sizes is about pages
  for (const { message } of [...errors, ...warnings]) if (!/size limit|performance/.test(message)) console.error(message);
});`,
  });
  const { stderr } = await node(["build.mjs"], folder);
  expect(stderr).toBe("");
  expect(readdirSync(join(folder, "dist")).length).toBeGreaterThan(1);
  expect(await printed(join(folder, "dist"), "main.js")).toBe(expected);
});
