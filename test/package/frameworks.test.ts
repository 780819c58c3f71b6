/**
 * Frameworks that build pages: Astro on Vite, Angular with its builder on esbuild, Nuxt on Vite with a server by Nitro. Their pages train in
 * workers, without a word on the console, and Nuxt's server in a thread.
 */
import { cpSync, mkdirSync, rmSync } from "node:fs";
import { dirname, join } from "node:path";
import { afterAll, beforeAll, describe, expect } from "vitest";
import { engineFiles } from "../bits/engines.mjs";
import { freePort, whileServing } from "../edge/serving.ts";
import { sawHost } from "../support/hosts.ts";
import { below, type Code, everywhere, FILES, serve } from "./page.ts";
import { expectedOutput, install, PROGRAM, project, run, testWith, tool } from "./support.ts";

const required = process.env.NABLA_REQUIRE_ALL === "1";
/** They ask for Node 22 and newer. */
const engine = engineFiles()["Node 24"];
const lacking = engine ? "" : " (needs Node 24; to install: node scripts/engines.mjs)";
let expected: string;

/** Beside the tools, which programs import by their names. */
const scratch = (set: string): string => join(dirname(tool(set, "../package.json")!), "scratch");
const sets = Object.entries({ frameworks: "astro", nuxt: "nuxt" })
  .filter(([set, first]) => tool(set, first))
  .map(([set]) => set);

beforeAll(async () => {
  expected = await expectedOutput();
  if (sets.length === 0) return;
  const { folder } = await install();
  for (const set of sets) {
    rmSync(scratch(set), { recursive: true, force: true });
    mkdirSync(scratch(set));
    cpSync(join(folder, "node_modules"), join(scratch(set), "node_modules"), { recursive: true });
  }
});
afterAll(() => {
  for (const set of sets) rmSync(scratch(set), { recursive: true, force: true });
});

const HEAD = '<meta charset="utf-8"><title>scratch</title><link rel="icon" href="data:,">';

interface Framework {
  tools: string[];
  files: Record<string, string>;
  /** A program of the tools, and what it is told. */
  build: [program: string, ...args: string[]];
  /** Where the pages are. */
  out: string;
  /** What the worker is made of. */
  code: Code;
}

const FRAMEWORKS: Record<string, Framework> = {
  Astro: {
    tools: ["astro"],
    files: {
      "src/pages/index.astro": `---\n---\n<html><head>${HEAD}</head><body><script>import "../../main.js";</script></body></html>`,
    },
    build: ["astro/bin/astro.mjs", "build"],
    out: "dist",
    code: "file",
  },
  Angular: {
    tools: ["@angular/build", "@angular/core", "@angular/compiler-cli"],
    files: {
      "angular.json": JSON.stringify({
        version: 1,
        cli: { analytics: false, cache: { enabled: false } },
        projects: {
          scratch: {
            projectType: "application",
            root: "",
            sourceRoot: "src",
            architect: {
              build: {
                builder: "@angular/build:application",
                options: {
                  browser: "src/main.ts",
                  index: "src/index.html",
                  tsConfig: "tsconfig.json",
                  outputPath: "dist",
                },
              },
            },
          },
        },
      }),
      "tsconfig.json": JSON.stringify({
        compilerOptions: {
          target: "ES2022",
          module: "preserve",
          moduleResolution: "bundler",
          lib: ["ES2022", "DOM"],
          allowJs: true,
          types: [],
        },
        files: ["src/main.ts"],
      }),
      "src/index.html": `<!doctype html><html><head>${HEAD}<base href="/"></head><body><app-root></app-root></body></html>`,
      "src/main.ts": `import { Component, provideZonelessChangeDetection } from "@angular/core";
import { bootstrapApplication } from "@angular/platform-browser";
import { program } from "../program.js";
import { watched } from "../watch.js";
@Component({ selector: "app-root", template: "<p>{{ title }}</p>" })
class App {
  title = "scratch";
  constructor() { watched(program); }
}
bootstrapApplication(App, { providers: [provideZonelessChangeDetection()] });`,
    },
    build: ["@angular-devkit/architect/bin/architect.js", "scratch:build"],
    out: "dist/browser",
    // it knows workers of the program's own files alone
    code: "blob",
  },
};

/** A test that runs frameworks' programs. */
const testFramework = (
  set: string,
  tools: readonly string[],
  name: string,
  body: (engine: string) => Promise<void>,
): void =>
  testWith(set, tools, `${name}${lacking}`, async ({ skip }) => {
    if (engine) return body(engine);
    if (required) throw new Error(`${lacking}, and NABLA_REQUIRE_ALL=1 asks for it`);
    skip();
  });

describe.each(Object.entries(FRAMEWORKS))("%s", (host, { tools, files, build, out, code }) => {
  testFramework("frameworks", tools, "a page trains in a worker", async (engine) => {
    const folder = project(join(scratch("frameworks"), host), { ...FILES, ...files });
    const [program, ...args] = build;
    await run(engine, [tool("frameworks", program)!, ...args], {
      cwd: folder,
      env: { ASTRO_TELEMETRY_DISABLED: "1", NG_CLI_ANALYTICS: "false" },
    });
    const site = await serve(below(join(folder, out)));
    try {
      await everywhere(host, `${site.origin}/`, expected, code, [site]);
    } finally {
      site.close();
    }
  });
});

/** Its component is imported by the server as well, which makes the page; the route's `worker: true` throws where no thread can be had. */
const NUXT = {
  "nuxt.config.mjs": `export default {
  compatibilityDate: "2026-01-01",
  telemetry: false,
  app: { head: { title: "scratch", link: [{ rel: "icon", href: "data:," }] } },
};`,
  "app/app.vue": `<script setup>
import { program } from "../program.js";
import { watched } from "../watch.js";
onMounted(() => watched(program));
</script>
<template><p>scratch</p></template>`,
  "server/program.js": PROGRAM.replace("epochs: 20,", "epochs: 20, worker: true,"),
  "server/routes/train.js": `import { program } from "../program.js";
export default () => program().catch(String);`,
};

describe("Nuxt", () => {
  testFramework("nuxt", ["nuxt"], "a page trains in a worker, a route in a thread", async (engine) => {
    const folder = project(join(scratch("nuxt"), "nuxt"), { ...FILES, ...NUXT });
    // Vitest's TEST=true would make it a build for tests
    const env = { NUXT_TELEMETRY_DISABLED: "1", NODE_ENV: "production", TEST: "" };
    await run(engine, [tool("nuxt", "nuxt/bin/nuxt.mjs")!, "build"], { cwd: folder, env });
    const port = await freePort();
    const options = { cwd: folder, env: { ...env, HOST: "127.0.0.1", PORT: String(port) } };
    await whileServing(engine, [".output/server/index.mjs"], port, options, async (url) => {
      expect(await (await fetch(`${url}/train`)).text()).toBe(expected);
      sawHost("Nuxt", "Node", "thread");
      await everywhere("Nuxt", url, expected, "file");
    });
  });
});
