/**
 * Hosts that forbid import(): service workers with a bundler and without, and the background of an extension. With nabla/static they train
 * to the known bits, with augmentation; without it they are told which import to add.
 */
import { cpSync, createReadStream, existsSync, mkdtempSync, rmSync } from "node:fs";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { extname, join } from "node:path";
import puppeteer from "puppeteer-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { findBrowser, howToGet, launch } from "../support/browsers/index.mjs";
import { sawHost } from "../support/hosts.ts";
import { type Installed, install, node, project, tool } from "./support.ts";

const required = process.env.NABLA_REQUIRE_ALL === "1";

/** Moves images and has a metric that is loaded later, besides what every training has. */
const program = (nabla: string) => `
import { arrayDataset } from "${nabla === "nabla" ? "nabla/data" : "/nabla/data.js"}";
import { dense, flatten, sequential, weightsSha256 } from "${nabla === "nabla" ? "nabla" : "/nabla/nabla.js"}";
export async function train() {
  const rows = Array.from({ length: 24 }, (_, r) => Array.from({ length: 36 }, (_, i) => ((r * 7 + i * i) % 11) / 11));
  const data = arrayDataset(rows, rows.map((_, r) => r % 3), { inputShape: [6, 6, 1] });
  const model = sequential([flatten(), dense({ units: 3, activation: "softmax" })], { seed: 4 });
  model.compile({ loss: "categoricalCrossentropy", metrics: ["accuracy", "f1"] });
  await model.fit(data, { epochs: 3, batchSize: 8, augment: { shift: 1 } });
  await model.evaluate(data);
  return weightsSha256(model);
}
`;
const worker = (statics: string, program: string) => `${statics}
import { train } from "${program}";
const trained = train().catch((error) => error.name + ": " + error.message);
self.oninstall = () => self.skipWaiting();
self.onactivate = (event) => event.waitUntil(self.clients.claim());
self.onmessage = (event) => event.waitUntil(trained.then((said) => event.source.postMessage(said)));
globalThis.trained = trained;
`;
const PAGE = (
  file: string,
) => `<!doctype html><title>page</title><link rel="icon" href="data:,"><script type="module">
navigator.serviceWorker.onmessage = ({ data }) => (globalThis.result = data);
try {
  await navigator.serviceWorker.register("${file}", { type: "module" });
  (await navigator.serviceWorker.ready).active.postMessage("train");
} catch (error) { globalThis.result = "register: " + error; }
</script>`;
const TYPES: Record<string, string> = { ".html": "text/html", ".js": "text/javascript" };

let installed: Installed;
let expected: string;
let server: Server;
let folder: string;
let url: string;
beforeAll(async () => {
  installed = await install();
  const files = {
    "program.js": program("nabla"),
    "node.js": 'import { train } from "./program.js"; console.log(await train());',
  };
  folder = project(join(installed.folder, "service"), files);
  expected = (await node(["node.js"], folder)).stdout.trim();
  expect(expected).toMatch(/^[0-9a-f]{64}$/);
  cpSync(join(installed.nabla, "build/browser"), join(folder, "site/nabla"), { recursive: true });
  project(join(folder, "site"), {
    "program.js": program("url"),
    "with/worker.js": worker('import "/nabla/static.js";', "/program.js"),
    "without/worker.js": worker("", "/program.js"),
    "with/index.html": PAGE("worker.js"),
    "without/index.html": PAGE("worker.js"),
  });
  server = createServer((request, response) => {
    const file = join(folder, "site", new URL(request.url!, "http://x").pathname);
    if (!existsSync(file)) return void response.writeHead(404).end();
    response.writeHead(200, { "content-type": TYPES[extname(file)] ?? "application/octet-stream" });
    createReadStream(file).pipe(response);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
  if (!tool("package", "vite")) return;
  // the page uses the library as well: what both use becomes pieces of their own, which are imported
  project(folder, {
    "worker.js": worker('import "nabla/static";', "./program.js"),
    "bundled.html": '<!doctype html><script type="module" src="./page.js"></script>',
    "page.js": 'import { train } from "./program.js"; globalThis.train = train;',
    "vite.config.js": `export default { build: { outDir: "site/bundled", modulePreload: false, rollupOptions: {
  input: { page: "bundled.html", worker: "worker.js" }, output: { entryFileNames: "[name].js" } } }, base: "/bundled/" };`,
  });
  await node([tool("package", "vite/bin/vite.js")!, "build", "--logLevel", "error"], folder);
  project(join(folder, "site/bundled"), { "sw.html": PAGE("worker.js") });
});
afterAll(() => server?.close());

const REFUSED =
  /^NablaError: fit: its code could not be loaded \(.+\); the weights are as they were\..* add import "nabla\/static"$/;

async function answered(browser: Awaited<ReturnType<typeof launch>>, path: string): Promise<string> {
  const page = await browser.newPage(url + path);
  await page.waitFor(() => (globalThis as any).result !== undefined);
  return page.evaluate(() => (globalThis as any).result);
}

describe.each(["chromium", "firefox"] as const)("a service worker in %s", (name) => {
  const missing = findBrowser(name) ? [] : [howToGet(name)];
  const why = missing.length > 0 ? ` (not installed: ${missing.join("; ")})` : "";
  test.skipIf(missing.length > 0 && !required)(`trains with nabla/static alone${why}`, async () => {
    const place = name === "chromium" ? "Chromium" : "Firefox";
    const browser = await launch(name);
    try {
      expect(await answered(browser, "with/index.html")).toBe(expected);
      sawHost("a service worker", place, "this thread");
      expect(await answered(browser, "without/index.html")).toMatch(REFUSED);
      if (!tool("package", "vite") && !required) return;
      expect(await answered(browser, "bundled/sw.html")).toBe(expected);
      sawHost("a service worker made by Vite", place, "this thread");
    } finally {
      await browser.close();
    }
  });
});

const chromium = findBrowser("chromium");
test.skipIf(!chromium && !required)(
  `the background of an extension in Chromium${chromium ? "" : ` (not installed: ${howToGet("chromium")})`}`,
  async () => {
    const extension = mkdtempSync(join(tmpdir(), "nabla-extension-"));
    try {
      cpSync(join(installed.nabla, "build/browser"), join(extension, "nabla"), { recursive: true });
      project(extension, {
        "manifest.json": JSON.stringify({
          manifest_version: 3,
          name: "scratch",
          version: "1",
          background: { service_worker: "background.js", type: "module" },
          content_security_policy: {
            extension_pages: "script-src 'self' 'wasm-unsafe-eval'; object-src 'self'",
          },
        }),
        "program.js": program("url"),
        "background.js": worker('import "/nabla/static.js";', "/program.js"),
      });
      const browser = await puppeteer.launch({
        executablePath: chromium!,
        pipe: true,
        enableExtensions: [extension],
        args: [
          ...(process.getuid?.() === 0 ? ["--no-sandbox"] : []),
          "--disable-dev-shm-usage",
          "--disable-gpu",
        ],
        timeout: 120_000,
      });
      try {
        const target = await browser.waitForTarget(
          (each) => each.type() === "service_worker" && each.url().endsWith("background.js"),
          { timeout: 60_000 },
        );
        const background = await target.worker();
        // its module may not have been evaluated yet, nor its globals be there
        await expect.poll(() => background!.evaluate(() => (globalThis as any).trained)).toBe(expected);
        sawHost("the background of an extension, Manifest V3", "Chromium", "this thread");
      } finally {
        await browser.close();
      }
    } finally {
      rmSync(extension, { recursive: true, force: true });
    }
  },
);
