/** A server for the files of one folder or one archive, to this machine alone. */
import { readdirSync, readFileSync } from "node:fs";
import { createServer, type Server } from "node:http";
import { extname, join } from "node:path";
import { unzipSync } from "fflate";
import { NablaError } from "../../errors.ts";

const TYPES: Readonly<Record<string, string>> = {
  ".html": "text/html; charset=utf-8",
  ".js": "text/javascript; charset=utf-8",
  ".css": "text/css; charset=utf-8",
  ".json": "application/json",
  ".webmanifest": "application/manifest+json",
  ".svg": "image/svg+xml",
  ".png": "image/png",
  ".wasm": "application/wasm",
  ".txt": "text/plain; charset=utf-8",
};

/** Nothing but the page's own files; WebAssembly may be compiled, text may not become code. */
export const POLICY = [
  "default-src 'self'",
  "script-src 'self' 'wasm-unsafe-eval'",
  "worker-src 'self'",
  "img-src 'self' data: blob:",
  "style-src 'self'",
  "connect-src 'self'",
  "object-src 'none'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join("; ");

/** The same, with these sites allowed to show the page within theirs. */
export const policyFor = (sites: readonly string[]): string =>
  sites.length === 0
    ? POLICY
    : POLICY.replace("frame-ancestors 'none'", `frame-ancestors ${sites.join(" ")}`);

const HEADERS = {
  "Content-Security-Policy": POLICY,
  "X-Content-Type-Options": "nosniff",
  "Referrer-Policy": "no-referrer",
  "Cross-Origin-Opener-Policy": "same-origin",
  "Cross-Origin-Resource-Policy": "same-origin",
};

const HOST = "127.0.0.1";
/** What a browser on this machine calls it. */
const NAMES = [HOST, "localhost", "[::1]"];
/** No request needs more: 8 KB of headers, ten seconds. */
const LIMITS = { maxHeaderSize: 8192, requestTimeout: 10_000, headersTimeout: 10_000 };
/** How many ports after the first are tried. */
const TRIES = 20;

export interface StaticServer {
  readonly url: string;
  close(): Promise<void>;
}

/** Paths of all files of a folder, with "/" between their parts. */
function filesOf(folder: string, under = ""): string[] {
  return readdirSync(join(folder, under), { withFileTypes: true }).flatMap((entry) => {
    const path = under ? `${under}/${entry.name}` : entry.name;
    if (entry.isDirectory()) return filesOf(folder, path);
    return entry.isFile() ? [path] : [];
  });
}

/** Files by their paths, with "/" between their parts. */
export interface Files {
  has(path: string): boolean;
  /** @throws where a file is no longer there */
  read(path: string): Uint8Array;
}

/** The files that are in a folder now. */
export function folderFiles(folder: string): Files {
  const files = new Set(filesOf(folder));
  return { has: (path) => files.has(path), read: (path) => readFileSync(join(folder, path)) };
}

/** The files of a zip archive. */
export function zipFiles(archive: Uint8Array): Files {
  const files = new Map(Object.entries(unzipSync(archive)));
  return { has: (path) => files.has(path), read: (path) => files.get(path)! };
}

/**
 * Serves these files on 127.0.0.1. What a request can name is looked up in their list, so there is no path that leads out of it.
 *
 * @param port 0 for any that is free
 * @param exact whether to fail where the port is taken, rather than try the next ones
 * @param sites origins that may show the page within theirs
 */
export async function serveFiles(
  files: Files,
  port: number,
  exact: boolean,
  sites: readonly string[] = [],
): Promise<StaticServer> {
  const headers = { ...HEADERS, "Content-Security-Policy": policyFor(sites) };
  let hosts: ReadonlySet<string> = new Set();
  const server = createServer(LIMITS, (request, response) => {
    const answer = (status: number, more: Record<string, string | number>, body: Uint8Array | string) => {
      response.writeHead(status, {
        ...headers,
        "Content-Length": typeof body === "string" ? Buffer.byteLength(body) : body.length,
        ...more,
      });
      response.end(request.method === "HEAD" ? undefined : body);
    };
    const text = { "Content-Type": TYPES[".txt"]! };
    // another site's name may be made to stand for this machine: then its pages could read what is served here
    if (!hosts.has(request.headers.host?.toLowerCase() ?? ""))
      return answer(421, text, `this server answers to ${[...hosts].join(", ")} alone\n`);
    // it reads no bodies
    request.resume();
    if (request.method !== "GET" && request.method !== "HEAD")
      return answer(405, { ...text, Allow: "GET, HEAD" }, "this server only serves files\n");
    const path = pathOf(request.url ?? "/");
    if (path === undefined || !files.has(path)) return answer(404, text, "there is no such file here\n");
    let body: Uint8Array;
    try {
      body = files.read(path);
    } catch {
      // it was there when the server started
      return answer(404, text, "this file is gone; build the page again\n");
    }
    answer(
      200,
      {
        "Content-Type": TYPES[extname(path)] ?? "application/octet-stream",
        // names with a digest never mean another content; the others are asked for each time
        "Cache-Control": /-[A-Z0-9]{8}\.\w+$/.test(path) ? "max-age=31536000, immutable" : "no-cache",
      },
      body,
    );
  });
  const last = exact || port === 0 ? port : Math.min(65535, port + TRIES);
  for (let at = port; ; at++) {
    try {
      await listen(server, at);
      break;
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      if (code === "EADDRINUSE" && at < last) continue;
      throw refused(error, code, port, last);
    }
  }
  const address = server.address();
  const actual = typeof address === "object" && address ? address.port : port;
  // a browser leaves the port out where it is the usual one
  hosts = new Set(NAMES.flatMap((name) => (actual === 80 ? [name, `${name}:80`] : [`${name}:${actual}`])));
  return {
    url: `http://${HOST}:${actual}/`,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

/** The file a URL names; undefined for what is not a path. */
function pathOf(url: string): string | undefined {
  try {
    const path = decodeURIComponent(url.split(/[?#]/)[0]!).replace(/^\//, "");
    return path === "" ? "index.html" : path;
  } catch {
    return undefined;
  }
}

function listen(server: Server, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once("error", reject);
    server.listen(port, HOST, () => {
      server.off("error", reject);
      resolve();
    });
  });
}

function refused(error: unknown, code: string | undefined, port: number, last: number): unknown {
  if (code === "EADDRINUSE") {
    const taken = last > port ? `ports ${port} to ${last} are all taken` : `port ${port} is taken`;
    return new NablaError(`play: ${taken}; name another one with --port, or 0 for any that is free`, {
      cause: error,
    });
  }
  if (code === "EACCES")
    return new NablaError(
      `play: port ${port} may not be used by this user; name one above 1023 with --port`,
      {
        cause: error,
      },
    );
  return error;
}
