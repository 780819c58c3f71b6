/** Threads in pages: where a page is isolated its training worker starts others, from a blob or from its file; elsewhere it says why not. */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { findBrowser, howToGet, launch, openUndriven } from "../support/browsers/index.mjs";
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
const errors = [];
addEventListener("error", ({ message }) => void errors.push(message));
addEventListener("unhandledrejection", ({ reason }) => void errors.push(String(reason)));
document.addEventListener("securitypolicyviolation", ({ violatedDirective, blockedURI }) => void errors.push(violatedDirective + " " + blockedURI));
const results = await (async () => [await train({ threads: 1 }), await train({ threads: 3 }), await train({}), await train({ threads: 2, worker: false })])().catch((error) => String(error));
await fetch("/done", { method: "POST", body: JSON.stringify({ results, errors }) });`;
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

/** A page that is open somewhere. */
interface Open {
  /** Why there is nothing to wait for any more. */
  ended: Promise<string>;
  close(): Promise<void>;
}

/**
 * Firefox is not driven: while a debugger listens it may stand still when a worker starts another (src/threads/start/web.ts), and a program
 * that drives it is one. Its users' pages have none.
 */
const OPEN = {
  async chromium(url: string): Promise<Open> {
    const browser = await launch("chromium");
    const { errors } = await browser.newPage(url);
    return {
      ended: new Promise(() => {}),
      async close() {
        await browser.close();
        expect(errors).toEqual([]);
      },
    };
  },
  firefox: async (url: string): Promise<Open> => openUndriven(url),
};

async function inBrowser(name: keyof typeof OPEN, headers: Record<string, string>): Promise<Result[]> {
  const found = (path: string) =>
    path === "/" ? { text: PAGE } : path === "/test.js" ? { file: script } : files(path);
  let tell = (_: string) => {};
  const told = new Promise<string>((resolve) => {
    tell = resolve;
  });
  const site = await serve(found, () => headers, tell);
  const opened = await OPEN[name](`${site.origin}/`);
  try {
    const gone = opened.ended.then((why) => Promise.reject(new Error(`${name} has ended: ${why}`)));
    const { results, errors } = JSON.parse(await Promise.race([told, gone]));
    expect(errors).toEqual([]);
    expect(site.missed).toEqual([]);
    return results;
  } finally {
    await opened.close();
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
