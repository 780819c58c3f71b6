/** The examples for edge runtimes, each served by its own runtime from the packed package, and asked over HTTP. */
import { cpSync, readFileSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { beforeAll, describe, expect, test } from "vitest";
import { digits } from "../../src/data/index.ts";
import { load, weightsSha256 } from "../../src/index.ts";
import { type Installed, install, root } from "../package/support.ts";
import { trainedModel } from "./files.ts";
import { bundleForVercel, edgeRuntime, engines, RUNTIMES } from "./runtimes.ts";
import { freePort, whileServing } from "./serving.ts";
import { bundleWorker, serveWorker } from "./workerd.mjs";

const required = process.env.NABLA_REQUIRE_ALL === "1";
const ROWS = 5;
let installed: Installed;
let folder: string;
let file: Uint8Array;
let image: Uint8Array;
/** What the model says of the images, and the hash after learning, as this process has them. */
let expected: { class: string; confidence: number }[];
let learned: string;
let correction: string;

beforeAll(async () => {
  installed = await install();
  folder = join(installed.folder, "edge");
  cpSync(join(root, "examples/edge"), folder, { recursive: true });
  file = await trainedModel([30], 1000);
  for (const runtime of ["cloudflare", "deno", "bun"])
    writeFileSync(join(folder, runtime, "digits.safetensors"), file);
  image = new Uint8Array(ROWS * 784);
  const labels = new Int32Array(ROWS);
  digits({ samples: 1000, part: "test" }).read(
    Uint32Array.from({ length: ROWS }, (_, i) => i),
    image,
    labels,
  );
  const model = load(file);
  const outputs = model.predict(image);
  expected = Array.from(outputs.argMax(), (best, i) => ({
    class: String(best),
    confidence: outputs.row(i)[best]!,
  }));
  const rows = Array.from({ length: ROWS }, (_, i) =>
    Array.from(image.subarray(i * 784, (i + 1) * 784), (value) => value / 255),
  );
  correction = JSON.stringify({ x: rows, y: [...labels] });
  model.compile({ optimizer: { name: "sgd", learningRate: 0.01 }, loss: "categoricalCrossentropy" });
  await model.fit(rows, [...labels], { epochs: 5, batchSize: ROWS });
  learned = weightsSha256(model);
});

type Ask = (
  path: string,
  body: string | Uint8Array,
  type?: string,
) => Promise<{ status: number; text: string }>;
const over =
  (url: string): Ask =>
  async (path, body, type = "application/octet-stream") => {
    const response = await fetch(url + path, {
      method: "POST",
      headers: { "content-type": type },
      body: body as never,
    });
    return { status: response.status, text: await response.text() };
  };

/** Asks for all there is, the wrong way too. */
async function conversation(ask: Ask): Promise<void> {
  const { status, text } = await ask("/predict", image);
  expect([status, JSON.parse(text)]).toEqual([200, expected]);
  const short = await ask("/predict", image.subarray(0, 783));
  expect(short.status).toBe(400);
  expect(JSON.parse(short.text).error).toContain("expected a multiple of 784 values");
  expect(JSON.parse((await ask("/predict", '{"x": [[1, 2]]}', "application/json")).text).error).toContain(
    "expected rows of shape",
  );
  expect((await ask("/predict", "{", "application/json")).status).toBe(400);
  expect((await ask("/elsewhere", image)).status).toBe(404);
  const taught = await ask("/learn", correction, "application/json");
  expect([taught.status, JSON.parse(taught.text).sha256]).toEqual([200, learned]);
  const after = JSON.parse((await ask("/predict", image)).text);
  expect(after).not.toEqual(expected);
}

/** Starts a server's program and talks to it. */
async function served(command: string, args: string[], env: Record<string, string> = {}): Promise<void> {
  const port = await freePort();
  await whileServing(command, [...args, String(port)], port, { cwd: folder, env }, (url) =>
    conversation(over(url)),
  );
}

function check(name: keyof typeof RUNTIMES, title: string, body: () => Promise<void>): void {
  const { missing } = RUNTIMES[name];
  const why = missing ? ` (${name} is not installed; to install it: ${missing})` : "";
  test.skipIf(missing !== undefined && !required)(title + why, async () => {
    if (missing) throw new Error(`${name} is not installed, and NABLA_REQUIRE_ALL=1 asks for it: ${missing}`);
    await body();
  });
}

describe("Cloudflare Workers", () => {
  const bundled = () => bundleWorker(join(folder, "cloudflare/worker.js"), join(folder, "cloudflare/dist"));
  check("workerd", "with the model in the bundle", async () => {
    const worker = await serveWorker(await bundled());
    try {
      await conversation(over(worker.url));
    } finally {
      await worker.stop();
    }
  });
  check("workerd", "with the model in KV: what was learned outlives the worker", async () => {
    const values = { MODELS: new Map([["digits", file]]) };
    const out = await bundled();
    let worker = await serveWorker(out, { values });
    try {
      await conversation(over(worker.url));
      await worker.stop();
      const kept = new Uint8Array(readFileSync(join(out, "kv-MODELS/digits")));
      expect(weightsSha256(load(kept))).toBe(learned);
      worker = await serveWorker(out, { values: { MODELS: new Map([["digits", kept]]) } });
      const { text } = await over(worker.url)("/predict", image);
      const outputs = load(kept).predict(image);
      expect(JSON.parse(text)[0].confidence).toBe(outputs.row(0)[outputs.argMax()[0]!]);
    } finally {
      await worker.stop();
    }
  });
});

check("Deno", "Deno", () =>
  served(
    engines.Deno!,
    [
      "run",
      "--no-lock",
      "--no-prompt",
      "--cached-only",
      "--allow-net=127.0.0.1",
      "--allow-read=.",
      "deno/main.js",
    ],
    { DENO_DIR: join(folder, "cache"), DENO_NO_UPDATE_CHECK: "1" },
  ),
);

check("Bun", "Bun keeps what was learned in its file", async () => {
  await served(engines.Bun!, ["run", "bun/main.js"]);
  expect(weightsSha256(load(new Uint8Array(readFileSync(join(folder, "bun/digits.safetensors")))))).toBe(
    learned,
  );
});

check("edge-runtime", "Vercel's edge runtime, with the model from a fetch", async () => {
  const code = `import handler from "./vercel/predict.js";
addEventListener("fetch", (event) => event.respondWith(handler(event.request)));`;
  writeFileSync(join(folder, "function.js"), code);
  const bundle = await bundleForVercel(folder, "function.js");
  const asked: string[] = [];
  const files = createServer((request, response) => {
    asked.push(request.url!);
    response.end(Buffer.from(file));
  });
  await new Promise<void>((resolve) => files.listen(0, "127.0.0.1", resolve));
  const url = `http://127.0.0.1:${(files.address() as AddressInfo).port}/api`;
  try {
    // an isolate for each conversation's step would start anew: all requests go to one
    const steps: [string, { method: string; headers: Record<string, string>; body: string }][] = [];
    const record: Ask = async (path, body, type = "application/octet-stream") => {
      const init = {
        method: "POST",
        headers: { "content-type": type },
        body: Buffer.from(body).toString("base64"),
      };
      steps.push([url + path, init]);
      const answers = await edgeRuntime(bundle, installed.folder, steps);
      return answers.at(-1)!;
    };
    await conversation(record);
    expect(new Set(asked)).toEqual(new Set(["/digits.safetensors"]));
  } finally {
    files.close();
  }
});
