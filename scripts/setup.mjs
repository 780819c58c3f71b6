// What `npm start` and `npm test` run first: installs and builds, each only where something changed since the last time.
import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

process.chdir(join(dirname(fileURLToPath(import.meta.url)), ".."));

const [major] = process.versions.node.split(".").map(Number);
if (major < 20) {
  console.error(`nabla needs Node 20 or newer, this is ${process.version}`);
  process.exit(1);
}

/** SHA-256 over the contents of files and folders. */
function digest(paths) {
  const hash = createHash("sha256");
  const add = (path) => {
    if (!existsSync(path)) return;
    const entries = (() => {
      try {
        return readdirSync(path).sort();
      } catch {
        return undefined;
      }
    })();
    if (entries) for (const entry of entries) add(join(path, entry));
    else hash.update(path).update(readFileSync(path));
  };
  for (const path of paths) add(path);
  return hash.digest("hex");
}

const stamp = (file) => (existsSync(file) ? readFileSync(file, "utf8") : "");

const lock = digest(["package.json", "package-lock.json"]);
const installed = "node_modules/.nabla-installed";
if (stamp(installed) !== lock) {
  console.error("installing …");
  const npm = process.platform === "win32" ? "npm.cmd" : "npm";
  const result = spawnSync(npm, ["ci", "--no-audit", "--no-fund", "--loglevel", "error"], {
    stdio: ["ignore", 2, "inherit"],
    shell: process.platform === "win32",
  });
  if (result.status !== 0) {
    console.error("nabla: installing failed; is the npm registry reachable?");
    process.exit(1);
  }
  writeFileSync(installed, lock);
}

/** All that the build reads. */
const SOURCES = [
  "assembly",
  "bench/internals.ts",
  "src",
  "web",
  "scripts",
  "asconfig.json",
  "asconfig.standalone.json",
  "asconfig.pictures.json",
  "tsconfig.json",
  "tsconfig.build.json",
  "package.json",
  "package-lock.json",
];
const sources = digest(SOURCES);
if (stamp("build/.built") !== sources) {
  console.error("building …");
  // the sizes of its pieces are for those who work on it: npm run build shows them
  const built = spawnSync(process.execPath, ["scripts/build.mjs"], { encoding: "utf8", maxBuffer: 1e8 });
  if (built.status !== 0) {
    console.error(`${built.stdout}${built.stderr}nabla: building failed`);
    process.exit(1);
  }
  mkdirSync("build", { recursive: true });
  // the build may have written a generated source
  writeFileSync("build/.built", digest(SOURCES));
}
