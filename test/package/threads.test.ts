/**
 * Programs for Node as single files: bundles in every format, executables of Node and Bun. Each is started once, trains in a thread and
 * decodes pictures in threads, and gives the bits of the sources. A thread that ran the file it is in would start the program again.
 */
import { copyFileSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, renameSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, dirname, join } from "node:path";
import { beforeAll, describe, expect, test } from "vitest";
import { engineFiles } from "../bits/engines.mjs";
import { sawHost } from "../support/hosts.ts";
import { type Installed, install, node, project, root, run, testWith, tool } from "./support.ts";

const PICTURES = ["baseline.jpg", "grey.jpg", "exif-6.jpg", "progressive.jpg"];

/** An application: it writes down that it was started, and what did its work. */
const MAIN = `
import { appendFileSync } from "node:fs";
import { dense, flatten, sequential, weightsSha256 } from "nabla";
import { moons } from "nabla/data";
import { openData } from "nabla/node";

appendFileSync(process.argv[3] + "/starts", "started ");
const said = [];
console.warn = (...all) => said.push(all.join(" "));
let threads = 0;
process.on("worker", () => threads++);
async function main() {
  const model = sequential([dense({ units: 8, activation: "tanh" }), dense({ units: 1, activation: "sigmoid" })], { seed: 4 });
  model.compile({ optimizer: { name: "adam", learningRate: 0.02 }, loss: "binaryCrossentropy" });
  await model.fit(moons({ samples: 200 }), { epochs: 3, batchSize: 20, worker: true });
  const training = threads;
  const { train } = await openData(process.argv[2], { images: { size: 12, workers: 2, keepBytes: 0 } });
  const seen = sequential([flatten(), dense({ units: 2, activation: "softmax" })], { seed: 4 });
  seen.compile({ loss: "categoricalCrossentropy" });
  await seen.fit(train, { epochs: 2, batchSize: 3, worker: true });
  const hashes = [weightsSha256(model), weightsSha256(seen)];
  console.log(JSON.stringify({ hashes, training, decoding: threads - training, said }));
}
main().catch((error) => {
  console.error(error);
  process.exitCode = 1;
});
`;

let installed: Installed;
let pictures: string;
let hashes: string[];
beforeAll(async () => {
  installed = await install();
  pictures = join(installed.folder, "pictures");
  for (const [i, name] of PICTURES.entries()) {
    const folder = join(pictures, `class${i % 2}`);
    mkdirSync(folder, { recursive: true });
    copyFileSync(join(root, "test/fixtures/images", name), join(folder, name));
  }
  hashes = await fromSources();
});

/** The same in this process, in one thread. */
async function fromSources(): Promise<string[]> {
  const { dense, flatten, sequential, weightsSha256 } = await import("../../src/index.ts");
  const { moons } = await import("../../src/data/index.ts");
  const { openData } = await import("../../src/node/index.ts");
  const model = sequential(
    [dense({ units: 8, activation: "tanh" }), dense({ units: 1, activation: "sigmoid" })],
    { seed: 4 },
  );
  model.compile({ optimizer: { name: "adam", learningRate: 0.02 }, loss: "binaryCrossentropy" });
  await model.fit(moons({ samples: 200 }), { epochs: 3, batchSize: 20, worker: false });
  const { train } = await openData(pictures, { images: { size: 12 } });
  const seen = sequential([flatten(), dense({ units: 2, activation: "softmax" })], { seed: 4 });
  seen.compile({ loss: "categoricalCrossentropy" });
  await seen.fit(train, { epochs: 2, batchSize: 3, worker: false });
  return [weightsSha256(model), weightsSha256(seen)];
}

const ONE = "one file in other engines";
const EXECUTABLE = "Node, single executable";

interface Report {
  hashes: string[];
  training: number;
  decoding: number;
  said: string[];
}

/**
 * Runs what was built, in a folder that has nothing else.
 *
 * @param host its row in docs/hosts.md; and the place there
 * @param engine what runs the file; null where it runs by itself
 * @param counts whether the engine tells of threads; where it does not, `worker: true` that throws nothing has had one
 */
async function check(
  host: string,
  place: string,
  file: string,
  { engine = process.execPath as string | null, flags = [] as string[], counts = true, env = {} } = {},
): Promise<void> {
  const away = mkdtempSync(join(tmpdir(), "nabla-single-"));
  try {
    const alone = join(away, basename(file));
    renameSync(file, alone);
    const args = [...flags, ...(engine ? [alone] : []), pictures, away];
    const { stdout } = await run(engine ?? alone, args, { cwd: away, env });
    const { hashes: got, said, training, decoding } = JSON.parse(stdout) as Report;
    expect({ got, said }, basename(file)).toEqual({ got: hashes, said: [] });
    if (counts) expect({ training, decoding }, basename(file)).toEqual({ training: 1, decoding: 2 });
    expect(readFileSync(join(away, "starts"), "utf8"), basename(file)).toBe("started ");
    sawHost(host, place, "thread");
  } finally {
    rmSync(away, { recursive: true, force: true });
  }
}

/** A test that needs an engine of scripts/engines.mjs, as well as tools. */
function testIn(
  engine: string,
  path: string | undefined,
  tools: string[],
  name: string,
  body: (path: string) => Promise<void>,
): void {
  if (path) return testWith("package", tools, name, () => body(path));
  const why = `${engine} not installed; to install: node scripts/engines.mjs`;
  if (process.env.NABLA_REQUIRE_ALL !== "1") return void test.skip(`${name} (${why})`, () => {});
  test(name, () => {
    throw new Error(`${why} (NABLA_REQUIRE_ALL=1 asks for it)`);
  });
}

const esbuild = (folder: string, ...args: string[]) =>
  node([tool("package", "esbuild/bin/esbuild")!, "--bundle", "--log-level=warning", ...args], folder);
const files = (name: string, more: Record<string, string> = {}) =>
  project(join(installed.folder, name), { "main.js": MAIN, ...more });
/** What a folder holds, which has to be one file. */
function only(folder: string): string {
  const names = readdirSync(folder);
  expect(names).toHaveLength(1);
  return join(folder, names[0]!);
}

describe("bundles", () => {
  testWith("package", ["esbuild"], "esbuild, every format", async () => {
    const folder = files("esbuild");
    for (const [name, ...flags] of [
      ["esm", "--format=esm", "--outfile=esm/main.mjs"],
      ["cjs, minified", "--format=cjs", "--outfile=cjs/main.cjs", "--minify"],
      ["iife", "--format=iife", "--outfile=iife/main.cjs"],
      ["default", "--outfile=default/main.cjs"],
    ]) {
      const { stderr } = await esbuild(folder, "main.js", "--platform=node", ...flags);
      expect(stderr, name).toBe("");
      await check("esbuild for Node, any format", "Node", only(join(folder, name!.replace(/,.*/, ""))));
    }
  });

  testWith("package", ["rollup", "@rollup/plugin-node-resolve"], "Rollup, in one file", async () => {
    const resolve = JSON.stringify(tool("package", "@rollup/plugin-node-resolve/dist/es/index.js"));
    const output = (format: string, extension: string) =>
      `{ file: "${format}/main.${extension}", format: "${format}", inlineDynamicImports: true }`;
    const folder = files("rollup", {
      "rollup.config.mjs": `import resolve from ${resolve};
export default { input: "main.js", plugins: [resolve({ exportConditions: ["node"] })], external: /^node:/,
  output: [${output("es", "mjs")}, ${output("cjs", "cjs")}] };`,
    });
    await node([tool("package", "rollup/dist/bin/rollup")!, "-c", "rollup.config.mjs", "--silent"], folder);
    // an iife of Rollup's has no way to Node's modules
    for (const format of ["es", "cjs"])
      await check("Rollup for Node, one file", "Node", only(join(folder, format)));
  });

  testWith("package", ["webpack"], "webpack, tree shaking, in one file", async () => {
    const folder = files("webpack", {
      "build.mjs": `import { createRequire } from "node:module";
const webpack = createRequire(import.meta.url)(${JSON.stringify(tool("package", "webpack"))});
const output = { path: process.cwd() + "/dist", filename: "main.cjs", asyncChunks: false };
const optimization = { minimize: false };
webpack({ mode: "production", target: "node20", entry: "./main.js", output, optimization }, (error, stats) => {
  if (error) throw error;
  const { errors, warnings } = stats.toJson({ all: false, errors: true, warnings: true });
  for (const { message } of [...errors, ...warnings]) console.error(message);
});`,
    });
    const { stderr } = await node(["build.mjs"], folder);
    expect(stderr).toBe("");
    await check("webpack for Node, one file", "Node", only(join(folder, "dist")));
  });
});

describe("the bundle of esbuild", () => {
  /** In CommonJS, the form that single executables of every Node take. */
  const bundled = async (name: string, ...flags: string[]) => {
    const folder = files(name);
    await esbuild(folder, "main.js", "--platform=node", "--outfile=dist/main.cjs", ...flags);
    return only(join(folder, "dist"));
  };

  testWith("package", ["esbuild"], "what Node is told to load first is not loaded in threads", async () => {
    const file = await bundled("flags");
    const folder = project(join(installed.folder, "flags"), {
      "first.cjs": 'process.stdout.write(""); require("node:fs").appendFileSync(process.env.FIRST, "x");',
    });
    const first = join(folder, "first.cjs");
    const FIRST = join(folder, "times");
    const env = { NODE_OPTIONS: `--require ${first}`, FIRST };
    await check("esbuild for Node, any format", "Node", file, { flags: ["--require", first], env });
    // once for each of the two places that name it
    expect(readFileSync(FIRST, "utf8")).toMatch(/^xx?$/);
  });

  testIn(
    "Node 24",
    engineFiles()["Node 24"],
    ["esbuild"],
    "where Node's permissions forbid threads it says what to add, and decodes without",
    async (path) => {
      const file = await bundled("permissions");
      const flags = ["--permission", "--allow-fs-read=*", "--allow-fs-write=*"];
      const asked = run(path, [...flags, file, pictures, installed.folder], { cwd: installed.folder });
      const why = "Node was started with --permission; add --allow-worker";
      await expect(asked).rejects.toThrow(`no worker could be started (${why}); pass worker: false`);
      const without = MAIN.replaceAll("worker: true", "worker: false");
      const folder = project(join(installed.folder, "permissions"), { "without.js": without });
      await esbuild(folder, "without.js", "--platform=node", "--outfile=without.cjs");
      const args = [...flags, "without.cjs", pictures, installed.folder];
      const {
        hashes: got,
        said,
        decoding,
      } = JSON.parse((await run(path, args, { cwd: folder })).stdout) as Report;
      expect({ got, decoding }).toEqual({ got: hashes, decoding: 0 });
      expect(said).toEqual([
        expect.stringContaining(`no thread could be started to decode pictures (${why})`),
      ]);
      await check(ONE, "Node 24", file, { engine: path, flags: [...flags, "--allow-worker"] });
    },
  );

  for (const [engine, path] of Object.entries(engineFiles()))
    testIn(engine, path, ["esbuild"], `runs in ${engine}`, async () => {
      const file = await bundled(engine);
      // Deno asks for each file otherwise
      const flags = engine === "Deno" ? ["run", "--allow-all"] : [];
      await check(ONE, engine, file, { engine: path!, flags, counts: engine.startsWith("Node") });
    });

  testIn(
    "Node 20",
    engineFiles()["Node 20"],
    ["esbuild", "postject"],
    "as a single executable of Node 20",
    async (path) => {
      const file = await bundled("sea20");
      const folder = dirname(file);
      const config = { main: file, output: "main.blob", disableExperimentalSEAWarning: true };
      project(folder, { "sea.json": JSON.stringify(config) });
      await run(path, ["--experimental-sea-config", "sea.json"], { cwd: folder });
      const program = join(folder, "program");
      copyFileSync(path, program);
      const fuse = ["--sentinel-fuse", "NODE_SEA_FUSE_fce680ab2cc467b6e072b8b5df1996b2"];
      await node(
        [tool("package", "postject/dist/cli.js")!, program, "NODE_SEA_BLOB", "main.blob", ...fuse],
        folder,
      );
      await check(EXECUTABLE, "Node 20", program, { engine: null });
    },
  );

  testIn(
    "Node 26",
    engineFiles()["Node 26"],
    ["esbuild"],
    "as a single executable of Node 26, as a module",
    async (path) => {
      const file = await bundled("sea26", "--format=esm");
      const folder = dirname(file);
      const config = {
        main: file,
        mainFormat: "module",
        output: "program",
        disableExperimentalSEAWarning: true,
      };
      project(folder, { "sea.json": JSON.stringify(config) });
      await run(path, ["--build-sea", "sea.json"], { cwd: folder });
      await check(EXECUTABLE, "Node 26", join(folder, "program"), { engine: null });
    },
  );
});

testWith(
  "package",
  ["esbuild", "rollup", "@rollup/plugin-node-resolve"],
  "a bundle made for pages says in Node what to add",
  async () => {
    const code = `import { dense, sequential } from "nabla";
const model = sequential([dense({ units: 1 })], { seed: 1 });
model.compile({ loss: "meanSquaredError" });
const fit = (worker) => model.fit([[1], [2]], [1, 2], { epochs: 1, worker });
fit(true).catch(({ name, message }) => fit(false).then(() => console.log(name + ": " + message)));`;
    const resolve = JSON.stringify(tool("package", "@rollup/plugin-node-resolve/dist/es/index.js"));
    const folder = project(join(installed.folder, "pages"), {
      "main.js": code,
      "rollup.config.mjs": `import resolve from ${resolve};
export default { input: "main.js", plugins: [resolve()], external: /^node:/, output: { file: "rollup.mjs", inlineDynamicImports: true } };`,
    });
    await node([tool("package", "rollup/dist/bin/rollup")!, "-c", "rollup.config.mjs", "--silent"], folder);
    await esbuild(folder, "main.js", "--log-level=error", "--outfile=default.cjs");
    await esbuild(folder, "main.js", "--format=esm", "--platform=neutral", "--outfile=neutral.mjs");
    for (const file of ["rollup.mjs", "default.cjs", "neutral.mjs"]) {
      const { stdout } = await node([file], folder);
      expect(stdout, file).toContain(
        "NablaError: fit: worker: no worker could be started (this bundle was made for pages; ",
      );
      expect(stdout, file).toContain("--platform=node");
    }
  },
);

testIn("Bun", engineFiles().Bun, [], "an executable of Bun", async (path) => {
  const folder = files("bun");
  await run(path, ["build", "--compile", "main.js", "--outfile", "program"], { cwd: folder });
  await check("Bun, --compile", "Bun", join(folder, "program"), { engine: null, counts: false });
});
