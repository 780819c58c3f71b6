/** What is in sight where: on a projector of 1024 × 768, on one of 1920 × 1080, and on a phone. */
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type Browser, findBrowser, howToGet, launch, type Page } from "../support/browsers/index.mjs";
import { press } from "../support/web/playground.mjs";
import { expectHidden, expectText, settled, still } from "../support/web/seen.ts";
import { servePlayground } from "../support/web/serve.ts";

const required = process.env.NABLA_REQUIRE_ALL === "1";

interface Box {
  readonly left: number;
  readonly top: number;
  readonly right: number;
  readonly bottom: number;
}

/** One box around all that is found. */
const around = (page: Page, selector: string): Promise<Box> =>
  page.evaluate((wanted) => {
    const boxes = [...document.querySelectorAll(wanted)].map((each) => each.getBoundingClientRect());
    if (boxes.length === 0) throw new Error(`nothing is ${wanted}`);
    return {
      left: Math.min(...boxes.map(({ left }) => left)),
      top: Math.min(...boxes.map(({ top }) => top)),
      right: Math.max(...boxes.map(({ right }) => right)),
      bottom: Math.max(...boxes.map(({ bottom }) => bottom)),
    };
  }, selector);

/** Without the scroll bar, where a browser's has a width. */
const pageWidth = (page: Page): Promise<number> => page.evaluate(() => document.documentElement.clientWidth);

/** What the bar at the lower edge says, by name. */
const dock = (page: Page): Promise<Record<string, string>> =>
  page.evaluate(() =>
    Object.fromEntries(
      [...document.querySelectorAll(".dock dl > div")].map((each) => [
        each.querySelector("dt")!.textContent,
        each.querySelector("dd")!.textContent,
      ]),
    ),
  );

describe.each(["chromium", "firefox"] as const)("%s", (name) => {
  if (!findBrowser(name)) {
    test.skipIf(!required)(`is missing, so nothing ran in it: ${howToGet(name)}`, () => {
      throw new Error(`${name} is missing, and NABLA_REQUIRE_ALL=1 asks for it: ${howToGet(name)}`);
    });
    return;
  }
  let server: Awaited<ReturnType<typeof servePlayground>>;
  let browser: Browser;
  let page: Page;
  beforeAll(async () => {
    server = await servePlayground();
    browser = await launch(name, { reducedMotion: true });
    page = await browser.newPage();
  });
  afterAll(async () => {
    await browser?.close();
    await server?.stop();
  });
  async function open(path: string, width: number, height: number, wanted: string): Promise<void> {
    await page.setViewport({ width, height });
    await page.goto("about:blank");
    await page.goto(`${server.url}#/${path}`);
    await page.waitFor(wanted);
    await page.waitFor(() => document.readyState === "complete");
    await still(page);
  }

  test("1024 × 768 shows the whole net and the plane beside it, 1920 × 1080 is used, nothing is scrolled sideways", async () => {
    for (const [width, height] of [
      [1024, 768],
      [1920, 1080],
    ] as const) {
      await open("plane", width, height, ".unit .bias");
      const net = await around(page, ".plane .net :is(.unit, .feature)");
      const surface = await around(page, ".plane .surface");
      const settings = await around(page, ".plane .settings");
      expect(net.bottom, `${width}`).toBeLessThanOrEqual(height);
      expect(surface.bottom, `${width}`).toBeLessThanOrEqual(height);
      // next to each other
      expect(settings.right).toBeLessThan(net.left);
      expect(net.right).toBeLessThan(surface.left);
      await expectHidden(page).toBe(0);
      const columns = await around(page, ".plane .columns");
      expect(columns.right - columns.left).toBeGreaterThan(0.9 * width);
      expect(await page.evaluate(() => getComputedStyle(document.querySelector(".dock")!).display)).toBe(
        "none",
      );
      if (width === 1920) expect(surface.right - surface.left).toBeGreaterThan(500);
    }
    expect(page.errors).toEqual([]);
  });

  test("Plane on a phone: play and the loss stay in sight wherever one is", async () => {
    await open("plane?net=3&samples=40", 390, 844, ".unit .bias");
    await page.waitFor(() => document.querySelectorAll(".dock dd")[1]?.textContent !== "–");
    const before = await dock(page);
    expect(Object.keys(before)).toEqual(["Epoch", "Training loss", "Test loss"]);
    for (const share of [0, 0.5]) {
      await page.evaluate(
        (at) => scrollTo(0, at * (document.documentElement.scrollHeight - innerHeight)),
        share,
      );
      const bar = await around(page, ".dock");
      expect([Math.round(bar.left), Math.round(bar.right), Math.round(bar.bottom)]).toEqual([
        0,
        await pageWidth(page),
        844,
      ]);
    }
    // what the keyboard leads to is not hidden by the bar
    await page.evaluate(() => document.querySelector<HTMLElement>(".result .switch input")!.focus());
    await page.waitFor(() => {
      const box = document.activeElement!.getBoundingClientRect();
      return box.bottom <= document.querySelector(".dock")!.getBoundingClientRect().top;
    });
    // the plane is above the key and the settings
    const [surface, key] = [await around(page, ".plane .surface"), await around(page, ".plane .key")];
    expect(surface.bottom).toBeLessThan(key.top);
    const play = async (text: "Train" | "Pause") => {
      await expectText(page, ".dock .primary").toMatch(new RegExp(`^\\s*${text}\\s*$`));
      await page.click(".dock .primary");
    };
    await play("Train");
    await page.waitFor(() => Number(document.querySelector(".dock dd")?.textContent) > 3);
    await play("Pause");
    await page.waitFor(() => document.querySelector(".dock .primary")?.textContent?.trim() === "Train");
    await settled(page);
    const after = await dock(page);
    expect(Number(after["Training loss"])).toBeLessThan(Number(before["Training loss"]));
    await expectHidden(page).toBe(0);
    // nor after a long training, with the longest numbers there are
    await page.evaluate(() => {
      for (const [i, each] of [...document.querySelectorAll(".dock dd")].entries())
        each.textContent = ["10,000", "0.000618", "0.000721"][i]!;
    });
    await expectHidden(page).toBe(0);
    // a race has four losses: its curves say them
    await press(page, "Reset");
    await open("plane?race=1&samples=40", 390, 844, ".plane.race");
    await expect.poll(async () => Object.keys(await dock(page))).toEqual(["Epoch"]);
    expect(page.errors).toEqual([]);
  });

  test("Digits on a phone: the pad comes first, and the bar trains and says the loss", async () => {
    await open("digits?network=logistic&samples=1000&epochs=2", 390, 844, ".reading .pad");
    const [pad, training] = [await around(page, ".reading"), await around(page, ".training")];
    expect(pad.bottom).toBeLessThan(training.top);
    expect((await around(page, ".pad")).bottom).toBeLessThan(844);
    await expect.poll(() => dock(page)).toEqual({ Epoch: "0 / 2", Loss: "–" });
    await page.waitFor(".dock .primary:not([disabled])");
    await page.click(".dock .primary");
    await page.waitFor(() => document.querySelector(".progress")?.textContent?.includes("Finished"));
    await page.waitFor(() => document.querySelector(".dock dd")?.textContent === "2 / 2");
    const { Loss } = await dock(page);
    // guessing among ten has ln 10
    expect(Number(Loss)).toBeGreaterThan(0);
    expect(Number(Loss)).toBeLessThan(Math.log(10));
    const bar = await around(page, ".dock");
    expect(Math.round(bar.bottom)).toBeLessThanOrEqual(844);
    await page.setViewport({ width: 1280, height: 900 });
    await still(page);
    const [wide, beside] = [await around(page, ".reading"), await around(page, ".training")];
    expect(beside.right).toBeLessThan(wide.left);
    expect(page.errors).toEqual([]);
  });
});
