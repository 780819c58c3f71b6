// What the benchmarks share.
import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync, readdirSync, readFileSync, statSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const root = join(dirname(fileURLToPath(import.meta.url)), "..");
const require = createRequire(import.meta.url);

export const median = (values) => [...values].sort((a, b) => a - b)[values.length >> 1];

/** Compiles the core together with the peak loop, with the very options of the build. Returns the file. */
export function compileBench() {
  const out = join(root, "build/bench/core.wasm");
  const newest = (dir) =>
    Math.max(
      ...readdirSync(dir, { withFileTypes: true }).map((e) =>
        e.isDirectory() ? newest(join(dir, e.name)) : statSync(join(dir, e.name)).mtimeMs,
      ),
    );
  const sources = Math.max(newest(join(root, "assembly")), statSync(join(root, "bench/peak.ts")).mtimeMs);
  if (!existsSync(out) || statSync(out).mtimeMs < sources) {
    mkdirSync(dirname(out), { recursive: true });
    const asc = join(dirname(require.resolve("assemblyscript/package.json")), "bin/asc.js");
    execFileSync(
      process.execPath,
      [asc, "--config", join(root, "asconfig.json"), "--target", "simd", "bench/peak.ts", "-o", out],
      { cwd: root, stdio: "inherit" },
    );
  }
  return out;
}

/** A function that measures the multiply-add peak in GFLOP/s once more at each call. */
export function peakMeter() {
  const core = new WebAssembly.Instance(new WebAssembly.Module(readFileSync(compileBench()))).exports;
  core.memory.grow(1);
  new Float32Array(core.memory.buffer, 8192, 64).fill(0.5);
  const n = 600_000;
  const once = () => {
    const t = performance.now();
    core.peak(n, 8192);
    return (128 * n) / (performance.now() - t) / 1e6;
  };
  for (let i = 0; i < 10; i++) once();
  return once;
}

/** The version of the package this is. */
export const packageVersion = () => JSON.parse(readFileSync(join(root, "package.json"), "utf8")).version;
