/**
 * What a page shows, in tests. A page shows what it was asked for when its worker, its loader or its next frame comes to it, and a busy
 * machine takes its time: so what is expected is asked for again until it is so, `expect.poll` in vitest.config.ts says how long.
 */
import { expect } from "vitest";
import type { Page } from "../browsers/index.mjs";
import { saidOf } from "./playground.mjs";

export const textOf = (page: Page, selector: string): Promise<string> =>
  page.evaluate((wanted) => document.querySelector(wanted)?.textContent ?? "", selector);
export const textsOf = (page: Page, selector: string): Promise<string[]> =>
  page.evaluate(
    (wanted) => [...document.querySelectorAll(wanted)].map((each) => each.textContent ?? ""),
    selector,
  );
export const countOf = (page: Page, selector: string): Promise<number> =>
  page.evaluate((wanted) => document.querySelectorAll(wanted).length, selector);

/** `await expectText(page, ".station").toContain("ln")`: the text of the first that is found, "" of none. */
export const expectText = (page: Page, selector: string) => expect.poll(() => textOf(page, selector));
/** Those of all that are found, in their order. */
export const expectTexts = (page: Page, selector: string) => expect.poll(() => textsOf(page, selector));
export const expectCount = (page: Page, selector: string) => expect.poll(() => countOf(page, selector));
/** The page's address. */
export const expectUrl = (page: Page) => expect.poll(() => page.url());

/** What the network reads on the pad, once it has read what was drawn. */
export const expectSaid = (page: Page) => expect.poll(() => saidOf(page));

/** Waits until Plane shows the net, the numbers and the pictures of what was asked of it last. */
export const settled = (page: Page) => page.waitFor(".plane[aria-busy=false]");

/** Waits until nothing on the page moves any more: it has been drawn twice without another place for anything or a running transition. */
export const still = (page: Page) =>
  page.waitFor(async () => {
    const frame = () => new Promise((done) => requestAnimationFrame(done));
    const places = () =>
      [...document.querySelectorAll("body *")]
        .map((each) => each.getBoundingClientRect())
        .map(({ x, y, width, height }) => [x, y, width, height].join(" "))
        .join("\n");
    await frame();
    const before = places();
    await frame();
    await frame();
    return places() === before && !document.getAnimations().some(({ playState }) => playState === "running");
  });

/** How much of the page is to be scrolled sideways, in pixels. */
export const expectHidden = (page: Page) =>
  expect.poll(() =>
    page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth),
  );

/** Asks until it fits. @returns what fitted @throws with what was there last */
export async function until<T>(what: () => Promise<T>, fits: (value: T) => boolean = Boolean): Promise<T> {
  let last: T;
  await expect
    .poll(async () => {
      last = await what();
      return fits(last) ? "what was waited for" : last;
    })
    .toBe("what was waited for");
  return last!;
}
