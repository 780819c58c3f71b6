/** Pages that run the program of the other tests, and servers for them: what they say, whether a worker trained, and what the console got. */
import { createReadStream, statSync } from "node:fs";
import { createServer, type OutgoingHttpHeaders, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { extname, join } from "node:path";
import { text } from "node:stream/consumers";
import { afterAll, expect } from "vitest";
import { type Browser, type BrowserName, findBrowser, howToGet, launch } from "../support/browsers/index.mjs";
import { sawHost } from "../support/hosts.ts";
import { PROGRAM } from "./support.ts";

/** A worker's file, wherever a bundler has put it; or its code from a blob: where that file is not to be had. */
export type Code = "file" | "blob";

/** What a page says. */
export interface Seen {
  said: string;
  /** What workers were made of, in turn. */
  workers: Code[];
  /** Trainings that a worker finished. */
  trained: number;
  /** What went to console.warn and console.error, and errors that nobody caught. */
  warnings: string[];
  /** What the page's policy refused. */
  violations: string[];
}

/** Watches a page's workers and warnings; says all of it when the program has ended, to the page around a frame as well. */
export const WATCH = `
export function watched(program) {
  const seen = { workers: [], trained: 0, warnings: [], violations: [] };
  // WebKit's driver tells of neither
  addEventListener("error", ({ message }) => void seen.warnings.push("error: " + message));
  addEventListener("unhandledrejection", ({ reason }) => void seen.warnings.push("rejection: " + reason));
  document.addEventListener("securitypolicyviolation", ({ violatedDirective, blockedURI }) =>
    void seen.violations.push(violatedDirective + " " + blockedURI));
  const Real = globalThis.Worker;
  globalThis.Worker = class extends Real {
    constructor(...args) {
      seen.workers.push(String(args[0]).startsWith("blob:") ? "blob" : "file");
      super(...args);
      this.addEventListener("message", ({ data }) => void (data?.kind === "done" && seen.trained++));
    }
  };
  for (const level of ["warn", "error"])
    console[level] = (...args) => void seen.warnings.push(args.join(" "));
  const tell = (said) => {
    globalThis.result = { said, ...seen };
    if (parent !== window) parent.postMessage(globalThis.result, "*");
  };
  Promise.resolve().then(program).then(tell, (error) => tell(String(error?.stack ?? error)));
}
`;
const MAIN = `import { program } from "./program.js";
import { watched } from "./watch.js";
watched(program);
`;

/** What users write who want small bundles; webpack and Vite would do with false. */
export const sideEffects = ["main.js"];

/**
 * The files of a program for a page. Its package says that only the entry has effects, so bundlers leave out all that they take for unused:
 * what a worker runs has to be there even so.
 */
export const FILES = {
  "package.json": JSON.stringify({ private: true, type: "module", sideEffects }),
  "program.js": PROGRAM,
  "watch.js": WATCH,
  "main.js": MAIN,
};

/** A page with these elements. */
export const page = (elements: string): string =>
  `<!doctype html><meta charset="utf-8"><title>scratch</title><link rel="icon" href="data:,">${elements}`;

const TYPES: Record<string, string> = {
  ".css": "text/css",
  ".html": "text/html",
  ".js": "text/javascript",
  ".mjs": "text/javascript",
};

/** A folder's files, or texts by their paths, under an origin of its own. */
export interface Site {
  origin: string;
  /** Paths that were asked for and are not there. */
  missed: string[];
  close(): void;
}

/** What a site answers for a path: a file's path, or the text of a page or of a script; undefined: 404. */
export type Files = (path: string) => { file: string } | { text: string } | { script: string } | undefined;

/** Serves on a free port. `headers` may depend on the path. @param told what pages post */
export async function serve(
  files: Files,
  headers: (path: string) => OutgoingHttpHeaders = () => ({}),
  told: (text: string) => void = () => {},
): Promise<Site> {
  const missed: string[] = [];
  const server: Server = createServer((request, response) => {
    const { pathname } = new URL(request.url!, "http://x");
    if (request.method === "POST")
      return void text(request).then((said) => {
        response.writeHead(204, headers(pathname)).end();
        told(said);
      });
    const found = files(pathname);
    if (!found || ("file" in found && !statSync(found.file, { throwIfNoEntry: false })?.isFile())) {
      missed.push(pathname);
      return void response.writeHead(404).end();
    }
    const name = "file" in found ? found.file : "text" in found ? "page.html" : "script.js";
    response.writeHead(200, {
      "content-type": TYPES[extname(name)] ?? "application/octet-stream",
      ...headers(pathname),
    });
    if ("text" in found) return void response.end(found.text);
    if ("script" in found) return void response.end(found.script);
    createReadStream(found.file).pipe(response);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    missed,
    close: () => void server.close(),
  };
}

/** All below a folder; "/" is its index.html. */
export const below =
  (folder: string): Files =>
  (path) => ({ file: join(folder, path === "/" ? "index.html" : decodeURIComponent(path)) });

/** What a page said of itself, and all that its console and its servers have to say of it. */
export type Shown = Seen & { errors: string[]; missed: string[] };

/** What a page shows that trains in one worker, and nothing else. */
export const soundPage = (said: string, code: Code): Shown => ({
  said,
  workers: [code],
  trained: 1,
  warnings: [],
  violations: [],
  errors: [],
  missed: [],
});

/**
 * Opens a page until its program has ended.
 *
 * @param sites the servers that it may ask
 */
export async function visit(browser: Browser, url: string, sites: readonly Site[] = []): Promise<Shown> {
  const before = sites.map(({ missed }) => missed.length);
  const opened = await browser.newPage();
  const errors: string[] = [];
  // what the browser itself warns of: a preloaded file that nobody used, a policy that it does not understand
  if (browser.name !== "webkit")
    opened.raw.on("console", (message: { type(): string; text(): string }) => {
      if (message.type() === "warn") errors.push(message.text());
    });
  try {
    await opened.goto(url);
    await opened.waitFor(() => (globalThis as any).result !== undefined, { timeout: 60_000 });
    const seen: Seen = await opened.evaluate(() => (globalThis as any).result);
    const missed = sites.flatMap((site, i) => site.missed.slice(before[i]).map((path) => site.origin + path));
    return { ...seen, errors: [...opened.errors, ...errors], missed };
  } finally {
    await opened.close();
  }
}

/** Browsers as tests call them, and as the table does. */
export const PLACES = { chromium: "Chromium", firefox: "Firefox", webkit: "WebKit" } as const;

const launched = new Map<BrowserName, Promise<Browser>>();
afterAll(async () => {
  for (const browser of launched.values()) await (await browser).close();
});

/** A browser that is started once for a file's tests, and ends with them. */
export function browserOf(name: BrowserName): Promise<Browser> {
  const browser = launched.get(name) ?? launch(name);
  launched.set(name, browser);
  return browser;
}

/** Opens a page in each browser there is: it trains in a worker, and nothing else is said. @param host as the table has it */
export async function everywhere(
  host: string,
  url: string,
  expected: string,
  code: Code,
  sites: readonly Site[] = [],
): Promise<void> {
  for (const name of ["chromium", "firefox", "webkit"] as const) {
    if (!findBrowser(name)) {
      if (process.env.NABLA_REQUIRE_ALL === "1") throw new Error(howToGet(name));
      continue;
    }
    expect(await visit(await browserOf(name), url, sites), PLACES[name]).toEqual(soundPage(expected, code));
    sawHost(host, PLACES[name], "worker");
  }
}
