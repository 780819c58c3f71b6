import { expect, test, vi } from "vitest";
import { type ByteCache, fetchFile, fetchIdxSplit } from "../../src/data/urls.ts";
import { contents, gzip, idxBytes } from "./helpers.ts";

function server(files: Record<string, Uint8Array>) {
  const asked: string[] = [];
  const fetch = async (url: string) => {
    asked.push(url);
    const bytes = files[url];
    return bytes
      ? new Response(bytes as Uint8Array<ArrayBuffer>)
      : new Response(null, { status: 404, statusText: "Not Found" });
  };
  return { asked, fetch };
}

function memory(): ByteCache & { kept: Map<string, Uint8Array> } {
  const kept = new Map<string, Uint8Array>();
  return { kept, get: async (key) => kept.get(key), put: async (key, bytes) => void kept.set(key, bytes) };
}

const bytes = Uint8Array.of(1, 2, 3);
/** `printf '\1\2\3' | sha256sum` */
const hash = "039058c6f2c0cb492c533b0a4d14ef77cc0f78abccced5287d84a1a2011cfb81";

test("what cannot be kept in the cache is not lost: it is said, and the bytes are there", async () => {
  const warn = vi.spyOn(console, "warn").mockImplementation(() => {});
  const full = { get: async () => undefined, put: () => Promise.reject(new Error("disk full")) };
  const answer = async () => new Response(Uint8Array.of(1, 2, 3));
  expect([...(await fetchFile({ url: "http://a/f" }, { fetch: answer, cache: full }))]).toEqual([1, 2, 3]);
  expect(warn.mock.calls).toEqual([["http://a/f: fetched, but not kept in the cache: disk full"]]);
  warn.mockRestore();
});

test("fetches once, then reads the cache", async () => {
  const { asked, fetch } = server({ "http://a/f": bytes });
  const cache = memory();
  const file = { url: "http://a/f", sha256: hash.toUpperCase() };
  expect(await fetchFile(file, { fetch, cache })).toEqual(bytes);
  expect(await fetchFile(file, { fetch, cache })).toEqual(bytes);
  expect(asked).toHaveLength(1);
  cache.kept.set(file.url, Uint8Array.of(9)); // damaged
  expect(await fetchFile(file, { fetch, cache })).toEqual(bytes);
  expect(asked).toHaveLength(2);
});

test("refuses what is not the file expected, and does not keep it", async () => {
  const { fetch } = server({ "http://a/f": bytes });
  const cache = memory();
  const wrong = fetchFile({ url: "http://a/f", sha256: "0".repeat(64) }, { fetch, cache });
  await expect(wrong).rejects.toThrow(
    `http://a/f: expected SHA-256 ${"0".repeat(64)}, got ${hash} (3 bytes)`,
  );
  expect(cache.kept.size).toBe(0);
});

test("says why a file cannot be had", async () => {
  const { fetch } = server({});
  await expect(fetchFile({ url: "http://a/f" }, { fetch })).rejects.toThrow(
    "http://a/f: the server answered 404 Not Found",
  );
  const offline = async () => {
    throw new TypeError("no route");
  };
  await expect(fetchFile({ url: "http://a/f" }, { fetch: offline })).rejects.toThrow(
    "http://a/f: cannot be fetched: no route",
  );
});

test("IDX files by URL, gzip or not", async () => {
  const files = {
    "http://a/x.gz": await gzip(idxBytes(8, [2, 1, 1], [5, 6])),
    "http://a/y": idxBytes(8, [2], [0, 1]),
  };
  const pair = { images: { url: "http://a/x.gz" }, labels: { url: "http://a/y" } };
  const { fetch } = server(files);
  const { train, test: held } = await fetchIdxSplit({ name: "remote", train: pair, test: pair }, { fetch });
  expect(contents(train)).toEqual({ x: [5, 6], y: [0, 1] });
  expect(held!.name).toBe("remote (test)");
});
