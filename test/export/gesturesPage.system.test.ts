/** A page trains a network and gives it to TensorFlow.js, which is there as a script: `node scripts/tools.mjs interop` installs it. */
import { readFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { findBrowser, howToGet, launch } from "../support/browsers/index.mjs";
import { bundle } from "../support/bundle.ts";
import { demandTfjs, hasTfjs } from "../support/tfjs.ts";
import { gestures } from "./gestures.ts";
import { differs } from "./onnxRound.ts";

demandTfjs();
const required = process.env.NABLA_REQUIRE_ALL === "1";
const tools = fileURLToPath(new URL("../../build/tools/interop/node_modules/@tensorflow/", import.meta.url));
/** As a page without a bundler has it: each adds to the global tf. */
const SCRIPTS = [
  "tfjs-core/dist/tf-core",
  "tfjs-backend-cpu/dist/tf-backend-cpu",
  "tfjs-layers/dist/tf-layers",
];

/** What the page says: values as plain numbers, since it says them as JSON. */
interface Said {
  accuracy: number;
  predicted: number[];
  files: Record<string, number[]>;
  /** What TensorFlow.js predicts: given the model in memory, and as files that a visitor chooses. */
  memory: number[];
  chosen: number[];
  classes: unknown;
}

const PROGRAM = `import { gestures, ROWS } from "./test/export/gestures.ts";
  const { tf } = globalThis;
  const told = (net) => {
    const x = tf.tensor2d(ROWS);
    const y = net.predict(x);
    const values = Array.from(y.dataSync());
    tf.dispose([x, y]);
    return values;
  };
  try {
    await tf.setBackend("cpu");
    const { accuracy, predicted, artifacts, files } = await gestures();
    const inMemory = await tf.loadLayersModel(tf.io.fromMemory(artifacts));
    const list = Object.entries(files).map(([name, bytes]) => new File([bytes], name));
    const asFiles = await tf.loadLayersModel(tf.io.browserFiles(list));
    globalThis.result = {
      accuracy,
      predicted: Array.from(predicted),
      files: Object.fromEntries(Object.entries(files).map(([name, bytes]) => [name, Array.from(bytes)])),
      memory: told(inMemory),
      chosen: told(asFiles),
      classes: asFiles.getUserDefinedMetadata().classes,
    };
  } catch (error) {
    globalThis.result = String(error?.stack ?? error);
  }`;

async function inPage(name: "chromium" | "firefox"): Promise<Said> {
  const { code } = await bundle({ code: PROGRAM });
  const scripts = SCRIPTS.map((_, i) => `<script src="/${i}.js"></script>`).join("");
  const page = `<!doctype html><title>gestures</title>${scripts}<script type="module" src="/program.js"></script>`;
  const files: Readonly<Record<string, readonly [type: string, body: string | Uint8Array]>> = {
    "/": ["text/html", page],
    "/program.js": ["text/javascript", code],
    ...Object.fromEntries(
      SCRIPTS.map(
        (file, i) => [`/${i}.js`, ["text/javascript", readFileSync(`${tools}${file}.min.js`)]] as const,
      ),
    ),
  };
  const server = createServer(({ url }, response) => {
    const [type, body] = files[url ?? ""] ?? ["text/plain", ""];
    response.writeHead(200, { "content-type": type }).end(body);
  });
  await new Promise<void>((listening) => server.listen(0, "127.0.0.1", listening));
  const browser = await launch(name);
  try {
    const page = await browser.newPage(`http://127.0.0.1:${(server.address() as AddressInfo).port}/`);
    await page.waitFor(() => "result" in globalThis);
    const said = await page.evaluate(() => (globalThis as unknown as { result: Said | string }).result);
    if (typeof said === "string") throw new Error(said);
    return said;
  } finally {
    await browser.close();
    server.close();
  }
}

for (const name of ["chromium", "firefox"] as const) {
  const file = findBrowser(name);
  const missing = file ? "" : ` (skipped: ${howToGet(name)})`;
  test.skipIf((!file && !required) || !hasTfjs())(
    `micro:bit: trained in a page, classified by TensorFlow.js there, with the bits of Node: ${name}${missing}`,
    async () => {
      const own = await gestures();
      const said = await inPage(name);
      expect(said.accuracy).toBeGreaterThan(0.9);
      expect(said.accuracy).toBe(own.accuracy);
      expect(said.predicted).toEqual(Array.from(own.predicted));
      expect(Object.keys(said.files)).toEqual(["gestures.json", "gestures.weights.bin"]);
      for (const [file, bytes] of Object.entries(own.files))
        expect(said.files[file], file).toEqual(Array.from(bytes));
      expect(differs(own.predicted, said.memory)).toBeLessThan(1e-5);
      expect(said.chosen).toEqual(said.memory);
      expect(said.classes).toEqual(["shake", "still", "jump"]);
    },
  );
}
