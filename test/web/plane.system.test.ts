/** The Plane view as a person uses it, in real browsers. */
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { Race } from "../../web/plane/engine/race.ts";
import { fromQuery } from "../../web/plane/state/state.ts";
import { type Browser, findBrowser, howToGet, launch, type Page } from "../support/browsers/index.mjs";
import { press } from "../support/web/playground.mjs";
import { expectCount, expectText, settled, textOf, until } from "../support/web/seen.ts";
import { servePlayground } from "../support/web/serve.ts";

const required = process.env.NABLA_REQUIRE_ALL === "1";

interface Figures {
  step: number;
  epoch: number;
  accuracy: number;
  testAccuracy: number;
  loss: number;
}

const figuresOf = (page: Page): Promise<Figures> =>
  page.evaluate(() => {
    const number = (text: string | null | undefined) => Number((text ?? "").replace(/[,%]/g, ""));
    const standing = [...document.querySelectorAll(".standing dd")].map((each) => number(each.textContent));
    const cells = [...document.querySelectorAll(".scores td")];
    return {
      epoch: standing[0],
      step: standing[1],
      loss: Number(cells[0]?.getAttribute("title")),
      accuracy: number(cells[1]?.textContent) / 100,
      testAccuracy: number(cells[3]?.textContent) / 100,
    };
  });
const messagesOf = (page: Page): Promise<string> => textOf(page, ".messages");
/** How many different colours the large surface has, about: one before anything is drawn. */
const coloursOf = (page: Page, selector: string): Promise<number> =>
  page.evaluate((wanted) => {
    const canvas = document.querySelector<HTMLCanvasElement>(wanted)!;
    const { data } = canvas.getContext("2d")!.getImageData(0, 0, canvas.width, canvas.height);
    return new Set(Array.from({ length: data.length / 4 }, (_, i) => data.slice(4 * i, 4 * i + 3).join()))
      .size;
  }, selector);

describe.each(["chromium", "firefox"] as const)("%s", (name) => {
  if (!findBrowser(name)) {
    test.skipIf(!required)(`is missing, so nothing ran in it: ${howToGet(name)}`, () => {
      throw new Error(`${name} is missing, and NABLA_REQUIRE_ALL=1 asks for it: ${howToGet(name)}`);
    });
    return;
  }
  let server: Awaited<ReturnType<typeof servePlayground>>;
  /** For someone who asked for less motion, and for someone who did not. */
  let browsers: { still: Browser; moving: Browser };
  let page: Page;
  beforeAll(async () => {
    browsers = { still: await launch(name, { reducedMotion: true }), moving: await launch(name) };
  });
  afterAll(async () => {
    await browsers?.still.close();
    await browsers?.moving.close();
  });
  afterEach(async () => {
    await page?.close();
    await server?.stop();
  });

  /** @param still as for someone who asked for less motion: nothing is trained unasked */
  async function open(query = "", { still = true, before }: { still?: boolean; before?: () => void } = {}) {
    // another port is another site: nothing is known there of other tests
    server = await servePlayground();
    page = await browsers[still ? "still" : "moving"].newPage();
    await page.setViewport({ width: 1300, height: 950 });
    if (before) await page.raw.evaluateOnNewDocument(before);
    await page.goto(`${server.url}#/plane${query && `?${query}`}`);
    await page.waitFor(".plane .transport");
  }

  test("opens and trains by itself; the moons are separated", async () => {
    await open("", { still: false });
    const figures = await until(
      () => figuresOf(page),
      ({ testAccuracy }) => testAccuracy >= 0.97,
    );
    expect(figures.step).toBeGreaterThan(0);
    await expect.poll(() => coloursOf(page, ".surface canvas.below")).toBeGreaterThan(50);
    await expect.poll(() => coloursOf(page, ".unit[data-layer='0'] canvas")).toBeGreaterThan(20);
    await expect.poll(() => coloursOf(page, "canvas.bars")).toBeGreaterThan(1);
    expect(page.errors).toEqual([]);
  });

  test("steps, epochs, pause and reset; a link gives the bits that Node gives", async () => {
    const query = "data=spirals&classes=3&net=5,4&activation=relu&dropout=0.1&noise=10&seed=7";
    await open(query);
    const first = await until(
      () => figuresOf(page),
      ({ loss }) => loss > 0,
    );
    expect(first.step).toBe(0);
    await press(page, "Step");
    await until(
      () => figuresOf(page),
      ({ step }) => step === 1,
    );
    await press(page, "Epoch");
    await press(page, "Epoch");
    const race = new Race(fromQuery(query).state);
    while (race.step < 2 * race.stepsPerEpoch) await race.advance(2 * race.stepsPerEpoch - race.step);
    const [node] = await race.standings();
    await race.dispose();
    const after = await until(
      () => figuresOf(page),
      ({ epoch }) => epoch === 2,
    );
    expect(after.step).toBe(race.step);
    expect(after.loss).toBe(node.loss);

    await press(page, "Train");
    await until(
      () => figuresOf(page),
      ({ step }) => step > race.step + 50,
    );
    await press(page, "Pause");
    await settled(page);
    const paused = await figuresOf(page);
    expect(paused.step).toBeGreaterThan(race.step);
    // where it says it stands it stays: a step further is the next one
    await press(page, "Step");
    await settled(page);
    expect((await figuresOf(page)).step).toBe(paused.step + 1);
    await press(page, "Reset");
    expect(
      (
        await until(
          () => figuresOf(page),
          ({ step }) => step === 0,
        )
      ).loss,
    ).toBe(first.loss);
    expect(page.errors).toEqual([]);
  });

  test("what is set goes into the link, and the link sets it", async () => {
    await open();
    const choose = (selector: string) =>
      page.evaluate((wanted) => document.querySelector<HTMLElement>(wanted)!.click(), selector);
    await choose("input[value='circles']");
    await choose("button[aria-label='More hidden layers']");
    await choose("button[aria-label='Fewer units in layer 1']");
    await choose("button[aria-label='Input x²']");
    await until(
      () => page.url(),
      (url) => url.includes("xx"),
    );
    const url = await page.url();
    const { state, notices } = fromQuery(url.split("?")[1]);
    expect(notices).toEqual([]);
    expect([state.data, state.net, state.features]).toEqual(["circles", [5, 4, 4], ["x", "y", "xx"]]);
    await page.goto("about:blank");
    await page.goto(url);
    await page.waitFor(".unit[data-layer='2']");
    await settled(page);
    expect(await page.url()).toBe(url);
    await expectCount(page, ".unit").toBe(15);
    await expectCount(page, "[data-feature]").toBe(3);
    await expectCount(page, "input[name='set'][value='circles']:checked").toBe(1);
    expect(page.errors).toEqual([]);
  });

  test("says what is wrong, and has a button that mends it: zeros, and steps too long", async () => {
    await open("data=xor&init=zeros", { still: false });
    const findings = () => page.evaluate(() => document.querySelector(".findings")?.textContent ?? "");
    await until(findings, (text) => text.startsWith("Symmetry: all units of layers 1, 2"));
    expect(await findings()).not.toMatch(/[Vv]anish|dead/);
    await press(page, "Random first weights");
    await until(findings, (text) => text === "");
    await page.goto(
      `${server.url}#/plane?data=xor&activation=relu&optimizer=sgd&loss=meanSquaredError&rate=3`,
    );
    // it goes on training, with the new net
    await until(findings, (text) => /^Diverged: [^.]*\..*Learning rate 0\.3$/.test(text));
    // while it trains, numbers are some frames older than pictures; when it has ended, what one panel says the others say as well
    await expectText(page, ".failed").toMatch(/^Training broke off/);
    await settled(page);
    const counts = await page.evaluate(() => [
      document.querySelectorAll(".unit.dead").length,
      [...document.querySelectorAll(".gradients .figures")].reduce(
        (sum, { textContent }) => sum + Number(/^(\d+) of \d+ dead/.exec(textContent ?? "")?.[1] ?? 0),
        0,
      ),
    ]);
    expect(counts[0]).toBe(counts[1]);
    expect(page.errors).toEqual([]);
  });

  test("a link that is noise opens with what there is, and says so", async () => {
    await open("net=99&rate=fast&%00=&data=<b>moons</b>&points=!!");
    expect(await until(() => messagesOf(page), Boolean)).toContain(
      "rate to “fast”; expected a number from 0.000001 to 10",
    );
    await press(page, "Step");
    await until(
      () => figuresOf(page),
      ({ step }) => step === 1,
    );
    expect(page.errors).toEqual([]);
  });

  test("four race from the same start, and their paths are drawn", async () => {
    await open("race=1");
    await press(page, "Epoch");
    const places = await until(
      () =>
        page.evaluate(() => [...document.querySelectorAll(".place")].map((each) => each.textContent ?? "")),
      // the first steps of some are the same
      (texts) => new Set(texts).size === 4,
    );
    expect(places.filter((text) => text.includes("leads"))).toHaveLength(1);
    await press(page, "Draw the surface");
    await page.waitFor(() =>
      document.querySelector(".landscape")?.textContent?.includes("lies in this plane"),
    );
    await expect.poll(() => coloursOf(page, ".relief canvas")).toBeGreaterThan(20);
    expect(page.errors).toEqual([]);
  });

  test("points are painted with the mouse and the keyboard, erased, and go into the link", async () => {
    await open("data=painted&test=0");
    await page.waitFor(() => document.querySelector(".surface .hint"));
    const box = await page.evaluate(() => {
      const { left, top, width } = document.querySelector(".paint")!.getBoundingClientRect();
      return { left, top, width };
    });
    const at = (x: number, y: number) => [box.left + x * box.width, box.top + y * box.width] as const;
    await page.drag([at(0.2, 0.2), at(0.35, 0.2), at(0.5, 0.2), at(0.65, 0.2)]);
    await page.evaluate(() => document.querySelector<HTMLElement>(".paint")!.focus());
    for (const key of [
      "2",
      "ArrowDown",
      "ArrowDown",
      "ArrowDown",
      " ",
      "ArrowLeft",
      "ArrowLeft",
      "ArrowLeft",
      "Enter",
    ])
      await page.press(key);
    const pointsOf = async () => fromQuery((await page.url()).split("?")[1] ?? "").state.points;
    const points = await until(pointsOf, (all) => all.filter(({ label }) => label === 1).length === 2);
    const dragged = points.filter(({ label }) => label === 0);
    expect(dragged.length).toBeGreaterThan(3);
    for (const { y } of dragged) expect(y).toBeCloseTo(1.2, 1);
    await press(page, "Train");
    await until(
      () => figuresOf(page),
      ({ accuracy }) => accuracy === 1,
    );
    await page.evaluate(() => document.querySelector<HTMLElement>(".paint")!.focus());
    await page.press("Delete");
    await until(pointsOf, (all) => all.length < points.length);
    await press(page, "Clear all points");
    await page.waitFor(".surface .hint");
    expect(page.errors).toEqual([]);
  });

  test("trains where there are no workers", async () => {
    await open("", {
      before: () => {
        Object.defineProperty(globalThis, "Worker", { value: undefined });
      },
    });
    await press(page, "Train");
    await until(
      () => figuresOf(page),
      ({ testAccuracy }) => testAccuracy >= 0.97,
    );
    await expectText(page, ".transport").toContain("No worker here");
    expect(page.errors).toEqual([]);
  });

  test("an engine without SIMD is told why", async () => {
    await open("", {
      before: () => {
        Object.defineProperty(globalThis, "Worker", { value: undefined });
        Object.defineProperty(WebAssembly, "validate", { value: () => false });
        Object.defineProperty(WebAssembly, "Module", {
          value: class {
            constructor() {
              throw new WebAssembly.CompileError("wasm validation error: SIMD support is not enabled");
            }
          },
        });
      },
    });
    expect(await until(() => messagesOf(page), Boolean)).toContain(
      "this engine lacks 128-bit SIMD in WebAssembly",
    );
  });
});
