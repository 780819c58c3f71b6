/**
 * Real browsers, driven from tests and benchmarks: the system's own Chromium, Firefox and WebKit, each with an empty
 * profile in a temporary folder that goes with it.
 *
 *     const browser = await launch("firefox");
 *     const page = await browser.newPage("http://127.0.0.1:8080/");
 *     await page.click("button.train");
 *     await page.waitFor(() => document.querySelector("#accuracy")?.textContent !== "");
 *     await page.screenshot("wide.png");
 *     await browser.close();
 *
 * In a test: `const file = findBrowser("firefox")`; `test.skipIf(!file && !required)` with `howToGet("firefox")` in its name,
 * as test/support/browsers/browsers.test.ts does. Everything a page can do is in `Page` below; `page.raw` is what lies under it
 * (a Page of puppeteer in Chromium and Firefox, a WebDriver of selenium in WebKit), for what only one engine offers.
 */
import { findBrowser, howToGet } from "./find.mjs";

export { BROWSERS, findBrowser, howToGet } from "./find.mjs";
export { openUndriven } from "./undriven.mjs";

/** @typedef {import("./find.mjs").BrowserName} BrowserName */

/**
 * @typedef {object} LaunchOptions
 * @property {boolean} [headless] Default true. WebKit has no headless mode: it gets a virtual display where there is none.
 * @property {"light" | "dark"} [colorScheme] What `prefers-color-scheme` says. Default: "light". Not in WebKit.
 * @property {boolean} [reducedMotion] Whether `prefers-reduced-motion` says "reduce". Default false. Not in WebKit.
 * @property {string} [profile] A folder to keep as profile, for what must survive a restart. Default: an empty one, removed on close. Not in WebKit.
 */

/**
 * @typedef {object} Viewport
 * @property {number} width in CSS pixels
 * @property {number} height in CSS pixels
 * @property {number} [deviceScaleFactor] Default 1. Chromium only.
 * @property {boolean} [touch] Whether fingers are to be had. Default false. Chromium only.
 */

/**
 * One tab. Selectors are those of CSS; the first match is meant, and click, type and upload wait for it (60 s).
 *
 * @typedef {object} Page
 * @property {(url: string) => Promise<void>} goto
 * @property {() => Promise<void>} reload
 * @property {() => Promise<string>} url
 * @property {<A extends unknown[], R>(f: (...args: A) => R | Promise<R>, ...args: A) => Promise<R>} evaluate Runs a function in the page.
 *   It sees nothing of its surroundings; arguments and result travel as JSON. What it throws is thrown here.
 * @property {(f: string | (() => unknown), options?: { timeout?: number }) => Promise<void>} waitFor A selector that is there and seen, or
 *   a function that returns something true in the page. Default timeout: 60 000 ms.
 * @property {(selector: string) => Promise<void>} click
 * @property {(selector: string, text: string) => Promise<void>} type Replaces a field's text.
 * @property {(key: string) => Promise<void>} press A key by its name in KeyboardEvent.key: "Tab", "Enter", "ArrowLeft", "a".
 * @property {(points: readonly (readonly [number, number])[]) => Promise<void>} drag Mouse down at the first point, along the others, and up
 *   at the last; in CSS pixels from the viewport's top left.
 * @property {(selector: string, files: readonly string[]) => Promise<void>} upload Gives files to an `<input type=file>`.
 * @property {(path?: string) => Promise<Buffer>} screenshot What the viewport shows, as PNG; written to `path` if there is one.
 * @property {(viewport: Viewport) => Promise<void>} setViewport WebKit's window is never narrower than about 450.
 * @property {(offline: boolean) => Promise<void>} setOffline Cuts the page off from every
 *   network, but not its service worker. Not in WebKit. To see what an installed page does alone, stop its server.
 * @property {string[]} errors What the page has reported so far: uncaught errors, and what went to console.error. Not in WebKit.
 * @property {() => Promise<void>} close
 * @property {any} raw
 */

/**
 * @typedef {object} Browser
 * @property {BrowserName} name
 * @property {string} version
 * @property {(url?: string) => Promise<Page>} newPage
 * @property {() => Promise<void>} close Closes it, its helpers and its profile.
 */

/**
 * Starts a browser.
 *
 * @param {BrowserName} name
 * @param {LaunchOptions} [options]
 * @returns {Promise<Browser>}
 * @throws {Error} where the browser is not to be found; the message says how to get it
 */
export async function launch(name, options = {}) {
  const file = findBrowser(name);
  if (!file) throw new Error(`${name} is not on this machine; ${howToGet(name)}`);
  const { start } = name === "webkit" ? await import("./webkit.mjs") : await import("./puppeteer.mjs");
  return start(name, file, options);
}
