/** nsfwjs' MobileNetV2 learns to tell ten shapes in Node and in pages: the same bits. `node scripts/tools.mjs models` installs the package. */
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import { createRequire } from "node:module";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";
import { openData } from "../../../src/node/index.ts";
import { findBrowser, howToGet, launch } from "../../support/browsers/index.mjs";
import { bundle } from "../../support/bundle.ts";
import type { Drawn } from "./drawn.ts";
import { type Files, learns } from "./learns.ts";

const folder = fileURLToPath(new URL("../../../build/tools/models/node_modules/nsfwjs/", import.meta.url));
const there = existsSync(`${folder}package.json`);
const required = process.env.NABLA_REQUIRE_ALL === "1";
if (required)
  test("the package is installed: node scripts/tools.mjs models", () => {
    expect(there).toBe(true);
  });

const require = createRequire(import.meta.url);
const part = (name: string) => require(`${folder}dist/models/mobilenet_v2/${name}.min.js`);

interface Learned {
  accuracy: number;
  scores: number[];
  seconds: number;
}

/** What a page says that does the same. */
async function learnsInPage(name: "chromium" | "firefox"): Promise<Learned> {
  const { code } = await bundle({
    code: `import { openData } from "./src/browser/index.ts";
      import { learns } from "./test/import/shapes/learns.ts";
      // a folder as a visitor chooses one
      const chosen = (files) =>
        openData(
          files.map(({ path, bytes }) =>
            Object.defineProperty(new File([bytes], path.slice(path.lastIndexOf("/") + 1)), "webkitRelativePath", {
              value: "shapes/" + path,
            }),
          ),
        );
      try {
        const files = await (await fetch("/model.json")).json();
        const weights = new Uint8Array(await (await fetch("/weights.bin")).arrayBuffer());
        globalThis.result = await learns({ ...files, weights }, chosen);
      } catch (error) {
        globalThis.result = String(error?.stack ?? error);
      }`,
  });
  const files: Readonly<Record<string, readonly [type: string, body: string | Uint8Array]>> = {
    "/": [
      "text/html",
      '<!doctype html><title>shapes</title><script type="module" src="/program.js"></script>',
    ],
    "/program.js": ["text/javascript", code],
    "/model.json": ["application/json", JSON.stringify(part("model"))],
    "/weights.bin": ["application/octet-stream", Buffer.from(part("group1-shard1of1"), "base64")],
  };
  const server = createServer(({ url }, response) => {
    const [type, body] = files[url ?? ""] ?? ["text/plain", ""];
    response.writeHead(200, { "content-type": type }).end(body);
  });
  await new Promise<void>((listening) => server.listen(0, "127.0.0.1", listening));
  const browser = await launch(name);
  try {
    const page = await browser.newPage(`http://127.0.0.1:${(server.address() as AddressInfo).port}/`);
    await page.waitFor(() => "result" in globalThis, { timeout: 300_000 });
    const said = await page.evaluate(() => (globalThis as unknown as { result: Learned | string }).result);
    if (typeof said === "string") throw new Error(said);
    return said;
  } finally {
    await browser.close();
    server.close();
  }
}

/** The folder on a disk. */
async function opened(files: readonly Drawn[]) {
  const root = mkdtempSync(join(tmpdir(), "nabla-shapes-"));
  try {
    for (const { path, bytes } of files) {
      mkdirSync(dirname(join(root, path)), { recursive: true });
      writeFileSync(join(root, path), bytes);
    }
    return await openData(root);
  } finally {
    rmSync(root, { recursive: true });
  }
}

describe.skipIf(!there)("the body of nsfwjs' MobileNetV2", () => {
  let own: Promise<Learned> | undefined;
  const inNode = () => {
    const weights = new Uint8Array(Buffer.from(part("group1-shard1of1"), "base64"));
    own ??= learns({ ...part("model"), weights } as Files, opened);
    return own;
  };

  test("learns ten shapes in Node", async () => {
    const { accuracy, seconds } = await inNode();
    console.log(`ten shapes in Node: ${accuracy} in ${seconds.toFixed(0)} s`);
    expect(accuracy).toBeGreaterThanOrEqual(0.95);
  }, 300_000);

  for (const name of ["chromium", "firefox"] as const) {
    const file = findBrowser(name);
    test.skipIf(!file && !required)(
      `learns them in a page, with the same bits: ${name}${file ? "" : ` (skipped: ${howToGet(name)})`}`,
      async () => {
        const { accuracy, scores, seconds } = await learnsInPage(name);
        console.log(`ten shapes in ${name}: ${accuracy} in ${seconds.toFixed(0)} s`);
        expect(accuracy).toBeGreaterThanOrEqual(0.95);
        expect(scores).toEqual((await inNode()).scores);
      },
      400_000,
    );
  }
});
