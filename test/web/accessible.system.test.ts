/** The Digits view by the rules of WCAG 2 AA, as far as a program can tell: names, roles, contrast; wide and narrow, light and dark. */
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type Browser, findBrowser, howToGet, launch, type Page } from "../support/browsers/index.mjs";
import { drawDigitByHand } from "../support/web/drawings.ts";
import { drawOn, press, untilProgress } from "../support/web/playground.mjs";
import { servePlayground } from "../support/web/serve.ts";

const required = process.env.NABLA_REQUIRE_ALL === "1";
const axe = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");

interface Axe {
  run(
    context: Document,
    options: object,
  ): Promise<{ violations: { id: string; nodes: { html: string; failureSummary: string }[] }[] }>;
}

async function violations(page: Page): Promise<string[]> {
  await page.raw.evaluate(axe);
  return page.evaluate(async () => {
    const { axe } = globalThis as unknown as { axe: Axe };
    const found = await axe.run(document, { resultTypes: ["violations"] });
    return found.violations.map(({ id, nodes }) => `${id}: ${nodes[0]?.html} ${nodes[0]?.failureSummary}`);
  });
}

describe.each(["light", "dark"] as const)("%s", (colorScheme) => {
  if (!findBrowser("chromium")) {
    test.skipIf(!required)(`chromium is missing, so nothing ran: ${howToGet("chromium")}`, () => {
      throw new Error(`chromium is missing, and NABLA_REQUIRE_ALL=1 asks for it: ${howToGet("chromium")}`);
    });
    return;
  }
  let server: Awaited<ReturnType<typeof servePlayground>>;
  let browser: Browser;
  beforeAll(async () => {
    server = await servePlayground();
    browser = await launch("chromium", { colorScheme });
  });
  afterAll(async () => {
    await browser?.close();
    await server?.stop();
  });

  test("before, during and after a training", async () => {
    const page = await browser.newPage(`${server.url}#/digits?samples=1000&epochs=2&network=mlp&colour=red`);
    await page.setViewport({ width: 1280, height: 900 });
    await page.waitFor(".pad canvas");
    expect(await violations(page)).toEqual([]);
    await press(page, "Train");
    await untilProgress(page, "Finished");
    await drawOn(page, drawDigitByHand(3, 1));
    await page.waitFor(".wrong button");
    expect(await violations(page)).toEqual([]);
    await page.setViewport({ width: 360, height: 740 });
    expect(await violations(page)).toEqual([]);
    // nothing to be scrolled sideways
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBe(360);
    // the first stop of the Tab key leads past the head of the page
    await page.reload();
    await page.waitFor(".pad canvas");
    await page.press("Tab");
    expect(await page.evaluate(() => document.activeElement?.textContent)).toBe("Skip to content");
    await page.close();
  });
});
