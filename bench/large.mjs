// What a table that is larger than memory costs beside one in memory: reading shuffled rows, and an epoch.
//
//   node bench/large.mjs [rows=300000] [columns=30]
//
// Prints the rows of the last table of bench/tables.md: the median of 200 batches of 256 rows in any order, and the shortest of three epochs of a dense
// layer. The file's pages are in the system's cache: nothing waits for a disk.
import { appendFileSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { dense, sequential } from "../build/index.js";
import { openData, openLargeTable } from "../build/node.js";

const [rows = 300_000, columns = 30] = process.argv.slice(2).map(Number);
const folder = mkdtempSync(join(tmpdir(), "nabla-bench-"));
const path = join(folder, "t.csv");
const named = Array.from({ length: columns }, (_, c) => c);
writeFileSync(path, `${named.map((c) => `c${c}`).join(",")},label\n`);
for (let from = 0; from < rows; from += 10_000) {
  const line = (i) => named.map((c) => ((i * (7919 + 2 * c)) % 100_003) / 100).join(",");
  const some = Array.from({ length: Math.min(10_000, rows - from) }, (_, i) => from + i);
  appendFileSync(path, some.map((i) => `${line(i)},${i % 3 ? "yes" : "no"}\n`).join(""));
}

const median = (all) => all.sort((a, b) => a - b)[all.length >> 1];
async function measured(name, open) {
  const begun = performance.now();
  const table = await open();
  const opening = (performance.now() - begun) / 1000;
  const { train } = table;
  const [x, y] = [new Float32Array(256 * columns), new Int32Array(256)];
  let state = 1;
  const any = () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return Math.floor((state / 2 ** 32) * train.length);
  };
  const batches = Array.from({ length: 200 }, () => {
    const wanted = Uint32Array.from({ length: 256 }, any);
    const at = performance.now();
    train.read(wanted, x, y);
    return 1000 * (performance.now() - at);
  });
  const model = sequential([dense({ units: 2, activation: "softmax" })], { seed: 1 });
  model.compile({ optimizer: "sgd", loss: "categoricalCrossentropy" });
  const epochs = [];
  let last = performance.now();
  const callbacks = [
    {
      onEpochEnd() {
        epochs.push((performance.now() - last) / 1000);
        last = performance.now();
      },
    },
  ];
  await model.fit(train, { epochs: 4, batchSize: 256, callbacks });
  table.close?.();
  const epoch = Math.min(...epochs.slice(1));
  console.log(`| ${name} | ${opening.toFixed(1)} | ${median(batches).toFixed(0)} | ${epoch.toFixed(2)} |`);
}

const options = { label: "label" };
const all = 4 * rows * columns;
console.log("| rows in memory | opening, s | 256 rows, µs | an epoch, s |\n| --- | --- | --- | --- |");
try {
  await measured("`openData`", () => openData(path, options));
  for (const [name, memoryBytes] of [
    ["all", all],
    ["half", all / 2],
    ["none", 0],
  ])
    await measured(`\`openLargeTable\`, ${name}`, () => openLargeTable(path, { ...options, memoryBytes }));
} finally {
  rmSync(folder, { recursive: true, force: true });
}
