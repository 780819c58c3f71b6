/** A table of customers and one of prices: trained by the command line and by a program; new rows get the same answers everywhere. */
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { blocks } from "../docs/pages.ts";
import { browserOf, type Site, serve } from "../package/page.ts";
import { node } from "../package/support.ts";
import { findBrowser, howToGet } from "../support/browsers/index.mjs";
import { churn, prices } from "../support/tables/journeys.ts";
import { inScratch, nabla, scratch } from "./scratch.ts";

type Row = Readonly<Record<string, unknown>>;
type Answer = { class?: string; probability?: number; value?: number; filled?: string[] };
interface Answers {
  predictRows(rows: readonly Row[]): Answer[] | Promise<Answer[]>;
}

const required = process.env.NABLA_REQUIRE_ALL === "1";

const CASES = {
  churn: {
    text: churn(2000),
    args: ["--label", "churned", "--ignore", "customer", "--epochs", "15"],
    rows: [
      { age: 31, plan: "Basic", city: "Paris", monthly: 9.5, since: "2023-04-01" },
      { age: null, plan: "Pro", city: "Oslo", monthly: 42, since: "2019-11-30" },
      { since: "2024-01-15", monthly: "", city: "Rome", plan: "Free", age: "58" },
    ] as Row[],
  },
  prices: {
    text: prices(400),
    args: ["--label", "price", "--task", "regression", "--epochs", "30"],
    rows: [
      { rooms: 3, area: 80, town: "Ulm", built: 1990 },
      { rooms: 6, area: 210.5, town: "Bonn", built: null },
    ] as Row[],
  },
};
const files = (name: string) => ({ model: `${name}.safetensors`, module: `${name}.mjs` });

beforeAll(async () => {
  for (const [name, { text, args }] of Object.entries(CASES)) {
    writeFileSync(inScratch(`${name}.csv`), text);
    const { model, module } = files(name);
    await nabla(["train", `${name}.csv`, ...args, "--out", model]);
    expect((await nabla(["export", model, "--to", module])).stderr).toBe("");
  }
});

const built = (entry: string) =>
  import(/* @vite-ignore */ pathToFileURL(join(scratch.nabla, "build", entry)).href);

describe.each(Object.entries(CASES))("%s", (name, { rows }) => {
  const { model, module } = files(name);
  let answers: Answer[];
  beforeAll(async () => {
    answers = await (await (await built("node.js")).loadModel(inScratch(model))).predictRows(rows);
  });

  test("in the user's terms", () => {
    if (name === "prices") {
      for (const { value } of answers) expect(value! > 60_000 && value! < 900_000).toBe(true);
      expect(answers[1]!.value!).toBeGreaterThan(answers[0]!.value! + 50_000);
      expect(answers.map(({ filled }) => filled)).toEqual([undefined, ["built"]]);
    } else {
      expect(answers.map((each) => each.class)).toEqual(["yes", "no", "yes"]);
      for (const { probability } of answers) expect(probability! >= 0.5 && probability! <= 1).toBe(true);
      expect(answers.map(({ filled }) => filled)).toEqual([undefined, ["age"], ["monthly"]]);
    }
  });

  test("the command line says the same", async () => {
    const { stdout } = await nabla(["predict", model, "-", "--json"], JSON.stringify(rows));
    const said = stdout
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line));
    for (const [i, { class: called, probability, value }] of answers.entries()) {
      if (value !== undefined) expect(said[i].outputs).toEqual([value]);
      else expect(said[i]).toMatchObject({ class: called, confidence: probability });
    }
  });

  test("nabla/predict and the exported module say the same", async () => {
    const bytes = new Uint8Array(readFileSync(inScratch(model)));
    const { load, loadAsync } = await built("predict.js");
    expect(await load(bytes).predictRows(rows)).toEqual(answers);
    expect(await (await loadAsync(bytes)).predictRows(rows)).toEqual(answers);
    const exported: Answers = await import(/* @vite-ignore */ pathToFileURL(inScratch(module)).href);
    expect(exported.predictRows(rows)).toEqual(answers);
    const said = readFileSync(inScratch(`${name}.d.mts`), "utf8");
    expect(said).toContain("export function predictRows(");
  });

  test("wrong rows are refused by row and column", async () => {
    const { loadModel } = await built("node.js");
    const { load } = await built("predict.js");
    const exported: Answers = await import(/* @vite-ignore */ pathToFileURL(inScratch(module)).href);
    const here = await loadModel(inScratch(model));
    const there = load(new Uint8Array(readFileSync(inScratch(model))));
    const [first, second] = rows as [Row, Row];
    const [column] = Object.keys(second) as [string];
    const { [column]: _, ...short } = second;
    for (const [wrong, message] of [
      [short, `predictRows: row 1: there is no "${column}"`],
      [{ ...second, shoe: 44 }, 'predictRows: row 1: "shoe" is no column'],
      [{ ...second, [column]: "many" }, `predictRows: row 1: column "${column}": expected`],
    ] as const) {
      for (const model of [here, there])
        await expect(model.predictRows([first, wrong])).rejects.toThrow(message);
      expect(() => exported.predictRows([first, wrong])).toThrow(message);
    }
  });
});

test("the README's program of eight lines trains on the same table, and its file answers", async () => {
  const { rows } = CASES.churn;
  const shown = blocks("README.md", "js")[1]!.trim();
  expect(shown.split("\n").length).toBeLessThanOrEqual(8);
  const program = shown
    .replace(/^console\.log\((.+), await model\.predictRows\(.+\)\);$/m, (_, scores) => {
      return `console.log(JSON.stringify([${scores}, await model.predictRows(${JSON.stringify(rows)})]));`;
    })
    .replace('"churn.safetensors"', '"program.safetensors"');
  expect(program).toContain("JSON.stringify");
  writeFileSync(inScratch("program.mjs"), program);
  const said = await node(["program.mjs"], scratch.folder);
  const [scores, answers] = JSON.parse(said.stdout) as [{ accuracy: number }, Answer[]];
  expect(scores.accuracy).toBeGreaterThan(0.85);
  expect(answers.map((each) => each.class)).toEqual(["yes", "no", "yes"]);
  const { stdout } = await nabla(["predict", "program.safetensors", "-", "--json"], JSON.stringify(rows));
  for (const [i, line] of stdout.trim().split("\n").entries())
    expect(JSON.parse(line)).toMatchObject({ class: answers[i]!.class, confidence: answers[i]!.probability });
});

/** A page that says what it predicts. */
const PAGE = `<!doctype html><title>rows</title><script type="module">
import { loadModel } from "/node_modules/nabla/build/browser/browser.js";
const { rows, model, module } = JSON.parse(decodeURIComponent(location.search.slice(1)));
try {
  const loaded = await loadModel(new URL(model, location.href));
  const exported = await import("/" + module);
  document.title = JSON.stringify({ model: await loaded.predictRows(rows), module: exported.predictRows(rows) });
} catch (error) {
  document.title = JSON.stringify(String(error));
}
</script>`;

describe.each(["chromium", "firefox"] as const)("in a page: %s", (name) => {
  if (!findBrowser(name)) {
    test.skipIf(!required)(`is missing: ${howToGet(name)}`, () => {
      throw new Error(howToGet(name));
    });
    return;
  }
  let site: Site;
  beforeAll(async () => {
    site = await serve((path) =>
      path === "/page.html" ? { text: PAGE } : { file: inScratch(path.slice(1)) },
    );
  });
  afterAll(() => site?.close());

  test("the same answers", async () => {
    const page = await (await browserOf(name)).newPage(`${site.origin}/page.html`);
    for (const [of, { rows }] of Object.entries(CASES)) {
      const { model, module } = files(of);
      const asked = encodeURIComponent(JSON.stringify({ rows, model, module }));
      await page.goto(`${site.origin}/page.html?${asked}`);
      await page.waitFor(() => document.title !== "rows");
      const seen = JSON.parse(await page.evaluate(() => document.title));
      const here = await (await (await built("node.js")).loadModel(inScratch(model))).predictRows(rows);
      const plain = JSON.parse(JSON.stringify(here));
      expect(seen).toEqual({ model: plain, module: plain });
    }
  });
});
