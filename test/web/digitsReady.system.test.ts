/** Drawing before anything is trained, and one number of a map worked out, as a person does it. */
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type Browser, findBrowser, howToGet, launch } from "../support/browsers/index.mjs";
import { drawDigitByHand } from "../support/web/drawings.ts";
import { drawOn, press } from "../support/web/playground.mjs";
import { expectSaid, expectText } from "../support/web/seen.ts";
import { servePlayground } from "../support/web/serve.ts";

const required = process.env.NABLA_REQUIRE_ALL === "1";

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
    await expectText(page, ".said").toContain("a small trained CNN reads it");
    await drawOn(page, drawDigitByHand(3, 1));
    await expectSaid(page).toBe("3");
    await expectText(page, ".said").toContain("a small CNN that comes with the page");
    await expectText(page, "body").toMatch(/the layers of the small CNN that comes with the page/);
    await expectText(page, "body").toContain("it is not trained yet");
    await press(page, "Look at one number");
    // a convolution: nine products, their sum with the bias, and ReLU
    await expectText(page, ".inspector").toMatch(/products, Σ = .*z = .*max\(0, /);
    await expectText(page, ".inspector .logits").toMatch(/\d+\.\d %/);
    await expect
      .poll(async () => {
        // what appears on the page may move it
        const box = await page.evaluate(() => {
          const canvas = document.querySelectorAll(".tiles.maps canvas:not(.beside)")[4]!;
          canvas.scrollIntoView({ block: "center" });
          const { left, top, width, height } = canvas.getBoundingClientRect();
          // the middle is the border between two numbers
          return { x: left + width * 0.52, y: top + height * 0.52 };
        });
        await page.raw.mouse.move(box.x, box.y);
        return page.evaluate(() =>
          [...document.querySelectorAll<HTMLInputElement>(".spots input")].map((i) => i.value),
        );
      })
      .toEqual(["5", "14", "14"]);
    expect(page.errors).toEqual([]);
    await page.close();
  });
});
