// What a picture of Plane costs in Chromium, with 6 × 8 ReLUs and 2,000 points: where the page's thread and the engine's spend their time.
// `node bench/planeProfile.mjs [folder]`: of the playground that is built there (build/web); without `minify` in scripts/buildWeb.mjs
// functions have their names.
import { readFileSync } from "node:fs";
import { createServer } from "node:http";
import { extname, join } from "node:path";
import { launch } from "../test/support/browsers/index.mjs";

const QUERY = "data=spirals&samples=2000&net=8,8,8,8,8,8&activation=relu&rate=0.003";
const SPAN = 5000;
const TYPES = { ".html": "text/html", ".js": "text/javascript", ".css": "text/css", ".svg": "image/svg+xml" };

const folder = process.argv[2] ?? "build/web";
const server = createServer((request, response) => {
  const path = new URL(request.url ?? "/", "http://page").pathname;
  const file = join(folder, path === "/" ? "index.html" : path);
  try {
    const bytes = readFileSync(file);
    const type = TYPES[/** @type {keyof typeof TYPES} */ (extname(file))] ?? "application/octet-stream";
    response.writeHead(200, { "Content-Type": type }).end(bytes);
  } catch {
    response.writeHead(404).end();
  }
});
await new Promise((resolve) => server.listen(0, "127.0.0.1", () => resolve(undefined)));
const { port } = /** @type {import("node:net").AddressInfo} */ (server.address());

const browser = await launch("chromium");
const page = await browser.newPage();
await page.setViewport({ width: 1300, height: 950 });
await page.goto(`http://127.0.0.1:${port}/#/plane?${QUERY}`);
await page.waitFor(() => Number(document.querySelector(".scores td")?.getAttribute("title")) > 0);
await page.evaluate(() => {
  const put = CanvasRenderingContext2D.prototype.putImageData;
  const counts = /** @type {{ pictures?: number, puts?: number }} */ (globalThis);
  counts.pictures = counts.puts = 0;
  CanvasRenderingContext2D.prototype.putImageData = function (
    /** @type {[ImageData, number, number]} */ ...data
  ) {
    counts.puts = (counts.puts ?? 0) + 1;
    if (this.canvas.closest(".result .surface")) counts.pictures = (counts.pictures ?? 0) + 1;
    return put.apply(this, data);
  };
});
const worker = page.raw.workers()[0];
const clients = { page: await page.raw.createCDPSession(), engine: worker.client };
for (const client of Object.values(clients)) {
  await client.send("Profiler.enable");
  await client.send("Profiler.setSamplingInterval", { interval: 200 });
  await client.send("Profiler.start");
}
await clients.page.send("Performance.enable");
const metrics = async () =>
  Object.fromEntries(
    (await clients.page.send("Performance.getMetrics")).metrics.map(
      (/** @type {{ name: string, value: number }} */ { name, value }) => [name, value],
    ),
  );
const counted = () =>
  page.evaluate(() => {
    const { pictures = 0, puts = 0 } = /** @type {{ pictures?: number, puts?: number }} */ (globalThis);
    return { pictures, puts };
  });
const [before, from] = [await metrics(), await counted()];
await new Promise((resolve) => setTimeout(resolve, SPAN));
const [after, to] = [await metrics(), await counted()];
const pictures = to.pictures - from.pictures;
console.log(
  `${pictures} pictures in ${SPAN} ms, ${((to.puts - from.puts) / pictures).toFixed(1)} canvases each`,
);
for (const name of ["ScriptDuration", "LayoutDuration", "RecalcStyleDuration", "TaskDuration"])
  console.log(`page ${name}: ${((1000 * (after[name] - before[name])) / pictures).toFixed(2)} ms a picture`);
for (const [name, client] of Object.entries(clients)) {
  const { profile } = await client.send("Profiler.stop");
  const nodes = new Map(profile.nodes.map((/** @type {{ id: number }} */ node) => [node.id, node]));
  const parents = new Map();
  for (const node of profile.nodes) for (const child of node.children ?? []) parents.set(child, node.id);
  const self = new Map();
  const whole = new Map();
  const add = (
    /** @type {Map<string, number>} */ map,
    /** @type {string} */ key,
    /** @type {number} */ time,
  ) => map.set(key, (map.get(key) ?? 0) + time);
  const nameOf = (/** @type {any} */ { callFrame: { functionName, lineNumber, url } }) =>
    `${functionName || "(anonymous)"} ${url.split("/").at(-1)}:${lineNumber + 1}`;
  profile.samples.forEach((/** @type {number} */ id, /** @type {number} */ i) => {
    const time = profile.timeDeltas[i] / 1000;
    add(self, nameOf(nodes.get(id)), time);
    const seen = new Set();
    for (let at = id; at !== undefined; at = parents.get(at)) seen.add(nameOf(nodes.get(at)));
    for (const key of seen) add(whole, key, time);
  });
  for (const [title, map] of /** @type {const} */ ([
    ["alone", self],
    ["with what they call", whole],
  ])) {
    console.log(`\n${name}, ms a picture, ${title}`);
    const rows = [...map].sort((a, b) => b[1] - a[1]).slice(0, 28);
    for (const [key, time] of rows) console.log(`${(time / pictures).toFixed(2).padStart(8)}  ${key}`);
  }
}
await browser.close();
server.close();
