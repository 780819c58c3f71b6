/** Files at an address: what is read, how much of it is sent, and what is said where it goes wrong. */
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import type { IncomingMessage, ServerResponse } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { inspect } from "node:util";
import { gzipSync } from "node:zlib";
import { parquetWriteBuffer } from "hyparquet-writer";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import "../../src/data/parquet/index.ts";
import { openData as openInPage } from "../../src/browser/data/open.ts";
import { type OpenDataOptions, openData, openInput, openTable, readIdx } from "../../src/node/dataFiles.ts";
import { openLargeTable } from "../../src/node/large/index.ts";
import { workplace } from "../cli/support.ts";
import { type FileServer, fileServer } from "../support/fileServer.ts";
import { contents, gzip, idxBytes } from "./helpers.ts";

const FIRST = 65536;
const utf8 = (text: string) => new TextEncoder().encode(text);
const csvOf = (rows: number) =>
  `a,b,label\n${Array.from({ length: rows }, (_, i) => `${(i * 7919) % 1009},${i % 5 ? "x" : "y"},${i % 3 ? "no" : "yes"}`).join("\n")}\n`;

/** Whole numbers that are packed badly: 8 bytes a row. */
const noise = (rows: number, seed: number) =>
  Float64Array.from({ length: rows }, (_, i) => ((i * 2654435761 + seed) % 4294967296) / 4294967296);
const ROWS = 20_000;
const wide = new Uint8Array(
  parquetWriteBuffer({
    columnData: [
      { name: "junk", data: noise(ROWS, 1) },
      { name: "a", data: noise(ROWS, 2) },
      { name: "rest", data: noise(ROWS, 3) },
      { name: "label", data: Array.from({ length: ROWS }, (_, i) => (i % 3 ? "no" : "yes")) },
      { name: "more", data: noise(ROWS, 4) },
    ],
    codec: "UNCOMPRESSED",
  }),
);

let server: FileServer;
let folder = "";
beforeAll(async () => {
  server = await fileServer();
  folder = await mkdtemp(join(tmpdir(), "nabla-remote-"));
});
afterAll(async () => {
  await server.close();
  await rm(folder, { recursive: true, force: true });
});
beforeEach(() => {
  server.files.clear();
  server.asked.length = 0;
  server.sent = 0;
});
const serve = (path: string, bytes: Uint8Array, how: object = {}) => {
  server.files.set(path, { bytes, ...how });
  return server.url(path);
};

const what = async (opened: ReturnType<typeof openData>) => {
  const { csv, kind, train, name } = await opened;
  return { csv, kind, name, ...contents(train) };
};

describe.each([
  ["parts", true],
  ["the whole", false],
] as const)("a server that gives %s", (_, ranges) => {
  test.each([
    ["small", 100],
    ["large", 20_000],
  ])("a %s table is that of the file, and its bytes are sent once", async (_name, rows) => {
    const bytes = utf8(csvOf(rows));
    const path = join(folder, "t.csv");
    await writeFile(path, bytes);
    const read = await what(openData(serve("/folder/t.csv?key=1", bytes, { ranges })));
    expect(read).toEqual(await what(openData(path)));
    expect(server.sent).toBe(bytes.length);
    expect(server.asked.length).toBe(ranges && bytes.length > FIRST ? 2 : 1);
  });

  test("gzip, IDX, an empty file, one that is at another address", async () => {
    const bytes = utf8(csvOf(50));
    expect((await openData(new URL(serve("/t.csv.gz", await gzip(bytes), { ranges })))).train.length).toBe(
      40,
    );
    const idx = serve("/x.idx", idxBytes(8, [2, 3], [1, 2, 3, 4, 5, 6]), { ranges });
    expect((await readIdx(idx)).shape).toEqual([2, 3]);
    expect([...(await openInput(`${idx}#1`)).values]).toEqual([4, 5, 6]);
    await expect(openData(serve("/e.csv", new Uint8Array(0), { ranges }))).rejects.toThrow(
      "the file is empty",
    );
    serve("/t.csv", bytes, { ranges });
    const moved = serve("/moved", bytes, {
      answer: (_: unknown, response: import("node:http").ServerResponse) => {
        response.writeHead(302, { Location: "/t.csv" }).end();
        return true;
      },
    });
    expect((await openData(moved)).train.length).toBe(40);
  });
});

test("of a Parquet file the end and the columns in use are sent", async () => {
  const path = join(folder, "wide.parquet");
  await writeFile(path, wide);
  const options: OpenDataOptions = { label: "label", ignore: ["junk", "rest", "more"] };
  const local = await what(openData(path, options));
  const url = serve("/wide.parquet", wide, { etag: '"1"' });
  expect(await what(openData(url, options))).toEqual(local);
  // "a", the labels, a beginning and an end, of five columns
  expect(wide.length).toBeGreaterThan(4 * 8 * ROWS);
  expect(server.sent).toBeLessThan(8 * ROWS + ROWS + 2 * FIRST);
  const sent = server.sent;
  // as a model has it: its own columns
  expect((await what(openData(url, { like: local.csv!, testFraction: 0 }))).x.length).toBe(ROWS);
  expect(server.sent - sent).toBeLessThan(8 * ROWS + ROWS + 2 * FIRST);
  // in a page as well
  expect((await what(openInPage(new URL(url), options as never))).x).toEqual(local.x);
  // and the whole where there are no parts
  server.sent = 0;
  server.files.get("/wide.parquet")!.ranges = false;
  expect(await what(openData(url, options))).toEqual(local);
  expect(server.sent).toBe(wide.length);
});

test("columns by a number, groups, and rows that are looked at are all there", async () => {
  const url = serve("/wide.parquet", wide);
  const options = { label: 3, ignore: ["junk", "rest"] };
  expect((await openData(url, options)).csv!.columns).toEqual(["a", "more"]);
  const grouped = await openData(url, {
    label: "a",
    ignore: ["junk", "rest", "label"],
    split: { group: "label" },
  });
  expect([grouped.train.length, grouped.test!.length].sort((p, q) => p - q)).toEqual([6667, 13333]);
  const table = (await openTable(url, {}, ["a"]))!;
  expect(table.rows[0]!.every((cell) => cell !== "")).toBe(true);
});

describe("refused", () => {
  test.each([
    ["another ETag", { etag: '"2"' }],
    ["another size", { bytes: wide.subarray(0, wide.length - 1) }],
    ["no parts any more", { ranges: false }],
  ])("a file that changes while it is read: %s", async (_, change) => {
    const url = serve("/wide.parquet", wide, { etag: '"1"' });
    const file = server.files.get("/wide.parquet")!;
    file.answer = () => {
      if (server.asked.length > 1) Object.assign(file, change);
      return false;
    };
    await expect(openData(url, { label: "label" })).rejects.toThrow(
      /wide.parquet: the file has changed while it was read \(\d+ bytes, ETag "1", then .*\); open it again/,
    );
  });

  test("what a server answers instead, with its number and what to do", async () => {
    await expect(openData(server.url("/none.csv"))).rejects.toThrow(
      `${server.url("/none.csv")}: the server answered 404 Not Found; is the address right?`,
    );
    const answers = { 403: "wants to know who asks", 503: "try again later", 429: "try again later" };
    for (const [status, advice] of Object.entries(answers)) {
      const url = serve("/s.csv", new Uint8Array(0), {
        answer: (_: unknown, response: import("node:http").ServerResponse) => {
          response.writeHead(Number(status)).end();
          return true;
        },
      });
      await expect(openData(url)).rejects.toThrow(
        new RegExp(`/s.csv: the server answered ${status} .*${advice}`),
      );
    }
    const page = serve("/p.csv", utf8("<!doctype html><html>log in</html>"));
    await expect(openData(page)).rejects.toThrow("a web page, not data; is the address right?");
  });

  test("nobody there", async () => {
    const gone = await fileServer();
    const url = gone.url("/a.csv");
    await gone.close();
    await expect(openData(url)).rejects.toThrow(
      /a.csv: cannot be fetched: .*ECONNREFUSED.*; is the address right/,
    );
    await expect(openData("https://")).rejects.toThrow("https://: no address; expected https://host/path");
  });

  test("more than is read: before it is sent, where the server says how much it is", async () => {
    const bytes = utf8(csvOf(20_000));
    for (const ranges of [true, false]) {
      const url = serve("/t.csv", bytes, { ranges });
      await expect(openData(url, { maxBytes: 70_000 })).rejects.toThrow(
        `t.csv: ${bytes.length} bytes are more than the 70000 that are read`,
      );
    }
    expect(server.asked.length).toBe(2);
    const url = serve("/t.csv", bytes, {
      answer(_: unknown, response: import("node:http").ServerResponse) {
        response.writeHead(200);
        response.end(bytes);
        return true;
      },
    });
    await expect(openData(url, { maxBytes: 70_000 })).rejects.toThrow(
      /t.csv: \d+ bytes are more than the 70000/,
    );
    const parquet = serve("/wide.parquet", wide);
    await expect(openData(parquet, { label: "label", maxBytes: 300_000 })).rejects.toThrow(
      /wide.parquet: \d+ bytes are more than the 300000 that are read/,
    );
  });

  test("what breaks off", async () => {
    const bytes = utf8(csvOf(20_000));
    for (const ranged of [false, true]) {
      const url = serve("/t.csv", bytes, {
        answer(request: import("node:http").IncomingMessage, response: import("node:http").ServerResponse) {
          if (ranged && request.headers.range === `bytes=0-${FIRST - 1}`) return false;
          const whole = { "Content-Length": bytes.length };
          const part = {
            "Content-Length": bytes.length - FIRST,
            "Content-Range": `bytes ${FIRST}-${bytes.length - 1}/${bytes.length}`,
          };
          response.writeHead(ranged ? 206 : 200, ranged ? part : whole);
          response.write(bytes.subarray(0, 1000), () => response.destroy());
          return true;
        },
      });
      await expect(openData(url)).rejects.toThrow(/t.csv: broke off after \d+ bytes: .*; try again/);
    }
  });
});

describe("a server that lies", () => {
  const text = utf8(csvOf(20_000));
  const lying = (path: string, head: object, body: (range: [number, number]) => Uint8Array, from = 0) =>
    serve(path, text, {
      answer(request: IncomingMessage, response: ServerResponse) {
        const found = /^bytes=(\d+)-(\d+)$/.exec(request.headers.range ?? "");
        if (!found || Number(found[1]) < from) return false;
        const range: [number, number] = [Number(found[1]), Math.min(Number(found[2]) + 1, text.length)];
        const part = body(range);
        const said = `bytes ${range[0]}-${range[1] - 1}/${text.length}`;
        response.writeHead(206, { "Content-Range": said, ...head }).end(part);
        return true;
      },
    });

  test("another part than the one that was asked for", async () => {
    const head = { "Content-Range": `bytes 0-${text.length - FIRST - 1}/${text.length}` };
    const address = lying("/other.csv", head, ([from, to]) => text.subarray(0, to - from), FIRST);
    await expect(openData(address, { label: "label" })).rejects.toThrow(
      `other.csv: the file has changed while it was read (${text.length} bytes, then an answer 206 without bytes ${FIRST} to ${text.length - 1}); open it again`,
    );
    // where the first part is another one, all is asked for
    const shifted = { "Content-Range": `bytes 7-${FIRST + 6}/${text.length}` };
    const second = lying("/shifted.csv", shifted, () => text.subarray(7, FIRST + 7));
    expect((await openData(second, { label: "label", testFraction: 0 })).train.length).toBe(20_000);
  });

  test("a part that is packed, and one with more bytes than it says", async () => {
    const packed = lying(
      "/packed.csv",
      { "Content-Encoding": "gzip" },
      (range) => gzipSync(text.subarray(...range)),
      FIRST,
    );
    await expect(openData(packed, { label: "label" })).rejects.toThrow("an answer 206 without bytes");
    const more = lying("/more.csv", {}, ([from, to]) => text.subarray(from, to + 5));
    await expect(openData(more, { label: "label" })).rejects.toThrow(
      `more.csv: the server sent more than the ${FIRST} bytes of a part; download the file`,
    );
  });

  test("no part of a file that is not empty", async () => {
    const small = utf8(csvOf(50));
    const answer = (request: IncomingMessage, response: ServerResponse) => {
      if (request.headers.range)
        response.writeHead(416, { "Content-Range": `bytes */${small.length}` }).end();
      return request.headers.range !== undefined;
    };
    const address = serve("/none.csv", small, { answer });
    expect((await openData(address, { label: "label", testFraction: 0 })).train.length).toBe(50);
  });
});

test("a password in an address is in no error", async () => {
  const secret = server.url("/a.csv").replace("://", "://ann:s3cret@");
  for (const opened of [
    openData(secret),
    openInPage(secret),
    openLargeTable(secret),
    openData("http://ann:s3cret@:x/"),
  ]) {
    const error: Error = await opened.then(
      () => expect.fail("opened"),
      (cause) => cause,
    );
    expect(error.message).toMatch(/a name or a password in it is not fetched|download it first|no address/);
    expect(inspect(error)).not.toContain("s3cret");
  }
  expect(server.asked).toEqual([]);
});

test("what the query of an address says is in no error, note or report", async () => {
  const place = workplace();
  try {
    const secret = serve("/t.csv?X-Signature=s3cret&s3cret&v=1", utf8(csvOf(40)));
    const lost = server.url("/gone.csv?X-Signature=s3cret&s3cret");
    for (const open of [
      () => openData(lost),
      () => openInPage(lost),
      () => openLargeTable(lost),
      () => openData(secret, { label: "none" }),
      () => openData("http://:x/?key=s3cret"),
    ]) {
      const error: Error = await open().then(
        () => expect.fail("opened"),
        (cause) => cause,
      );
      expect(error.message).toMatch(/X-Signature=…&…|\?key=…/);
      expect(inspect(error)).not.toContain("s3cret");
    }
    const trained = await place.run(["train", secret, "--epochs", "1", "--report", "r.html"]);
    expect(trained, trained.stderr).toMatchObject({ code: 0 });
    const page = await readFile(place.path("r.html"), "utf8");
    expect(page).toContain("/t.csv?X-Signature=…&amp;…&amp;v=…");
    expect(page).not.toContain("s3cret");
  } finally {
    place.remove();
  }
});

test("what the query of an address says is in nothing that a command prints or saves", async () => {
  const place = workplace();
  const query = "?X-Signature=s3cret&s3cret";
  const said = async (code: number, ...words: string[]) => {
    const done = await place.run(words);
    expect(done, done.stdout + done.stderr).toMatchObject({ code });
    expect(done.stdout + done.stderr, words[0]).not.toContain("s3cret");
    return done.stdout + done.stderr;
  };
  try {
    const csv = serve(`/t.csv${query}`, utf8(csvOf(40)));
    const other = serve(`/u.csv${query}`, utf8(csvOf(30)));
    const idx = serve(`/x.idx${query}`, idxBytes(8, [2, 3], [1, 2, 3, 4, 5, 6]));
    const train = ["--epochs", "1", "--out", "m.safetensors"];
    expect(await said(0, "train", csv, ...train, "--json")).toContain("/t.csv?X-Signature=…&…");
    for (const flags of [[], ["--json"]]) {
      await said(0, "data", csv, ...flags);
      await said(0, "evaluate", "m.safetensors", csv, ...flags);
      expect(await said(0, "predict", "m.safetensors", csv, ...flags)).toContain("?X-Signature=…&…#0");
    }
    await said(0, "predict", "m.safetensors", csv, "--out", "rows.csv");
    expect(await readFile(place.path("rows.csv"), "utf8")).not.toContain("s3cret");
    await said(1, "predict", "m.safetensors", `${csv}#99`);
    await said(1, "predict", "m.safetensors", `${idx}#7`);
    await said(1, "evaluate", "m.safetensors", other, "--part", "test");
    await said(1, "train", csv, "--forecast", "2", "--quiet");
    const text = serve(`/t.txt${query}`, utf8("a word and another, again and again. ".repeat(40)));
    const chars = ["--model", "chars", "--window", "8", "--quiet"];
    await said(0, "train", text, ...chars, ...train);
    expect(await readFile(place.path("m.safetensors"), "latin1")).not.toContain("s3cret");
    await said(0, "evaluate", "m.safetensors", text);
    const series = serve(
      `/s.csv${query}`,
      utf8(`v\n${Array.from({ length: 90 }, (_, i) => i % 7).join("\n")}\n`),
    );
    await said(0, "train", series, "--forecast", "1", "--window", "7", "--quiet", ...train);
    expect(await readFile(place.path("m.safetensors"), "latin1")).not.toContain("s3cret");
    await said(0, "forecast", "m.safetensors", series);
    await said(0, "evaluate", "m.safetensors", series);
    expect((await openInput(`${idx}#1`)).name).toMatch(/x\.idx\?X-Signature=…&…#1$/);
  } finally {
    place.remove();
  }
});

describe("a server that sends one elsewhere", () => {
  const real = globalThis.fetch;
  afterEach(() => {
    globalThis.fetch = real;
  });
  const body = utf8(csvOf(40));
  /** What addresses answer: where to go on, or the file. */
  const answers = (places: Record<string, string | null>, page = false) => {
    const asked: string[] = [];
    globalThis.fetch = async (at, init) => {
      asked.push(String(at));
      let to = places[String(at)];
      if (page && to !== null && init?.redirect === "manual")
        return { type: "opaqueredirect", status: 0, ok: false, headers: new Headers(), body: null } as never;
      let end = String(at);
      while (page && typeof to === "string") {
        end = to;
        to = places[to];
      }
      const response =
        typeof to === "string"
          ? new Response(null, { status: 302, headers: { location: to } })
          : new Response(body, { status: 200 });
      return Object.defineProperty(response, "url", { value: end });
    };
    return asked;
  };
  const plain =
    /https:\/\/a\/t.csv: the server sends one on to http:\/\/b\/t.csv\?k=…, where anybody on the way could read and change the file; give an address that stays with https/;

  test("from https to http is refused before anything is asked for there", async () => {
    const asked = answers({ "https://a/t.csv": "http://b/t.csv?k=1", "http://b/t.csv?k=1": null });
    await expect(openData("https://a/t.csv")).rejects.toThrow(plain);
    expect(asked).toEqual(["https://a/t.csv"]);
  });

  test("also on the way, and on a page, which hears only where it ended", async () => {
    const places = {
      "https://a/t.csv": "https://a/2",
      "https://a/2": "http://b/t.csv?k=1",
      "http://b/t.csv?k=1": null,
    };
    answers(places);
    await expect(openData("https://a/t.csv")).rejects.toThrow(plain);
    answers(places, true);
    await expect(openInPage("https://a/t.csv")).rejects.toThrow(plain);
  });

  test("others are followed, but not for ever", async () => {
    const places = { "http://a/t.csv": "/2", "http://a/2": "https://b/3", "https://b/3": null };
    answers(places);
    expect((await openData("http://a/t.csv")).train.length).toBe(32);
    answers({ "http://a/t.csv": "https://b/3", "https://b/3": null }, true);
    expect((await openInPage("http://a/t.csv")).train.length).toBe(32);
    answers({ "http://a/t.csv": "http://a/t.csv" });
    await expect(openData("http://a/t.csv")).rejects.toThrow("sends one elsewhere more than 20 times");
    answers({ "https://a/t.csv": "file:///etc/passwd" });
    await expect(openData("https://a/t.csv")).rejects.toThrow(
      "the server sends one on to file:///etc/passwd",
    );
  });
});

test("the command line: data, train, evaluate, predict", async () => {
  const place = workplace();
  try {
    const bytes = new Uint8Array(
      await readFile(fileURLToPath(new URL("../fixtures/tables/table.arrow", import.meta.url))),
    );
    const url = serve("/table.arrow", bytes);
    const profile = await place.run(["data", url, "--ignore", "count"]);
    expect(profile.stdout).toContain("plan");
    const options = ["--ignore", "count", "--epochs", "2", "--seed", "1", "--out", "m.safetensors"];
    const trained = await place.run(["train", url, ...options]);
    expect(trained, trained.stderr).toMatchObject({ code: 0 });
    const scored = await place.run(["evaluate", "m.safetensors", url]);
    expect(scored, scored.stderr).toMatchObject({ code: 0 });
    const told = await place.run(["predict", "m.safetensors", `${url}#3`]);
    expect(told, told.stderr).toMatchObject({ code: 0 });
    expect(told.stdout).toContain("table.arrow#3");
  } finally {
    place.remove();
  }
});
