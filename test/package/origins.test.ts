/**
 * Pages whose library comes from elsewhere: another origin, a sandbox without one, an address of a blob, or one file. In Chromium,
 * Firefox and WebKit each trains in a worker, to the bits of the sources, without a word on the console; where a page's policy forbids workers it
 * trains itself and says once why.
 */
import { cpSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { findBrowser, howToGet } from "../support/browsers/index.mjs";
import { sawHost, type Where } from "../support/hosts.ts";
import { BUILDS } from "./builds.ts";
import {
  below,
  browserOf,
  FILES,
  type Files,
  PLACES,
  page,
  type Site,
  serve,
  soundPage,
  visit,
} from "./page.ts";
import { expectedOutput, type Installed, install, project, tool } from "./support.ts";

const required = process.env.NABLA_REQUIRE_ALL === "1";
/** As CDNs answer. */
const CORS = { "access-control-allow-origin": "*" };

let installed: Installed;
let expected: string;
const sites: Site[] = [];
/** Folders by the first part of a path, on the page's origin, on one with CORS headers and on one without. */
const folders = new Map<string, string>();
/** Pages by their path, with their policies. */
const pages = new Map<string, { text: string; policy?: string }>();
const filed: Files = (path) => {
  const [, first, ...rest] = path.split("/");
  const folder = folders.get(first!);
  return folder === undefined ? undefined : below(folder)(rest.join("/"));
};
let home: Site;
let cdn: Site;
let plain: Site;

beforeAll(async () => {
  installed = await install();
  expected = await expectedOutput();
  // the page's origin has pages alone, unless a test says so
  home = await serve(
    (path) => pages.get(path) ?? (path.startsWith("/here-") ? filed(path) : undefined),
    (path) => {
      const policy = pages.get(path)?.policy;
      return policy === undefined ? {} : { "content-security-policy": policy };
    },
  );
  cdn = await serve(filed, () => CORS);
  plain = await serve(filed);
  sites.push(home, cdn, plain);
  const folder = project(join(installed.folder, "cdn"), FILES);
  folders.set("nabla", installed.nabla);
  folders.set("program", folder);
  for (const [name, made] of Object.entries(BUILDS)) if (missing(made).length === 0) await prepared(name);
}, 300_000);
afterAll(() => {
  for (const site of sites) site.close();
});

const missing = ({ set, tools }: { set: string; tools: readonly string[] }) =>
  tools.filter((path) => !tool(set, path)).map((path) => `${path}: node scripts/tools.mjs ${set}`);
const NOTHING = { set: "package", tools: [] };

/** The page's path of each build. */
const addresses = new Map<string, string>();
async function prepared(name: string): Promise<void> {
  const { build: built, page: shown } = BUILDS[name]!;
  const id = name.replaceAll(/\W+/g, "-");
  const base = `${cdn.origin}/${id}/`;
  const dist = await built(project(join(installed.folder, id), FILES), base);
  folders.set(id, dist);
  addresses.set(name, `/${id}.html`);
  pages.set(`/${id}.html`, { text: shown(base, dist) });
  project(dist, { "own.html": shown(base, dist) });
  const scripts = readdirSync(dist, { recursive: true, encoding: "utf8" }).filter((file) =>
    file.endsWith(".js"),
  );
  expect(scripts.length).toBeGreaterThan(0);
  const told = scripts.filter((file) => readFileSync(join(dist, file), "utf8").includes(installed.folder));
  expect(told, "files that tell the folder they were built in").toEqual([]);
}

/** A page without a bundler: an import map says where the library is. */
const mapped = (library: string, program: string) =>
  page(
    `<script type="importmap">${JSON.stringify({
      imports: {
        nabla: `${library}/build/browser/nabla.js`,
        "nabla/data": `${library}/build/browser/data.js`,
      },
    })}</script><script type="module" src="${program}/main.js"></script>`,
  );
/** A page that shows another in a frame, and keeps what that says. */
const around = (frame: string) =>
  page(`<script>addEventListener("message", ({ data }) => { globalThis.result = data; });</script>${frame}`);

describe.each(["chromium", "firefox", "webkit"] as const)("%s", (name) => {
  const why = findBrowser(name) ? "" : ` (${howToGet(name)})`;
  const opened = async (url: string) => visit(await browserOf(name), url, sites);
  const shown = (path: string) => opened(home.origin + path);
  const tested = (
    title: string,
    needed: Parameters<typeof missing>[0],
    body: () => Promise<void>,
    trainedIn: Where = "worker",
  ) => {
    const lacking = [...missing(needed), ...(why ? [why] : [])];
    const told = lacking.length > 0 ? ` (not installed: ${lacking.join("; ")})` : "";
    test.skipIf(lacking.length > 0 && !required)(`${title}${told}`, async () => {
      if (lacking.length > 0) throw new Error(`${told}, and NABLA_REQUIRE_ALL=1 asks for it`);
      await body();
      // what a page says of itself has been compared
      sawHost(title, PLACES[name], trainedIn);
    });
  };
  /** From elsewhere a browser takes no file for a worker. */
  const sound = () => soundPage(expected, "blob");

  tested("the library from a CDN, by an import map", NOTHING, async () => {
    pages.set("/map.html", { text: mapped(`${cdn.origin}/nabla`, `${cdn.origin}/program`) });
    expect(await shown("/map.html")).toEqual(sound());
  });

  for (const [title, made] of Object.entries(BUILDS))
    tested(title, made, async () => {
      expect(await shown(addresses.get(title)!)).toEqual(sound());
      // where the page is of the files' own origin the worker is its file, if there is one; none is asked for that is not there
      const own = cdn.origin + addresses.get(title)!.replace(".html", "/own.html");
      expect(await opened(own)).toEqual(soundPage(expected, made.own));
    });

  tested("webpack, from a host without CORS headers", { set: "package", tools: ["webpack"] }, async () => {
    const id = "webpack-publicPath-on-another-origin";
    const dist = folders.get(id)!;
    const text = readFileSync(join(dist, "main.js"), "utf8");
    const moved = project(join(installed.folder, "plain"), {});
    cpSync(dist, moved, { recursive: true });
    writeFileSync(join(moved, "main.js"), text.replaceAll(`${cdn.origin}/${id}/`, `${plain.origin}/plain/`));
    folders.set("plain", moved);
    pages.set("/plain.html", { text: page(`<script src="${plain.origin}/plain/main.js"></script>`) });
    expect(await shown("/plain.html")).toEqual(sound());
  });

  tested("a sandboxed frame", NOTHING, async () => {
    const inner = mapped(`${cdn.origin}/nabla`, `${cdn.origin}/program`);
    pages.set("/inner.html", { text: inner });
    pages.set("/frame.html", { text: around('<iframe sandbox="allow-scripts" src="/inner.html"></iframe>') });
    expect(await shown("/frame.html")).toEqual(sound());
  });

  tested("a page at the address of a blob", NOTHING, async () => {
    const inner = JSON.stringify(mapped(`${cdn.origin}/nabla`, `${cdn.origin}/program`)).replaceAll(
      "</",
      "<\\/",
    );
    const script = `const frame = document.createElement("iframe");
frame.src = URL.createObjectURL(new Blob([${inner}], { type: "text/html" }));
document.body.append(frame);`;
    pages.set("/blob.html", {
      text: around(`<script>addEventListener("DOMContentLoaded", () => { ${script} });</script>`),
    });
    expect(await shown("/blob.html")).toEqual(sound());
  });

  // the usual rule of a page that starts workers of its own: where the page's text has it, it is known before anything is tried
  tested("a policy with worker-src blob: alone", NOTHING, async () => {
    folders.set("here-nabla", installed.nabla);
    const policy = `script-src 'self' 'unsafe-inline' 'wasm-unsafe-eval' ${cdn.origin}; worker-src blob:`;
    const text = mapped("/here-nabla", `${cdn.origin}/program`);
    const meta = `<meta http-equiv="Content-Security-Policy" content="${policy}">`;
    pages.set("/meta.html", { text: text.replace("<script", `${meta}<script`) });
    expect(await shown("/meta.html")).toEqual(sound());
    // a header cannot be read: the browser says once that the file may not be a worker
    pages.set("/policy.html", { text, policy });
    const { errors, ...seen } = await shown("/policy.html");
    const { errors: _, ...others } = sound();
    const violations = [expect.stringMatching(/^worker-src .*worker\.js$/)];
    expect(seen).toEqual({ ...others, workers: ["file", "blob"], violations });
    // WebKit's driver tells nothing of it
    expect(errors).toEqual(name === "webkit" ? [] : [expect.stringMatching(/worker-src blob:/)]);
  });

  tested(
    "a policy without worker-src, the library from a CDN",
    NOTHING,
    async () => {
      const policy = `script-src 'self' 'unsafe-inline' 'wasm-unsafe-eval' ${cdn.origin}`;
      pages.set("/none.html", { text: mapped(`${cdn.origin}/nabla`, `${cdn.origin}/program`), policy });
      const { errors: _, ...seen } = await shown("/none.html");
      expect(seen).toMatchObject({ said: expected, trained: 0 });
      expect(seen.warnings).toEqual([
        expect.stringMatching(
          /^nabla: no worker could be started \(its file: http:\S+worker\.js is not of the page's own origin .*; its code from a blob: .*worker-src/,
        ),
      ]);
    },
    "this thread",
  );
});
