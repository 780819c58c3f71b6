/** What people do: a script each, as they would write it. What it says, the command line and a page say as well. */
import { cpSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { encode } from "fast-png";
import { describe, expect, test } from "vitest";
import { below, browserOf, serve } from "../package/page.ts";
import { node, testWith, tool } from "../package/support.ts";
import { findBrowser, howToGet } from "../support/browsers/index.mjs";
import { borrow, inScratch, lines, nabla, scratch } from "./scratch.ts";

const here = fileURLToPath(new URL(".", import.meta.url));
const required = process.env.NABLA_REQUIRE_ALL === "1";

/** Copies a script into the folder, runs it there, and gives what it says. */
async function job(name: string) {
  cpSync(join(here, "jobs", `${name}.mjs`), inScratch(`${name}.mjs`));
  return JSON.parse((await node([`${name}.mjs`], scratch.folder)).stdout.trim().split("\n").at(-1)!);
}

test("a series: the forecast is better than yesterday's values, and the command line's", async () => {
  const { season, skill, times, values } = await job("series");
  expect(season).toBe(24);
  expect(skill).toBeGreaterThan(0.3);
  expect(times[0]).toContain("2024-01-22");
  const said = lines(await nabla(["forecast", "load.safetensors", "load.csv", "--json"]));
  expect(said.map(({ time }) => time)).toEqual(times);
  for (const [i, { values: its }] of said.entries()) expect(its.load).toBeCloseTo(values[i], 3);
  const [{ forecast }] = lines(await nabla(["evaluate", "load.safetensors", "load.csv", "--json"]));
  expect(forecast.columns[0]).toMatchObject({ column: "load", season: 24 });
});

test("a text: the command line goes on with it as the program does, and judges it", async () => {
  const { text } = await job("text");
  expect(text).toContain(" your boat, gently");
  const asked = ["--prompt", "Row, row, row", "--length", "60", "--temperature", "0"];
  const [said] = lines(await nabla(["generate", "verse.safetensors", ...asked, "--json"]));
  expect(said.text).toBe(text);
  const [score] = lines(await nabla(["evaluate", "verse.safetensors", "verse.txt", "--json"]));
  expect(score.loss).toBeLessThan(0.5);
});

/** A ring or a cross, somewhere. */
function picture(kind: string, i: number): Uint8Array {
  const side = 20;
  const [row, column, radius] = [8 + (i % 4), 8 + ((i * 3) % 5), 4 + (i % 3)];
  const data = Uint8Array.from({ length: side * side }, (_, at) => {
    const [y, x] = [Math.floor(at / side) - row, (at % side) - column];
    const ring = Math.abs(Math.sqrt(x * x + y * y) - radius) < 1.2;
    const cross = Math.abs(Math.abs(x) - Math.abs(y)) < 1.2 && Math.abs(x) <= radius;
    const noise = (at * 7919 + i * 104_729) % 40;
    return (kind === "ring" ? ring : cross) ? 60 - noise : 215 + noise;
  });
  return encode({ width: side, height: side, data, channels: 1 });
}

test("pictures: a folder of them, and the class of a new one", async () => {
  for (const kind of ["ring", "cross"]) {
    mkdirSync(inScratch(`pictures/${kind}`), { recursive: true });
    for (let i = 0; i < 60; i++) writeFileSync(inScratch(`pictures/${kind}/${i}.png`), picture(kind, i));
  }
  writeFileSync(inScratch("new.png"), picture("cross", 61));
  const { accuracy, answer } = await job("pictures");
  expect(accuracy).toBeGreaterThan(0.9);
  expect(answer.class).toBe("cross");
  const [said] = lines(await nabla(["predict", "pictures.safetensors", "new.png", "--json"]));
  expect(said).toMatchObject({ class: "cross", confidence: answer.probability });
});

const THEIRS = ["core", "layers", "backend-cpu"].map((part) => `@tensorflow/tfjs-${part}`);
testWith("interop", THEIRS, "a port from TensorFlow.js: its model, and its program", async () => {
  borrow("interop", THEIRS);
  const { apart, further, accuracy } = await job("port");
  expect(apart).toBeLessThan(1e-5);
  expect(further).toBeGreaterThan(0.95);
  expect(accuracy).toBeGreaterThan(0.95);
});

test("the same seed: the same weights, in one go and in two, and by the command line", async () => {
  const hashes = await job("reproduce");
  expect(Object.keys(hashes).length).toBe(3);
  expect(new Set(Object.values(hashes)).size).toBe(1);
  const found = new Set<string>();
  for (const out of ["one.safetensors", "two.safetensors"]) {
    await nabla(["train", "moons", "--samples", "500", "--epochs", "3", "--seed", "5", "--out", out]);
    const [{ whole, weightsSha256 }] = lines(await nabla(["verify", out, "--json"]));
    expect(whole).toBe(true);
    found.add(weightsSha256);
  }
  expect(found.size).toBe(1);
});

describe("a page with Vite and React", () => {
  const why = findBrowser("chromium") ? "" : ` (${howToGet("chromium")})`;
  const missing = ["react", "react-dom"].filter((name) => !tool("next", name));
  if (missing.length > 0 || why) {
    const said = `${missing.join(", ")}${why} missing; node scripts/tools.mjs next`;
    test.skipIf(!required)(said, () => {
      throw new Error(said);
    });
    return;
  }
  testWith("package", ["vite"], "trains in its worker, and answers as Node does", async () => {
    borrow("next", ["react", "react-dom"]);
    const rows = [{ age: 31, plan: "Basic", city: "Paris", monthly: 9.5, since: "2023-04-01" }];
    const folder = inScratch("page");
    cpSync(join(here, "page"), folder, { recursive: true });
    writeFileSync(join(folder, "rows.json"), JSON.stringify(rows));
    mkdirSync(join(folder, "public"));
    cpSync(inScratch("churn.safetensors"), join(folder, "public/churn.safetensors"));
    await node([tool("package", "vite/bin/vite.js")!, "build", "--logLevel", "warn"], folder);
    const site = await serve(below(join(folder, "dist")));
    try {
      const page = await (await browserOf("chromium")).newPage(`${site.origin}/`);
      await page.waitFor("#result", { timeout: 60_000 });
      const [epoch, text] = await page.evaluate(() =>
        ["epoch", "result"].map((id) => document.getElementById(id)!.textContent!),
      );
      const { accuracy, answers } = JSON.parse(text!);
      expect(epoch).toBe("20");
      expect(accuracy).toBeGreaterThan(0.9);
      const said = lines(await nabla(["predict", "churn.safetensors", "-", "--json"], JSON.stringify(rows)));
      expect(said[0]).toMatchObject({ class: answers[0].class, confidence: answers[0].probability });
      expect(page.errors).toEqual([]);
      const asked = await page.evaluate(() =>
        performance.getEntriesByType("resource").map(({ name }) => name),
      );
      expect(asked.filter((name) => /worker/.test(name)).length).toBeGreaterThan(0);
    } finally {
      site.close();
    }
  });
});
