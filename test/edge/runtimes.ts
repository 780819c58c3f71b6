/** Runs a program that uses the installed package in each runtime, built the way that runtime is usually built for. */
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { build, type Plugin } from "esbuild";
import { engineFiles } from "../bits/engines.mjs";
import { node, project, run, tool } from "../package/support.ts";
import { bundleWorker, serveWorker, workerdFile } from "./workerd.mjs";

/** A runtime: what is missing to run it, and what it makes of a program whose module exports `answer(): Promise<string>`. */
export interface Runtime {
  missing: string | undefined;
  answer(folder: string, options?: { conditions?: string[] }): Promise<string>;
}

const here = fileURLToPath(new URL(".", import.meta.url));

const FETCH = `import { answer } from "./program.js";
export default { async fetch() {
  try { return new Response(await answer()); } catch (error) { return new Response(error.name + ": " + error.message); }
} };`;
const PRINT = `import { answer } from "./program.js";\nconsole.log(await answer());\n`;

/** `import core from "./simd.wasm?module"` becomes a global, as Vercel's and Next.js' bundlers make it. */
const vercel: Plugin = {
  name: "vercel",
  setup(bundler) {
    bundler.onResolve({ filter: /\.wasm\?module$/ }, ({ path }) => ({ path, namespace: "wasm" }));
    bundler.onLoad({ filter: /.*/, namespace: "wasm" }, ({ path }) => ({
      contents: `export default globalThis.wasm_${/(\w+)\.wasm/.exec(path)![1]};`,
    }));
  },
};

/** One file that a function and all it imports are in. */
export async function bundleForVercel(
  folder: string,
  entry: string,
  conditions: string[] = ["edge-light", "worker"],
): Promise<string> {
  const outfile = join(folder, `dist-${conditions.join("-")}.js`);
  await build({
    entryPoints: [join(folder, entry)],
    outfile,
    bundle: true,
    format: "iife",
    target: "es2022",
    conditions,
    plugins: [vercel],
    // an IIFE has none, and nothing asks for it there
    define: { "import.meta.url": "undefined" },
    logLevel: "warning",
  });
  return outfile;
}

/** What a bundle answers, in the edge runtime. A request's body is in base64. */
export async function edgeRuntime(
  bundle: string,
  installed: string,
  requests: readonly [
    url: string,
    init?: { method: string; headers?: Record<string, string>; body: string },
  ][],
): Promise<{ status: number; text: string }[]> {
  const module = tool("edge", "edge-runtime/dist/index.js")!;
  const core = join(installed, "node_modules/nabla/build/core");
  const args = [join(here, "edgeRuntime.mjs"), module, bundle, core, JSON.stringify(requests)];
  return JSON.parse((await node(args, installed)).stdout);
}

export const engines = engineFiles();

export const RUNTIMES: Record<"workerd" | "edge-runtime" | "Deno" | "Bun", Runtime> = {
  workerd: {
    missing: workerdFile() ? undefined : "node scripts/tools.mjs edge",
    async answer(folder, { conditions } = {}) {
      project(folder, { "main.js": FETCH });
      const out = join(folder, conditions ? `dist-${conditions.join("-")}` : "dist");
      await bundleWorker(join(folder, "main.js"), out, conditions ? { conditions } : {});
      const served = await serveWorker(out);
      try {
        return await (await fetch(served.url)).text();
      } finally {
        await served.stop();
      }
    },
  },
  "edge-runtime": {
    missing: tool("edge", "edge-runtime/dist/index.js") ? undefined : "node scripts/tools.mjs edge",
    async answer(folder, { conditions = ["edge-light", "worker"] } = {}) {
      const code = `${FETCH.replace("export default", "const handler =")}
addEventListener("fetch", (event) => event.respondWith(handler.fetch(event.request)));`;
      project(folder, { "main.js": code });
      const outfile = await bundleForVercel(folder, "main.js", conditions);
      return (await edgeRuntime(outfile, join(folder, ".."), [["http://localhost/"]]))[0]!.text;
    },
  },
  Deno: {
    missing: engines.Deno ? undefined : "node scripts/engines.mjs",
    async answer(folder) {
      project(folder, { "main.js": PRINT });
      const env = { DENO_DIR: join(folder, "deno"), DENO_NO_UPDATE_CHECK: "1" };
      // it asks for no permission at all: no file, no network, no environment
      const args = ["run", "--quiet", "--no-lock", "--no-prompt", "--cached-only", "main.js"];
      return (await run(engines.Deno!, args, { cwd: folder, env })).stdout.trim();
    },
  },
  Bun: {
    missing: engines.Bun ? undefined : "node scripts/engines.mjs",
    answer: async (folder) => {
      project(folder, { "main.js": PRINT });
      return (await run(engines.Bun!, ["run", "main.js"], { cwd: folder })).stdout.trim();
    },
  },
};
