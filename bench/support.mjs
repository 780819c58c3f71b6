// What the benchmarks share.
import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync, readdirSync, statSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const root = join(dirname(fileURLToPath(import.meta.url)), "..");
const require = createRequire(import.meta.url);

export const median = (values) => [...values].sort((a, b) => a - b)[values.length >> 1];

/** Compiles the core together with the peak loop, with the very options of the build. Returns the file. */
export function compileBench() {
  const out = join(root, "build/bench/core.wasm");
  const newest = (dir) => Math.max(...readdirSync(dir, { withFileTypes: true }).map((e) => (e.isDirectory() ? newest(join(dir, e.name)) : statSync(join(dir, e.name)).mtimeMs)));
  const sources = Math.max(newest(join(root, "assembly")), statSync(join(root, "bench/peak.ts")).mtimeMs);
  if (!existsSync(out) || statSync(out).mtimeMs < sources) {
    mkdirSync(dirname(out), { recursive: true });
    const asc = join(dirname(require.resolve("assemblyscript/package.json")), "bin/asc.js");
    execFileSync(process.execPath, [asc, "--config", "asconfig.json", "--target", "simd", "bench/peak.ts", "-o", "build/bench/core.wasm"], { cwd: root, stdio: "inherit" });
  }
  return out;
}
