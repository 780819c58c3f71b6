/** Numbers of the net, changes on the way and "What is this?" in Plane, as a person uses them. */
import { expect, test } from "vitest";
import { num } from "../../web/microscope/steps.ts";
import { Race } from "../../web/plane/engine/race.ts";
import { fromQuery } from "../../web/plane/state/state.ts";
import type { Page } from "../support/browsers/index.mjs";
import { choose, lossOf, queryOf, stepOf } from "../support/web/planePage.ts";
import { inBrowsers } from "../support/web/planeTests.ts";
import { press } from "../support/web/playground.mjs";
import { expectTexts, textsOf } from "../support/web/seen.ts";

/** Into what was opened to be typed in: keys before that would go elsewhere. */
async function typeNumber(page: Page, keys: string): Promise<void> {
  await page.waitFor(() => document.activeElement?.matches(".numbers input"));
  for (const key of keys) await page.press(key);
}
/** Units have their biases. */
const biased = (page: Page): Promise<void> =>
  expect.poll(async () => (await textsOf(page, ".unit .bias")).join()).toMatch(/^[^,]+(,[^,]+)+$/);

inBrowsers((open) => {
  test("every weight and bias has its number, is typed anew with the keyboard, and that undone", async () => {
    const query = "net=2&data=xor&init=gaussian";
    const page = await open(query, biased);
    // outputs have a bias, too
    await expectTexts(page, ".unit .bias").toEqual(["0.00", "0.00", "0.00", "0.00"]);
    await press(page, "Step");
    await expect.poll(() => stepOf(page)).toBe(1);
    const race = new Race(fromQuery(query).state);
    await race.advance(1);
    const { layers } = race.look(race.entrants[0]!, new Float32Array(2), { gradient: true });
    await page.evaluate(() => document.querySelector<HTMLElement>(".unit[data-unit='1']")!.focus());
    await page.press("Enter");
    const { kernel, bias, gradient } = layers[0]!;
    await expect
      .poll(() => textsOf(page, ".numbers .value"))
      .toEqual([kernel[1]!, kernel[3]!, bias[1]!].map(num));
    await expect
      .poll(() => textsOf(page, ".numbers .slope"))
      .toEqual([
        `∂L/∂w ${num(gradient!.kernel[1]!)}`,
        `∂L/∂w ${num(gradient!.kernel[3]!)}`,
        `∂L/∂b ${num(gradient!.bias[1]!)}`,
      ]);
    // Enter led to the first number
    await page.waitFor(() => document.activeElement?.classList.contains("value"));
    await page.press("Enter");
    await typeNumber(page, "1.5");
    await page.press("Enter");
    await expect.poll(async () => (await textsOf(page, ".numbers .value"))[0]).toBe("1.5");
    await expect.poll(() => queryOf(page)).toContain("changes=1:w:0.kernel.1:1.5");
    await race.change({ weight: { layer: 0, part: "kernel", index: 1, value: 1.5 } });
    await expect.poll(() => lossOf(page)).toBe((await race.standings())[0]!.loss);
    // what is no number is said, and not taken
    await page.waitFor(() => document.activeElement?.classList.contains("value"));
    await page.press("Enter");
    await typeNumber(page, "x");
    await page.waitFor(".numbers .problem");
    await page.press("Escape");
    await page.waitFor(() => !document.querySelector(".numbers input"));
    await press(page, `Undo: Layer 1, unit 2: w from x back to ${num(kernel[1]!)}`);
    await expect
      .poll(() => textsOf(page, ".numbers .value"))
      .toEqual([kernel[1]!, kernel[3]!, bias[1]!].map(num));
    await race.dispose();
    expect(page.errors).toEqual([]);
  });

  test("a weight typed before the first step stays when a setting changes, and its link shows it at once", async () => {
    const page = await open("net=2&data=xor", biased);
    const box = () => textsOf(page, ".numbers .value");
    const choice = () =>
      page.evaluate(() => document.querySelector<HTMLElement>(".unit[data-unit='1']")!.click());
    await choice();
    await expect.poll(async () => (await box()).length).toBe(3);
    const [before] = await box();
    await page.evaluate(() => document.querySelector<HTMLElement>(".numbers .value")!.click());
    await typeNumber(page, "2.5");
    await page.press("Enter");
    await expect.poll(async () => (await box())[0]).toBe("2.5");
    await choose(page, "Learning rate", "0.1");
    await expect.poll(() => queryOf(page)).toContain("changes=0:w:0.kernel.1:2.5;0:rate:0.1");
    await expect.poll(async () => (await box())[0]).toBe("2.5");
    const link = await page.url();
    await page.goto("about:blank");
    await page.goto(link);
    await expect.poll(async () => (await textsOf(page, ".unit .bias")).length).toBe(4);
    await choice();
    await expect.poll(async () => (await box())[0]).toBe("2.5");
    await expect.poll(() => stepOf(page)).toBe(0);
    expect(before).not.toBe("2.5");
    expect(page.errors).toEqual([]);
  });

  test("a pointer on a link sees its weight, and a click opens it", async () => {
    const page = await open("net=2&features=x,y", biased);
    const boxNow = () =>
      page.evaluate(() => {
        const at = (selector: string) => document.querySelector(selector)!.getBoundingClientRect();
        const [a, b] = [at("[data-feature='0']"), at(".unit[data-layer='0'][data-unit='0']")];
        return { x: (a.right + b.left) / 2, y: (a.top + a.height / 2 + b.top + b.height / 2) / 2 };
      });
    let box = await boxNow();
    await expect
      .poll(async () => {
        // what appears on the page may move the net
        box = await boxNow();
        await page.raw.mouse.move(box.x, box.y);
        return (await textsOf(page, ".tip"))[0] ?? "";
      })
      .toMatch(/^x → Layer 1, unit 1w −?\d.*∂L\/∂w −?\d/);
    await page.raw.mouse.click(box.x, box.y);
    await page.waitFor(".numbers input");
    expect(page.errors).toEqual([]);
  });

  test("settings change while it trains: it goes on, the curve is marked, the link gives the same bits", async () => {
    const page = await open("data=spirals", biased);
    await press(page, "Train");
    await expect.poll(() => stepOf(page)).toBeGreaterThan(20);
    await choose(page, "Learning rate", "0.1");
    await expectTexts(page, ".changes li").toHaveLength(1);
    await choose(page, "Optimizer", "momentum");
    await expectTexts(page, ".changes li").toEqual([
      expect.stringMatching(/^epoch [\d.]+: learning rate 0\.1$/),
      expect.stringMatching(/^epoch [\d.]+: optimizer Momentum$/),
    ]);
    await expect.poll(() => queryOf(page)).toMatch(/changes=\d+:rate:0\.1;\d+:optimizer:momentum/);
    await press(page, "Pause");
    await press(page, "Epoch");
    const node = new Race(fromQuery(await queryOf(page)).state);
    expect(node.changes[0]!.step).toBeGreaterThan(20);
    // one step at a time until nothing moves any more
    await expect
      .poll(async () => {
        const step = await stepOf(page);
        while (node.step < step) await node.advance(step - node.step);
        const [standing] = await node.standings();
        return node.step === step && standing!.loss === (await lossOf(page));
      })
      .toBe(true);
    await node.dispose();
    // what needs a new beginning still has one
    await choose(page, "Activation", "relu");
    await expect.poll(() => stepOf(page)).toBe(0);
    await expectTexts(page, ".changes li").toEqual([]);
    expect(page.errors).toEqual([]);
  });

  test("every panel and control says what it is", async () => {
    const page = await open("", biased);
    const without = await page.evaluate(() => [
      ...[...document.querySelectorAll(".plane .panel:not(.transport), .plane .field")]
        .filter((each) => !(each.closest(".helped") ?? each).querySelector(".what"))
        .map((each) => each.querySelector("h2, label, legend")?.textContent ?? each.outerHTML),
    ]);
    expect(without).toEqual([]);
    const count = await page.evaluate(() => {
      const all = [...document.querySelectorAll<HTMLElement>(".what")];
      for (const each of all) each.click();
      return all.length;
    });
    await expect
      .poll(async () => (await textsOf(page, ".help:not([hidden])")).filter(Boolean).length)
      .toBe(count);
    for (const text of await textsOf(page, ".help")) {
      expect(text).toMatch(/\..*\..*Standard term: /);
      expect(text).not.toMatch(/[{}]/);
    }
    // an activation with its derivative, the loss, the schedule
    await expect
      .poll(() =>
        page.evaluate(() =>
          [...document.querySelectorAll(".help .plot > svg")].map(
            (each) => `${each.getAttribute("aria-label")} ${each.querySelectorAll("polyline").length}`,
          ),
        ),
      )
      .toEqual(
        expect.arrayContaining([
          expect.stringMatching(/^The activation tanh .* 2$/),
          expect.stringMatching(/^The loss categoricalCrossentropy .* 1$/),
          expect.stringMatching(/^The learning rate of schedule constant .* 1$/),
        ]),
      );
    await page.evaluate(() => document.querySelector<HTMLElement>(".what")!.focus());
    await page.press("Escape");
    await page.waitFor(() => document.querySelector(".what")!.getAttribute("aria-expanded") === "false");
    expect(page.errors).toEqual([]);
  });
});
