/** Drawing before anything is trained, and one number of a map worked out, as a person does it. */
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type Browser, findBrowser, howToGet, launch, type Page } from "../support/browsers/index.mjs";
import { drawDigitByHand } from "../support/web/drawings.ts";
import { drawOn, press, saidOf } from "../support/web/playground.mjs";
import { servePlayground } from "../support/web/serve.ts";

const required = process.env.NABLA_REQUIRE_ALL === "1";
const WAIT = { timeout: 30_000 };

const textOf = (page: Page, selector: string): Promise<string> =>
  page.evaluate((wanted) => document.querySelector(wanted)?.textContent ?? "", selector);

describe.each(["chromium", "firefox"] as const)("%s", (name) => {
  if (!findBrowser(name)) {
    test.skipIf(!required)(`is missing, so nothing ran in it: ${howToGet(name)}`, () => {
      throw new Error(`${name} is missing, and NABLA_REQUIRE_ALL=1 asks for it: ${howToGet(name)}`);
    });
    return;
  }
  let server: Awaited<ReturnType<typeof servePlayground>>;
  let browser: Browser;
  beforeAll(async () => {
    server = await servePlayground();
    browser = await launch(name);
  });
  afterAll(async () => {
    await browser?.close();
    await server?.stop();
  });

  test("a drawing is read at once, and a number of a map is worked out", async () => {
    const page = await browser.newPage(`${server.url}#/digits?samples=500&epochs=1`);
    await page.setViewport({ width: 1280, height: 900 });
    await page.waitFor(".pad canvas");
    await expect.poll(() => textOf(page, ".said"), WAIT).toContain("a small trained CNN reads it");
    await drawOn(page, drawDigitByHand(3, 1));
    await expect.poll(() => saidOf(page), WAIT).toBe("3");
    expect(await textOf(page, ".said")).toContain("a small CNN that comes with the page");
    await expect
      .poll(() => page.evaluate(() => document.body.textContent), WAIT)
      .toMatch(/the layers of the small CNN that comes with the page/);
    expect(await page.evaluate(() => document.body.textContent)).toContain("it is not trained yet");
    await press(page, "Look at one number");
    // a convolution: nine products, their sum with the bias, and ReLU
    await expect.poll(() => textOf(page, ".inspector"), WAIT).toMatch(/products, Σ = .*z = .*max\(0, /);
    await expect.poll(() => textOf(page, ".inspector .logits"), WAIT).toMatch(/\d+\.\d %/);
    const box = await page.evaluate(() => {
      const canvas = document.querySelectorAll(".tiles.maps canvas:not(.beside)")[4]!;
      canvas.scrollIntoView({ block: "center" });
      const { left, top, width, height } = canvas.getBoundingClientRect();
      return { x: left + width / 2, y: top + height / 2 };
    });
    await page.raw.mouse.move(box.x, box.y);
    await expect
      .poll(
        () =>
          page.evaluate(() =>
            [...document.querySelectorAll<HTMLInputElement>(".spots input")].map((i) => i.value),
          ),
        WAIT,
      )
      .toEqual(["5", "14", "14"]);
    expect(page.errors).toEqual([]);
    await page.close();
  });
});
