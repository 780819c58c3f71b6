import { readFileSync } from "node:fs";
import { availableParallelism } from "node:os";
import { fileURLToPath } from "node:url";
import { defineConfig } from "vitest/config";
import { WHOLE } from "./scripts/defines.mjs";
import { BROWSERS, findBrowser } from "./test/support/browsers/index.mjs";
import { systemBrowser } from "./test/support/browsers/provider.mjs";
import Summary from "./test/support/summary.ts";
import Times from "./test/support/times.ts";

const { version } = JSON.parse(readFileSync("package.json", "utf8"));

/** What starts processes, bundlers or browsers of its own: the built command line, the package, other engines, the playground. */
const PROCESSES = ["test/{bench,docs,edge,package,support,types}/**/*.test.ts", "test/**/*.system.test.ts"];
/** Whole programs: the examples and what is behind the playground. */
const PROGRAMS = ["test/{examples,web}/**/*.test.ts"];
/** What is about Node itself: its files and threads. Names say it, or the folder. */
const NODE = ["test/{cli,node}/**/*.test.ts", "test/**/*.node.test.ts"];
const NOT_IN_PAGES = [...PROCESSES, ...NODE];
const PAGES = ["test/**/*.browser.test.ts"];
const KERNELS = ["test/assembly/**/*.test.ts", "test/layers/{attention,layers,merging,recurrent}.test.ts"];

/** The kernels are tested on every build of the core, everything else on the one that ships. */
const kernels = (build: string) => ({
  extends: true as const,
  test: {
    name: build === "simd" ? "kernels" : `kernels:${build}`,
    include: KERNELS,
    env: build === "simd" ? {} : { NABLA_TARGET: build },
  },
});

/** All that are here, or those of them that NABLA_BROWSERS names. */
const asked = process.env.NABLA_BROWSERS?.split(",");
const browsers = BROWSERS.filter((name) => (asked?.includes(name) ?? true) && findBrowser(name));

/**
 * Browsers take turns, while the workers run Node's tests. In Chromium and Firefox one page has all test files, so what a file costs is
 * its tests, not the loading of some hundred modules. WebKit loads them quickly, and gives back what a file took only with its frame:
 * there each has one. Of memories and frames it keeps what they have reserved of its addresses; after hundreds of them it may find no
 * room for an array, so it begins anew half-way.
 */
const HALF = ["test/{[a-k],layers}*/**/*.test.ts"];
const instances = browsers.flatMap((browser) =>
  browser === "webkit"
    ? [
        { browser, name: "webkit", isolate: true, include: HALF },
        { browser, name: "webkit:2", isolate: true, exclude: [...NOT_IN_PAGES, ...HALF] },
      ]
    : [{ browser, name: browser }],
);

const core = (name: string) => fileURLToPath(new URL(`build/core/${name}.text.js`, import.meta.url));

const inBrowsers = {
  extends: true as const,
  // found in the middle of a run, they would make pages load anew
  optimizeDeps: {
    include: [
      "ajv/dist/2020.js",
      "apache-arrow",
      "csv-parse/browser/esm/sync",
      "fast-check",
      "fflate",
      "fzstd",
      "hyparquet",
    ],
  },
  // the cores as Node has them, with what changes weights: tests plan steps of it by hand
  resolve: {
    alias: [
      { find: /^#core$/, replacement: core("simd") },
      { find: /^#core\/(dense|images)$/, replacement: core("$1-training") },
    ],
  },
  test: {
    name: "browsers",
    include: ["test/**/*.test.ts"],
    exclude: NOT_IN_PAGES,
    isolate: false,
    setupFiles: ["test/support/web/sharedPage.ts"],
    browser: {
      enabled: true,
      fileParallelism: false,
      provider: systemBrowser(),
      headless: true,
      screenshotFailures: false,
      api: { host: "127.0.0.1" },
      instances,
    },
  },
};

/**
 * As many as there are cores: browsers, who run beside them, wait for their server and their pages half of the time. More than four keep
 * each other from what they time out for.
 */
const workers = Math.min(availableParallelism(), 4);

export default defineConfig({
  cacheDir: "build/.vite",
  define: { ...WHOLE, "process.env.NABLA_VERSION": JSON.stringify(version) },
  test: {
    testTimeout: 120_000,
    hookTimeout: 120_000,
    // what a test waits for comes in a moment, on a busy machine later: the time is only for what never comes
    expect: { poll: { timeout: 60_000, interval: 50 } },
    maxWorkers: workers,
    reporters: ["default", new Summary(), ...(process.env.NABLA_TIMES ? [new Times()] : [])],
    projects: [
      {
        extends: true,
        test: {
          name: "unit",
          include: ["test/**/*.test.ts"],
          exclude: [...PROCESSES, ...PROGRAMS, ...PAGES, ...KERNELS],
        },
      },
      kernels("simd"),
      kernels("debug"),
      kernels("threads"),
      { extends: true, test: { name: "system", include: [...PROCESSES, ...PROGRAMS] } },
      ...(browsers.length > 0 ? [inBrowsers] : []),
    ],
  },
});
