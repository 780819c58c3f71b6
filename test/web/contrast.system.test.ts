/** A contrast theme of the system (forced colours): pictures keep colours that differ, and so do their keys. */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type Browser, findBrowser, howToGet, launch, type Page } from "../support/browsers/index.mjs";
import { drawDigitByHand } from "../support/web/drawings.ts";
import { drawOn, press } from "../support/web/playground.mjs";
import { servePlayground } from "../support/web/serve.ts";

const required = process.env.NABLA_REQUIRE_ALL === "1";
const folder = mkdtempSync(join(tmpdir(), "nabla-contrast-"));
afterAll(() => rmSync(folder, { recursive: true }));

/** Colours of the pixels of a canvas, each once. */
const coloursOf = (page: Page, selector: string): Promise<number> =>
  page.evaluate((canvasAt) => {
    const canvas = document.querySelector<HTMLCanvasElement>(canvasAt)!;
    const { data } = canvas.getContext("2d")!.getImageData(0, 0, canvas.width, canvas.height);
    return new Set(new Uint32Array(data.buffer)).size;
  }, selector);

/** Whether two elements look different in this. */
const differ = (page: Page, one: string, other: string, key: "outlineStyle"): Promise<boolean> =>
  page.evaluate(
    (a, b, property) => {
      const [first, second] = [a, b].map((at) => getComputedStyle(document.querySelector(at)!)[property]);
      return first !== second;
    },
    one,
    other,
    key,
  );

describe.each(["light", "dark"])("%s", (scheme) => {
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
    browser = await launch("chromium");
  });
  afterAll(async () => {
    await browser?.close();
    await server?.stop();
  });

  async function open(view: string): Promise<Page> {
    const page = await browser.newPage();
    const session = await page.raw.createCDPSession();
    const features = [
      { name: "forced-colors", value: "active" },
      { name: "prefers-color-scheme", value: scheme },
    ];
    await session.send("Emulation.setEmulatedMedia", { features });
    await page.goto(`${server.url}#/${view}`);
    await page.waitFor(() => matchMedia("(forced-colors: active)").matches);
    return page;
  }

  test("what the net makes of the plane, and the key of its classes and signs", async () => {
    const page = await open("plane");
    await page.waitFor(".legend .class-0");
    await press(page, "Epoch");
    await expect.poll(() => coloursOf(page, ".surface canvas.below")).toBeGreaterThan(20);
    const keys = await page.evaluate(() =>
      [".legend .class-0", ".legend .class-1", ".key .plus", ".key .minus"].map(
        (key) => getComputedStyle(document.querySelector(key)!).color,
      ),
    );
    expect(keys[0]).not.toBe(keys[1]);
    expect(keys[2]).not.toBe(keys[3]);
    // what is chosen is not only bold, where backgrounds are gone
    await page.click(".unit");
    await page.waitFor(".unit[aria-pressed=true]");
    const [segments, views, sets, units] = await page.evaluate(() =>
      (
        [
          [".segments input:checked + span", ".segments input:not(:checked) + span", "backgroundColor"],
          [".bar nav a[aria-current=page]", ".bar nav a:not([aria-current])", "backgroundColor"],
          [".sets input:checked + span", ".sets input:not(:checked) + span", "outlineStyle"],
          [".unit[aria-pressed=true]", ".unit[aria-pressed=false]", "outlineStyle"],
        ] as const
      ).map((row) => row.slice(0, 2).map((at) => getComputedStyle(document.querySelector(at)!)[row[2]])),
    );
    for (const [chosen, other] of [segments!, views!, sets!, units!]) expect(chosen).not.toBe(other);
    await page.close();
  });

  test("who is who in a race", async () => {
    const page = await open("plane?race=1");
    await page.waitFor(".racer .dot");
    const colours = await page.evaluate(() =>
      [...document.querySelectorAll(".racer .dot")].map((dot) => getComputedStyle(dot).color),
    );
    expect(new Set(colours).size).toBe(4);
    await page.close();
  });

  test("what is drawn on the pad", async () => {
    const page = await open("digits?samples=500&epochs=1");
    await page.waitFor(".pad canvas");
    await expect.poll(() => coloursOf(page, ".pad canvas")).toBeLessThan(3);
    await drawOn(page, drawDigitByHand(3, 1));
    // ink, paper, and what is between them
    await expect.poll(() => coloursOf(page, ".pad canvas")).toBeGreaterThan(3);
    // how sure it is of what: a bar has a colour of its own
    await page.waitFor(() => document.querySelector(".bars i"));
    const [bar, ground] = await page.evaluate(() =>
      [".bars i", ".bars .bar-line"].map(
        (at) => getComputedStyle(document.querySelector(at)!).backgroundColor,
      ),
    );
    expect(bar).not.toBe(ground);
    // what speaks for the answer, and the kernels beside their maps
    await press(page, "Which pixels count");
    await expect.poll(() => coloursOf(page, ".saliency canvas")).toBeGreaterThan(20);
    await page.waitFor(".tiles.maps .tied .beside");
    await expect.poll(() => coloursOf(page, ".tiles.maps .tied .beside")).toBeGreaterThan(3);
    await page.close();
  });

  test("which column of a table is predicted, and where its dots are", async () => {
    const page = await open("digits?network=mlp&epochs=1");
    await page.waitFor(".data .drop");
    const path = join(folder, `${scheme}.csv`);
    writeFileSync(path, `a,b\n${Array.from({ length: 40 }, (_, i) => `${i % 7},${i}`).join("\n")}\n`);
    await page.upload("[data-testid=files]", [path]);
    await page.waitFor(".preview th.target");
    expect(await differ(page, ".preview th.target", ".preview th:not(.target)", "outlineStyle")).toBe(true);
    await press(page, "Train");
    await page.waitFor(".table .plot circle, .table .plot path");
    await page.close();
  });

  test("the course: what is written and cut, and which step is looked at", async () => {
    const page = await open("course/cutting");
    await page.waitFor(".sheet .pen");
    await page.waitFor(".pieces svg");
    const grounds = await page.evaluate(() =>
      [
        [".sheet .pen", ".sheet svg", "stroke"],
        [".pieces svg", ".pieces svg", "fill"],
      ].map(([of, on, key]) => {
        const [front, back] = [of!, on!].map((at) => getComputedStyle(document.querySelector(at)!));
        return front![key as "stroke"] === back!.backgroundColor;
      }),
    );
    expect(grounds).toEqual([false, false]);
    await page.goto(`${server.url}#/course/recurrent`);
    await page.waitFor(".unrolled .chosen");
    expect(await differ(page, ".unrolled .chosen", ".unrolled li:not(.chosen)", "outlineStyle")).toBe(true);
    await page.close();
  });
});
