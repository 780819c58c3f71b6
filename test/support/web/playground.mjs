/**
 * The playground as it is served by `nabla play`, and what a person does in it.
 */
import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";

const CLI = fileURLToPath(new URL("../../../build/cli.js", import.meta.url));

/**
 * @typedef {import("../browsers/index.mjs").Page} Page
 * @typedef {readonly (readonly (readonly [number, number])[])[]} Strokes
 */

/**
 * Starts `nabla play`.
 *
 * @param {number} [port] 0 for any
 * @param {readonly string[]} [options] more of the command
 * @returns {Promise<{ url: string, port: number, stop(): Promise<void> }>}
 */
export async function play(port = 0, options = []) {
  if (!existsSync(CLI)) throw new Error("the command line is not built; npm run build");
  const all = ["play", "--port", String(port), "--no-open", "--json", ...options];
  const child = spawn(process.execPath, [CLI, ...all], { stdio: ["ignore", "pipe", "pipe"] });
  const ended = new Promise((resolve) => child.once("exit", resolve));
  /** @type {string} */
  const line = await new Promise((resolve, reject) => {
    let out = "";
    let err = "";
    child.stderr.on("data", (data) => {
      err += data;
    });
    child.stdout.on("data", (data) => {
      out += data;
      if (out.includes("\n")) resolve(out);
    });
    child.once("exit", (code) => reject(new Error(`nabla play ended with ${code}: ${err}`)));
  });
  const { url } = JSON.parse(line);
  return {
    url,
    port: Number(new URL(url).port),
    // twice does no harm
    stop: async () => {
      child.kill("SIGTERM");
      await ended;
    },
  };
}

/** How long what never comes is waited for, in ms. */
const PATIENCE = 60_000;

/**
 * Clicks the button with this text, once there is one that can be clicked, and what it belongs to shows what was asked of it before.
 *
 * @param {Page} page
 * @param {string} text
 */
export async function press(page, text) {
  for (const end = Date.now() + PATIENCE; Date.now() < end; ) {
    const done = await page.evaluate((wanted) => {
      const all = [...document.querySelectorAll("button")];
      const found = all.find(
        (each) => each.textContent?.trim() === wanted && !each.disabled && !each.closest("[aria-busy=true]"),
      );
      found?.click();
      return found !== undefined;
    }, text);
    if (done) return;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  const all = await page.evaluate(() => [...document.querySelectorAll("button")].map((b) => b.textContent));
  throw new Error(`there is no button ${JSON.stringify(text)} to press; there are ${JSON.stringify(all)}`);
}

/** What the page says of the training. @param {Page} page @returns {Promise<string>} */
export const progressOf = (page) =>
  page.evaluate(() => document.querySelector(".progress")?.textContent ?? "");

/** Waits until that has this text in it. @param {Page} page @param {string} text @param {number} [timeout] in ms */
export async function untilProgress(page, text, timeout = PATIENCE) {
  const end = Date.now() + timeout;
  let last = "";
  while (Date.now() < end) {
    last = await progressOf(page);
    if (last.includes(text)) return;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  throw new Error(`expected the page to say ${JSON.stringify(text)}, it says ${JSON.stringify(last)}`);
}

/** Draws on the pad with the mouse. @param {Page} page @param {Strokes} strokes as shares of its side */
export async function drawOn(page, strokes) {
  const box = await page.evaluate(() => {
    const pad = /** @type {HTMLElement} */ (document.querySelector(".pad canvas"));
    pad.scrollIntoView({ block: "center" });
    const { left, top, width, height } = pad.getBoundingClientRect();
    return { left, top, width, height };
  });
  for (const stroke of strokes)
    await page.drag(stroke.map(([x, y]) => [box.left + x * box.width, box.top + y * box.height]));
}

/** What the network says is drawn, and how sure it is; undefined where it says nothing. @param {Page} page */
export const saidOf = (page) =>
  page.evaluate(async () => {
    // what a signal changed is on the page after the next frame
    await new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve)));
    return document.querySelector("[data-testid=said]")?.textContent?.trim();
  });
