/** nabla play: gives the files of its folder and nothing else, to this machine alone. */
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, unlinkSync, writeFileSync } from "node:fs";
import { createServer, request } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { strToU8, zipSync } from "fflate";
import { afterAll, beforeAll, expect, test } from "vitest";
import {
  folderFiles,
  POLICY,
  type StaticServer,
  serveFiles,
  zipFiles,
} from "../../src/cli/commands/serve.ts";
import { main } from "../../src/cli/main.ts";

const folder = mkdtempSync(join(tmpdir(), "nabla-play-"));
const page = join(folder, "page");
let server: StaticServer;
beforeAll(async () => {
  mkdirSync(join(page, "deep"), { recursive: true });
  writeFileSync(join(folder, "secret.txt"), "secret");
  writeFileSync(join(page, "index.html"), "<!doctype html>");
  writeFileSync(join(page, "main-ABCDEFGH.js"), "1");
  writeFileSync(join(page, "gone.js"), "2");
  writeFileSync(join(page, "deep", "a b.svg"), "<svg/>");
  symlinkSync(join(folder, "secret.txt"), join(page, "link.txt"));
  server = await serveFiles(folderFiles(page), 0, true);
});
afterAll(async () => {
  await server.close();
  rmSync(folder, { recursive: true });
});

/** The path as it is: fetch() would tidy it up. */
function get(
  path: string,
  method = "GET",
  headers: Record<string, string> = {},
): Promise<{ status: number; type?: string; cache?: string; policy?: string; body: string }> {
  return new Promise((resolve, reject) => {
    const { port } = new URL(server.url);
    const asked = request({ host: "127.0.0.1", port, path, method, headers }, (response) => {
      let body = "";
      response.setEncoding("utf8").on("data", (part) => {
        body += part;
      });
      response.on("end", () => {
        const {
          "content-type": type,
          "cache-control": cache,
          "content-security-policy": policy,
        } = response.headers;
        resolve({ status: response.statusCode!, type, cache, policy: String(policy), body });
      });
    });
    asked.on("error", reject).end();
  });
}

test("files have their types, and names with a digest are kept for good", async () => {
  expect(await get("/")).toEqual({
    status: 200,
    type: "text/html; charset=utf-8",
    cache: "no-cache",
    policy: POLICY,
    body: "<!doctype html>",
  });
  expect(await get("/main-ABCDEFGH.js?x#y")).toMatchObject({
    type: "text/javascript; charset=utf-8",
    cache: "max-age=31536000, immutable",
  });
  expect(await get("/deep/a%20b.svg")).toMatchObject({ status: 200, type: "image/svg+xml" });
  expect(await get("/", "HEAD")).toMatchObject({ status: 200, body: "" });
});

test.each([
  "/../secret.txt",
  "/%2e%2e/secret.txt",
  "/..%2fsecret.txt",
  "/deep/../../secret.txt",
  "//secret.txt",
  "/link.txt",
  "/deep",
  "/%00",
  "/%zz",
  "/__proto__",
  `/${"a".repeat(5000)}`,
])("%s is not given", async (path) => {
  const { status, body, policy } = await get(path);
  expect({ status, policy }).toEqual({ status: 404, policy: POLICY });
  expect(body).toMatch(/no such file/);
});

test("nothing can be written, and a file that has gone is said to be", async () => {
  expect(await get("/", "POST")).toMatchObject({ status: 405 });
  unlinkSync(join(page, "gone.js"));
  expect(await get("/gone.js")).toMatchObject({ status: 404, body: expect.stringContaining("gone") });
});

test("only names of this machine are answered, whatever else is made to point to it", async () => {
  const { port } = new URL(server.url);
  for (const host of [`127.0.0.1:${port}`, `localhost:${port}`, `LOCALHOST:${port}`, `[::1]:${port}`])
    expect(await get("/", "GET", { host }), host).toMatchObject({ status: 200 });
  for (const host of [
    `evil.example:${port}`,
    `127.0.0.1.evil.example:${port}`,
    `localhost.evil.example:${port}`,
    `localhost:${Number(port) + 1}`,
    "localhost",
    "127.0.0.1",
    `0.0.0.0:${port}`,
    `evil.example@127.0.0.1:${port}`,
    "__proto__",
  ]) {
    const { status, body, policy } = await get("/", "GET", { host });
    expect({ status, policy }, host).toEqual({ status: 421, policy: POLICY });
    expect(body).toContain(`answers to 127.0.0.1:${port}, localhost:${port}`);
    expect(body).not.toContain("doctype");
  }
});

test("no other site may read what is served, and large requests are refused", async () => {
  const response = await fetch(server.url, { headers: { Origin: "https://evil.example" } });
  const { headers } = response;
  for (const [name] of headers) expect(name).not.toMatch(/^access-control/);
  expect(headers.get("x-content-type-options")).toBe("nosniff");
  expect(headers.get("cross-origin-resource-policy")).toBe("same-origin");
  expect(await get("/", "GET", { "x-long": "a".repeat(20_000) })).toMatchObject({ status: 431 });
  expect(await get("/", "OPTIONS")).toMatchObject({ status: 405 });
});

test("an archive is served like the folder it was made of", async () => {
  const files = zipFiles(zipSync({ "index.html": strToU8("<p>"), "deep/a.js": strToU8("1") }));
  const packed = await serveFiles(files, 0, true);
  try {
    const at = async (path: string) => {
      const response = await fetch(packed.url + path);
      return [response.status, response.headers.get("content-type"), await response.text()];
    };
    expect(await at("")).toEqual([200, "text/html; charset=utf-8", "<p>"]);
    expect(await at("deep/a.js")).toEqual([200, "text/javascript; charset=utf-8", "1"]);
    expect((await at("deep"))[0]).toBe(404);
    expect((await at("toString"))[0]).toBe(404);
  } finally {
    await packed.close();
  }
});

test("a site that is allowed may show the page within its own, and no other", async () => {
  const allowing = await serveFiles(folderFiles(page), 0, true, ["https://school.example"]);
  try {
    const policy = (await fetch(allowing.url)).headers.get("content-security-policy");
    expect(policy).toBe(POLICY.replace("frame-ancestors 'none'", "frame-ancestors https://school.example"));
  } finally {
    await allowing.close();
  }
  expect(POLICY).toContain("frame-ancestors 'none'");
  for (const site of ["school.example", "https://a.example/b", "'self'", "https://a.example; script-src *"]) {
    let said = "";
    const stderr = { write: (text: string) => void (said += text) };
    expect(
      await main(["play", "--port", "0", "--no-open", "--embed", site], { stdout: stderr, stderr }),
    ).toBe(1);
    expect(said).toMatch(
      /^nabla: play: --embed: expected the address of a site, like https:\/\/school\.example, got "/,
    );
  }
});

test("a taken port: the next one, or the one that was asked for or none", async () => {
  const other = createServer();
  await new Promise<void>((done) => other.listen(0, "127.0.0.1", done));
  const { port } = other.address() as AddressInfo;
  try {
    const next = await serveFiles(folderFiles(page), port, false);
    expect(Number(new URL(next.url).port)).toBeGreaterThan(port);
    await next.close();
    await expect(serveFiles(folderFiles(page), port, true)).rejects.toThrow(
      `port ${port} is taken; name another one with --port`,
    );
    let said = "";
    const stderr = { write: (text: string) => void (said += text) };
    expect(await main(["play", "--port", String(port), "--no-open"], { stdout: stderr, stderr })).toBe(1);
    expect(said).toMatch(/^nabla: play: port \d+ is taken/);
  } finally {
    other.close();
  }
});
