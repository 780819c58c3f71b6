/** Pages that run the program of the other tests, and servers for them: what they say, whether a worker trained, and what the console got. */
import { createReadStream, statSync } from "node:fs";
import { createServer, type OutgoingHttpHeaders, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { extname, join } from "node:path";

/** What a page says. */
export interface Seen {
  said: string;
  /** Workers that were constructed. */
  workers: number;
  /** Trainings that a worker finished. */
  trained: number;
  /** What went to console.warn. */
  warnings: string[];
}

/** Watches a page's workers and warnings; says all of it when the program has ended, to the page around a frame as well. */
export const WATCH = `
export function watched(program) {
  const seen = { workers: 0, trained: 0, warnings: [] };
  const Real = globalThis.Worker;
  globalThis.Worker = class extends Real {
    constructor(...args) {
      super(...args);
      seen.workers++;
      this.addEventListener("message", ({ data }) => void (data?.kind === "done" && seen.trained++));
    }
  };
  console.warn = (...args) => void seen.warnings.push(args.join(" "));
  const tell = (said) => {
    globalThis.result = { said, ...seen };
    if (parent !== window) parent.postMessage(globalThis.result, "*");
  };
  Promise.resolve().then(program).then(tell, (error) => tell(String(error?.stack ?? error)));
}
`;
export const MAIN = `import { program } from "./program.js";
import { watched } from "./watch.js";
watched(program);
`;

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
  close(): void;
}

/** What a site answers for a path: a file's path, or a page's text; undefined: 404. */
export type Files = (path: string) => { file: string } | { text: string } | undefined;

/** Serves on a free port. `headers` may depend on the path. */
export async function serve(
  files: Files,
  headers: (path: string) => OutgoingHttpHeaders = () => ({}),
): Promise<Site> {
  const server: Server = createServer((request, response) => {
    const { pathname } = new URL(request.url!, "http://x");
    const found = files(pathname);
    if (!found || ("file" in found && !statSync(found.file, { throwIfNoEntry: false })?.isFile()))
      return void response.writeHead(404).end();
    const name = "file" in found ? found.file : "page.html";
    response.writeHead(200, {
      "content-type": TYPES[extname(name)] ?? "application/octet-stream",
      ...headers(pathname),
    });
    if ("text" in found) return void response.end(found.text);
    createReadStream(found.file).pipe(response);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    close: () => void server.close(),
  };
}

/** All below a folder; "/" is its index.html. */
export const below =
  (folder: string): Files =>
  (path) => ({ file: join(folder, path === "/" ? "index.html" : decodeURIComponent(path)) });
