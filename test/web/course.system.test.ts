/** The course as a student goes through it, in real browsers: from the first page, by keyboard alone; its states by axe. */
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type ChapterName, NAMES } from "../../web/course/chapters/index.ts";
import { text } from "../../web/text/index.ts";
import { lessons } from "../../web/text/lessons.ts";
import { type Browser, findBrowser, howToGet, launch, type Page } from "../support/browsers/index.mjs";
import { explainAll, smallTargets, unexplained, violations } from "../support/web/access.ts";
import { press } from "../support/web/playground.mjs";
import { expectCount, expectText, expectUrl, still, textOf, until } from "../support/web/seen.ts";
import { servePlayground } from "../support/web/serve.ts";

const required = process.env.NABLA_REQUIRE_ALL === "1";

/** Goes on with the Tab key until this is in focus. @param name of a control, by its label or text */
async function tabTo(page: Page, name: string): Promise<void> {
  for (let i = 0; i < 80; i++) {
    await page.press("Tab");
    const found = await page.evaluate((wanted) => {
      const at = document.activeElement as HTMLInputElement | null;
      const said = [
        at?.getAttribute("aria-label"),
        at?.textContent,
        ...Array.from(at?.labels ?? [], (l) => l.textContent),
      ];
      return (
        said.some((text) => text?.trim() === wanted) ||
        said.some((text) => text?.trim().startsWith(`${wanted} `))
      );
    }, name);
    if (found) return;
  }
  throw new Error(`the Tab key does not lead to ${name}`);
}

/** Types into a field by keyboard alone. */
async function enter(page: Page, label: string, value: string): Promise<void> {
  await tabTo(page, label);
  // what is there is selected when a field is reached by the Tab key
  for (const key of value) await page.press(key);
}

/** What a student does in each chapter; the page is at the chapter's top, nothing is clicked. */
const PLAYED: Readonly<Record<ChapterName, (page: Page) => Promise<void>>> = {
  perceptron: async (page) => {
    await enter(page, "Weight w₁", "-2");
    await enter(page, "Weight w₂", "-2");
    await enter(page, "Bias b", "3");
  },
  sigmoid: async (page) => {
    await tabTo(page, "Factor c of weights and bias");
    await page.press("End");
  },
  matrices: async (page) => {
    await enter(page, "W₁₁", "3");
    await enter(page, "W₁₂", "-10");
  },
  cost: (page) => enter(page, "∂C/∂w of the cross-entropy", "0.982"),
  descent: async (page) => {
    await tabTo(page, "Learning rate η");
    for (let i = 0; i < 18; i++) await page.press("ArrowRight");
  },
  backpropagation: async (page) => {
    await tabTo(page, "Next");
    for (let i = 0; i < 5; i++) await page.press("Enter");
    const net = await until(
      () => textOf(page, "svg.net"),
      (said) => /[\d.]z.*δ [−\d.]/.test(said),
    );
    // the first hidden unit's a and the output's δ, as the picture has them
    const a = Number(/[−\d.]+z/.exec(net)![0].slice(0, -1));
    const delta = Number(/δ ([−\d.]+)/.exec(net)![1].replace("−", "-"));
    expect(net).toContain("∂ ?");
    await enter(page, "The hidden gradient", String(Number((a * delta).toFixed(5))));
  },
  softmax: async (page) => {
    await tabTo(page, "Logit of the 5");
    await page.press("End");
  },
  initialisation: async (page) => {
    await tabTo(page, "N(0, 1)");
    await page.press("ArrowRight");
  },
  overfitting: async (page) => {
    await tabTo(page, "0");
    await page.press("ArrowRight");
    await tabTo(page, lessons.overfitting.labels.early);
    await page.press(" ");
  },
  momentum: async (page) => {
    await tabTo(page, "Plain");
    await page.press("ArrowRight");
    await page.press("ArrowRight");
  },
  convolution: async (page) => {
    // a pixel of one's own, right of the T's post
    const label = () => page.evaluate(() => document.querySelector("svg.paint")?.getAttribute("aria-label"));
    const before = Number(/\d+/.exec((await label())!)![0]);
    await tabTo(page, (await label())!);
    for (let i = 0; i < 4; i++) await page.press("ArrowRight");
    await page.press(" ");
    await page.waitFor(`svg.paint[aria-label*=' ${before + 1} ']`);
    // another number of the map is written out
    await expectText(page, ".looked p").toContain("Row 6, column 6");
    await tabTo(page, lessons.convolution.labels.map);
    await page.press("ArrowUp");
    await page.waitFor(() => document.querySelector(".looked p")?.textContent?.includes("Row 5, column 6"));
    for (const [name, value] of [
      ["k₁₂", "-1"],
      ["k₂₁", "2"],
      ["k₂₃", "2"],
      ["k₃₂", "-1"],
    ])
      await enter(page, name, value);
  },
  cutting: async (page) => {
    const label = () => page.evaluate(() => document.querySelector(".sheet svg")?.getAttribute("aria-label"));
    const keys = async (...moves: (readonly [key: string, times: number])[]) => {
      for (const [key, times] of moves) for (let i = 0; i < times; i++) await page.press(key);
    };
    await page.waitFor(() => document.querySelectorAll(".pieces li").length === 1);
    await tabTo(page, (await label())!);
    await page.press("Delete");
    await page.waitFor(() => document.querySelectorAll(".pieces li").length === 0);
    // a 1; the pen is at the left, in the middle
    await keys(["ArrowUp", 5], [" ", 1], ["ArrowDown", 10], [" ", 1]);
    await page.waitFor(() => document.querySelectorAll(".pieces li").length === 1);
    // a 4: down its left side, to the right, and a stroke through it
    await keys(["ArrowRight", 7], ["ArrowUp", 10], [" ", 1], ["ArrowDown", 6], ["ArrowRight", 6], [" ", 1]);
    await keys(["ArrowUp", 3], ["ArrowLeft", 1], [" ", 1], ["ArrowDown", 7], [" ", 1]);
    // a 7: its bar, and down to the left
    await keys(["ArrowRight", 6], ["ArrowUp", 10], [" ", 1], ["ArrowRight", 5]);
    for (let i = 0; i < 3; i++) await keys(["ArrowDown", 3], ["ArrowLeft", 1]);
    await page.press("ArrowDown");
    await page.press(" ");
  },
  recurrent: async (page) => {
    const said = lessons.recurrent.labels;
    await tabTo(page, "10");
    await page.press("ArrowRight");
    await page.waitFor(() => document.querySelectorAll(".unrolled li").length === 20);
    await tabTo(page, "tanh");
    await page.press("ArrowRight");
    await enter(page, said.u, "1");
    await tabTo(page, said.at);
    await page.press("End");
    await page.waitFor(() => document.querySelector(".unrolled li.chosen:last-child"));
    await expectText(page, ".stepped").toBe("h20 = 1 · 0.8 + 1 · 0 = 0.8δ20 = (0.8 − 0.8) = 0");
  },
};

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
    browser = await launch(name, { reducedMotion: true, colorScheme: name === "firefox" ? "dark" : "light" });
    page = await browser.newPage();
    await page.setViewport({ width: 1100, height: 900 });
  });
  afterAll(async () => {
    await browser?.close();
    await server?.stop();
  });

  test("every chapter is played by keyboard, from the first page to the last; progress is kept", async () => {
    await page.goto(server.url);
    await page.waitFor(".home .chapters");
    await expectCount(page, ".starters a").toBe(3);
    await tabTo(page, `${text.chapters.perceptron.title}${text.chapters.perceptron.lead}`);
    await page.press("Enter");
    for (const [i, chapter] of NAMES.entries()) {
      await expectText(page, "h1").toBe(text.chapters[chapter].title);
      await page.waitFor(".lesson .verdict");
      await page.waitFor(() => document.querySelector("[aria-busy=false]"));
      await expectText(page, ".verdict").toBe("Not yet.");
      await PLAYED[chapter](page);
      await page.waitFor(() => document.querySelector(".task.solved"));
      await expectText(page, ".verdict").toContain("✓ Right.");
      const next = NAMES[i + 1];
      if (!next) break;
      await tabTo(page, `${text.chapters[next].title} →`);
      await page.press("Enter");
      await page.waitFor(`a[href='#/course/${chapter}']`);
    }
    // the address is a link to what was typed last
    const url = await page.url();
    await page.goto("about:blank");
    await page.goto(url);
    await page.waitFor(() => document.querySelector(".task.solved"));
    await page.goto("about:blank");
    await page.goto(`${server.url}#/course`);
    await page.waitFor(".home .chapters");
    await expectCount(page, ".home .good").toBe(NAMES.length);
    await press(page, "Forget my progress");
    await page.waitFor(() => document.querySelectorAll(".home .good").length === 0);
    expect(page.errors).toEqual([]);
  });

  test("axe finds nothing, all is explained and large enough for a finger, and nothing is scrolled sideways on a phone", async () => {
    for (const [path, wait] of [
      ["", ".home"],
      ...NAMES.map((chapter) => [chapter, ".lesson [aria-busy=false]"]),
      ["backpropagation?at=10&answer=0.0127", ".task.solved"],
      ["perceptron?w1=-2&w2=-2&b=3", ".task.solved"],
    ]) {
      await page.setViewport({ width: 360, height: 740 });
      await page.goto("about:blank");
      await page.goto(`${server.url}#/course/${path}`);
      await page.waitFor(wait);
      await still(page);
      // a phone's scroll bar takes no width
      await expect
        .poll(() => page.evaluate(() => document.documentElement.scrollWidth))
        .toBeLessThanOrEqual(360);
      expect(await unexplained(page), path).toEqual([]);
      expect(await smallTargets(page), path).toEqual([]);
      if (name === "firefox") continue;
      await explainAll(page);
      expect(await violations(page), `${path}, explained`).toEqual([]);
    }
    await page.setViewport({ width: 1100, height: 900 });
    expect(page.errors).toEqual([]);
  });

  test("a stroke of the mouse is drawn as a whole, and the number under the pointer is written out", async () => {
    await page.goto("about:blank");
    await page.goto(`${server.url}#/course/convolution`);
    await page.waitFor("svg.paint");
    const boxOf = (selector: string) =>
      page.evaluate((wanted) => {
        const found = document.querySelector(wanted)!;
        found.scrollIntoView({ block: "nearest" });
        const { left, top, width } = found.getBoundingClientRect();
        return { left, top, width };
      }, selector);
    const pad = await boxOf("svg.paint");
    const at = (x: number, y: number): [number, number] => [
      pad.left + x * pad.width,
      pad.top + y * pad.width,
    ];
    await page.drag([at(0.1, 0.95), at(0.3, 0.95), at(0.5, 0.95), at(0.7, 0.95)]);
    // a fast hand leaves no gaps: eight pixels from the second column to the ninth
    await page.waitFor("svg.paint[aria-label*=' 23 ']");
    await expectUrl(page).toMatch(/drawing=[0-9a-f]{33}7f8/);
    const map = await boxOf("svg.look");
    await page.raw.mouse.move(map.left + 0.45 * map.width, map.top + 0.35 * map.width);
    await page.waitFor(() => document.querySelector(".looked")?.textContent?.includes("Row 4, column 5"));
    await expectText(page, ".looked").toMatch(/pool = max\(/);
    // a browser that refuses an address, as some do when it changes too often, has it a little later
    await page.evaluate(() => {
      const real = history.replaceState;
      history.replaceState = () => {
        history.replaceState = real;
        throw new DOMException("too often", "SecurityError");
      };
    });
    await press(page, "Clear the drawing");
    await page.waitFor(() => location.hash.includes("drawing=000000000000000000000000000000000000"));
    expect(page.errors).toEqual([]);
  });

  test("the microscope shows a step, back and forth, and a nudge agrees with it", async () => {
    await page.goto("about:blank");
    await page.goto(`${server.url}#/course/backpropagation`);
    await page.waitFor(".microscope");
    await expectText(page, ".station").toBe(text.microscope.start);
    await press(page, "Next");
    await page.waitFor(() => document.querySelector(".station")?.textContent?.includes("z11 = w111 · x1"));
    await press(page, "Backward");
    await page.waitFor(() => document.querySelector(".station")?.textContent?.includes("= ?"));
    await press(page, "Back");
    await page.waitFor(() => document.querySelector(".station")?.textContent?.startsWith("Loss:"));
    await press(page, "Update");
    await page.waitFor(() => document.querySelector(".station")?.textContent?.includes("← w111 − η"));
    await page.evaluate(() => {
      document.querySelector<HTMLElement>("button[aria-label='Nudge w 1 11 to check its gradient']")!.click();
    });
    await page.waitFor(() => document.querySelector(".nudged .good"));
    // the one that is asked for is not told by its nudge either
    await page.evaluate(() => {
      document.querySelector<HTMLElement>("button[aria-label='Nudge w 2 11 to check its gradient']")!.click();
    });
    await page.waitFor(() => document.querySelector(".nudged")?.textContent?.trim().endsWith("= ?"));
    expect(page.errors).toEqual([]);
  });

  test("the microscope looks at a point of Plane that was clicked, and follows the training", async () => {
    await page.goto("about:blank");
    await page.goto(`${server.url}#/plane?net=3&samples=40&optimizer=sgd&rate=0.1`);
    await press(page, "Open the microscope");
    await page.waitFor(".magnifier svg.net");
    const loss = () =>
      page.evaluate(() =>
        Number(/L ([\d.]+)$/.exec(document.querySelector("svg.net")?.textContent ?? "")?.[1]),
      );
    await press(page, "Loss");
    await page.waitFor(() => document.querySelector(".magnifier text.cost"));
    const before = await loss();
    expect(before).toBeGreaterThan(0);
    await press(page, "Epoch");
    await page.waitFor(() => document.querySelector(".standing dd")?.textContent === "1");
    // the numbers follow with the next frame, whenever that is
    const moved = async () => {
      const now = await loss();
      return now > 0 && now !== before;
    };
    await expect.poll(moved).toBe(true);
    await expectText(page, ".magnifier output").toMatch(/^1:/);
    await page.click(".surface");
    await expectText(page, ".magnifier output").toMatch(/^(?!1:)\d+:/);
    await press(page, "Close");
    await page.waitFor(() => !document.querySelector(".magnifier svg.net"));
    expect(page.errors).toEqual([]);
  });

  test("Digits' linear network can be trained", async () => {
    await page.goto("about:blank");
    await page.goto(`${server.url}#/digits?network=logistic&samples=200&epochs=1`);
    await press(page, "Train");
    await page.waitFor(() => document.querySelector(".progress")?.textContent?.includes("Finished"));
    expect(page.errors).toEqual([]);
  });
});
