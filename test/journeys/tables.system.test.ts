/** A table of customers and one of prices: trained by the command line and by a program; new rows get the same answers everywhere. */
import { createReadStream, readFileSync, writeFileSync } from "node:fs";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { extname, join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { done, workplace } from "../cli/support.ts";
import { type Browser, findBrowser, howToGet, launch } from "../support/browsers/index.mjs";
import { churn, prices } from "../support/tables/journeys.ts";

type Row = Readonly<Record<string, unknown>>;
type Answer = { class?: string; probability?: number; value?: number; filled?: string[] };
interface Answers {
  predictRows(rows: readonly Row[]): Answer[] | Promise<Answer[]>;
}

const root = fileURLToPath(new URL("../..", import.meta.url));
const required = process.env.NABLA_REQUIRE_ALL === "1";
const place = workplace();
afterAll(place.remove);

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
    place.write(`${name}.csv`, text);
    const { model, module } = files(name);
    done(await place.start(["train", `${name}.csv`, ...args, "--out", model]).result);
    const exported = await place.start(["export", model, "--to", module]).result;
    expect([exported.code, exported.stderr]).toEqual([0, ""]);
  }
});

const built = (entry: string) => import(/* @vite-ignore */ pathToFileURL(join(root, "build", entry)).href);

describe.each(Object.entries(CASES))("%s", (name, { rows }) => {
  const { model, module } = files(name);
  let answers: Answer[];
  beforeAll(async () => {
    answers = await (await (await built("node.js")).loadModel(place.path(model))).predictRows(rows);
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
    const { stdout } = await place.start(["predict", model, "-", "--json"], JSON.stringify(rows)).result;
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
    const bytes = new Uint8Array(readFileSync(place.path(model)));
    const { load, loadAsync } = await built("predict.js");
    expect(await load(bytes).predictRows(rows)).toEqual(answers);
    expect(await (await loadAsync(bytes)).predictRows(rows)).toEqual(answers);
    const exported: Answers = await import(/* @vite-ignore */ pathToFileURL(place.path(module)).href);
    expect(exported.predictRows(rows)).toEqual(answers);
    const said = readFileSync(place.path(`${name}.d.mts`), "utf8");
    expect(said).toContain("export function predictRows(");
  });

  test("wrong rows are refused by row and column", async () => {
    const { loadModel } = await built("node.js");
    const { load } = await built("predict.js");
    const exported: Answers = await import(/* @vite-ignore */ pathToFileURL(place.path(module)).href);
    const here = await loadModel(place.path(model));
    const there = load(new Uint8Array(readFileSync(place.path(model))));
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

test("a program of eight lines trains on the same table, and its file answers", async () => {
  const { rows } = CASES.churn;
  writeFileSync(
    place.path("program.mjs"),
    `import { dense, sequential } from ${JSON.stringify(pathToFileURL(join(root, "build/index.js")).href)};
import { openData, saveModel } from ${JSON.stringify(pathToFileURL(join(root, "build/node.js")).href)};
const { train, test } = await openData("churn.csv", { label: "churned", ignore: ["customer"] });
const model = sequential([dense({ units: 16, activation: "relu" }), dense({ units: 1, activation: "sigmoid" })]);
model.compile({ optimizer: "adam", loss: "binaryCrossentropy", metrics: ["accuracy"] });
await model.fit(train, { epochs: 15 });
console.log(JSON.stringify([await model.evaluate(test), await model.predictRows(${JSON.stringify(rows)})]));
await saveModel(model, "program.safetensors");
`,
  );
  const { execFileSync } = await import("node:child_process");
  const said = execFileSync(process.execPath, ["program.mjs"], { cwd: place.folder, encoding: "utf8" });
  const [scores, answers] = JSON.parse(said) as [{ accuracy: number }, Answer[]];
  expect(scores.accuracy).toBeGreaterThan(0.85);
  expect(answers.map((each) => each.class)).toEqual(["yes", "no", "yes"]);
  const { stdout } = await place.start(
    ["predict", "program.safetensors", "-", "--json"],
    JSON.stringify(rows),
  ).result;
  for (const [i, line] of stdout.trim().split("\n").entries())
    expect(JSON.parse(line)).toMatchObject({ class: answers[i]!.class, confidence: answers[i]!.probability });
});

/** A page that says what it predicts. */
const PAGE = `<!doctype html><title>rows</title><script type="module">
import { loadModel } from "/build/browser/browser.js";
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
  let browser: Browser;
  let server: Server;
  const TYPES: Record<string, string> = {
    ".js": "text/javascript",
    ".mjs": "text/javascript",
    ".html": "text/html",
  };
  beforeAll(async () => {
    server = createServer((request, response) => {
      const path = request.url!.split("?")[0]!;
      response.setHeader("Content-Type", TYPES[extname(path)] ?? "application/octet-stream");
      if (path === "/page.html") return void response.end(PAGE);
      const from = path.startsWith("/build/") ? join(root, path) : place.path(path.slice(1));
      createReadStream(from)
        .on("error", () => void response.writeHead(404).end())
        .pipe(response);
    }).listen(0, "127.0.0.1");
    browser = await launch(name);
  });
  afterAll(async () => {
    await browser?.close();
    server?.close();
  });

  test("the same answers", async () => {
    const address = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    const page = await browser.newPage(`${address}/page.html`);
    for (const [of, { rows }] of Object.entries(CASES)) {
      const { model, module } = files(of);
      const asked = encodeURIComponent(JSON.stringify({ rows, model, module }));
      await page.goto(`${address}/page.html?${asked}`);
      await page.waitFor(() => document.title !== "rows");
      const seen = JSON.parse(await page.evaluate(() => document.title));
      const here = await (await (await built("node.js")).loadModel(place.path(model))).predictRows(rows);
      const plain = JSON.parse(JSON.stringify(here));
      expect(seen).toEqual({ model: plain, module: plain });
    }
  });
});
