/** Tests of the Plane view in real browsers: each test has a page and a server of its own, which are gone after it. */
import { afterAll, afterEach, beforeAll, describe, test } from "vitest";
import { type Browser, findBrowser, howToGet, launch, type Page } from "../browsers/index.mjs";
import { arrived } from "./planePage.ts";
import { servePlayground } from "./serve.ts";

const required = process.env.NABLA_REQUIRE_ALL === "1";

/** Opens Plane with this query, and waits for it: by default until its net has arrived. */
export type Open = (query: string, until?: (page: Page) => Promise<void>) => Promise<Page>;

/** Makes the tests for Chromium and for Firefox. Where one is missing, that is said. */
export function inBrowsers(tests: (open: Open) => void): void {
  describe.each(["chromium", "firefox"] as const)("%s", (name) => {
    if (!findBrowser(name)) {
      test.skipIf(!required)(`is missing, so nothing ran in it: ${howToGet(name)}`, () => {
        throw new Error(`${name} is missing, and NABLA_REQUIRE_ALL=1 asks for it: ${howToGet(name)}`);
      });
      return;
    }
    let server: Awaited<ReturnType<typeof servePlayground>> | undefined;
    let browser: Browser | undefined;
    let page: Page | undefined;
    beforeAll(async () => {
      browser = await launch(name, { reducedMotion: true });
    });
    afterAll(() => browser?.close());
    afterEach(async () => {
      await page?.close();
      await server?.stop();
      page = server = undefined;
    });
    tests(async (query, until = arrived) => {
      server = await servePlayground();
      const opened = await browser!.newPage();
      page = opened;
      await opened.setViewport({ width: 1300, height: 950 });
      await opened.goto(`${server.url}#/plane?${query}`);
      await until(opened);
      return opened;
    });
  });
}
