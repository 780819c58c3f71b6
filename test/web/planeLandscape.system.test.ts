/** The loss surface and the ravine in Plane, as a person uses them. */
import { expect, test } from "vitest";
import type { Page } from "../support/browsers/index.mjs";
import { queryOf, stepOf, toggle } from "../support/web/planePage.ts";
import { inBrowsers } from "../support/web/planeTests.ts";
import { press } from "../support/web/playground.mjs";
import { countOf, textOf } from "../support/web/seen.ts";

/** What a canvas shows, as one number. */
const shownIn = (page: Page, selector: string): Promise<number> =>
  page.evaluate((wanted) => {
    const canvas = document.querySelector<HTMLCanvasElement>(wanted)!;
    const { data } = canvas.getContext("2d")!.getImageData(0, 0, canvas.width, canvas.height);
    let sum = 0;
    for (let i = 0; i < data.length; i += 4)
      sum = (sum * 31 + data[i]! + 256 * data[i + 1]! + 65536 * data[i + 3]!) % 2147483647;
    return sum;
  }, selector);
const valuesOf = (page: Page): Promise<number[]> =>
  page.evaluate(() =>
    [...document.querySelectorAll(".numbers .value")].map((each) =>
      Number(each.textContent!.replace("−", "-")),
    ),
  );

inBrowsers((open) => {
  test("has a scale with numbers, and turns in 3-D by keys and by pointer", async () => {
    const page = await open("data=xor&net=2");
    await press(page, "Epoch");
    await expect.poll(() => stepOf(page)).toBeGreaterThan(0);
    await press(page, "Draw the surface");
    await expect.poll(() => textOf(page, ".landscape")).toContain("lies in this plane");
    const ticks = (await textOf(page, ".scale .ticks")).replace("≥ ", " ");
    expect(ticks).toMatch(/^[\d.e-]+/);
    const map = await shownIn(page, ".relief canvas");
    await toggle(page, "3-D");
    await expect.poll(() => shownIn(page, ".relief canvas")).not.toBe(map);
    const solid = await shownIn(page, ".relief canvas");
    await page.evaluate(() => document.querySelector<HTMLElement>(".relief")!.focus());
    await page.press("ArrowLeft");
    await expect.poll(() => shownIn(page, ".relief canvas")).not.toBe(solid);
    const turned = await shownIn(page, ".relief canvas");
    await page.press("ArrowRight");
    await expect.poll(() => shownIn(page, ".relief canvas")).not.toBe(turned);
    const back = await shownIn(page, ".relief canvas");
    const box = await page.evaluate(() => {
      document.querySelector(".relief")!.scrollIntoView({ block: "center" });
      const { x, y, width, height } = document.querySelector(".relief canvas")!.getBoundingClientRect();
      return { x: x + width / 2, y: y + height / 2 };
    });
    await page.raw.mouse.move(box.x, box.y);
    await page.raw.mouse.down();
    await page.raw.mouse.move(box.x + 60, box.y + 10);
    await page.raw.mouse.up();
    await expect.poll(() => shownIn(page, ".relief canvas")).not.toBe(back);
    expect(page.errors).toEqual([]);
  });

  test("two weights: the mark sets them, by keys and by pointer, in the link and with undo", async () => {
    const page = await open("data=xor&net=2&optimizer=sgd");
    await press(page, "Step");
    await expect.poll(() => stepOf(page)).toBe(1);
    await page.evaluate(() => document.querySelector<HTMLElement>(".unit[data-unit='0']")!.click());
    await expect.poll(async () => (await valuesOf(page)).length).toBe(3);
    const before = await valuesOf(page);
    await toggle(page, "Two weights");
    await press(page, "Draw the surface");
    await expect.poll(() => textOf(page, ".landscape")).toContain("Draw again from here");
    await expect.poll(() => countOf(page, ".meter")).toBe(0);
    await page.waitFor(".relief.movable");
    await page.evaluate(() => document.querySelector<HTMLElement>(".relief")!.focus());
    await page.press("ArrowRight");
    await page.press("ArrowRight");
    await expect.poll(() => textOf(page, ".landscape")).toMatch(/Layer 1, unit 1: w from x = .*: loss \d/);
    await page.press("Enter");
    await expect.poll(() => queryOf(page)).toMatch(/changes=1:w:0\.kernel\.0:[-\d.]+;1:w:0\.kernel\.1:/);
    await expect.poll(async () => (await valuesOf(page))[0]! - before[0]!).toBeGreaterThan(0.02);
    await press(page, "Undo");
    await expect.poll(() => valuesOf(page)).toEqual(before);
    // the mark is at the middle of a path of one step: nearly
    const box = await page.evaluate(() => {
      document.querySelector(".relief")!.scrollIntoView({ block: "center" });
      const { x, y, width, height } = document.querySelector(".relief canvas")!.getBoundingClientRect();
      return { x: x + width / 2, y: y + height / 2, width };
    });
    await page.raw.mouse.move(box.x, box.y);
    await page.raw.mouse.down();
    await page.raw.mouse.move(box.x - box.width / 4, box.y, { steps: 4 });
    await page.raw.mouse.up();
    await expect.poll(async () => (await valuesOf(page))[0]! - before[0]!).toBeLessThan(-0.1);
    expect(page.errors).toEqual([]);
  });

  test("is drawn live while training goes on", async () => {
    const page = await open("data=xor&net=2");
    await toggle(page, "Live while training");
    await press(page, "Train");
    await expect.poll(() => textOf(page, ".landscape")).toContain("lies in this plane");
    const first = await shownIn(page, ".relief canvas");
    await expect.poll(() => shownIn(page, ".relief canvas")).not.toBe(first);
    // not only the way over it: other losses, another scale
    const scale = await textOf(page, ".terrain .scale .ticks");
    await expect.poll(() => textOf(page, ".terrain .scale .ticks")).not.toBe(scale);
    // other first weights, another surface: it comes without being asked for
    await press(page, "Reset");
    await expect.poll(() => textOf(page, ".landscape")).toContain("lies in this plane");
    // no longer live in the middle of a surface: that one is drawn to its end, and can be drawn again
    await page.evaluate(() => {
      const off = () => {
        const row = document.querySelector(".landscape .meter");
        if (!row) return requestAnimationFrame(off);
        [...document.querySelectorAll("label")]
          .find((each) => each.textContent === "Live while training")!
          .querySelector("input")!
          .click();
      };
      off();
    });
    await press(page, "Reset");
    await page.waitFor(() => {
      const live = [...document.querySelectorAll("label")].find(
        (each) => each.textContent === "Live while training",
      )!;
      return !live.querySelector("input")!.checked;
    });
    await press(page, "Draw again from here");
    expect(page.errors).toEqual([]);
  });

  test("the ravine: every optimizer from one mark, which may be moved; the link says where", async () => {
    const page = await open("data=xor");
    await press(page, "Open the ravine");
    await expect.poll(() => countOf(page, ".ravine tbody tr")).toBe(7);
    const cells = (optimizer: string) =>
      page.evaluate(
        (which) =>
          [...document.querySelectorAll(`.ravine [data-optimizer='${which}'] td`)].map(
            (each) => each.textContent,
          ),
        optimizer,
      );
    expect(await cells("sgd")).toEqual([expect.stringMatching(/\d/), "not in 400"]);
    expect(Number((await cells("nesterov"))[1])).toBeLessThan(400);
    await page.evaluate(() => document.querySelector<HTMLElement>(".ravine .relief")!.focus());
    for (let i = 0; i < 3; i++) await page.press("ArrowRight");
    await page.press("Enter");
    await expect.poll(() => queryOf(page)).toMatch(/ravine=0\.01,0\.3,0\.9,0\.54,0$/);
    // plain descent is further down the ravine from there
    const sum = await shownIn(page, ".ravine .relief canvas");
    await page.evaluate(() => {
      const slider = [...document.querySelectorAll<HTMLInputElement>(".ravine input[type=range]")].at(-1)!;
      slider.value = "5";
      slider.dispatchEvent(new Event("input", { bubbles: true }));
    });
    await expect.poll(() => cells("nesterov")).toEqual([expect.stringMatching(/\d/), "–"]);
    expect(await shownIn(page, ".ravine .relief canvas")).not.toBe(sum);
    expect(page.errors).toEqual([]);
  });
});
