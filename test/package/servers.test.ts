/**
 * Pages whose program is put together while they run: Vite's server for development, and webpack's module federation, where a page takes a
 * module from a program of another origin. Each trains in a worker, without a word on the console or in the terminal.
 */
import { cpSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect } from "vitest";
import { webpack } from "./builds.ts";
import { below, everywhere, FILES, page, type Site, serve } from "./page.ts";
import { expectedOutput, type Installed, install, load, project, testWith } from "./support.ts";

let installed: Installed;
let expected: string;
beforeAll(async () => {
  installed = await install();
  expected = await expectedOutput();
});

describe.each([
  // moves what programs import into files of its own making, and leaves the worker's file where it is
  ["Vite's server, dependencies optimized", {}, /\.vite\/deps\/nabla\.js/],
  ["Vite's server, optimizeDeps.exclude", { exclude: ["nabla"] }, /node_modules\/nabla\/build\/index\.js/],
])("%s", (host, optimizeDeps, from) => {
  testWith("package", ["vite"], "a page trains in a worker", async () => {
    const html = page('<script type="module" src="/main.js"></script>');
    const folder = project(join(installed.folder, host.replaceAll(/\W+/g, "-")), {
      ...FILES,
      "index.html": html,
    });
    // it serves no file from outside
    cpSync(join(installed.folder, "node_modules"), join(folder, "node_modules"), { recursive: true });
    const { createLogger, createServer } = await load("package", "vite/dist/node/index.js");
    const told: string[] = [];
    const customLogger = createLogger("silent");
    customLogger.warn = customLogger.warnOnce = customLogger.error = (text: string) => void told.push(text);
    const server = await createServer({
      root: folder,
      configFile: false,
      customLogger,
      optimizeDeps,
      server: { host: "127.0.0.1", port: 0 },
    });
    try {
      await server.listen();
      const url = server.resolvedUrls.local[0];
      await everywhere(host, url, expected, "file");
      // where the page had the library from
      expect((await server.transformRequest("/program.js")).code).toMatch(from);
      expect(told).toEqual([]);
    } finally {
      await server.close();
    }
  });
});

describe("webpack, module federation", () => {
  let sites: Site[] = [];
  afterAll(() => {
    for (const site of sites) site.close();
  });

  testWith("package", ["webpack"], "a page trains with a module of another origin", async () => {
    const remote = project(join(installed.folder, "remote"), FILES);
    await webpack(
      remote,
      `{ mode: "production", target: "web", entry: {}, output: { path: process.cwd() + "/dist", publicPath: "auto", uniqueName: "remote" },
        plugins: [new container.ModuleFederationPlugin({ name: "remote", filename: "entry.js", exposes: { "./program": "./program.js" }, shared: ["nabla"] })] }`,
    );
    const cdn = await serve(below(join(remote, "dist")), () => ({ "access-control-allow-origin": "*" }));
    sites = [cdn];
    const folder = project(join(installed.folder, "host"), {
      ...FILES,
      "main.js":
        'import { watched } from "./watch.js";\nwatched(async () => (await import("remote/program")).program());\n',
    });
    await webpack(
      folder,
      `{ mode: "production", target: "web", entry: "./main.js", output: { path: process.cwd() + "/dist", filename: "main.js", uniqueName: "host" },
        plugins: [new container.ModuleFederationPlugin({ name: "host", remotes: { remote: "remote@${cdn.origin}/entry.js" } })] }`,
    );
    const dist = project(join(folder, "dist"), { "index.html": page('<script src="main.js"></script>') });
    expect(readFileSync(join(dist, "main.js"), "utf8")).toContain(cdn.origin);
    const home = await serve(below(dist));
    sites.push(home);
    await everywhere("webpack, module federation", `${home.origin}/`, expected, "blob", sites);
  });
});
