// Cloudflare's workerd: bundles a worker as wrangler would (conditions, WebAssembly and data as modules) and serves it on
// loopback. For the tests, the examples and the benchmark.
import { spawn } from "node:child_process";
import { existsSync, mkdirSync, readdirSync, writeFileSync } from "node:fs";
import { basename, join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";

const modules = fileURLToPath(new URL("../../build/tools/edge/node_modules", import.meta.url));

/** The program of the npm package, which comes as an optional package for this kind of machine; undefined where there is none. */
export function workerdFile() {
  const { platform, arch } = process;
  const system = platform === "win32" ? "windows" : platform;
  const file = join(modules, `@cloudflare/workerd-${system}-${arch === "x64" ? "64" : arch}/bin/workerd`);
  return [file, `${file}.exe`].find((path) => existsSync(path));
}

/**
 * @param {string} entry a worker's main file, within a folder where "nabla" is installed
 * @param {string} outdir
 * @param {{ conditions?: string[], logLevel?: "warning" | "error" }} [options] conditions: as wrangler has them
 */
export async function bundleWorker(
  entry,
  outdir,
  { conditions = ["workerd", "worker", "browser"], logLevel = "warning" } = {},
) {
  await build({
    entryPoints: { worker: entry },
    outdir,
    bundle: true,
    format: "esm",
    target: "es2022",
    conditions,
    mainFields: ["browser", "module", "main"],
    loader: { ".wasm": "copy", ".safetensors": "copy" },
    assetNames: "[name]-[hash]",
    logLevel,
  });
  return outdir;
}

/**
 * Serves what is in a folder of bundled modules.
 *
 * @param {string} folder
 * @param {{ values?: Record<string, Map<string, Uint8Array>>, compatibilityDate?: string }} [options] values: namespaces like Workers KV, by
 * their binding; compatibilityDate: as wrangler.toml has it
 * @returns {Promise<{ url: string, pid: number, stop(): Promise<void>, log(): string }>}
 */
export async function serveWorker(folder, { values = {}, compatibilityDate = "2026-01-01" } = {}) {
  const kind = (/** @type {string} */ name) =>
    name.endsWith(".js") ? "esModule" : name.endsWith(".wasm") ? "wasm" : "data";
  const names = readdirSync(folder).filter((name) => /\.(js|wasm|safetensors)$/.test(name));
  // the first module is the main one
  names.sort((a, b) => Number(b === "worker.js") - Number(a === "worker.js"));
  const list = names.map((name) => `(name = "${name}", ${kind(name)} = embed "${name}")`);
  const services = Object.entries(values).map(([binding, entries]) => {
    const own = join(folder, `kv-${binding}`);
    mkdirSync(own, { recursive: true });
    for (const [key, bytes] of entries) writeFileSync(join(own, key), bytes);
    // workerd asks a namespace's service for keys by their paths: a folder on disk answers such
    // requests, and keeps what is put
    return `(name = "${binding}", disk = (path = "${own}", writable = true))`;
  });
  const bindings = Object.keys(values).map((name) => `(name = "${name}", kvNamespace = "${name}")`);
  writeFileSync(
    join(folder, "config.capnp"),
    `using Workerd = import "/workerd/workerd.capnp";
const config :Workerd.Config = (
  services = [(name = "main", worker = .worker)${services.map((service) => `, ${service}`).join("")}],
  sockets = [(name = "http", address = "127.0.0.1:0", http = (), service = "main")],
);
const worker :Workerd.Worker = (
  compatibilityDate = "${compatibilityDate}",
  modules = [${list.join(", ")}],
  bindings = [${bindings.join(", ")}],
);
`,
  );
  const file = workerdFile();
  if (!file) throw new Error("workerd is not installed; to install it: node scripts/tools.mjs edge");
  const child = spawn(file, ["serve", "config.capnp", "--control-fd=3"], {
    cwd: folder,
    stdio: ["ignore", "pipe", "pipe", "pipe"],
  });
  let said = "";
  for (const stream of [child.stdout, child.stderr]) stream?.on("data", (text) => (said += text));
  const gone = new Promise((resolve) => child.once("close", resolve));
  const port = await new Promise((resolve, reject) => {
    const control = /** @type {import("node:stream").Readable} */ (child.stdio[3]);
    createInterface({ input: control }).on("line", (line) => {
      const event = JSON.parse(line);
      if (event.event === "listen" && event.socket === "http") resolve(event.port);
    });
    child.once("error", reject);
    child.once("close", (code) =>
      reject(new Error(`workerd in ${basename(folder)}: exit code ${code}\n${said}`)),
    );
  });
  return {
    url: `http://127.0.0.1:${port}`,
    pid: /** @type {number} */ (child.pid),
    log: () => said,
    stop: async () => {
      child.kill();
      await gone;
    },
  };
}
