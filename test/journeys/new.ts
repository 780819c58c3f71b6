/** What `nabla new` writes runs, with the two commands that it names. */
import { type ChildProcess, spawn } from "node:child_process";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { delimiter, join } from "node:path";
import { afterAll, describe, expect, onTestFinished, test } from "vitest";
import { freePort } from "../edge/serving.ts";
import { bundleWorker, serveWorker, workerdFile } from "../edge/workerd.mjs";
import { browserOf } from "../package/page.ts";
import { run, testWith, tool } from "../package/support.ts";
import { findBrowser, howToGet } from "../support/browsers/index.mjs";
import { inScratch, lines, nabla } from "./scratch.ts";

const npm = process.platform === "win32" ? "npm.cmd" : "npm";
const required = process.env.NABLA_REQUIRE_ALL === "1";

/** Writes a project and installs it; tools to develop with are those of scripts/tools.mjs. */
async function project(name: string, kind: string): Promise<string> {
  const [said] = lines(await nabla(["new", name, "--kind", kind, "--json"]));
  const folder = inScratch(name);
  expect(said).toMatchObject({ folder, kind });
  expect(readdirSync(folder).sort()).toEqual([...said.files].sort());
  const quiet = ["--prefer-offline", "--no-audit", "--no-fund", "--ignore-scripts", "--loglevel", "error"];
  await run(npm, ["install", "--omit=dev", ...quiet], { cwd: folder });
  const { name: called, dependencies } = JSON.parse(readFileSync(join(folder, "package.json"), "utf8"));
  expect([called, Object.keys(dependencies)]).toEqual([name, ["nabla"]]);
  for (const file of said.files.filter((each: string) => !each.endsWith(".tgz")))
    expect(readFileSync(join(folder, file), "utf8"), file).not.toContain("my-project");
  return folder;
}

const started: ChildProcess[] = [];
const stop = (child: ChildProcess) => {
  try {
    // with what npm has started
    process.kill(-child.pid!, "SIGTERM");
  } catch {
    // it has ended
  }
};
afterAll(() => started.forEach(stop));

/** `npm start` of something that serves, until it answers. @returns its address */
async function serving(folder: string, set: string, args: readonly string[], port: number): Promise<string> {
  const path = `${join(tool(set, ".bin")!)}${delimiter}${process.env.PATH}`;
  const env = { ...process.env, PATH: path, CI: "1", NO_COLOR: "1" };
  const child = spawn(npm, ["start", "--", ...args], { cwd: folder, env, detached: true });
  started.push(child);
  let said = "";
  let over = false;
  for (const stream of [child.stdout, child.stderr]) stream.on("data", (text) => (said += text));
  child.on("close", () => (over = true));
  const url = `http://127.0.0.1:${port}/`;
  for (const limit = Date.now() + 90_000; ; ) {
    const answer = await fetch(url).catch(() => undefined);
    if (answer?.ok) return url;
    if (over || Date.now() > limit) throw new Error(`npm start: nothing at ${url}\n${said}`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

describe("nabla new", () => {
  test("a script trains on its table, and predicts", async () => {
    const folder = await project("some-fruits", "node");
    const { stdout } = await run(npm, ["start"], { cwd: folder });
    const [, accuracy] = /accuracy on \d+ rows it has not seen: ([\d.]+) %/.exec(stdout) ?? [];
    expect(Number(accuracy)).toBeGreaterThan(90);
    expect([...stdout.matchAll(/→ (\w+) [\d.]+ %/g)].map(([, name]) => name)).toEqual([
      "lemon",
      "orange",
      "apple",
    ]);
    for (const file of ["model.safetensors", "report.html"])
      expect(existsSync(join(folder, file)), file).toBe(true);
    // the command that its README names
    await run(
      process.execPath,
      ["node_modules/nabla/build/cli.js", "evaluate", "model.safetensors", "fruits.csv"],
      {
        cwd: folder,
      },
    );
  });

  const chromium = findBrowser("chromium");
  if (!chromium)
    test.skipIf(!required)(`a page: ${howToGet("chromium")}`, () => {
      throw new Error(howToGet("chromium"));
    });
  else
    testWith("package", ["vite"], "a page trains in a worker", async () => {
      const folder = await project("some-page", "page");
      const port = await freePort();
      const url = await serving(
        folder,
        "package",
        ["--port", `${port}`, "--strictPort", "--host", "127.0.0.1"],
        port,
      );
      const page = await (await browserOf("chromium")).newPage(url);
      await page.waitFor(() => document.querySelector("button")?.disabled === false);
      await page.click("button");
      await page.waitFor(() => document.querySelector("output")!.textContent!.startsWith("epoch 60:"), {
        timeout: 60_000,
      });
      const told = await page.evaluate(() => document.querySelector("output")!.textContent!);
      expect(Number(/accuracy ([\d.]+) %/.exec(told)?.[1])).toBeGreaterThan(95);
      const asked = await page.evaluate(() =>
        performance.getEntriesByType("resource").map(({ name }) => name),
      );
      expect(asked.filter((name) => /worker/.test(name)).length).toBeGreaterThan(0);
      expect(page.errors).toEqual([]);
      await run(process.execPath, [tool("package", "vite/bin/vite.js")!, "build", "--logLevel", "warn"], {
        cwd: folder,
      });
      expect(existsSync(join(folder, "dist/index.html"))).toBe(true);
    });

  testWith("edge", ["workerd"], "a worker at the edge answers rows", async () => {
    // the package is there on systems that it has no program for
    expect(workerdFile(), "node scripts/tools.mjs edge").toBeDefined();
    const folder = await project("some-edge", "edge");
    // wrangler bundles and serves alike, but takes 350 MB
    const { train, start } = JSON.parse(readFileSync(join(folder, "package.json"), "utf8")).scripts;
    expect(start).toBe(`${train} && wrangler dev`);
    await run(npm, ["run", "train"], { cwd: folder });
    const settings = readFileSync(join(folder, "wrangler.toml"), "utf8");
    const set = (name: string) => new RegExp(`^${name} = "([^"]+)"`, "m").exec(settings)?.[1];
    expect([set("name"), settings]).toEqual([
      "some-edge",
      expect.stringMatching(/^\[\[rules\]\]\ntype = "Data"\nglobs = \["\*\*\/\*\.safetensors"\]$/m),
    ]);
    const { url, stop } = await serveWorker(
      await bundleWorker(join(folder, set("main")!), join(folder, "dist")),
      { compatibilityDate: set("compatibility_date")! },
    );
    onTestFinished(stop);
    expect(await (await fetch(url)).json()).toMatchObject({ class: "lemon" });
    const ask = async (row: object) => {
      const answer = await fetch(url, { method: "POST", body: JSON.stringify(row) });
      return [answer.status, await answer.json()] as const;
    };
    const row = { weight: 190, diameter: 7.9, colour: "orange", origin: "Italy" };
    const [status, said] = await ask(row);
    expect([status, said]).toEqual([200, expect.objectContaining({ row, class: "orange" })]);
    // as the command line says it
    const [here] = lines(
      await nabla(["predict", join(folder, "model.safetensors"), "-", "--json"], JSON.stringify([row])),
    );
    expect(said.probability).toBe(here.confidence);
    const { origin: _, ...short } = row;
    expect(await ask(short)).toEqual([
      400,
      { error: expect.stringContaining('predictRows: row 0: there is no "origin"') },
    ]);
  });
});
