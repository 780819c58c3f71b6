/** What Plane says of a training, sentence by sentence: it is true, nothing beside it says otherwise, and its buttons do what they say. */
import { expect, test } from "vitest";
import type { Page } from "../support/browsers/index.mjs";
import { arrived, queryOf, siteOf, stepOf } from "../support/web/planePage.ts";
import { inBrowsers } from "../support/web/planeTests.ts";
import { press } from "../support/web/playground.mjs";
import { countOf, textOf } from "../support/web/seen.ts";

/** The page is there; its net may diverge, or wait. */
const standing = (page: Page): Promise<void> => page.waitFor(".standing");

inBrowsers((open) => {
  test("divergence is all that is said of it; panels count the same dead units; a tenth of the rate is a button", async () => {
    const page = await open(
      "data=spirals&activation=relu&net=8,8,8&optimizer=sgd&loss=meanSquaredError&rate=3",
      standing,
    );
    const findings = () => textOf(page, ".findings");
    await arrived(page);
    for (let i = 0; i < 3; i++) {
      if (await page.evaluate(() => document.querySelector(".scores + .failed") !== null)) break;
      await page.evaluate(() => {
        const found = [...document.querySelectorAll("button")].find((each) => each.textContent === "Epoch");
        if (found && !found.disabled) found.click();
      });
      await expect.poll(findings).toMatch(/^Diverged: the loss has grown from/);
    }
    expect(await findings()).not.toMatch(/dead|[Vv]anishing|Symmetry/);
    const counted = () =>
      page.evaluate(() => ({
        net: document.querySelectorAll(".unit.dead").length,
        panel: [...document.querySelectorAll(".gradients .layer .muted")]
          .map((each) => Number(/(\d+) of \d+ dead/.exec(each.textContent ?? "")?.[1] ?? 0))
          .reduce((a, b) => a + b, 0),
      }));
    await expect.poll(async () => ((c) => c.net - c.panel)(await counted())).toBe(0);
    await press(page, "Learning rate 0.3");
    await expect.poll(() => queryOf(page)).toContain("rate=0.3");
    await expect.poll(() => stepOf(page)).toBe(0);
    await expect.poll(findings).not.toMatch(/Diverged/);
    expect(page.errors).toEqual([]);
  });

  test("zero weights on XOR are symmetry, with a button that breaks it", async () => {
    const page = await open("data=xor&init=zeros", standing);
    const findings = () => textOf(page, ".findings");
    await arrived(page);
    for (let i = 0; i < 3; i++) await press(page, "Epoch");
    await expect.poll(findings).toMatch(/^Symmetry: all units of layers 1, 2 have the same weights/);
    expect(await findings()).not.toMatch(/anishing/);
    await press(page, "Random first weights");
    await expect.poll(() => queryOf(page)).toBe("data=xor");
    for (let i = 0; i < 3; i++) await press(page, "Epoch");
    await expect.poll(() => stepOf(page)).toBeGreaterThan(50);
    expect(await findings()).toBe("");
    expect(page.errors).toEqual([]);
  });

  test("the race names what its figures are of", async () => {
    const page = await open("race=1&data=blobs", standing);
    await press(page, "Epoch");
    await expect
      .poll(() => textOf(page, ".place"))
      .toMatch(/^training loss \d\.\d{4}, test accuracy \d+\.\d %/);
    await page.goto(`${await siteOf(page)}#/plane?race=1&data=blobs&test=0`);
    await expect
      .poll(() => textOf(page, ".place"))
      .toMatch(/^training loss \d\.\d{4}, training accuracy \d+\.\d %/);
    expect(page.errors).toEqual([]);
  });

  test("full colour is low on the loss surface, in the light and in the dark", async () => {
    const page = await open("data=xor&net=2", standing);
    await arrived(page);
    await press(page, "Epoch");
    await press(page, "Draw the surface");
    await expect.poll(() => textOf(page, ".landscape")).toContain("lies in this plane");
    expect(await textOf(page, ".landscape")).toContain("Full colour is low, and fades as the loss grows");
    /** How far the ends of the scale are from the page's accent and from its paper. */
    const ends = () =>
      page.evaluate(() => {
        const canvas = document.querySelector<HTMLCanvasElement>(".scale canvas")!;
        const context = canvas.getContext("2d")!;
        const at = (x: number) => [...context.getImageData(x, 5, 1, 1).data].slice(0, 3);
        const probe = document.createElement("span");
        document.body.append(probe);
        const rgb = (token: string) => {
          probe.style.color = `var(--${token})`;
          return getComputedStyle(probe)
            .color.match(/[\d.]+/g)!
            .slice(0, 3)
            .map(Number);
        };
        const far = (a: number[], b: number[]) => Math.hypot(...a.map((v, i) => v - b[i]!));
        const [accent, paper] = [rgb("accent"), rgb("paper")];
        probe.remove();
        return {
          low: far(at(2), accent) - far(at(2), paper),
          high: far(at(277), accent) - far(at(277), paper),
        };
      });
    const site = await siteOf(page);
    for (const theme of ["light", "dark"]) {
      await page.evaluate((wanted) => {
        localStorage.setItem("nabla-theme", wanted);
      }, theme);
      await page.goto("about:blank");
      await page.goto(`${site}#/plane?data=xor&net=2`);
      await arrived(page);
      await press(page, "Epoch");
      await press(page, "Draw the surface");
      await expect.poll(() => countOf(page, ".scale canvas")).toBe(1);
      await expect.poll(async () => (await ends()).low).toBeLessThan(-50);
      expect((await ends()).high).toBeGreaterThan(50);
    }
    expect(page.errors).toEqual([]);
  });
});
