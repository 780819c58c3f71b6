/** Each browser starts, does what a page is asked, and leaves nothing behind. */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { BROWSERS, type Browser, findBrowser, howToGet, launch, type Page } from "./index.mjs";

const required = process.env.NABLA_REQUIRE_ALL === "1";
const HTML = `<!doctype html><title>before</title>
<button onclick="document.title = 'after'">go</button> <input id="text" value="old"> <input id="file" type="file">
<canvas width="200" height="200"></canvas>
<script>
  globalThis.moves = 0;
  document.querySelector("canvas").onmousemove = (event) => event.buttons && moves++;
  onkeydown = (event) => (globalThis.key = event.key);
</script>`;

const server = createServer((_, response) => response.setHeader("content-type", "text/html").end(HTML));
const folder = mkdtempSync(join(tmpdir(), "nabla-browsers-"));
const file = join(folder, "some.txt");
let url: string;
beforeAll(async () => {
  writeFileSync(file, "12345");
  await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
});
afterAll(() => {
  server.close();
  rmSync(folder, { recursive: true });
});

describe.each(BROWSERS)("%s", (name) => {
  const found = findBrowser(name);
  if (!found) {
    test.skipIf(!required)(`is missing, so nothing ran in it: ${howToGet(name)}`, () => {
      throw new Error(`${name} is missing, and NABLA_REQUIRE_ALL=1 asks for it: ${howToGet(name)}`);
    });
    return;
  }
  let browser: Browser;
  let page: Page;
  beforeAll(async () => {
    browser = await launch(name);
    page = await browser.newPage(url);
  });
  afterAll(() => browser?.close());

  test("says what it is", () => expect(browser.version).toMatch(/^\w+\/\d+\./));

  test("runs functions, and throws what they throw", async () => {
    expect(await page.evaluate(async (a, b) => ({ sum: a + b, at: location.href }), 1, 2)).toEqual({
      sum: 3,
      at: url,
    });
    const thrown = page.evaluate(() => {
      throw new RangeError("too far");
    });
    await expect(thrown).rejects.toThrow("too far");
  });

  test("clicks, types, draws and gives files", async () => {
    await page.click("button");
    await page.waitFor(() => document.title === "after");
    await page.type("#text", "new");
    await page.press("ArrowLeft");
    await page.upload("#file", [file]);
    const at = await page.evaluate(() => {
      const { x, y } = document.querySelector("canvas")!.getBoundingClientRect();
      return [x, y];
    });
    await page.drag([10, 30, 50].map((d) => [at[0] + d, at[1] + 2 * d] as const));
    const state = await page.evaluate(() => {
      const { key, moves } = globalThis as unknown as { key: string; moves: number };
      const text = document.querySelector<HTMLInputElement>("#text")!.value;
      return { key, moves, text, size: document.querySelector<HTMLInputElement>("#file")!.files![0].size };
    });
    expect(state).toEqual({ text: "new", size: 5, key: "ArrowLeft", moves: 2 });
  });

  test("shows what it was told to, at the size it was told", async () => {
    await page.setViewport({ width: 500, height: 400 });
    expect(await page.evaluate(() => [innerWidth, innerHeight])).toEqual([500, 400]);
    const png = await page.screenshot();
    expect([png.toString("latin1", 1, 4), png.readUInt32BE(16), png.readUInt32BE(20)]).toEqual([
      "PNG",
      500,
      400,
    ]);
  });

  test("two pages at once do not mix", async () => {
    const other = await browser.newPage(url);
    await other.type("#text", "other");
    const texts = await Promise.all(
      [page, other].map((p) => p.evaluate(() => document.querySelector<HTMLInputElement>("#text")!.value)),
    );
    expect(texts).toEqual(["new", "other"]);
    await other.close();
  });
});
