/** Perceptron, logistic neuron and regression in Plane, and a net that is taken away, as a person uses them. */
import { expect, test } from "vitest";
import { Race } from "../../web/plane/engine/race.ts";
import { fromQuery } from "../../web/plane/state/state.ts";
import { lossOf, siteOf } from "../support/web/planePage.ts";
import { inBrowsers } from "../support/web/planeTests.ts";
import { press } from "../support/web/playground.mjs";
import { expectCount, expectText, expectUrl, textOf } from "../support/web/seen.ts";

inBrowsers((open) => {
  test("a curve through points: y = f(x), and points one paints", async () => {
    const page = await open("");
    await page.evaluate(() => document.querySelector<HTMLElement>("input[value='sine']")!.click());
    await expectCount(page, ".feature").toBe(3);
    await expectCount(page, ".unit[data-layer='2']").toBe(1);
    await expectUrl(page).toContain("data=sine");
    await press(page, "Epoch");
    const race = new Race(fromQuery((await page.url()).split("?")[1]!).state);
    while (race.step < race.stepsPerEpoch) await race.advance(race.stepsPerEpoch - race.step);
    await expect.poll(() => lossOf(page)).toBe((await race.standings())[0]!.loss);
    await race.dispose();
    // the line is there, in a colour that points do not have
    await expect
      .poll(() =>
        page.evaluate(() => {
          const canvas = document.querySelector<HTMLCanvasElement>(
            "canvas[aria-label^='The curve of the net']",
          );
          const data = canvas?.getContext("2d")?.getImageData(0, 0, canvas.width, canvas.height).data;
          return data ? data.filter((v, i) => i % 4 === 3 && v > 0).length : 0;
        }),
      )
      .toBeGreaterThan(300);
    expect(await textOf(page, ".curves .segments")).not.toContain("Accuracy");
    await press(page, "Edit these points by hand");
    await page.waitFor(".paint");
    await expectText(page, ".result .segments").toContain("Points");
    // the address follows some time later
    const points = async () => fromQuery((await page.url()).split("?")[1]!).state.points.length;
    await expect.poll(points).toBeGreaterThan(0);
    const before = await points();
    await page.evaluate(() => document.querySelector<HTMLElement>(".paint")!.focus());
    await page.press(" ");
    await expect.poll(points).toBeGreaterThan(before);
    expect(page.errors).toEqual([]);
  });

  test("the perceptron's rule, and one sigmoid; the microscope shows both", async () => {
    const page = await open("data=blobs&noise=5&loss=perceptron&optimizer=sgd&rate=1&init=gaussian");
    await expectCount(page, ".unit").toBe(1);
    for (let i = 0; i < 3; i++) await press(page, "Epoch");
    await expectText(page, ".scores td:nth-child(3)").toBe("100.0 %");
    // its rule is no gradient, and is not called one
    await page.evaluate(() => document.querySelector<HTMLElement>(".unit")!.click());
    await expectText(page, ".numbers").toMatch(/\(a − y\) · x [^∂]*a − y [^∂]*A step has no gradient/);
    await press(page, "Open the microscope");
    await page.waitFor(".microscope");
    await press(page, "Loss");
    await expectText(page, ".station").toMatch(/\|a.* − y.*\|/);
    // a step has no slope a nudge could show
    expect(
      await page.evaluate(() => document.querySelector(".microscope td:last-child")!.checkVisibility()),
    ).toBe(false);
    // the old net's numbers in the new one's formulas would be nobody's
    await page.evaluate(() => {
      const mixed: string[] = [];
      Object.assign(globalThis, { mixed });
      new MutationObserver(() => {
        const [steps, station] = [".walk .figures", ".station"].map(
          (at) => document.querySelector(at)?.textContent ?? "",
        );
        if (steps!.endsWith("of 4") && station!.includes("ln")) mixed.push(station!);
      }).observe(document.body, { childList: true, characterData: true, subtree: true });
    });
    await page.goto(`${await siteOf(page)}#/plane?data=xor&loss=binaryCrossentropy&net=2`);
    // the microscope looks at the new net, from its first step on: 3 units forwards, backwards and changed, and the loss
    await expectText(page, ".walk .figures").toBe("step 0 of 10");
    await expectCount(page, ".unit").toBe(3);
    await press(page, "Loss");
    await expectText(page, ".station").toContain("ln");
    expect(await page.evaluate(() => (globalThis as unknown as { mixed: string[] }).mixed)).toEqual([]);
    expect(page.errors).toEqual([]);
  });

  test("takes the trained net away as code", async () => {
    const page = await open("net=2");
    await press(page, "Step");
    await press(page, "File or code …");
    await press(page, "Keras code");
    await expectText(page, ".code").toContain("model.set_weights([");
    await press(page, "Nabla code");
    await expectText(page, ".code").toContain('import { dense, sequential } from "nabla"');
    expect(page.errors).toEqual([]);
  });
});
