/** Digits and Plane by the rules of WCAG 2 AA, as far as a program can tell: names, roles, contrast; wide and narrow, light and dark. */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type Browser, findBrowser, howToGet, launch, type Page } from "../support/browsers/index.mjs";
import { explainAll, smallTargets, unexplained, violations } from "../support/web/access.ts";
import { drawDigitByHand } from "../support/web/drawings.ts";
import { choose as chooseIn } from "../support/web/planePage.ts";
import { drawOn, press, untilProgress } from "../support/web/playground.mjs";
import { expectHidden, expectText } from "../support/web/seen.ts";
import { servePlayground } from "../support/web/serve.ts";

const required = process.env.NABLA_REQUIRE_ALL === "1";
const folder = mkdtempSync(join(tmpdir(), "nabla-access-"));
afterAll(() => rmSync(folder, { recursive: true }));
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

  /** The states of a view that are looked at by axe and for what is not explained. */
  async function sound(page: Page, state: string): Promise<void> {
    expect(await violations(page), state).toEqual([]);
    expect(await unexplained(page), state).toEqual([]);
  }
  /** On a phone: what a finger hits, nothing to be scrolled sideways, and every explanation open. */
  async function soundOnPhone(page: Page, state: string): Promise<void> {
    await page.setViewport({ width: 390, height: 844 });
    expect(await smallTargets(page), state).toEqual([]);
    await expectHidden(page).toBe(0);
    expect(await unexplained(page), state).toEqual([]);
    await explainAll(page);
    expect(await violations(page), `${state}, explained`).toEqual([]);
    await expectHidden(page).toBe(0);
    await page.setViewport({ width: 1280, height: 900 });
  }

  test("Digits: before and after a training, with a drawing and all that can be done with it", async () => {
    const query = "samples=1000&epochs=2&network=built&layers=c4-p-30&colour=red";
    const page = await browser.newPage(`${server.url}#/digits?${query}`);
    await page.setViewport({ width: 1280, height: 900 });
    await page.waitFor(".pad canvas");
    await page.waitFor(".builder .built li");
    await page.waitFor(".data .drop");
    await sound(page, "before");
    await press(page, "Train");
    await untilProgress(page, "Finished");
    await page.waitFor(".wrong button");
    await press(page, "+ Dense");
    await page.waitFor(".stale");
    await drawOn(page, drawDigitByHand(3, 1));
    await press(page, "Which pixels count");
    await page.waitFor(".saliency canvas");
    await press(page, "Add it to the training");
    await page.waitFor("[data-testid=added]");
    await page.waitFor(".tiles.maps .tied");
    await press(page, "Look at one number");
    await page.waitFor(".inspector .equation");
    await page.evaluate(() => document.querySelector<HTMLElement>(".confusion summary")!.click());
    await soundOnPhone(page, "drawn");
    // the first stop of the Tab key leads past the head of the page
    await page.reload();
    await page.waitFor(".pad canvas");
    await page.press("Tab");
    await expectText(page, ":focus").toBe("Skip to content");
    await page.close();
  });

  test("Digits with a table: of classes with its mistakes, of numbers with predicted against true", async () => {
    const page = await browser.newPage(`${server.url}#/digits?network=mlp&epochs=20`);
    await page.setViewport({ width: 1280, height: 900 });
    await page.waitFor(".data .drop");
    const rows = Array.from({ length: 120 }, (_, i) => {
      const [size, age] = [(i * 7) % 50, (i * 3) % 11];
      return `${size},${age},${i % 9 === 4 ? "" : (i * 5) % 4},${["Bern", "Oslo"][i % 2]},${(i * 13) % 10 < 5 ? "yes" : "no"},${10 * size + age}`;
    });
    const path = join(folder, `${colorScheme}.csv`);
    writeFileSync(path, `size,age,rooms,town,sold,price\n${rows.join("\n")}\n`);
    await page.upload("[data-testid=files]", [path]);
    await page.waitFor(".preview th.target");
    await sound(page, "read");
    await press(page, "Train");
    await untilProgress(page, "Finished");
    await page.waitFor(".table .plot");
    await press(page, "Predict");
    await page.waitFor("[data-testid=answer] span");
    await sound(page, "numbers");
    await chooseIn(page, "Column to predict", "sold");
    await expectText(page, "[data-testid=source]").toContain("2 classes");
    await press(page, "Train");
    await untilProgress(page, "Finished");
    await page.waitFor(".wrong-rows button");
    await press(page, "Predict");
    await expectText(page, "[data-testid=answer]").toContain("% sure");
    await soundOnPhone(page, "classes");
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
    await soundOnPhone(page, "numbers");
    await page.waitFor(".help .plot");
    await page.close();
  });
});
