/** Threads in pages: where a page is isolated its training worker starts others, from a blob or from its file; elsewhere it says why not. */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { findBrowser, howToGet, launch } from "../support/browsers/index.mjs";
import { below, page, serve } from "./page.ts";
import { node, root } from "./support.ts";

const required = process.env.NABLA_REQUIRE_ALL === "1";
const script = join(mkdtempSync(join(tmpdir(), "nabla-isolation-")), "test.js");
beforeAll(() => writeFileSync(script, SCRIPT));
afterAll(() => rmSync(dirname(script), { recursive: true }));
/** The files as they ship for pages without a bundler. */
const files = below(join(root, "build/browser"));

/** The same training anywhere; several of its instructions are worth sharing. */
const TRAINS = `
const model = sequential([dense({ units: 256, activation: "relu", inputShape: [256] }), dense({ units: 4, activation: "softmax" })], { seed: 2 });
model.compile({ optimizer: "adam", loss: "categoricalCrossentropy" });
const data = Float32Array.from({ length: 300 * 256 }, (_, i) => ((i * 7919) % 251) / 251);
await model.fit({ data, shape: [300, 256] }, Int32Array.from({ length: 300 }, (_, i) => i % 4), { batchSize: 64, epochs: 2, ...options });
const info = await model.info();
return { hash: weightsSha256(model), threads: info.threads, why: info.threadsWhy };
`;
const PAGE = page(`<script type="module" src="/test.js"></script>`);
const SCRIPT = `import { dense, sequential, weightsSha256 } from "/nabla.js";
const train = async (options) => { ${TRAINS} };
globalThis.result = await (async () => [await train({ threads: 1 }), await train({ threads: 3 }), await train({}), await train({ threads: 2, worker: false })])().catch((error) => String(error));`;
const ISOLATED = {
  "cross-origin-opener-policy": "same-origin",
  "cross-origin-embedder-policy": "require-corp",
};
/** Nothing from a blob: helpers are started from the worker's file. And every address is vouched for. */
const STRICT = {
  "content-security-policy":
    "default-src 'self'; script-src 'self' 'wasm-unsafe-eval'; img-src data:; require-trusted-types-for 'script'; trusted-types nabla",
};

interface Result {
  hash: string;
  threads: number;
  why?: string;
}

async function inBrowser(name: "chromium" | "firefox", headers: Record<string, string>): Promise<Result[]> {
  const found = (path: string) =>
    path === "/" ? { text: PAGE } : path === "/test.js" ? { file: script } : files(path);
  const site = await serve(found, () => headers);
  const browser = await launch(name);
  try {
    const opened = await browser.newPage(`${site.origin}/`);
    await opened.waitFor(() => (globalThis as { result?: unknown }).result !== undefined, {
      timeout: 60_000,
    });
    expect(opened.errors).toEqual([]);
    return await opened.evaluate(() => (globalThis as unknown as { result: Result[] }).result);
  } finally {
    await browser.close();
    site.close();
  }
}

describe.each(["chromium", "firefox"] as const)("%s", (name) => {
  const there = findBrowser(name) !== undefined;
  test.runIf(there || required)(
    "shares memory where the page is isolated",
    { timeout: 180_000 },
    async () => {
      if (!there) throw new Error(howToGet(name));
      const program = `import { dense, sequential, weightsSha256 } from ${JSON.stringify(join(root, "build/index.js"))};
const train = async (options) => { ${TRAINS} };
console.log((await train({ worker: false })).hash);`;
      const hash = (await node(["--input-type=module", "-e", program], root)).stdout.trim();
      for (const headers of [ISOLATED, { ...ISOLATED, ...STRICT }]) {
        const [one, three, auto, onPage] = await inBrowser(name, headers);
        expect([one!.hash, three!.hash, auto!.hash, onPage!.hash]).toEqual([hash, hash, hash, hash]);
        expect(one).toMatchObject({ threads: 1 });
        expect(three).toMatchObject({ threads: 3 });
        expect(onPage!.why).toMatch("a page's own thread must not wait");
      }
      const [, three, auto] = await inBrowser(name, {});
      expect([three!.hash, auto!.hash]).toEqual([hash, hash]);
      expect(three).toMatchObject({ threads: 1, why: expect.stringMatching("not cross-origin isolated") });
    },
  );
});
