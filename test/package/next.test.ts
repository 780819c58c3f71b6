/**
 * Next, as Turbopack and webpack build it: a page whose files lie on another origin (assetPrefix), and a route of the server, which is asked
 * at the build. Both train to the bits of the sources, in a worker and in a thread, without a line of configuration about Nabla.
 */
import { cpSync, mkdirSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { dirname, join } from "node:path";
import { afterAll, beforeAll, describe, expect } from "vitest";
import { findBrowser, howToGet, launch } from "../support/browsers/index.mjs";
import { sawHost } from "../support/hosts.ts";
import { below, type Seen, type Site, serve, WATCH } from "./page.ts";
import { expectedOutput, install, PROGRAM, project, run, testWith, tool } from "./support.ts";

const BROWSERS = [
  ["chromium", "Chromium"],
  ["firefox", "Firefox"],
] as const;
/** Beside its tools: Turbopack follows no path out of its root. */
const scratch = join(dirname(tool("next", "../package.json") ?? import.meta.dirname), "scratch");
/** The built pages lie below the folder of each, which the other origin serves. */
let cdn: Site;
let expected: string;

const FILES = {
  "package.json": '{ "private": true, "type": "module" }',
  "program.js": PROGRAM.replace("program()", "program(options)").replace(
    "epochs: 20,",
    "epochs: 20, ...options,",
  ),
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
export const dynamic = "force-static";
export const GET = async () => new Response(await program({ worker: true }).catch(String));`,
};

beforeAll(async () => {
  expected = await expectedOutput();
  if (!tool("next", "next")) return;
  rmSync(scratch, { recursive: true, force: true });
  const { folder } = await install();
  mkdirSync(scratch);
  cpSync(join(folder, "node_modules"), join(scratch, "node_modules"), { recursive: true });
  cdn = await serve(below(scratch), () => ({ "access-control-allow-origin": "*" }));
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
    "a page with files on another origin, and a route",
    async () => {
      const folder = project(join(scratch, bundler), {
        ...FILES,
        "next.config.mjs": `const root = ${JSON.stringify(dirname(scratch))};
export default { output: "export", assetPrefix: "${cdn.origin}/${bundler}/out", turbopack: { root }, outputFileTracingRoot: root };`,
      });
      const next = tool("next", "next/dist/bin/next")!;
      await run(process.execPath, [next, "build", `--${bundler}`], {
        cwd: folder,
        env: { NEXT_TELEMETRY_DISABLED: "1", NODE_ENV: "production" },
        seconds: 240,
      });
      const out = join(folder, "out");
      expect(readFileSync(join(out, "train"), "utf8")).toBe(expected);
      sawHost(host, "Node", "thread");
      const scripts = readdirSync(join(out, "_next"), { recursive: true, encoding: "utf8" });
      const told = scripts.filter(
        (name) => name.endsWith(".js") && readFileSync(join(out, "_next", name), "utf8").includes(scratch),
      );
      expect(told, "files that tell the folder they were built in").toEqual([]);
      // the page alone is of this origin
      const home = await serve((path) => (path === "/" ? { file: join(out, "index.html") } : undefined));
      try {
        for (const [name, place] of BROWSERS) {
          if (!findBrowser(name)) {
            if (process.env.NABLA_REQUIRE_ALL === "1") throw new Error(howToGet(name));
            continue;
          }
          const browser = await launch(name);
          try {
            const page = await browser.newPage(`${home.origin}/`);
            await page.waitFor(() => (globalThis as any).result !== undefined, { timeout: 60_000 });
            const seen: Seen = await page.evaluate(() => (globalThis as any).result);
            expect(seen).toEqual({ said: expected, workers: 1, trained: 1, warnings: [] });
            sawHost(host, place, "worker");
          } finally {
            await browser.close();
          }
        }
      } finally {
        home.close();
      }
    },
    300,
  );
});
