/**
 * Next, as Turbopack and webpack build it: a page whose files lie on another origin (assetPrefix), a route of the server in Node, and one
 * of its edge runtime. All train to the bits of the sources, in a worker, in a thread, and in the sandbox itself, without a line of
 * configuration about Nabla.
 */
import { cpSync, mkdirSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { dirname, join } from "node:path";
import { afterAll, beforeAll, describe, expect } from "vitest";
import { freePort, whileServing } from "../edge/serving.ts";
import { sawHost } from "../support/hosts.ts";
import { below, everywhere, type Site, serve, WATCH } from "./page.ts";
import { expectedOutput, install, PROGRAM, project, run, testWith, tool } from "./support.ts";

/** Beside its tools: Turbopack follows no path out of its root. */
const scratch = join(dirname(tool("next", "../package.json") ?? import.meta.dirname), "scratch");
/** The built pages lie below the folder of each, which the other origin serves. */
let cdn: Site;
let expected: string;

const WITH_OPTIONS = PROGRAM.replace("program()", "program(options)").replace(
  "epochs: 20,",
  "epochs: 20, ...options,",
);
/** A route with a copy of the package that webpack takes for one of pages, as configurations of its own do. */
const WRAPPED = {
  "wrapped.js": WITH_OPTIONS.replaceAll('"nabla', '"nabla-pages'),
  "app/wrapped/route.js": `import { program } from "../../wrapped.js";
export const dynamic = "force-dynamic";
export const GET = async () => new Response(await program({ worker: true }).catch(String));`,
};
const FOR_PAGES = `webpack: (config) => {
    config.module.rules.push({ include: /nabla-pages/, resolve: { conditionNames: ["browser", "import", "default"] } });
    return config;
  }`;
const FILES = {
  // with "type": "module" Next's webpack does not find files of its own for edge routes
  "package.json": '{ "private": true, "sideEffects": false }',
  "program.js": WITH_OPTIONS,
  "watch.js": WATCH,
  "app/layout.jsx": "export default ({ children }) => <html><body>{children}</body></html>;",
  "app/page.jsx": `"use client";
import { useEffect } from "react";
import { watched } from "../watch.js";
export default function Page() {
  useEffect(() => watched(async () => (await import("../program.js")).program()), []);
  return <link rel="icon" href="data:," />;
}`,
  "app/train/route.js": `import { program } from "../../program.js";
export const dynamic = "force-dynamic";
export const GET = async () => new Response(await program({ worker: true }).catch(String));`,
  // says as well what its setImmediate does
  "app/edge/route.js": `import { program } from "../../program.js";
export const runtime = "edge";
export const dynamic = "force-dynamic";
export const GET = async () => {
  let immediate = typeof setImmediate;
  try {
    setImmediate(() => {});
  } catch (error) {
    immediate += " that throws";
  }
  return Response.json({ said: await program({}).catch(String), immediate });
};`,
};

beforeAll(async () => {
  expected = await expectedOutput();
  if (!tool("next", "next")) return;
  rmSync(scratch, { recursive: true, force: true });
  const { folder } = await install();
  mkdirSync(scratch);
  cpSync(join(folder, "node_modules"), join(scratch, "node_modules"), { recursive: true });
  cpSync(join(scratch, "node_modules/nabla"), join(scratch, "node_modules/nabla-pages"), { recursive: true });
  cdn = await serve(
    (path) => below(scratch)(path.replace("/_next/", "/.next/")),
    () => ({ "access-control-allow-origin": "*" }),
  );
});
afterAll(() => {
  cdn?.close();
  rmSync(scratch, { recursive: true, force: true });
});

describe.each([
  ["Next, turbopack", "turbopack"],
  ["Next, webpack", "webpack"],
])("%s", (host, bundler) => {
  testWith(
    "next",
    ["next", "react", "react-dom"],
    "a page with files on another origin, a route, and an edge route",
    async () => {
      const folder = project(join(scratch, bundler), {
        ...FILES,
        ...(bundler === "webpack" && WRAPPED),
        "next.config.mjs": `const root = ${JSON.stringify(dirname(scratch))};
export default { assetPrefix: "${cdn.origin}/${bundler}", turbopack: { root }, outputFileTracingRoot: root${bundler === "webpack" ? `, ${FOR_PAGES}` : ""} };`,
      });
      const next = tool("next", "next/dist/bin/next")!;
      const env = { NEXT_TELEMETRY_DISABLED: "1", NODE_ENV: "production" };
      await run(process.execPath, [next, "build", `--${bundler}`], { cwd: folder, env, seconds: 240 });
      const scripts = readdirSync(join(folder, ".next/static"), { recursive: true, encoding: "utf8" });
      const told = scripts.filter(
        (name) =>
          name.endsWith(".js") && readFileSync(join(folder, ".next/static", name), "utf8").includes(scratch),
      );
      expect(told, "files that tell the folder they were built in").toEqual([]);
      const port = await freePort();
      const options = { cwd: folder, env };
      await whileServing(
        process.execPath,
        [next, "start", "--port", String(port)],
        port,
        options,
        async (url) => {
          expect(await (await fetch(`${url}/train`)).text()).toBe(expected);
          sawHost(host, "Node", "thread");
          const edge = await (await fetch(`${url}/edge`)).json();
          expect(edge).toEqual({ said: expected, immediate: "function that throws" });
          sawHost(host, "edge runtime", "this thread");
          await everywhere(host, url, expected, "blob", [cdn]);
          if (bundler !== "webpack") return;
          expect(await (await fetch(`${url}/wrapped`)).text()).toMatch(
            /worker: no worker could be started \(this bundle was made for pages; .*serverExternalPackages: \["nabla"\]/,
          );
        },
      );
    },
    300,
  );
});
