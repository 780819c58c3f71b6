import { readFileSync } from "node:fs";
import { defineConfig } from "vitest/config";
import { BROWSERS, findBrowser } from "./test/support/browsers/index.mjs";
import { systemBrowser } from "./test/support/browsers/provider.mjs";
import Summary from "./test/support/summary.ts";

const { version } = JSON.parse(readFileSync("package.json", "utf8"));

/** The kernels are tested on every build of the core, everything else on the one that ships. */
const target = (name: string) => ({
  extends: true as const,
  test: {
    name,
    include: ["test/assembly/**/*.test.ts", "test/layers/layers.test.ts"],
    env: { NABLA_TARGET: name },
  },
});

/** What is about Node itself: its files, processes, threads; the command line, the package, other engines. */
const NODE_ONLY = [
  "test/{bench,cli,docs,edge,engines,node,package,support,types}/**/*.test.ts",
  "test/**/*.node.test.ts",
  "test/**/*.system.test.ts",
];
/** All that are here, or those of them that NABLA_BROWSERS names. */
const asked = process.env.NABLA_BROWSERS?.split(",");
const browsers = BROWSERS.filter((name) => (asked?.includes(name) ?? true) && findBrowser(name));

const inBrowsers = {
  extends: true as const,
  // found in the middle of a run, they would make pages load anew
  optimizeDeps: {
    include: ["@assemblyscript/loader", "ajv/dist/2020.js", "csv-parse/browser/esm/sync", "fflate"],
  },
  test: {
    name: "browsers",
    include: ["test/**/*.test.ts"],
    exclude: NODE_ONLY,
    maxWorkers: 1,
    sequence: { groupOrder: 1 },
    browser: {
      enabled: true,
      provider: systemBrowser(),
      headless: true,
      screenshotFailures: false,
      api: { host: "127.0.0.1" },
      instances: browsers.map((browser) => ({ browser, name: browser })),
    },
  },
};

export default defineConfig({
  cacheDir: "build/.vite",
  define: { "process.env.NABLA_VERSION": JSON.stringify(version) },
  test: {
    testTimeout: 120_000,
    hookTimeout: 120_000,
    maxWorkers: 2,
    reporters: ["default", new Summary()],
    projects: [
      {
        extends: true,
        test: { name: "nabla", include: ["test/**/*.test.ts"], exclude: ["test/**/*.browser.test.ts"] },
      },
      target("debug"),
      target("threads"),
      ...(browsers.length > 0 ? [inBrowsers] : []),
    ],
  },
});
