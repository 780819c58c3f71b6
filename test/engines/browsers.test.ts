/**
 * The same training gives the same weights in every browser, bit for bit those of Node: the library as pages get it, in a worker, under a
 * strict security policy. A browser that is not there is skipped, or fails where NABLA_REQUIRE_ALL=1 says that nothing may be left out.
 */
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { context } from "esbuild";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { configOf, load } from "../../src/index.ts";
import {
  BROWSERS,
  type Browser,
  findBrowser,
  howToGet,
  launch,
  type Page,
} from "../support/browsers/index.mjs";
import type { Task } from "./page.mjs";
import { hashIn, writeTrainings } from "./trainings.ts";

const required = process.env.NABLA_REQUIRE_ALL === "1";
const folder = mkdtempSync(join(tmpdir(), "nabla-browsers-"));
const trainings = writeTrainings(folder);
const tasks: Record<string, Task & { expected: string }> = {};
const files = await context({});
let url: string;

/** What the command line trains, said in a way that travels; and what comes of it in Node. */
async function taskOf(args: readonly string[]): Promise<Task & { expected: string }> {
  const out = join(folder, "trained.safetensors");
  const expected = await hashIn([process.execPath], [...args, "--out", out]);
  const model = load(readFileSync(out));
  const source = args[1]!;
  const table = source.endsWith(".csv");
  const { csv } = model.metadata.extra as { csv?: { target: { mean: number; scale: number } } };
  return {
    expected,
    config: configOf(model),
    ...(table
      ? { csv: readFileSync(source, "utf8"), target: csv!.target }
      : { generated: source, options: { samples: Number(args[args.indexOf("--samples") + 1]) } }),
  };
}

beforeAll(async () => {
  const { port } = await files.serve({
    servedir: fileURLToPath(new URL("../..", import.meta.url)),
    host: "127.0.0.1",
  });
  url = `http://127.0.0.1:${port}/test/engines/page.html`;
  for (const [name, args] of Object.entries(trainings)) tasks[name] = await taskOf(args);
});
afterAll(async () => {
  await files.dispose();
  rmSync(folder, { recursive: true, force: true });
});

describe.each(BROWSERS)("%s has the bits of this Node", (name) => {
  if (!findBrowser(name)) {
    test.skipIf(!required)(`is missing: ${howToGet(name)}`, () => {
      throw new Error(`${name} is missing, and NABLA_REQUIRE_ALL=1 asks for it: ${howToGet(name)}`);
    });
    return;
  }
  let browser: Browser;
  let page: Page;
  beforeAll(async () => {
    browser = await launch(name);
    page = await browser.newPage(url);
    await page.waitFor(() => "train" in globalThis);
  });
  afterAll(() => browser?.close());

  test.each(Object.keys(trainings))("%s", async (training) => {
    const { expected, ...task } = tasks[training]!;
    const { sha256, script } = await page.evaluate(
      (given) =>
        (globalThis as unknown as { train(task: Task): Promise<{ sha256: string; script: string }> }).train(
          given,
        ),
      task,
    );
    expect(sha256).toBe(expected);
    expect(script).toMatch(/worker\.js$/);
  });
});
