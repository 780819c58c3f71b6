/** The programs of docs/deploy.md, each in its runtime, word for word but for the address and the registry. */
import { readFileSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { beforeAll, expect, test } from "vitest";
import { load } from "../../src/index.ts";
import { type Installed, install, project, root } from "../package/support.ts";
import { trainedModel } from "./files.ts";
import { bundleForVercel, edgeRuntime, engines, RUNTIMES } from "./runtimes.ts";
import { freePort, whileServing } from "./serving.ts";
import { bundleWorker, serveWorker } from "./workerd.mjs";

const required = process.env.NABLA_REQUIRE_ALL === "1";
const guide = readFileSync(join(root, "docs/deploy.md"), "utf8");
const image = Uint8Array.from({ length: 784 }, (_, i) => (i * 2654435761) >>> 24);
let installed: Installed;
let file: Uint8Array;
let expected: number[];
beforeAll(async () => {
  installed = await install();
  file = await trainedModel();
  expected = [...load(file).predict(image).argMax()];
});

/** The program of a section, in a folder with the model beside it. */
function programOf(title: string, name: string, change: (code: string) => string = (code) => code): string {
  const section = guide.split(/^## /m).find((text) => text.startsWith(title))!;
  const [, code] = /```js\n([\s\S]*?)```/.exec(section)!;
  const folder = join(installed.folder, title.replace(/\W/g, "-"));
  return project(folder, { [name]: change(code!), "digits.safetensors": file });
}

async function asked(url: string): Promise<unknown> {
  const response = await fetch(url, { method: "POST", body: image });
  return JSON.parse(await response.text());
}

function check(name: string, missing: string | undefined, body: () => Promise<void>): void {
  const why = missing ? ` (not installed; to install it: ${missing})` : "";
  test.skipIf(missing !== undefined && !required)(name + why, async () => {
    if (missing) throw new Error(`${name} is not installed, and NABLA_REQUIRE_ALL=1 asks for it: ${missing}`);
    await body();
  });
}

check("Cloudflare Workers", RUNTIMES.workerd.missing, async () => {
  const folder = programOf("Cloudflare Workers", "worker.js");
  const worker = await serveWorker(await bundleWorker(join(folder, "worker.js"), join(folder, "dist")));
  try {
    expect(await asked(worker.url)).toEqual(expected);
  } finally {
    await worker.stop();
  }
});

check("Deno", RUNTIMES.Deno.missing, async () => {
  const port = await freePort();
  const cwd = programOf("Deno", "main.js", (code) => code.replace('"npm:nabla"', '"nabla"'));
  const args = ["run", "--no-lock", "--no-prompt", "--cached-only", "--allow-net", "--allow-read", "main.js"];
  const env = {
    DENO_DIR: join(cwd, "cache"),
    DENO_NO_UPDATE_CHECK: "1",
    DENO_SERVE_ADDRESS: `tcp:127.0.0.1:${port}`,
  };
  await whileServing(engines.Deno!, args, port, { cwd, env }, async (url) =>
    expect(await asked(url)).toEqual(expected),
  );
});

/** Another port, and this machine alone. */
const onPort = (port: number, host: string) => (code: string) => {
  expect(code).toContain("8000");
  return code.replace("8000", `${port}, ${host}`);
};
check("Bun", RUNTIMES.Bun.missing, async () => {
  const port = await freePort();
  const cwd = programOf("Bun", "main.js", onPort(port, 'hostname: "127.0.0.1"'));
  await whileServing(engines.Bun!, ["main.js"], port, { cwd }, async (url) =>
    expect(await asked(url)).toEqual(expected),
  );
});

check("Vercel's edge runtime", RUNTIMES["edge-runtime"].missing, async () => {
  const folder = programOf("Vercel", "api/predict.js");
  const entry = `import handler from "./api/predict.js";
addEventListener("fetch", (event) => event.respondWith(handler(event.request)));`;
  writeFileSync(join(folder, "function.js"), entry);
  const bundle = await bundleForVercel(folder, "function.js");
  const files = createServer(({ url }, response) => {
    response.end(url === "/digits.safetensors" ? Buffer.from(file) : undefined);
  });
  await new Promise<void>((resolve) => files.listen(0, "127.0.0.1", resolve));
  try {
    const url = `http://127.0.0.1:${(files.address() as AddressInfo).port}/api/predict`;
    const init = { method: "POST", body: Buffer.from(image).toString("base64") };
    const [answer] = await edgeRuntime(bundle, installed.folder, [[url, init]]);
    expect(JSON.parse(answer!.text)).toEqual(expected);
  } finally {
    files.close();
  }
});

test("Node", async () => {
  const port = await freePort();
  const cwd = programOf("Node", "server.js", onPort(port, '"127.0.0.1"'));
  await whileServing(process.execPath, ["server.js"], port, { cwd }, async (url) =>
    expect(await asked(url)).toEqual(expected),
  );
});
