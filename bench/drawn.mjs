// Trains the CNN in the playground for a minute as a visitor would, draws digits on its pad, and reads the MNIST test set with the same network.
//   node bench/drawn.mjs [--browser chromium] [--seconds 60] [--drawings 200] [--mnist FOLDER] [--keep FILE.png]
import { writeFileSync } from "node:fs";
import { availableParallelism } from "node:os";
import { parseArgs } from "node:util";
import { build } from "esbuild";
import { WHOLE } from "../scripts/defines.mjs";
import { launch } from "../test/support/browsers/index.mjs";
import { drawOn, play, press, progressOf, saidOf } from "../test/support/web/playground.mjs";

const { values } = parseArgs({
  options: {
    browser: { type: "string", default: "chromium" },
    seconds: { type: "string", default: "60" },
    drawings: { type: "string", default: "200" },
    query: { type: "string", default: "" },
    mnist: { type: "string" },
    keep: { type: "string" },
  },
});
const seconds = Number(values.seconds);
const drawings = Number(values.drawings);
const { outputFiles } = await build({
  define: WHOLE,
  entryPoints: ["test/support/web/drawings.ts"],
  bundle: true,
  format: "esm",
  write: false,
});
const { drawDigitByHand } = await import(
  `data:text/javascript;base64,${Buffer.from(outputFiles[0].contents).toString("base64")}`
);

const server = await play();
const browser = await launch(/** @type {any} */ (values.browser));
try {
  const page = await browser.newPage(`${server.url}#/digits${values.query && `?${values.query}`}`);
  await page.setViewport({ width: 1280, height: 1000 });
  await page.waitFor(".pad canvas");
  await watch(page);
  const start = performance.now();
  await press(page, "Train");
  let speed = "";
  let fastest = "";
  while (performance.now() - start < seconds * 1000) {
    await new Promise((resolve) => setTimeout(resolve, 250));
    const now = await progressOf(page);
    speed = (await page.evaluate(() => document.querySelector(".progress .muted")?.textContent)) ?? speed;
    if (speed.includes("samples")) fastest = speed;
    if (now.startsWith("Finished")) break;
  }
  const trained = (performance.now() - start) / 1000;
  const at = await progressOf(page);
  const figures = await page.evaluate(() => globalThis.watched.stop());
  if (!at.startsWith("Finished")) await press(page, "Pause");
  await page.waitFor(() => /Finished|Paused/.test(document.querySelector(".progress")?.textContent ?? ""));

  console.log(
    `${browser.version}, ${availableParallelism()} cores, CNN of the playground on generated digits`,
  );
  console.log(`trained           ${trained.toFixed(1)} s: ${at}; last ${fastest}`);
  console.log(
    `main thread       longest task ${figures.longest.toFixed(0)} ms (${figures.over} of 50 ms or more), ${figures.frames.toFixed(1)} frames/s, longest gap ${figures.gap.toFixed(0)} ms`,
  );

  const wrong = [];
  for (let i = 0; i < drawings; i++) {
    const digit = i % 10;
    await press(page, "Clear").catch(() => {});
    await drawOn(page, drawDigitByHand(digit, Math.floor(i / 10)));
    const said = await saidOf(page);
    if (said !== String(digit)) wrong.push(`${digit}→${said} (#${Math.floor(i / 10)})`);
  }
  const right = drawings - wrong.length;
  console.log(
    `drawn by hand     ${right} of ${drawings} read right: ${((100 * right) / drawings).toFixed(1)} %; ${wrong.join(", ")}`,
  );
  if (values.keep) writeFileSync(values.keep, await page.screenshot());

  if (values.mnist) {
    const { load } = await import("../build/index.js");
    const { openData } = await import("../build/node.js");
    const { test } = await openData(values.mnist);
    const scores = await load(await model(page)).evaluate(test);
    console.log(`MNIST test set    ${(100 * scores.accuracy).toFixed(2)} % of ${test.length}`);
  }
} finally {
  await browser.close();
  await server.stop();
}

/** Notes the longest task and the frames of the page from now on. */
async function watch(page) {
  await page.evaluate(() => {
    const found = { longest: 0, over: 0, frames: 0, gap: 0 };
    const begin = performance.now();
    let last = begin;
    let running = true;
    const observer = new PerformanceObserver((list) => {
      for (const { duration } of list.getEntries()) {
        found.over++;
        found.longest = Math.max(found.longest, duration);
      }
    });
    if (PerformanceObserver.supportedEntryTypes.includes("longtask"))
      observer.observe({ entryTypes: ["longtask"] });
    const frame = () => {
      const now = performance.now();
      found.frames++;
      found.gap = Math.max(found.gap, now - last);
      last = now;
      if (running) requestAnimationFrame(frame);
    };
    requestAnimationFrame(frame);
    globalThis.watched = {
      stop: () => {
        running = false;
        return { ...found, frames: (1000 * found.frames) / (performance.now() - begin) };
      },
    };
  });
}

/** The network's bytes: what "Save to a file" hands to the browser. */
async function model(page) {
  await page.evaluate(() => {
    const make = URL.createObjectURL;
    URL.createObjectURL = (blob) => {
      globalThis.saved = blob;
      return make(blob);
    };
  });
  await press(page, "Save to a file");
  const text = await page.evaluate(async () => {
    const bytes = new Uint8Array(await globalThis.saved.arrayBuffer());
    let out = "";
    for (let i = 0; i < bytes.length; i += 32768) out += String.fromCharCode(...bytes.subarray(i, i + 32768));
    return btoa(out);
  });
  return new Uint8Array(Buffer.from(text, "base64"));
}
