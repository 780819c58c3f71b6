// npm run bench:browser: measures the figures of bench/browser.md again. Takes some minutes; nothing else should run meanwhile.
import { readFile } from "node:fs/promises";
import { createServer } from "node:http";
import { cpus } from "node:os";
import { extname } from "node:path";
import { fileURLToPath } from "node:url";
import { median } from "../build/internals.js";
import { BROWSERS, findBrowser, howToGet, launch } from "../test/support/browsers/index.mjs";
import { play } from "../test/support/web/playground.mjs";
import { fitRates } from "./fit.mjs";

const STARTS = 21;
const LOADS = 5;
const ROUNDS = 5;
const SECONDS = 20;
const SPEEDS = [
  ["W2", 32],
  ["W2", 128],
  ["W4", 64],
];
const only = process.argv.slice(2);

/** The project's files, as a site serves them that wants to be cached. */
const TYPES = { ".html": "text/html", ".js": "text/javascript", ".mjs": "text/javascript" };
const playground = await play();
const server = createServer(async ({ url }, response) => {
  const { pathname } = new URL(url, "http://localhost");
  const type = TYPES[extname(pathname)];
  const body =
    type && /^\/(bench|build\/browser)\//.test(pathname)
      ? await readFile(fileURLToPath(new URL(`..${pathname}`, import.meta.url))).catch(() => undefined)
      : undefined;
  if (!body) return response.writeHead(404).end();
  response.writeHead(200, { "content-type": type, "cache-control": "max-age=3600" }).end(body);
});
await new Promise((done) => server.listen(0, "127.0.0.1", done));
const site = `http://127.0.0.1:${server.address().port}/bench/browser/`;

/** Milliseconds from import() to the end of the first step of W2, and the same until the import is done. */
async function firstStep(worker) {
  const t = performance.now();
  const { dense, sequential } = await import("/build/browser/nabla.js");
  const imported = performance.now() - t;
  const model = sequential(
    [
      dense({ units: 100, activation: "relu", inputShape: [784] }),
      dense({ units: 50, activation: "relu" }),
      dense({ units: 10, activation: "softmax" }),
    ],
    { seed: 1 },
  ).compile({ optimizer: "nesterov", loss: "categoricalCrossentropy" });
  const x = Array.from({ length: 32 }, (_, i) => new Float32Array(784).fill(i / 32));
  const y = Array.from(x, (_, i) => i % 10);
  let stepped = 0;
  const onBatchEnd = () => {
    stepped ||= performance.now() - t;
  };
  await model.fit(x, y, { batchSize: 32, epochs: 1, callbacks: [{ onBatchEnd }], worker });
  return { imported, stepped };
}

async function starts(browser, worker) {
  const page = await browser.newPage(`${site}start.html`);
  const all = [];
  for (let i = 0; i < STARTS + 4; i++) {
    await page.goto(`${site}start.html?${i}`);
    all.push(await page.evaluate(firstStep, worker));
  }
  await page.close();
  // the first ones fill caches, of files and of compiled code
  return {
    imported: median(all.slice(4).map((a) => a.imported)),
    stepped: median(all.slice(4).map((a) => a.stepped)),
  };
}

/** The playground's first load, by a browser that has never seen it: milliseconds to the first paint, and until one can train and draw. */
async function firstLoads(name) {
  const all = [];
  for (let i = 0; i < LOADS; i++) {
    const browser = await launch(name);
    const page = await browser.newPage();
    await page.goto(playground.url);
    await page.waitFor(
      () =>
        document.querySelector(".pad canvas") &&
        [...document.querySelectorAll("button")].some((b) => b.textContent === "Train" && !b.disabled),
    );
    all.push(
      await page.evaluate(() => ({
        ready: performance.now(),
        painted: performance.getEntriesByName("first-contentful-paint")[0]?.startTime,
      })),
    );
    await browser.close();
  }
  const of = (key) => (all[0][key] === undefined ? undefined : median(all.map((each) => each[key])));
  return { painted: of("painted"), ready: of("ready") };
}

const k = (v) => `${(v / 1000).toFixed(1)} k`;
const ms = (v) => `${v.toFixed(1)} ms`;
console.log(`Node ${process.version}, ${process.arch}, ${cpus().length} cores\n`);
for (const name of BROWSERS) {
  if (only.length > 0 && !only.includes(name)) continue;
  if (!findBrowser(name)) {
    console.log(`${name} is missing: ${howToGet(name)}`);
    continue;
  }
  const browser = await launch(name);
  console.log(`## ${browser.version}\n`);
  // open to the end: without a page WebKitGTK ends
  const page = await browser.newPage(`${site}page.html`);
  for (const worker of [true, false]) {
    const { imported, stepped } = await starts(browser, worker);
    console.log(
      `- import to first training step, ${worker ? "in a worker" : "in the page"}: ${ms(stepped)} (import alone ${ms(imported)})`,
    );
  }
  const { painted, ready } = await firstLoads(name);
  console.log(
    `- the playground, first load: ready to train and draw after ${ms(ready)}${painted ? ` (first paint ${ms(painted)})` : ""}`,
  );
  console.log(
    "\n| fit() | Node | worker | ratio | in the page | ratio |\n| --- | --- | --- | --- | --- | --- |",
  );
  await page.waitFor(() => "watch" in globalThis);
  for (const [net, batch] of SPEEDS) {
    const here = [];
    const there = [];
    const inPage = [];
    // in turn, so that other load on the machine affects all alike; each round's median
    for (let i = 0; i < ROUNDS; i++) {
      here.push(median(await fitRates(net, batch)));
      there.push(
        median(await page.evaluate((n, b) => globalThis.fitRates(n, b, { worker: true }), net, batch)),
      );
      inPage.push(
        median(await page.evaluate((n, b) => globalThis.fitRates(n, b, { worker: false }), net, batch)),
      );
    }
    const ratio = (rates) => median(rates.map((rate, i) => rate / here[i])).toFixed(2);
    console.log(
      `| ${net}, batch ${batch} | ${k(median(here))} | ${k(median(there))} | ${ratio(there)} | ${k(median(inPage))} | ${ratio(inPage)} |`,
    );
  }
  console.log(
    `\n| training for ${SECONDS} s | tasks over 50 ms | longest task | longest wait of a timer | frames/s | longest frame |\n| --- | --- | --- | --- | --- | --- |`,
  );
  for (const [net, batch] of [SPEEDS[0], SPEEDS[2]])
    for (const worker of [true, false]) {
      const seen = await page.evaluate(
        (n, b, s, w) => globalThis.watch(n, b, s, { worker: w }),
        net,
        batch,
        SECONDS,
        worker,
      );
      const known = (v, say) => (v === null ? "not told" : say(v));
      console.log(
        `| ${net}, batch ${batch}, ${worker ? "worker" : "in the page"} | ${known(seen.longTasks, String)} | ${known(seen.longestTask, (v) => (v ? ms(v) : "under 50 ms"))} | ${ms(seen.gap)} | ${seen.frames.toFixed(1)} | ${ms(seen.longestFrame)} |`,
      );
    }
  console.log();
  await browser.close();
}
server.close();
await playground.stop();
