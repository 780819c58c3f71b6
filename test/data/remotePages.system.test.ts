/**
 * Files at another site's address, read by a page as it ships and as a bundler makes it: what a browser sends and lets a page see of a
 * server's answers, which depends on what that server permits (CORS).
 */
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";
import { build } from "esbuild";
import { parquetWriteBuffer } from "hyparquet-writer";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import type { openData as openInPage } from "../../src/browser/data/open.ts";
import { NO_ANSWER } from "../../src/data/readers/answer.ts";
import { openData } from "../../src/node/dataFiles.ts";
import { below, browserOf, page, type Site, serve } from "../package/page.ts";
import { findBrowser, howToGet, type Page } from "../support/browsers/index.mjs";
import { type FileServer, fileServer, type Served } from "../support/fileServer.ts";
import { contents } from "./helpers.ts";

const required = process.env.NABLA_REQUIRE_ALL === "1";
const root = fileURLToPath(new URL("../..", import.meta.url));
/** What is asked for first. */
const FIRST = 65536;

const ROWS = 20_000;
const noise = (seed: number) =>
  Float64Array.from({ length: ROWS }, (_, i) => ((i * 2654435761 + seed) % 4294967296) / 4294967296);
const names = Array.from({ length: ROWS }, (_, i) => (i % 3 ? "no" : "yes"));
const csv = new TextEncoder().encode(
  `a,b,label\n${names.map((name, i) => `${(i * 7919) % 1009},${i % 5 ? "x" : "y"},${name}`).join("\n")}\n`,
);
/** Numbers of 8 bytes a row, packed by nothing. */
const parquet = new Uint8Array(
  parquetWriteBuffer({
    columnData: [
      { name: "junk", data: noise(1) },
      { name: "a", data: noise(2) },
      { name: "rest", data: noise(3) },
      { name: "label", data: names },
      { name: "more", data: noise(4) },
    ],
    codec: "UNCOMPRESSED",
  }),
);

const label = "label";
/** One column of four. */
const COLUMN = { label, ignore: ["junk", "rest", "more"] };

const PERMITS = { "Access-Control-Allow-Origin": "*" };
const EXPOSES = { ...PERMITS, "Access-Control-Expose-Headers": "Content-Range, ETag" };

const ENTRY = `import { openData } from "nabla/browser";
import "nabla/parquet";
globalThis.openData = openData;`;
/** A page that has no library says why at once. */
const WATCH = `<script>addEventListener("error", (event) => { globalThis.failed = event.message ?? "a file is missing"; }, true);</script>`;
/** The page without a bundler, and the one that reads Parquet. */
const PAGES: Record<string, string> = {
  "/files.html": page(
    `${WATCH}<script type="module">import { openData } from "/browser.js"; globalThis.openData = openData;</script>`,
  ),
  "/bundle.html": page(`${WATCH}<script type="module" src="/bundle.js"></script>`),
};

let server: FileServer;
let other: FileServer;
let site: Site;
/** What Node has of both. */
let table: Opened;
let column: Opened;
beforeAll(async () => {
  const { outputFiles } = await build({
    stdin: { contents: ENTRY, resolveDir: root },
    absWorkingDir: root,
    bundle: true,
    format: "esm",
    platform: "browser",
    // the names of the package lead to what is built, not to its sources
    tsconfigRaw: {},
    write: false,
    logLevel: "error",
  });
  const script = outputFiles[0]!.text;
  const files = below(`${root}build/browser`);
  const text = (path: string) => PAGES[path] && { text: PAGES[path] };
  site = await serve((path) => text(path) || (path === "/bundle.js" ? { script } : files(path)));
  server = await fileServer();
  other = await fileServer();
  table = await inNode("t.csv", csv, { label });
  column = await inNode("wide.parquet", parquet, COLUMN);
  expect(column.columns).toEqual(["a"]);
});
afterAll(async () => {
  site?.close();
  await server?.close();
  await other?.close();
});
beforeEach(() => {
  for (const each of [server, other]) {
    each.files.clear();
    each.asked.length = 0;
    each.sent = 0;
  }
});

interface Opened {
  x: number[];
  y: number[];
  columns: readonly string[];
}
interface Options {
  label: string;
  ignore?: string[];
}

/** What a page has of an address, or the error it gets. */
const opens = (opened: Page, address: string, options: Options): Promise<Opened | { error: string }> =>
  opened.evaluate(
    async (address, options) => {
      try {
        const { openData } = globalThis as unknown as { openData: typeof openInPage };
        const { train, csv } = await openData(address, options);
        const rows = Uint32Array.from({ length: train.length }, (_, i) => i);
        const x = new Float32Array(rows.length * train.inputShape[0]!);
        const y = new Int32Array(rows.length);
        await train.read(rows, x, y);
        return { x: [...x], y: [...y], columns: csv!.columns };
      } catch (error) {
        return { error: String(error) };
      }
    },
    address,
    options,
  );

/** What Node has of the same bytes, from a server that gives the whole. */
async function inNode(name: string, bytes: Uint8Array, options: Options): Promise<Opened> {
  const path = `/in-node/${name}`;
  server.files.set(path, { bytes, ranges: false });
  const { train, csv } = await openData(server.url(path), options);
  return { ...contents(train), columns: csv!.columns };
}

/** At an address of its own: browsers keep parts of what they have seen. */
let addresses = 0;
function serveFrom(
  from: FileServer,
  name: string,
  bytes: Uint8Array,
  how: Partial<Served>,
): { url: string; served: Served } {
  const served: Served = { bytes, ...how };
  const path = `/${++addresses}/${name}`;
  from.files.set(path, served);
  return { url: from.url(path), served };
}

describe.each(["chromium", "firefox"] as const)("%s", (name) => {
  const there = findBrowser(name) !== undefined;
  const inPage = (path: string, title: string, body: (opened: Page) => Promise<void>) =>
    test.runIf(there || required)(title, async () => {
      if (!there) throw new Error(howToGet(name));
      const opened = await (await browserOf(name)).newPage(site.origin + path);
      try {
        await opened.waitFor(() => "openData" in globalThis || "failed" in globalThis);
        expect(await opened.evaluate(() => (globalThis as { failed?: string }).failed)).toBeUndefined();
        await body(opened);
      } finally {
        await opened.close();
      }
    });
  const rest = `bytes=${FIRST}-${csv.length - 1}`;
  const first = `bytes=0-${FIRST - 1}`;

  inPage("/files.html", "a table comes in two parts, and its bytes once", async (opened) => {
    const { url } = serveFrom(server, "t.csv", csv, { headers: EXPOSES, etag: '"1"' });
    expect(await opens(opened, url, { label })).toEqual(table);
    expect(server.asked).toEqual([first, rest]);
    expect(server.sent).toBe(csv.length);
  });

  inPage("/files.html", "the whole where Content-Range is hidden, or no parts are given", async (opened) => {
    const { url: hidden } = serveFrom(server, "t.csv", csv, { headers: PERMITS });
    expect(await opens(opened, hidden, { label })).toEqual(table);
    // the first answer is a part of nobody knows how much: all is asked for
    expect(server.asked).toEqual([first, ""]);
    server.asked.length = server.sent = 0;
    const { url: whole } = serveFrom(server, "w.csv", csv, { headers: EXPOSES, ranges: false });
    expect(await opens(opened, whole, { label })).toEqual(table);
    expect(server.asked).toEqual([first]);
    expect(server.sent).toBe(csv.length);
  });

  inPage(
    "/bundle.html",
    "the whole where the site packs its files, which the page cannot see",
    async (opened) => {
      // as a store does that keeps the file packed: parts are those of what is packed
      const lines = csv.subarray(0, csv.lastIndexOf(10, 20_000) + 1);
      const bytes = new Uint8Array(gzipSync(lines));
      const { url } = serveFrom(server, "t.csv", bytes, {
        headers: { ...EXPOSES, "Content-Encoding": "gzip" },
      });
      const expected = await inNode("start.csv", lines, { label });
      expect(await opens(opened, url, { label })).toEqual(expected);
      expect(server.asked.slice(-2)).toEqual([first, ""]);
    },
  );

  inPage("/bundle.html", "of a Parquet file the end and the columns in use are sent", async (opened) => {
    const { url } = serveFrom(server, "wide.parquet", parquet, { headers: EXPOSES, etag: '"1"' });
    expect(await opens(opened, url, COLUMN)).toEqual(column);
    // "a", the labels, a beginning and an end, of five columns
    expect(parquet.length).toBeGreaterThan(4 * 8 * ROWS);
    expect(server.sent).toBeLessThan(8 * ROWS + ROWS + 2 * FIRST);
    expect(server.asked).not.toContain("OPTIONS");
    // hidden, the whole: all of it, and the beginning that was of no use
    server.asked.length = server.sent = 0;
    const hidden = serveFrom(server, "wide.parquet", parquet, { headers: PERMITS });
    expect(await opens(opened, hidden.url, COLUMN)).toEqual(column);
    expect(server.asked).toEqual([first, ""]);
    expect(server.sent).toBeGreaterThanOrEqual(parquet.length);
  });

  inPage("/bundle.html", "a file that changes while it is read is refused", async (opened) => {
    const { url, served } = serveFrom(server, "wide.parquet", parquet, { headers: EXPOSES, etag: '"1"' });
    served.answer = () => {
      if (server.asked.length > 1) served.etag = '"2"';
      return false;
    };
    expect(await opens(opened, url, { label })).toEqual({
      error: expect.stringMatching(
        /the file has changed while it was read \(\d+ bytes, ETag "1", then .*"2"\)/,
      ),
    });
  });

  inPage("/files.html", "a server that permits nobody: the error says what to do", async (opened) => {
    const { url } = serveFrom(server, "t.csv", csv, {});
    const { error } = (await opens(opened, url, { label })) as { error: string };
    expect(error).toContain(`NablaError: ${url}: cannot be fetched: `);
    expect(error).toContain(NO_ANSWER);
    const gone = await fileServer();
    const nowhere = gone.url("/t.csv");
    await gone.close();
    expect(await opens(opened, nowhere, { label })).toEqual({ error: expect.stringContaining(NO_ANSWER) });
  });

  inPage("/bundle.html", "the browser goes where a server sends it, in parts as well", async (opened) => {
    const moved = (how: Partial<Served>) => {
      const { url } = serveFrom(other, "moved.parquet", parquet, how);
      const answer: Served["answer"] = (_, response) => {
        response.writeHead(302, { Location: url }).end();
        return true;
      };
      return serveFrom(server, "wide.parquet", parquet, { headers: EXPOSES, answer }).url;
    };
    const url = moved({ headers: EXPOSES, etag: '"1"' });
    expect(await opens(opened, url, COLUMN)).toEqual(column);
    expect(server.sent).toBe(0);
    expect(other.sent).toBeGreaterThan(8 * ROWS);
    expect(other.sent).toBeLessThan(8 * ROWS + ROWS + 2 * FIRST);
    // the site it leads to has to permit it, too
    expect(await opens(opened, moved({}), COLUMN)).toEqual({ error: expect.stringContaining(NO_ANSWER) });
  });
});
