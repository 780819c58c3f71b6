/** The package as others get it: packed, and installed into an empty folder. And the tools they build with. */
import { spawn } from "node:child_process";
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  realpathSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { afterAll, expect, type TestContext, test } from "vitest";

export const root = fileURLToPath(new URL("../..", import.meta.url));
const required = process.env.NABLA_REQUIRE_ALL === "1";

/** Where a tool of scripts/tools.mjs lies; undefined where it is not installed. */
export function tool(set: string, path: string): string | undefined {
  const file = join(root, "build/tools", set, "node_modules", path);
  return existsSync(file) ? file : undefined;
}

/** A tool's module. */
export const load = (set: string, path: string) => import(pathToFileURL(tool(set, path)!).href);

/** A test that needs tools: skipped, and named, where they are missing, failing where nothing may be left out. */
export function testWith(
  set: string,
  tools: readonly string[],
  name: string,
  body: (context: TestContext) => Promise<void>,
  seconds = 120,
): void {
  const missing = tools.filter((path) => !tool(set, path));
  if (missing.length === 0) return void test(name, body, seconds * 1000);
  const why = `${missing.join(", ")} not installed; to install: node scripts/tools.mjs ${set}`;
  if (!required) return void test.skip(`${name} (${why})`, () => {});
  test(name, () => {
    throw new Error(`${why} (NABLA_REQUIRE_ALL=1 asks for it)`);
  });
}

export interface Done {
  stdout: string;
  stderr: string;
}

/** Runs a program to its end. @throws with all it said, unless its exit code is 0 */
export function run(
  file: string,
  args: readonly string[],
  options: { cwd: string; env?: Record<string, string>; seconds?: number },
): Promise<Done> {
  return new Promise((resolve, reject) => {
    const child = spawn(file, args, { cwd: options.cwd, env: { ...process.env, ...options.env } });
    let stdout = "";
    let stderr = "";
    child.stdout.on("data", (text) => (stdout += text));
    child.stderr.on("data", (text) => (stderr += text));
    const timer = setTimeout(() => child.kill("SIGKILL"), (options.seconds ?? 100) * 1000);
    child.on("error", reject);
    child.on("close", (code, signal) => {
      clearTimeout(timer);
      if (code === 0) return resolve({ stdout, stderr });
      reject(
        new Error(`${[file, ...args].join(" ")}: ${signal ?? `exit code ${code}`}\n${stderr}\n${stdout}`),
      );
    });
  });
}

export const node = (args: readonly string[], cwd: string, env?: Record<string, string>) =>
  run(process.execPath, args, { cwd, ...(env && { env }) });

const npm = (args: readonly string[], cwd: string) =>
  run(process.platform === "win32" ? "npm.cmd" : "npm", [...args, "--loglevel", "error"], { cwd });

export interface Installed {
  /** A folder with nothing in it but node_modules. */
  folder: string;
  /** What npm pack made. */
  tarball: string;
  /** The installed package. */
  nabla: string;
}

/** Packs what is built, and installs it into an empty folder, which goes away after the tests of the file. */
export async function install(): Promise<Installed> {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), "nabla-package-")));
  afterAll(() => rmSync(folder, { recursive: true, force: true }));
  // the tests build before they run: no need to do it again
  await npm(["pack", "--ignore-scripts", "--pack-destination", folder], root);
  const tarball = join(folder, readdirSync(folder).find((name) => name.endsWith(".tgz"))!);
  writeFileSync(join(folder, "package.json"), '{ "private": true, "type": "module" }\n');
  const quiet = ["--no-audit", "--no-fund", "--prefer-offline", "--ignore-scripts"];
  await npm(["install", tarball, ...quiet], folder);
  return { folder, tarball, nabla: join(folder, "node_modules/nabla") };
}

/** Writes files below a folder and returns its path. */
export function project(folder: string, files: Record<string, string | Uint8Array>): string {
  for (const [name, text] of Object.entries(files)) {
    const file = join(folder, name);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, text);
  }
  return folder;
}

/** What a program of a user does: builds, trains, saves, loads, predicts; and says the bits of all that. */
export const PROGRAM = `
import { dense, load, NablaError, sequential, weightsSha256 } from "nabla";
import { moons } from "nabla/data";

export async function program() {
  const model = sequential([dense({ units: 8, activation: "tanh" }), dense({ units: 1, activation: "sigmoid" })], { seed: 4 });
  model.compile({ optimizer: { name: "adam", learningRate: 0.02 }, loss: "binaryCrossentropy", metrics: ["accuracy"] });
  const { history } = await model.fit(moons({ samples: 400 }), { epochs: 20, batchSize: 20 });
  const again = load(model.save());
  let refused = "";
  try {
    load(new Uint8Array([1, 2, 3]));
  } catch (error) {
    refused = error instanceof NablaError ? "in words" : String(error);
  }
  const data = again.predict([[0.5, 0.25]]).data;
  return JSON.stringify({ sha256: weightsSha256(model), accuracy: history.accuracy.at(-1), data: [...data], refused });
}
`;

/** The same in this process, from source. */
export async function expectedOutput(): Promise<string> {
  const { dense, load, sequential, weightsSha256 } = await import("../../src/index.ts");
  const { moons } = await import("../../src/data/index.ts");
  const model = sequential(
    [dense({ units: 8, activation: "tanh" }), dense({ units: 1, activation: "sigmoid" })],
    { seed: 4 },
  );
  model.compile({
    optimizer: { name: "adam", learningRate: 0.02 },
    loss: "binaryCrossentropy",
    metrics: ["accuracy"],
  });
  const { history } = await model.fit(moons({ samples: 400 }), { epochs: 20, batchSize: 20 });
  const accuracy = history.accuracy.at(-1);
  expect(accuracy).toBeGreaterThan(0.85);
  const data = load(model.save()).predict([[0.5, 0.25]]).data;
  return JSON.stringify({ sha256: weightsSha256(model), accuracy, data: [...data], refused: "in words" });
}
