/** Frameworks that build pages: Astro on Vite, Angular with its builder on esbuild. Their pages train in workers, without a word on the console. */
import { cpSync, mkdirSync, rmSync } from "node:fs";
import { dirname, join } from "node:path";
import { afterAll, beforeAll, describe } from "vitest";
import { engineFiles } from "../bits/engines.mjs";
import { below, everywhere, FILES, serve } from "./page.ts";
import { expectedOutput, install, project, run, testWith, tool } from "./support.ts";

const required = process.env.NABLA_REQUIRE_ALL === "1";
/** They ask for Node 22 and newer. */
const engine = engineFiles()["Node 24"];
/** Beside the tools, which programs import by their names. */
const scratch = join(dirname(tool("frameworks", "../package.json") ?? import.meta.dirname), "scratch");
let expected: string;

beforeAll(async () => {
  expected = await expectedOutput();
  if (!tool("frameworks", "astro")) return;
  rmSync(scratch, { recursive: true, force: true });
  const { folder } = await install();
  mkdirSync(scratch);
  cpSync(join(folder, "node_modules"), join(scratch, "node_modules"), { recursive: true });
});
afterAll(() => {
  if (tool("frameworks", "../package.json")) rmSync(scratch, { recursive: true, force: true });
});

const HEAD = '<meta charset="utf-8"><title>scratch</title><link rel="icon" href="data:,">';

interface Framework {
  tools: string[];
  files: Record<string, string>;
  /** A program of the tools, and what it is told. */
  build: [program: string, ...args: string[]];
  /** Where the pages are. */
  out: string;
}

const FRAMEWORKS: Record<string, Framework> = {
  Astro: {
    tools: ["astro"],
    files: {
      "src/pages/index.astro": `---\n---\n<html><head>${HEAD}</head><body><script>import "../../main.js";</script></body></html>`,
    },
    build: ["astro/bin/astro.mjs", "build"],
    out: "dist",
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
  },
};

describe.each(Object.entries(FRAMEWORKS))("%s", (host, { tools, files, build, out }) => {
  const lacking = engine ? "" : " (needs Node 24; to install: node scripts/engines.mjs)";
  testWith("frameworks", tools, `a page trains in a worker${lacking}`, async ({ skip }) => {
    if (!engine) {
      if (required) throw new Error(`${lacking}, and NABLA_REQUIRE_ALL=1 asks for it`);
      return skip();
    }
    const folder = project(join(scratch, host), { ...FILES, ...files });
    const [program, ...args] = build;
    await run(engine, [tool("frameworks", program)!, ...args], {
      cwd: folder,
      env: { ASTRO_TELEMETRY_DISABLED: "1", NG_CLI_ANALYTICS: "false" },
    });
    const site = await serve(below(join(folder, out)));
    try {
      await everywhere(host, `${site.origin}/`, expected, [site]);
    } finally {
      site.close();
    }
  });
});
