// How fast a frame trains without a worker, seen, out of sight and in a tab in the background: `node bench/frames.mjs` prints a table.
// The kinds take turns, five times; a figure is the median of its ratios.
import { createReadStream, existsSync } from "node:fs";
import { createServer } from "node:http";
import { extname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { median } from "../build/internals.js";
import { launch } from "../test/support/browsers/index.mjs";

const files = fileURLToPath(new URL("../build/browser/", import.meta.url));
const TRAIN = `<!doctype html><title>frame</title><script type="module">
import { dense, flatten, sequential } from "/nabla.js";
import { digits } from "/data.js";
const data = digits({ samples: 4000 });
const model = sequential([flatten(), dense({ units: 100, activation: "relu" }), dense({ units: 10, activation: "softmax" })], { seed: 1 });
model.compile({ loss: "categoricalCrossentropy" });
await model.fit(data, { epochs: 1, worker: false });
const begin = performance.now();
await model.fit(data, { epochs: 20, worker: false });
parent.postMessage(performance.now() - begin, "*");
</script>`;
const server = createServer((request, response) => {
  const { pathname } = new URL(request.url ?? "/", "http://x");
  const headers = { "access-control-allow-origin": "*" };
  if (pathname === "/frame")
    return void response.writeHead(200, { ...headers, "content-type": "text/html" }).end(TRAIN);
  const file = join(files, pathname);
  if (pathname === "/")
    return void response
      .writeHead(200, { "content-type": "text/html" })
      .end("<!doctype html><title>page</title>");
  if (!existsSync(file)) return void response.writeHead(404).end();
  const type = extname(file) === ".js" ? "text/javascript" : "application/octet-stream";
  response.writeHead(200, { ...headers, "content-type": type });
  createReadStream(file).pipe(response);
});
await new Promise((resolve) => server.listen(0, "127.0.0.1", () => resolve(undefined)));
const { port } = /** @type {import("node:net").AddressInfo} */ (server.address());

/** @type {Record<string, { host: string, style: string, sandbox?: string, behind?: boolean }>} */
const FRAMES = {
  "of the page's origin, seen": { host: "127.0.0.1", style: "" },
  "of another origin, seen": { host: "localhost", style: "" },
  "of another origin, out of sight": { host: "localhost", style: "position: absolute; top: 9000px" },
  "of another origin, display: none": { host: "localhost", style: "display: none" },
  "sandboxed, seen": { host: "127.0.0.1", style: "", sandbox: "allow-scripts" },
  "sandboxed, out of sight": {
    host: "127.0.0.1",
    style: "position: absolute; top: 9000px",
    sandbox: "allow-scripts",
  },
  "of the page's origin, in a tab in the background": { host: "127.0.0.1", style: "", behind: true },
};
const ROUNDS = 5;
/** @type {Record<string, string[]>} */
const table = Object.fromEntries(Object.keys(FRAMES).map((frame) => [frame, []]));
for (const name of /** @type {const} */ (["chromium", "firefox"])) {
  const browser = await launch(name);
  /** @type {Record<string, number[]>} */
  const ratios = Object.fromEntries(Object.keys(FRAMES).map((frame) => [frame, []]));
  for (let round = 0; round < ROUNDS; round++) {
    let base = 0;
    for (const [frame, { host, style, sandbox, behind }] of Object.entries(FRAMES)) {
      const page = await browser.newPage(`http://127.0.0.1:${port}/`);
      const front = behind ? await browser.newPage("about:blank") : page;
      await front.raw.bringToFront();
      if (behind) await page.waitFor(() => document.hidden);
      const took = await page.evaluate(
        (src, css, box) =>
          new Promise((resolve) => {
            addEventListener("message", ({ data }) => resolve(data), { once: true });
            const element = document.createElement("iframe");
            element.style.cssText = css;
            if (box) element.setAttribute("sandbox", box);
            element.src = src;
            document.body.append(element);
          }),
        `http://${host}:${port}/frame`,
        style,
        sandbox ?? "",
      );
      if (front !== page) await front.close();
      await page.close();
      base ||= took;
      ratios[frame].push(took / base);
    }
  }
  for (const [frame, all] of Object.entries(ratios)) table[frame].push(median(all).toFixed(2));
  await browser.close();
}
console.log("| frame | Chromium | Firefox |\n| --- | --- | --- |");
for (const [frame, cells] of Object.entries(table)) console.log(`| ${frame} | ${cells.join(" | ")} |`);
server.close();
