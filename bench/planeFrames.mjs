// How many pictures a second Plane shows while it trains: 6 × 8 ReLUs and 2,000 points, in Chromium and Firefox, at full speed and at the
// speed the page begins with. `node bench/planeFrames.mjs` prints a table; a figure is the median of five spans of two seconds.
// `--busy`: with a process on each core that does nothing but count, so that there is half of the machine.
import { spawn } from "node:child_process";
import { cpus } from "node:os";
import { median } from "../build/internals.js";
import { launch } from "../test/support/browsers/index.mjs";
import { play } from "../test/support/web/playground.mjs";

const QUERY = "data=spirals&samples=2000&net=8,8,8,8,8,8&activation=relu&rate=0.003";
const SPANS = 5;
const SPAN = 2000;

const others = process.argv.includes("--busy")
  ? cpus().map(() => spawn(process.execPath, ["-e", "for (;;);"], { stdio: "ignore" }))
  : [];
const server = await play();
console.log("| browser | speed | pictures a second | steps a second |\n| --- | --- | --- | --- |");
for (const name of /** @type {const} */ (["chromium", "firefox"])) {
  const browser = await launch(name);
  for (const [label, speed] of [
    ["1,000 steps/s", ""],
    ["as fast as it goes", "Infinity"],
  ]) {
    const page = await browser.newPage();
    await page.setViewport({ width: 1300, height: 950 });
    await page.goto(`${server.url}#/plane?${QUERY}`);
    await page.waitFor(() => Number(document.querySelector(".scores td")?.getAttribute("title")) > 0);
    if (speed)
      await page.evaluate((value) => {
        const select = /** @type {HTMLSelectElement} */ (document.querySelector(".transport select"));
        select.value = value;
        select.dispatchEvent(new Event("change", { bubbles: true }));
      }, speed);
    await page.evaluate(() => {
      const put = CanvasRenderingContext2D.prototype.putImageData;
      const counts = /** @type {{ pictures?: number }} */ (globalThis);
      counts.pictures = 0;
      // the large surface is drawn once a picture
      CanvasRenderingContext2D.prototype.putImageData = function (
        /** @type {[ImageData, number, number]} */ ...data
      ) {
        if (this.canvas.closest(".result .surface")) counts.pictures = (counts.pictures ?? 0) + 1;
        return put.apply(this, data);
      };
    });
    /** @type {{ pictures: number, steps: number }[]} */
    const spans = [];
    for (let i = 0; i <= SPANS; i++)
      spans.push(
        await page.evaluate(
          (span) =>
            new Promise((resolve) => {
              const counts = /** @type {{ pictures?: number }} */ (globalThis);
              const steps = () =>
                Number(document.querySelectorAll(".standing dd")[1]?.textContent?.replace(/,/g, ""));
              const [pictures, from, begin] = [counts.pictures ?? 0, steps(), performance.now()];
              setTimeout(() => {
                const seconds = (performance.now() - begin) / 1000;
                resolve({
                  pictures: ((counts.pictures ?? 0) - pictures) / seconds,
                  steps: (steps() - from) / seconds,
                });
              }, span);
            }),
          SPAN,
        ),
      );
    // the first span warms up
    const of = (/** @type {"pictures" | "steps"} */ key) => median(spans.slice(1).map((span) => span[key]));
    console.log(`| ${name} | ${label} | ${of("pictures").toFixed(1)} | ${Math.round(of("steps"))} |`);
    await page.close();
  }
  await browser.close();
}
await server.stop();
for (const other of others) other.kill();
