/** Digits and Plane by the rules of WCAG 2 AA, as far as a program can tell: names, roles, contrast; wide and narrow, light and dark. */
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type Browser, findBrowser, howToGet, launch, type Page } from "../support/browsers/index.mjs";
import { drawDigitByHand } from "../support/web/drawings.ts";
import { drawOn, press, untilProgress } from "../support/web/playground.mjs";
import { expectHidden, expectText, still } from "../support/web/seen.ts";
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
  // a colour on its way to another is none of the page's
  await still(page);
  await page.raw.evaluate(axe);
  return page.evaluate(async () => {
    const { axe } = globalThis as unknown as { axe: Axe };
    const found = await axe.run(document, { resultTypes: ["violations"] });
    return found.violations.map(({ id, nodes }) => `${id}: ${nodes[0]?.html} ${nodes[0]?.failureSummary}`);
  });
}

/** Controls of the view that are less than 44 px wide or high; of those within a label, the label. */
const smallTargets = (page: Page): Promise<string[]> =>
  page.evaluate(() =>
    [...document.querySelectorAll<HTMLElement>("main :is(button, select, input, summary)")].flatMap(
      (each) => {
        const { width, height } = (each.closest("label") ?? each).getBoundingClientRect();
        if (width === 0 || (width >= 43.9 && height >= 43.9)) return [];
        return [`${each.outerHTML.slice(0, 120)} ${width.toFixed(1)} × ${height.toFixed(1)}`];
      },
    ),
  );

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
    await press(page, "Look at one number");
    await page.waitFor(".inspector .equation");
    expect(await violations(page)).toEqual([]);
    await page.setViewport({ width: 360, height: 740 });
    expect(await violations(page)).toEqual([]);
    expect(await smallTargets(page)).toEqual([]);
    // nothing to be scrolled sideways
    await expectHidden(page).toBe(0);
    // the first stop of the Tab key leads past the head of the page
    await page.reload();
    await page.waitFor(".pad canvas");
    await page.press("Tab");
    await expectText(page, ":focus").toBe("Skip to content");
    await page.close();
  });

  test("Plane, with its microscope, a unit's numbers and every explanation open; and what a finger has to hit", async () => {
    const page = await browser.newPage(`${server.url}#/plane?net=3`);
    await page.setViewport({ width: 1280, height: 900 });
    await page.waitFor(".plane .transport");
    await press(page, "Pause");
    await press(page, "Open the microscope");
    await page.waitFor(".microscope");
    await press(page, "Next");
    await page.evaluate(() => document.querySelector<HTMLElement>(".unit")!.click());
    await page.waitFor(".numbers .value");
    expect(await violations(page)).toEqual([]);
    await page.setViewport({ width: 390, height: 844 });
    await still(page);
    expect(await smallTargets(page)).toEqual([]);
    await expectHidden(page).toBe(0);
    await page.evaluate(() => {
      for (const each of document.querySelectorAll<HTMLElement>(".what")) each.click();
    });
    await page.waitFor(() => [...document.querySelectorAll(".help")].every((each) => each.textContent));
    await page.waitFor(".help .plot");
    expect(await violations(page)).toEqual([]);
    await expectHidden(page).toBe(0);
    await page.close();
  });
});
