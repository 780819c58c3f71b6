/** The same of what needs Node or a page: see misuse.test.ts. Pages' functions are called in Node, where they have nothing to work with. */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import * as browser from "../../src/browser/index.ts";
import { dense, sequential } from "../../src/index.ts";
import * as node from "../../src/node/index.ts";
import { callablesOf, misuses, rawErrors } from "../support/misuse.ts";

const folder = mkdtempSync(join(tmpdir(), "nabla-misuse-"));
// "text" is the path of a file, too
const before = process.cwd();
process.chdir(folder);
afterAll(() => {
  process.chdir(before);
  rmSync(folder, { recursive: true });
});
const at = (name: string) => join(folder, name);
writeFileSync(at("table.csv"), "a,b\n1,x\n2,y\n3,x\n4,y\n5,x\n");
const model = () => sequential([dense({ units: 1 })], { inputShape: [2] });
const compiled = () => {
  const made = model();
  made.compile({ loss: "meanSquaredError" });
  return made;
};
const HISTORY = await compiled().fit([[0, 1]], [1], { epochs: 1, worker: false });
const quiet = { write: () => true };
const pictureModel = () => {
  const made = sequential([dense({ units: 1 })], { inputShape: [2, 2, 1] });
  made.metadata = { extra: { images: { width: 2, height: 2, channels: 1, fit: "pad" } } };
  return made;
};
const picture = { data: new Uint8Array(4), width: 2, height: 2, channels: 1 };

const GOOD: Readonly<Record<string, () => readonly unknown[]>> = {
  "node.folderCache": () => [at("cache")],
  "node.openData": () => [at("table.csv"), { testFraction: 0.4, seed: 1 }],
  "node.openLargeTable": () => [at("table.csv"), { testFraction: 0.4, seed: 1 }],
  "node.openSeries": () => [at("table.csv"), { ignore: ["b"], missing: "fill", gaps: "fill" }],
  "node.openInput": () => [at("table.csv")],
  "node.readIdx": () => [at("none"), 100],
  "node.checkpointIn": () => [at("kept.safetensors"), { keep: 2 }],
  "node.loadCheckpoint": () => [at("none.safetensors"), { custom: [] }],
  "node.checkWritable": () => [at("new"), {}],
  "node.writeFileAtomic": () => [at("written"), new Uint8Array(3), { keepPrevious: true }],
  "node.decodeImage": () => [new Uint8Array(30), "picture", { maxPixels: 100 }],
  "node.predictPictures": () => [pictureModel(), at("none.png"), { maxPixels: 100 }],
  "node.decodeImageFile": () => [at("none.png"), { maxPixels: 100 }],
  "node.loadModel": () => [at("none.safetensors"), { custom: [] }],
  "node.csvLogger": () => [at("log.csv"), {}],
  "node.modelCheckpoint": () => [{ path: at("best.safetensors"), optimizer: false }],
  "node.plotHistory": () => [HISTORY, { path: at("history.svg"), output: quiet }],
  "node.progressBar": () => [{ output: quiet }],
  "node.tensorBoard": () => [at("board"), { histogramFreq: 1, writeGraph: true }],
  "node.writeReport": () => [compiled(), HISTORY, [[[0, 1]], [1]], at("report.html"), {}],
  "node.saveModel": () => [model(), at("model.safetensors"), {}],
  "browser.checkpointIn": () => ["name", { keep: 2 }],
  "browser.openData": () => [[], {}],
  "browser.downloadModel": () => [model(), "name"],
  "browser.imagesFrom": () => [[picture], { size: 2, channels: 1, fit: "pad", background: "white" }],
  "browser.predictPictures": () => [pictureModel(), picture],
  "browser.pictureFrom": () => [picture, {}],
  "browser.pixelsOf": () => [picture, { channels: 1, background: "white", name: "p" }],
  "browser.loadModel": () => ["name", {}],
  "browser.saveModel": () => [model(), "name", {}],
  "browser.removeModel": () => ["name"],
  "browser.listModels": () => [],
  "browser.persistStorage": () => [],
};

test.each([...callablesOf(node, "node."), ...callablesOf(browser, "browser.")])(
  "%s takes what it is given, or says what is wrong",
  async (name, call) => {
    const good = GOOD[name];
    expect(good, `right arguments of ${name}, in this file`).toBeDefined();
    expect(await rawErrors(call, misuses(good!))).toEqual([]);
  },
);
