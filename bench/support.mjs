// What the benchmarks share.
import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync, readdirSync, readFileSync, statSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { callsIn, median } from "../build/internals.js";

const root = join(dirname(fileURLToPath(import.meta.url)), "..");
const require = createRequire(import.meta.url);

/** Microseconds of processor time: what else the machine does then counts for less than by the clock. */
export function used(call) {
  const before = process.cpuUsage();
  call();
  const { user, system } = process.cpuUsage(before);
  return user + system;
}

/** @returns µs a call, the median of windows; of `work` floating-point operations GFLOP/s, the peak beside them, and the median of the shares */
export function measured(call, { windows, ms }, peak, work) {
  const count = callsIn(call, ms);
  const times = [];
  const peaks = [];
  for (let w = 0; w < windows; w++) {
    times.push(
      used(() => {
        for (let i = 0; i < count; i++) call();
      }) / count,
    );
    if (work) peaks.push(peak());
  }
  const us = median(times);
  if (!work) return { us };
  const rates = times.map((t) => work / t / 1e3);
  return {
    us,
    rate: median(rates),
    peak: median(peaks),
    share: median(rates.map((rate, i) => rate / peaks[i])),
  };
}

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
    const us = used(() => core.peak(n, 8192));
    return (128 * n) / us / 1e3;
  };
  for (let i = 0; i < 10; i++) once();
  return once;
}

/** The commit that is measured, with + where files differ from it. */
export function commit() {
  const git = (...words) =>
    execFileSync("git", words, { cwd: root, encoding: "utf8", stdio: ["ignore", "pipe", "ignore"] });
  try {
    const changed = git("status", "--porcelain", "-uno", "--", "src", "assembly", "bench").trim();
    return `${git("rev-parse", "--short=8", "HEAD").trim()}${changed ? "+" : ""}`;
  } catch {
    return "no git";
  }
}

/** The version of the package this is. */
export const packageVersion = () => JSON.parse(readFileSync(join(root, "package.json"), "utf8")).version;
