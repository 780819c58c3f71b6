/** What scripts get of what the command line has: progress, plots, reports, files by URL. */
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { encode } from "fast-png";
import { parse } from "parse5";
import { afterAll, expect, test } from "vitest";
import { blobs } from "../../src/data/index.ts";
import { configOf, dense, type Model, sequential, weightsSha256 } from "../../src/index.ts";
import {
  checkpointIn,
  csvLogger,
  decodeImageFile,
  loadCheckpoint,
  loadModel,
  modelCheckpoint,
  openData,
  openSeries,
  plotHistory,
  progressBar,
  saveModel,
  writeFileAtomic,
  writeReport,
} from "../../src/node/index.ts";
import { historySvg } from "../../src/report/history.ts";

const folder = mkdtempSync(join(tmpdir(), "nabla-scripts-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const at = (name: string) => join(folder, name);
const url = (name: string) => pathToFileURL(at(name));

const rows = () => blobs({ samples: 120, seed: 1, classes: 3 });
const classifier = () =>
  sequential([dense({ units: 8, activation: "relu" }), dense({ units: 3, activation: "softmax" })], {
    seed: 1,
    inputShape: [2],
  }).compile({ optimizer: "adam", loss: "categoricalCrossentropy", metrics: ["accuracy"] });

/** Takes what is written; a terminal of so many columns, or a file. */
function output(columns?: number) {
  const taken = { text: "" };
  const write = (text: string) => void (taken.text += text);
  return { taken, write, ...(columns && { isTTY: true, columns }) };
}

test("progressBar: a line that moves for people, lines of epochs alone for files", async () => {
  const screen = output(100);
  await classifier().fit(rows(), { epochs: 2, batchSize: 10, callbacks: [progressBar({ output: screen })] });
  expect(screen.taken.text).toMatch(/\r.*epoch 1\/2.*\d %.*loss 1?\d?\.?\d+.*rows\/s {2}ETA/);
  // biome-ignore lint/suspicious/noControlCharactersInRegex: colours
  const plain = screen.taken.text.replaceAll(/\u001b\[\d+[mK]/g, "");
  expect(plain).toMatch(/epoch 2\/2 {2}loss [\d.]+ {2}accuracy [\d.]+ %/);

  const file = output();
  await classifier().fit(rows(), {
    epochs: 2,
    validationSplit: 0.2,
    callbacks: [progressBar({ output: file })],
  });
  for (const moving of ["\r", "\x1b"]) expect(file.taken.text).not.toContain(moving);
  expect(file.taken.text.trim().split("\n")).toHaveLength(2);
  expect(file.taken.text).toMatch(/^epoch 1\/2 {2}loss .* val loss .* val accuracy .* %/);
});

test("progressBar: batches of an iterator are counted, there is no share of what nobody knows", async () => {
  function* batches() {
    for (let i = 0; i < 5; i++)
      yield [
        [
          [i, 1],
          [1, i],
        ],
        [0, 2],
      ] as const;
  }
  const screen = output(100);
  await classifier().fit(batches as never, { callbacks: [progressBar({ output: screen })] });
  expect(screen.taken.text).toMatch(/step \d/);
  expect(screen.taken.text).not.toMatch(/NaN|Infinity|rows\/s/);
});

const trained: { model: Model } = { model: classifier() };
const history = await trained.model.fit(rows(), { epochs: 6, validationSplit: 0.25, batchSize: 16 });

test("plotHistory: the curve of nabla train, and every figure in a file", async () => {
  const screen = output();
  const text = await plotHistory(history, { output: screen, path: url("history.svg") });
  expect(text).toContain("loss (cyan), val loss (yellow) over 6 epochs");
  expect(screen.taken.text.trim()).toBe(text.trim());
  const svg = readFileSync(at("history.svg"), "utf8");
  expect(svg).toMatch(/^<svg xmlns="http:\/\/www.w3.org\/2000\/svg"/);
  for (const part of [">Loss<", ">Accuracy<", ">training<", ">validation<"]) expect(svg).toContain(part);
  // two figures, in each a line of training and one of validation, and the best epoch
  expect(svg.match(/class="line" stroke="[^"]*" d="M[\d.]+ [\d.]+L/g)).toHaveLength(4);
  expect(svg.match(/class="dashed"/g)).toHaveLength(2);
  expect(svg).not.toContain("NaN");
  await plotHistory(history, { output: screen, path: at("history.html") });
  expect(parse(readFileSync(at("history.html"), "utf8")).nodeName).toBe("#document");
  await expect(plotHistory(history, { path: at("history.png") })).rejects.toThrow(
    "plotHistory: path: expected a name that ends in .svg or .html",
  );
  await expect(plotHistory([1, 2] as never)).rejects.toThrow(
    "plotHistory: expected what fit() resolves to, its history",
  );
  // of const { history } = await model.fit(…)
  expect(await plotHistory(history.history, { output: screen })).toBe(text);
  const once = await classifier().fit(rows(), { epochs: 1 });
  expect(await plotHistory(once, { output: screen })).toMatch(/^1 epoch {2}loss [\d.]+ {2}accuracy/);
});

test("notebooks show a history as a picture and a confusion matrix as a table", async () => {
  const display = Symbol.for("Jupyter.display");
  type Shown = Record<symbol, () => Promise<Record<string, string>>>;
  const picture = await (history as unknown as Shown)[display]!();
  expect(picture["image/svg+xml"]).toContain(">Accuracy<");
  expect(picture["text/plain"]).toContain("History of 6 epochs");
  // epochs are whole, and three of them have no half between
  const few = historySvg({ epoch: [0, 1, 2], history: { loss: [3, 2, 1] } });
  expect([...few.matchAll(/text-anchor="middle">([\d.]+)</g)].map(([, epoch]) => epoch)).toEqual([
    "1",
    "2",
    "3",
  ]);
  const confusion = await trained.model.confusionMatrix(rows());
  const table = await (confusion as unknown as Shown)[display]!();
  const cells = [...table["text/html"]!.matchAll(/<td[^>]*>(\d*)<\/td>/g)].map(([, n]) => Number(n));
  expect(cells).toEqual(confusion.counts.flat());
  expect(table["text/plain"]).toContain("ConfusionMatrix of 3 classes");
});

test("writeReport: the page of nabla train, for a data set or arrays", async () => {
  await writeReport(trained.model, history, rows(), url("report.html"), {
    command: "node <me>.mjs",
    seconds: 3,
  });
  const page = readFileSync(at("report.html"), "utf8");
  for (const part of [
    "<h2>Training</h2>",
    "<h2>Confusion matrix</h2>",
    "<h2>Classes</h2>",
    "<h2>Network</h2>",
  ])
    expect(page).toContain(part);
  expect(page).toContain("Made by <code>node &lt;me&gt;.mjs</code>, seed 1.");
  const best = history.history.valLoss!.indexOf(Math.min(...history.history.valLoss!)) + 1;
  expect(page).toContain(`The dashed line is epoch ${best}, whose validation loss is the lowest.`);
  expect(page).toContain(`<dt>best epoch</dt><dd>${best}</dd>`);
  expect(page).toContain(weightsSha256(trained.model));
  const [x, y] = [
    [
      [0, 1],
      [1, 0],
    ],
    [0, 2],
  ];
  await writeReport(trained.model, history, [x, y], at("arrays.html"), { name: "two rows" });
  expect(readFileSync(at("arrays.html"), "utf8")).toContain("<h1>two rows</h1>");
  // labels that are texts, as fit() takes them
  const named = classifier();
  const { history: figures } = await named.fit([...x, [1, 1]], ["cat", "fox", "owl"], { epochs: 2 });
  await writeReport(named, figures, [x, ["fox", "cat"]], at("texts.html"));
  expect(readFileSync(at("texts.html"), "utf8")).toContain("fox");
  await expect(writeReport(trained.model, history, undefined as never, at("x.html"))).rejects.toThrow(
    "writeReport: expected rows to judge it by, a data set (data.test) or [x, y], got undefined",
  );
  await expect(writeReport(trained.model, history, rows(), at("no/x.html"))).rejects.toThrow(
    "does not exist",
  );
});

test("saveModel without the optimizer: smaller, the same predictions, and a training that begins anew", async () => {
  await saveModel(trained.model, url("whole.safetensors"));
  await saveModel(trained.model, url("bare.safetensors").href, { optimizer: false });
  expect(statSync(at("bare.safetensors")).size).toBeLessThan(statSync(at("whole.safetensors")).size);
  const bare = await loadModel(url("bare.safetensors"));
  expect(weightsSha256(bare)).toBe(weightsSha256(trained.model));
  expect(await bare.evaluate(rows())).toEqual(await trained.model.evaluate(rows()));
  await expect(bare.fit(rows(), { epochs: 9, resume: true })).rejects.toThrow("resume");
  // as a compiled model with these weights
  const fresh = classifier().setWeights(trained.model.weights());
  await fresh.fit(rows(), { epochs: 1 });
  await bare.fit(rows(), { epochs: 1 });
  expect(weightsSha256(bare)).toBe(weightsSha256(fresh));
  await expect(saveModel(bare, at("x"), { optimizer: "no" as never })).rejects.toThrow("optimizer");
});

test("modelCheckpoint({ path }): the file is the model of the best epoch", async () => {
  const model = classifier();
  const seen: string[] = [];
  const { history } = await model.fit(rows(), {
    epochs: 8,
    validationSplit: 0.25,
    batchSize: 4,
    callbacks: [
      { onEpochEnd: () => void seen.push(weightsSha256(model)) },
      modelCheckpoint({ path: url("best.safetensors"), monitor: "valLoss", optimizer: false }),
    ],
  });
  const losses = history.valLoss!;
  expect(weightsSha256(await loadModel(at("best.safetensors")))).toBe(
    seen[losses.indexOf(Math.min(...losses))],
  );
  expect(() => modelCheckpoint({ monitor: "valLoss" } as never)).toThrow(
    "modelCheckpoint: path: expected a path or a file: URL, got undefined",
  );
});

test("csvLogger: a line for each epoch, none twice after a training went on", async () => {
  const model = classifier();
  const log = () => csvLogger(url("log.csv"), { separator: ";" });
  await model.fit(rows(), { epochs: 2, validationSplit: 0.25, callbacks: [log()] });
  const resumed = await model.fit(rows(), {
    epochs: 4,
    validationSplit: 0.25,
    resume: true,
    callbacks: [log()],
  });
  const [head, ...lines] = readFileSync(at("log.csv"), "utf8").trimEnd().split("\n");
  expect(head).toBe("epoch;loss;accuracy;valLoss;valAccuracy;learningRate");
  expect(lines).toHaveLength(4);
  expect(lines.map((line) => line.split(";").map(Number))).toEqual(
    resumed.epoch.map((e) => [
      e,
      ...head!
        .split(";")
        .slice(1)
        .map((name) => resumed.history[name]![e]!),
    ]),
  );
  const before = weightsSha256(model);
  await expect(model.fit(rows(), { callbacks: [csvLogger(at("no/log.csv"))] })).rejects.toThrow(
    "does not exist",
  );
  expect(weightsSha256(model)).toBe(before);
});

test("file: URLs wherever a path is taken; other URLs are refused and say so", async () => {
  writeFileSync(at("t.csv"), "a,b,kind\n1,2,x\n2,3,y\n3,1,x\n4,4,y\n5,1,x\n");
  writeFileSync(at("load.csv"), "time,load\n2024-01-01,1\n2024-01-02,2\n2024-01-03,3\n");
  writeFileSync(
    at("p.png"),
    encode({ width: 2, height: 1, data: Uint8Array.of(7, 9), channels: 1, depth: 8 }),
  );
  expect((await openData(url("t.csv"))).csv!.columns).toEqual(["a", "b"]);
  expect((await openData(url("t.csv").href)).csv!.label).toBe("kind");
  expect((await openSeries(url("load.csv"))).length).toBe(3);
  expect([...(await decodeImageFile(url("p.png"))).data]).toEqual([7, 9]);
  await writeFileAtomic(url("with blank.txt"), Uint8Array.of(65));
  expect(readFileSync(at("with blank.txt"), "utf8")).toBe("A");
  const model = classifier();
  await model.fit(rows(), { callbacks: [checkpointIn(url("kept.safetensors"))] });
  const kept = await loadCheckpoint(url("kept.safetensors"));
  expect(weightsSha256(kept.model)).toBe(weightsSha256(model));
  await expect(loadModel(new URL("https://example.com/m.safetensors"))).rejects.toThrow(
    "loadModel: expected a path or a file: URL, got https://example.com/m.safetensors: it is fetched, not read",
  );
  await expect(loadModel("file://./m.safetensors")).rejects.toThrow(
    'a path is written as it is, "./model.saf',
  );
  await expect(openData(7 as never)).rejects.toThrow("openData: expected a path or a file: URL, got 7");
});

test('classWeight: "balanced" is rows / (classes · rows of the class), and is kept as numbers', async () => {
  const x = Array.from({ length: 40 }, (_, i) => [i / 40, (i * 7) % 11]);
  const y = x.map((_, i) => (i % 10 === 0 ? 2 : i % 2));
  const counts = [0, 1, 2].map((c) => y.filter((label) => label === c).length);
  const factors = Object.fromEntries(counts.map((count, c) => [String(c), 40 / (3 * count)]));
  const [a, b] = [classifier(), classifier()];
  await a.fit(x, y, { classWeight: "balanced", epochs: 2 });
  await b.fit(x, y, { classWeight: factors, epochs: 2 });
  expect(weightsSha256(a)).toBe(weightsSha256(b));
  expect(configOf(a).training!.classWeight).toEqual(factors);
  // said again or left out, it is the same training that goes on
  await a.fit(x, y, { classWeight: "balanced", epochs: 3, resume: true });
  await b.fit(x, y, { epochs: 3, resume: true });
  expect(weightsSha256(a)).toBe(weightsSha256(b));
  // of the rows to train on alone
  const split = classifier();
  await split.fit(x, y, { classWeight: "balanced", validationSplit: (row) => row < 20 });
  const left = [0, 1, 2].map((c) => y.slice(20).filter((label) => label === c).length);
  expect(configOf(split).training!.classWeight).toEqual(
    Object.fromEntries(left.map((count, c) => [String(c), 20 / (3 * count)])),
  );
  const values = sequential([dense({ units: 1 })], { inputShape: [2] }).compile({ loss: "meanSquaredError" });
  await expect(values.fit(x, y, { classWeight: "balanced" })).rejects.toThrow(
    'classWeight: "balanced" counts the rows of each class, and the targets are values',
  );
});
