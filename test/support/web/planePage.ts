/** The Plane view in a browser: what tests ask of it, and do there. */
import { expect } from "vitest";
import type { Page } from "../browsers/index.mjs";

/** Where the page is, without its view. */
export const siteOf = async (page: Page): Promise<string> => (await page.url()).split("#")[0]!;
export const queryOf = async (page: Page): Promise<string> => (await page.url()).split("?")[1] ?? "";
export const stepOf = (page: Page): Promise<number> =>
  page.evaluate(() => Number(document.querySelectorAll(".standing dd")[1]?.textContent?.replace(/,/g, "")));
export const lossOf = (page: Page): Promise<number> =>
  page.evaluate(() => Number(document.querySelector(".scores td")?.getAttribute("title")));
export const click = (page: Page, selector: string): Promise<void> =>
  page.evaluate((wanted) => document.querySelector<HTMLElement>(wanted)!.click(), selector);

/** Chooses in the list with this label. */
export const choose = (page: Page, label: string, value: string): Promise<void> =>
  page.evaluate(
    ([name, wanted]) => {
      const field = [...document.querySelectorAll(".field")].find(
        (each) => each.querySelector("label")?.textContent === name,
      )!;
      const select = field.querySelector("select")!;
      select.value = wanted!;
      select.dispatchEvent(new Event("change", { bubbles: true }));
    },
    [label, value] as const,
  );

/** Turns the switch, or chooses the segment, with this text. */
export const toggle = (page: Page, text: string): Promise<void> =>
  page.evaluate((wanted) => {
    const all = [...document.querySelectorAll<HTMLElement>("label")];
    all
      .find((each) => each.textContent?.trim() === wanted)!
      .querySelector("input")!
      .click();
  }, text);

/** Drops a file on the page. */
export const drop = (page: Page, name: string, text: string): Promise<void> =>
  page.evaluate(
    ([file, content]) => {
      const dataTransfer = new DataTransfer();
      dataTransfer.items.add(new File([content!], file!, { type: "text/csv" }));
      document.body.dispatchEvent(new DragEvent("drop", { dataTransfer, bubbles: true, cancelable: true }));
    },
    [name, text] as const,
  );

/** Waits until the page's net has arrived. */
export const arrived = (page: Page): Promise<void> => expect.poll(() => lossOf(page)).toBeGreaterThan(0);
