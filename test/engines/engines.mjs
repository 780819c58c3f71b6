// Where npm put the engines that scripts/engines.mjs installs.
import { existsSync } from "node:fs";
import { join } from "node:path";

/**
 * Each engine's program in this node_modules folder; undefined where it is not there.
 *
 * @param {string} modules
 * @returns {Record<"Node 22" | "Node 24" | "Deno" | "Bun", string | undefined>}
 */
export function engineFiles(modules) {
  const { platform, arch } = process;
  const exe = platform === "win32" ? ".exe" : "";
  const first = (/** @type {string[]} */ ...paths) =>
    paths.map((path) => join(modules, path)).find((path) => existsSync(path));
  const cpu = arch === "arm64" ? "aarch64" : arch;
  const system = platform === "win32" ? "windows" : platform;
  return {
    "Node 22": first(`node22/bin/node${exe}`),
    "Node 24": first(`node24/bin/node${exe}`),
    Deno: first(`@deno/${platform}-${arch}${platform === "linux" ? "-glibc" : ""}/deno${exe}`),
    Bun: first(`@oven/bun-${system}-${cpu}/bin/bun${exe}`, `@oven/bun-${system}-${cpu}-musl/bin/bun${exe}`),
  };
}
