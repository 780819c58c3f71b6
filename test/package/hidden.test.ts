/**
 * Tabs in the background: speed does not depend on being seen. Browsers answer their timers once a second, or once a minute, and draw no
 * frames. Here timers are not answered at all while a tab that is really hidden trains: a training that waited for one would never end.
 */
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { findBrowser, howToGet } from "../support/browsers/index.mjs";
import { below, browserOf, page, serve } from "./page.ts";
import { expectedOutput, PROGRAM, root } from "./support.ts";

const required = process.env.NABLA_REQUIRE_ALL === "1";
const files = below(join(root, "build/browser"));

/** Trains once it is hidden, on the page and in a worker, and counts what it asks for. */
const SCRIPT = `
${PROGRAM.replaceAll('"nabla/data"', '"/data.js"')
  .replaceAll('"nabla"', '"/nabla.js"')
  .replace("program()", "program(options)")
  .replace("epochs: 20,", "epochs: 20, ...options,")}
const asked = { timers: 0, frames: 0, pauses: 0 };
globalThis.setTimeout = () => ++asked.timers;
const { requestAnimationFrame: frame } = globalThis;
globalThis.requestAnimationFrame = (done) => ++asked.frames && frame(done);
// the ways in which another task comes here; what has answered last is asked again
const { compile } = WebAssembly;
WebAssembly.compile = (bytes) => ++asked.pauses && compile(bytes);
const Channel = MessageChannel;
globalThis.MessageChannel = class extends Channel {
  constructor() {
    super();
    asked.pauses++;
  }
};
const { now } = performance;
async function run() {
  // there is a pause after every step, however fast this machine is
  let clock = now.call(performance);
  performance.now = () => (clock += 13);
  const onPage = await program({ worker: false });
  const counts = { ...asked };
  delete performance.now;
  const inWorker = await program({ worker: true });
  return { onPage, inWorker, counts, hidden: document.hidden };
}
document.addEventListener("visibilitychange", () =>
  run().catch((error) => String(error.stack)).then((said) => (globalThis.result = said)), { once: true });
globalThis.ready = true;
`;

describe.each(["chromium", "firefox"] as const)("a hidden tab in %s", (name) => {
  const there = findBrowser(name) !== undefined;
  test.runIf(there || required)("trains without waiting for a timer or a frame", async () => {
    if (!there) throw new Error(howToGet(name));
    const html = page('<script type="module" src="/test.js"></script>');
    const site = await serve((path) =>
      path === "/" ? { text: html } : path === "/test.js" ? { script: SCRIPT } : files(path),
    );
    const browser = await browserOf(name);
    const opened = await browser.newPage(`${site.origin}/`);
    const front = await browser.newPage();
    try {
      await opened.waitFor(() => "ready" in globalThis);
      await front.raw.bringToFront();
      await opened.waitFor(() => "result" in globalThis, { timeout: 60_000 });
      const expected = await expectedOutput();
      const seen = await opened.evaluate(() => (globalThis as unknown as { result: object }).result);
      expect(seen).toEqual({
        onPage: expected,
        inWorker: expected,
        hidden: true,
        counts: { frames: 0, timers: expect.any(Number), pauses: expect.any(Number) },
      });
      const { counts } = seen as { counts: Record<"timers" | "pauses", number> };
      // 20 epochs of 20 steps; timers stay silent, so each wait of its own asks for one once
      expect(counts.pauses).toBeGreaterThanOrEqual(400);
      expect(counts.timers).toBeLessThan(10);
      expect(opened.errors).toEqual([]);
    } finally {
      await front.close();
      await opened.close();
      site.close();
    }
  });
});
