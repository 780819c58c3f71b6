// How soon a chapter of the course can be used, how smoothly its figure follows a hand, and how long Digits' default training takes.
// `node bench/course.mjs` prints tables; `node bench/course.mjs chromium opening` measures one of them in one browser, and with names
// behind it, those chapters.
//   opening: from the click on a chapter's link until its text, figure and task are there and nothing is being computed. "first": in a
//     page that has loaded nothing but the course's list; "next": again in the same page. Medians of five.
//   frames: frames a second while the first control of the figure is moved at every frame, and the longest time between two of them.
//   digits: seconds from the click on Train until "Finished", with the settings the view begins with.
import { median } from "../build/internals.js";
import { launch } from "../test/support/browsers/index.mjs";
import { play, press, untilProgress } from "../test/support/web/playground.mjs";

const ROUNDS = 5;
const SPAN = 2000;
const [only, what, ...some] = process.argv.slice(2);
const browsers = /** @type {const} */ (["chromium", "firefox"]).filter((name) => !only || only === name);

/** @typedef {import("../test/support/browsers/index.mjs").Page} Page */

/** Milliseconds until the chapter can be used. @param {Page} page @param {string} chapter */
const opened = (page, chapter) =>
  page.evaluate(
    (name) =>
      new Promise((resolve) => {
        const begin = performance.now();
        const link = /** @type {HTMLElement} */ (document.querySelector(`a[href='#/course/${name}']`));
        link.click();
        const look = () => {
          const there =
            location.hash.startsWith(`#/course/${name}`) &&
            document.querySelector(".lesson .figure [aria-busy=false]") &&
            document.querySelector(".lesson .task .verdict");
          // what is there is seen with the next frame
          if (there) requestAnimationFrame(() => resolve(performance.now() - begin));
          else requestAnimationFrame(look);
        };
        look();
      }),
    chapter,
  );

/** Frames a second, and the longest wait for one. @param {Page} page */
const moved = (page) =>
  page.evaluate(
    (span) =>
      new Promise((resolve) => {
        const figure = /** @type {HTMLElement} */ (document.querySelector(".lesson .figure"));
        const control = /** @type {HTMLInputElement | null} */ (
          figure.querySelector("input[type=range]") ?? figure.querySelector("input[type=number]")
        );
        const radios = /** @type {NodeListOf<HTMLInputElement>} */ (
          figure.querySelectorAll("input[type=radio]")
        );
        const pad = figure.querySelector("svg.paint, .sheet svg");
        let frames = 0;
        let longest = 0;
        const begin = performance.now();
        let last = begin;
        const move = () => {
          if (control?.type === "range") {
            const [min, max, step] = [Number(control.min), Number(control.max), Number(control.step) || 1];
            const places = Math.max(1, Math.round((max - min) / step));
            control.value = String(min + (frames % (places + 1)) * step);
            control.dispatchEvent(new Event("input", { bubbles: true }));
          } else if (control) {
            control.value = String((frames % 21) / 10 - 1);
            control.dispatchEvent(new Event("input", { bubbles: true }));
          } else if (radios.length > 0) radios[frames % Math.min(2, radios.length)]?.click();
          else if (pad) {
            const key = ["ArrowRight", " ", "ArrowDown", "ArrowLeft", "ArrowUp"][frames % 5];
            pad.dispatchEvent(new KeyboardEvent("keydown", { key: key ?? " ", bubbles: true }));
          }
        };
        const frame = (/** @type {number} */ now) => {
          frames++;
          longest = Math.max(longest, now - last);
          last = now;
          if (now - begin >= span) return resolve({ frames: (1000 * frames) / (now - begin), longest });
          move();
          requestAnimationFrame(frame);
        };
        requestAnimationFrame(frame);
      }),
    SPAN,
  );

const server = await play();
for (const name of browsers) {
  const browser = await launch(name);
  const list = await browser.newPage(`${server.url}#/course`);
  await list.waitFor(".home .chapters a");
  const chapters = await list.evaluate(() =>
    [...document.querySelectorAll(".home .chapters a")].map((each) =>
      (each.getAttribute("href") ?? "").replace("#/course/", ""),
    ),
  );
  await list.close();
  if (!what || what !== "digits") {
    console.log(
      `\n| ${name} | opened first, ms | next, ms | frames/s | longest, ms |\n| --- | --- | --- | --- | --- |`,
    );
    for (const chapter of some.length > 0 ? some : chapters) {
      /** @type {number[]} */
      const first = [];
      /** @type {number[]} */
      const next = [];
      /** @type {{ frames: number, longest: number }[]} */
      const spans = [];
      for (let i = 0; i < (what === "frames" ? 1 : ROUNDS); i++) {
        const page = await browser.newPage(`${server.url}#/course`);
        await page.setViewport({ width: 1300, height: 950 });
        await page.waitFor(".home .chapters a");
        first.push(await opened(page, chapter));
        if (i === 0 && what !== "opening") spans.push(await moved(page));
        await page.evaluate(() => {
          location.hash = "#/course";
        });
        await page.waitFor(".home .chapters a");
        next.push(await opened(page, chapter));
        await page.close();
      }
      const [span] = spans;
      const rest = span ? `${span.frames.toFixed(0)} | ${span.longest.toFixed(0)}` : "– | –";
      console.log(`| ${chapter} | ${median(first).toFixed(0)} | ${median(next).toFixed(0)} | ${rest} |`);
    }
  }
  if (!what || what === "digits") {
    const page = await browser.newPage(`${server.url}#/digits`);
    await page.waitFor(".data .drop");
    const begin = performance.now();
    await press(page, "Train");
    await untilProgress(page, "Finished", 120_000);
    console.log(
      `\nDigits' default training in ${name}: ${((performance.now() - begin) / 1000).toFixed(1)} s`,
    );
    await page.close();
  }
  await browser.close();
}
await server.stop();
