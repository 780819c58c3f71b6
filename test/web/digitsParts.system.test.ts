/** What Digits has besides training and drawing: truth, saliency, own drawings, a network one builds, tables. As a person does it. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { main } from "../../src/cli/main.ts";
import { load } from "../../src/model/load.ts";
import { weightsSha256 } from "../../src/model/save.ts";
import { type Browser, findBrowser, howToGet, launch, type Page } from "../support/browsers/index.mjs";
import { drawDigitByHand } from "../support/web/drawings.ts";
import { drawOn, press, saidOf, untilProgress } from "../support/web/playground.mjs";
import { servePlayground } from "../support/web/serve.ts";

const required = process.env.NABLA_REQUIRE_ALL === "1";
const folder = mkdtempSync(join(tmpdir(), "nabla-parts-"));
afterAll(() => rmSync(folder, { recursive: true }));

const textOf = (page: Page, selector: string): Promise<string> =>
  page.evaluate((wanted) => document.querySelector(wanted)?.textContent ?? "", selector);
const untilText = (page: Page, selector: string, wanted: RegExp): Promise<void> =>
  expect.poll(() => textOf(page, selector)).toMatch(wanted);
/** Chooses in a select field as the keyboard does. @param label of the field */
const choose = (page: Page, label: string, value: string): Promise<void> =>
  page.evaluate(
    ([name, chosen]) => {
      const found = [...document.querySelectorAll("label")].find(
        (each) => each.textContent?.trim() === name,
      )!;
      const field = document.getElementById(found.htmlFor) as HTMLSelectElement;
      field.focus();
      field.value = chosen!;
      field.dispatchEvent(new Event("change", { bubbles: true }));
    },
    [label, value],
  );
/** Puts the focus on a field or button. @param name its label or text */
const focus = (page: Page, name: string): Promise<void> =>
  page.evaluate((wanted) => {
    const all = [...document.querySelectorAll<HTMLElement>("button, input, select")];
    const found = all.find((each) => {
      const labels = [...((each as HTMLInputElement).labels ?? [])];
      const said = each.getAttribute("aria-label") ?? labels[0]?.textContent ?? each.textContent;
      return said?.trim() === wanted;
    });
    if (!found) throw new Error(`nothing is called ${wanted}`);
    found.focus();
  }, name);

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
  afterEach(() => page?.close());
  beforeAll(async () => {
    server = await servePlayground();
    browser = await launch(name);
  });
  afterAll(async () => {
    await browser?.close();
    await server?.stop();
  });
  async function open(query: string, height = 900): Promise<Page> {
    page = await browser.newPage();
    await page.setViewport({ width: 1280, height });
    await page.goto(`${server.url}#/digits?${query}`);
    await page.waitFor(".pad canvas");
    await page.waitFor(".data .drop");
    return page;
  }

  test("mistakes are there before the first epoch is over, with the time left; one is put on the pad beside the truth", async () => {
    page = await open("network=mlp&samples=100000&epochs=20&augment=none", 600);
    await press(page, "Train");
    await page.waitFor(".wrong button");
    expect(await textOf(page, ".progress")).toMatch(/Epoch 1 of 20/);
    expect(await textOf(page, "[data-testid=accuracy]")).toMatch(/of 500 test rows right/);
    await untilText(page, ".progress", /samples\/s · about \d+ (s|min) left/);
    await press(page, "Pause");
    await untilProgress(page, "Paused");
    // the mistakes of the weights that it now has
    await untilText(page, "[data-testid=accuracy]", /of 2,000 test rows right/);
    // by keyboard, far below the pad
    const mistake = await page.evaluate(() => {
      const button = document.querySelector<HTMLElement>(".wrong button")!;
      button.scrollIntoView({ block: "end" });
      button.focus();
      return button.textContent!.replace(/\s+/g, "");
    });
    const [, truth, wrong] = /^(\d)readas→(\d)$/.exec(mistake)!;
    await page.press("Enter");
    await untilText(page, "[data-testid=truth]", /wrong/);
    expect(await textOf(page, "[data-testid=truth]")).toBe(`${wrong}, wrong: it is ${truth}`);
    await page.waitFor(() => {
      const { top, bottom } = document.querySelector(".pad canvas")!.getBoundingClientRect();
      return bottom > 0 && top < innerHeight && Math.min(bottom, innerHeight) - Math.max(top, 0) > 200;
    });
    // a drawing of one's own has no truth
    await press(page, "Clear");
    await drawOn(page, drawDigitByHand(3, 1));
    await expect.poll(() => saidOf(page)).toMatch(/^\d$/);
    expect(await textOf(page, "[data-testid=truth]")).toBe("");
    await press(page, "Take a test digit");
    await untilText(page, "[data-testid=truth]", /^(\d), (right|wrong: it is \d)$/);
    const said = await saidOf(page);
    expect((await textOf(page, "[data-testid=truth]"))[0]).toBe(said);
    expect(page.errors).toEqual([]);
  });

  test("saliency, and a drawing that goes into the training", async () => {
    page = await open("network=mlp&samples=1000&epochs=6&augment=none");
    await untilText(page, ".said", /a small trained CNN reads it/);
    // a sign that is no digit
    const sign = [
      [
        [0.2, 0.2],
        [0.8, 0.8],
      ],
      [
        [0.8, 0.2],
        [0.2, 0.8],
      ],
    ] as const;
    await drawOn(page, sign);
    await press(page, "Which pixels count");
    const colours = () =>
      page.evaluate(() => {
        const canvas = document.querySelector<HTMLCanvasElement>(".saliency canvas");
        if (!canvas) return 0;
        const { data } = canvas.getContext("2d")!.getImageData(0, 0, canvas.width, canvas.height);
        return new Set(new Uint32Array(data.buffer)).size;
      });
    await expect.poll(colours).toBeGreaterThan(50);
    expect(await textOf(page, ".saliency figcaption")).toContain(`the score of ${await saidOf(page)} `);
    await choose(page, "It is a", "7");
    await press(page, "Add it to the training");
    await untilText(page, "[data-testid=added]", /^Your drawing is trained on next time/);
    await untilText(page, "[data-testid=source]", /1,010 rows/);
    // what has drawings has no command that gives the same
    expect(await textOf(page, ".facts")).not.toContain("nabla train");
    await press(page, "Train");
    await untilProgress(page, "Finished");
    await expect.poll(() => saidOf(page)).toBe("7");
    await press(page, "Reset");
    await press(page, "Leave them out");
    await untilText(page, "[data-testid=source]", /1,000 rows/);
    await untilText(page, ".facts", /nabla train/);
    expect(page.errors).toEqual([]);
  });

  test("a network is built by keyboard: 784-30-10 has the weights of the command line; what is old is marked", async () => {
    page = await open("network=built&layers=c2-p&samples=500&epochs=1&augment=none");
    await page.waitFor(".builder .built li");
    const parameters = () => textOf(page, ".facts dd");
    await focus(page, "784-30-10");
    await page.press("Enter");
    await expect.poll(parameters).toBe("23,860");
    await press(page, "Train");
    await untilProgress(page, "Finished");
    const sha = () =>
      page.evaluate(() => document.querySelector(".facts code[title]")?.getAttribute("title") ?? "");
    await expect.poll(sha).toMatch(/^[0-9a-f]{64}$/);
    const command = await page.evaluate(
      () => [...document.querySelectorAll(".facts code")].at(-1)?.textContent ?? "",
    );
    expect(command).toContain("--hidden 30 --activation sigmoid --optimizer sgd");
    const out = join(folder, `${name}.safetensors`);
    const { stdout, stderr } = process;
    const words = command.replace(/^nabla /, "").split(" ");
    expect(await main([...words, "--out", out, "--quiet"], { stdout, stderr })).toBe(0);
    expect(await sha()).toBe(weightsSha256(await load(readFileSync(out))));
    // another network is chosen: what is shown is still the one that was trained
    expect(await page.evaluate(() => document.querySelectorAll(".stale").length)).toBe(0);
    await focus(page, "+ Convolution");
    await page.press("Enter");
    await page.waitFor(".stale");
    expect(await textOf(page, ".stale")).toMatch(/network you built \(30\).*network you built \(c8-30\)/);
    await focus(page, "Filters of layer 1");
    for (const key of ["End", "Backspace", "4", "Tab"]) await page.press(key);
    await page.waitFor(() => location.hash.includes("layers=c4-30"));
    await focus(page, "Remove layer 2");
    await page.press("Enter");
    await page.waitFor(() => location.hash.includes("layers=c4&"));
    await press(page, "Train anew");
    await untilProgress(page, "Finished");
    expect(await page.evaluate(() => document.querySelectorAll(".stale").length)).toBe(0);
    // 3 · 3 · 4 + 4, and 26 · 26 · 4 · 10 + 10
    await expect.poll(parameters).toBe("27,090");
    // the address is a link to it
    const url = await page.url();
    await page.goto("about:blank");
    await page.goto(url);
    await expect.poll(parameters).toBe("27,090");
    expect(page.errors).toEqual([]);
  });

  test("each map has its kernels beside it, pooling says what it took, logits become the answer", async () => {
    page = await open("samples=500&epochs=1");
    await untilText(page, ".said", /a small trained CNN reads it/);
    await drawOn(page, drawDigitByHand(3, 1));
    await page.waitFor(".tiles.maps .tied");
    const layers = await page.evaluate(() =>
      [...document.querySelectorAll(".tiles.maps:has(.tied)")].map((tiles) => ({
        maps: tiles.querySelectorAll("canvas:not(.beside)").length,
        kernels: [...tiles.querySelectorAll<HTMLCanvasElement>("canvas.beside")].map(({ width, height }) => [
          width,
          height,
        ]),
      })),
    );
    expect(layers.length).toBe(2);
    for (const { maps, kernels } of layers) expect(kernels.length).toBe(maps);
    // one kernel of the first layer; of the second one for each map of the first
    expect(layers[0]!.kernels[0]).toEqual([3, 3]);
    const columns = Math.ceil(Math.sqrt(layers[0]!.maps));
    expect(layers[1]!.kernels[0]![0]).toBe(4 * columns - 1);
    await press(page, "Look at one number");
    await page.waitFor(".inspector .logits");
    const logits = await page.evaluate(() =>
      [...document.querySelectorAll(".logits tbody tr")].map((row) =>
        [...row.querySelectorAll("td")].map((cell) =>
          Number(cell.textContent!.replace("−", "-").replace(" %", "")),
        ),
      ),
    );
    const bars = await page.evaluate(() =>
      [...document.querySelectorAll(".bars .value")].map((bar) => Number.parseFloat(bar.textContent!)),
    );
    expect(logits.map(([, , share]) => share)).toEqual(bars);
    const all = logits.reduce((sum, [z]) => sum + Math.exp(z!), 0);
    for (const [z, power, share] of logits) {
      expect(Math.abs(power! - Math.exp(z!)) / Math.exp(z!)).toBeLessThan(0.02);
      expect(Math.abs(share! - (100 * Math.exp(z!)) / all)).toBeLessThan(1);
    }
    // the pooling layer by keyboard: of its window the largest is marked, and in the map before
    await focus(page, "Layer");
    await page.press("ArrowDown");
    await page.waitFor(".inspector .taken");
    const window = await page.evaluate(() =>
      [...document.querySelectorAll(".inspector .squares td")].map((cell) => [
        Number(cell.textContent!.replace("−", "-")),
        cell.className,
      ]),
    );
    const largest = Math.max(...window.map(([value]) => value as number));
    expect(window.length).toBe(4);
    expect(window.filter(([, marked]) => marked === "taken").map(([value]) => value)).toEqual([largest]);
    // that is a pixel of the pooled map and one of the map before, in a colour that maps do not have
    const marks = () =>
      page.evaluate(() => {
        const probe = document.body.appendChild(document.createElement("i"));
        probe.style.color = "var(--wrong)";
        const colour = getComputedStyle(probe).color.match(/\d+/g)!.map(Number);
        probe.remove();
        return [...document.querySelectorAll(".tiles.maps")].slice(0, 2).map((tiles) =>
          [...tiles.querySelectorAll<HTMLCanvasElement>("canvas:not(.beside)")].reduce((sum, canvas) => {
            const { data } = canvas.getContext("2d")!.getImageData(0, 0, canvas.width, canvas.height);
            let found = 0;
            for (let i = 0; i < data.length; i += 4)
              if (colour.every((value, c) => data[i + c] === value)) found++;
            return sum + found;
          }, 0),
        );
      });
    await expect.poll(marks).toEqual([1, 1]);
    expect(page.errors).toEqual([]);
  });

  test("a table: preview, target, a number predicted; predicted against true; a row by keyboard", async () => {
    page = await open("network=mlp&epochs=40");
    const rows = Array.from({ length: 200 }, (_, i) => {
      const [size, rooms, town] = [40 + ((i * 37) % 120), 1 + (i % 5), ["Bern", "Rome", "Oslo"][i % 3]!];
      return `${i},${size},${rooms},${town},${size * 10 + rooms * 50 + (i % 3) * 200}`;
    });
    const path = join(folder, "flats.csv");
    writeFileSync(path, `id,size,rooms,town,price\n${rows.join("\n")}\n`);
    await page.upload("[data-testid=files]", [path]);
    await page.waitFor(".preview");
    expect(await page.evaluate(() => document.querySelector(".preview tbody tr")?.textContent)).toBe(
      "0401Bern450",
    );
    expect(await textOf(page, ".preview th.target")).toBe("price");
    // no network that tells classes apart is offered with an advice for a terminal
    await page.evaluate(() => document.querySelector<HTMLElement>("input[type=radio]")!.click());
    await page.waitFor(() => location.hash.includes("network=logistic"));
    await expect.poll(() => textOf(page, ".messages")).toBe("");
    await press(page, "Train");
    await untilProgress(page, "Finished");
    expect(await textOf(page, ".messages")).not.toContain("--");
    await page.waitFor(".plot .dot");
    await untilText(
      page,
      "[data-testid=off]",
      /^On average [\d.]+ off, over \d+ rows that were not trained on/,
    );
    expect(Number(/average ([\d.]+)/.exec(await textOf(page, "[data-testid=off]"))![1])).toBeLessThan(40);
    // the form, key by key
    await focus(page, "size");
    await page.evaluate(() => (document.activeElement as HTMLInputElement).select());
    for (const key of ["1", "0", "0", "Enter"]) await page.press(key);
    await untilText(page, "[data-testid=answer]", /^price: \d/);
    const price = Number(/price: ([\d.]+)/.exec(await textOf(page, "[data-testid=answer]"))![1]);
    // 100 · 10 + 1 · 50 + 0
    expect(Math.abs(price - 1050)).toBeLessThan(60);
    // another target is a class: the form says how sure it is
    await choose(page, "Column to predict", "town");
    await untilText(page, "[data-testid=source]", /3 classes: Bern, Oslo, Rome/);
    await press(page, "Train");
    await untilProgress(page, "Finished");
    await focus(page, "Predict");
    await page.press("Enter");
    await untilText(page, "[data-testid=answer]", /^town: (Bern|Oslo|Rome)[\d.]+ % sure$/);
    // a box leaves a column out
    await focus(page, "Use id");
    await page.press(" ");
    await page.waitFor(
      () => ![...document.querySelectorAll(".row-form label")].some((l) => l.textContent === "id"),
    );
    expect(page.errors).toEqual([]);
  });

  test("mistakes of a table: each has its row, and its button fills the form; what cannot be read asks in the page's words", async () => {
    page = await open("network=mlp&epochs=2");
    // three of ten are noise: nobody learns them
    const rows = Array.from(
      { length: 120 },
      (_, i) => `${(i * 7) % 50},${(i * 3) % 11},${(i * 13) % 10 < 5 ? "yes" : "no"}`,
    );
    const path = join(folder, "noisy.csv");
    writeFileSync(path, `a,b,label\n${rows.join("\n")}\n`);
    await page.upload("[data-testid=files]", [path]);
    await page.waitFor(".preview");
    await press(page, "Train");
    await untilProgress(page, "Finished");
    await page.waitFor(".wrong-rows button");
    // nothing that looks like a button is dead
    expect(await page.evaluate(() => document.querySelectorAll(".mistakes button:disabled").length)).toBe(0);
    const cells = await textOf(page, ".wrong-rows .muted");
    expect(rows.map((row) => row.replaceAll(",", ", "))).toContain(cells);
    await page.evaluate(() => document.querySelector<HTMLElement>(".wrong-rows button")!.focus());
    await page.press("Enter");
    await page.waitFor(() => document.activeElement?.closest(".row-form"));
    const filled = await page.evaluate(() =>
      [...document.querySelectorAll<HTMLInputElement>(".row-form input")].map(({ value }) => value),
    );
    expect(filled).toEqual(cells.split(", ").slice(0, 2));

    // every price has its unit: a number, or a text
    const priced = Array.from({ length: 40 }, (_, i) => `${i % 7},${10 + i} EUR`);
    const odd = join(folder, "priced.csv");
    writeFileSync(odd, `a,price\n${priced.join("\n")}\n`);
    await page.upload("[data-testid=files]", [odd]);
    await untilText(page, ".messages", /“It is: a number” reads the numbers, “It is: a class”/);
    await page.waitFor(() => document.querySelector(".preview th.target")?.textContent === "price");
    await choose(page, "It is", "regression");
    await untilText(page, "[data-testid=source]", /priced\.csv: 32 rows to train on/);
    await press(page, "Train");
    await untilProgress(page, "Finished");
    expect(page.errors).toEqual([]);
  });
});
