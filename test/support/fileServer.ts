/** A server of files on this machine that counts what it sends. Tests say how it misbehaves, and what it permits other sites' pages. */
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";

export interface Served {
  bytes: Uint8Array;
  /** Whether parts are given; default true. */
  ranges?: boolean;
  etag?: string;
  /** With every answer: what other sites' pages may do. */
  headers?: Record<string, string>;
  /** Answers in its own way; true where it has. */
  answer?(request: IncomingMessage, response: ServerResponse): boolean;
}

export interface FileServer {
  /** By path, "/a.csv". */
  readonly files: Map<string, Served>;
  /** Ranges that were asked for, "" for the whole, in their order; "OPTIONS" where a browser asked first whether it may. */
  readonly asked: string[];
  /** Bytes of bodies that were sent. */
  sent: number;
  url(path: string): string;
  close(): Promise<void>;
}

export async function fileServer(): Promise<FileServer> {
  const files = new Map<string, Served>();
  const asked: string[] = [];
  const server = createServer((request, response) => {
    const file = files.get(request.url ?? "");
    const range = request.headers.range ?? "";
    asked.push(request.method === "OPTIONS" ? "OPTIONS" : range);
    if (!file) {
      response.writeHead(404).end();
      return;
    }
    const { bytes, etag, ranges = true, headers = {} } = file;
    for (const [name, value] of Object.entries(headers)) response.setHeader(name, value);
    if (file.answer?.(request, response)) return;
    if (request.method === "OPTIONS") {
      response.writeHead(204).end();
      return;
    }
    const found = ranges ? /^bytes=(\d+)-(\d+)$/.exec(range) : null;
    const tag = etag === undefined ? {} : { ETag: etag };
    if (found && Number(found[1]) >= bytes.length) {
      response.writeHead(416, { "Content-Range": `bytes */${bytes.length}` }).end();
      return;
    }
    const [from, to] = found
      ? [Number(found[1]), Math.min(Number(found[2]) + 1, bytes.length)]
      : [0, bytes.length];
    const part = bytes.subarray(from, to);
    self.sent += part.length;
    response.writeHead(found ? 206 : 200, {
      "Content-Length": part.length,
      ...(found && { "Content-Range": `bytes ${from}-${to - 1}/${bytes.length}` }),
      ...tag,
    });
    response.end(part);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  const self: FileServer = {
    files,
    asked,
    sent: 0,
    url: (path) => `http://127.0.0.1:${port}${path}`,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
  return self;
}
