/** A table larger than the memory of its process: trained, in little memory, with the bits of a table in memory. */
import { spawnSync } from "node:child_process";
import { appendFileSync, mkdtempSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { expect, test } from "vitest";

/** V8's, in MB: the library alone takes some ten of them. */
const HEAP = 20;
const ROWS = 130_000;
const COLUMNS = 30;

const program = (opens: string) => `
  const { dense, sequential } = await import(${JSON.stringify(pathToFileURL("build/index.js").href)});
  const { openData, openLargeTable } = await import(${JSON.stringify(pathToFileURL("build/node.js").href)});
  const before = process.resourceUsage().maxRSS;
  const { train } = await ${opens};
  const model = sequential([dense({ units: 8, activation: "relu" }), dense({ units: 2, activation: "softmax" })], { seed: 1 });
  model.compile({ optimizer: "adam", loss: "categoricalCrossentropy" });
  const { history } = await model.fit(train, { epochs: 2, batchSize: 256, validationSplit: 0.1 });
  const took = 1024 * (process.resourceUsage().maxRSS - before);
  // weights and the optimizer's state; what is before them says how the data is known again, which is another way here
  const file = model.save();
  const tensors = file.subarray(8 + Number(new DataView(file.buffer, file.byteOffset).getBigUint64(0, true)));
  const sum = [...tensors].reduce((all, byte) => (31 * all + byte) % 2147483647, 7);
  console.log(JSON.stringify({ took, rows: train.length, history, sum }));
`;

test("a heap smaller than the file is enough, and weights and history are the same", () => {
  const folder = mkdtempSync(join(tmpdir(), "nabla-large-"));
  try {
    const path = join(folder, "t.csv");
    const columns = [...Array(COLUMNS).keys()];
    writeFileSync(path, `${columns.map((c) => `c${c}`).join(",")},label\n`);
    for (let from = 0; from < ROWS; from += 10_000) {
      const rows = Array.from({ length: 10_000 }, (_, i) => from + i);
      const line = (i: number) => columns.map((c) => ((i * (7919 + 2 * c)) % 100_003) / 100).join(",");
      appendFileSync(path, rows.map((i) => `${line(i)},${i % 3 ? "yes" : "no"}\n`).join(""));
    }
    const { size } = statSync(path);
    expect(size).toBeGreaterThan(HEAP * 2 ** 20);
    const run = (opens: string, ...flags: string[]) =>
      spawnSync(process.execPath, [...flags, "--input-type=module", "-e", program(opens)], {
        encoding: "utf8",
      });
    const options = `${JSON.stringify(path)}, { label: "label"`;
    const inPieces = 'label: "label", pieceBytes: 131072, memoryBytes: 0';
    const limits = [`--max-old-space-size=${HEAP}`, "--max-semi-space-size=2"];
    const whole = JSON.parse(run(`openData(${options} })`).stdout);
    const large = run(`openLargeTable(${JSON.stringify(path)}, { ${inPieces} })`, ...limits);
    expect(large.stderr).toBe("");
    const { took, ...told } = JSON.parse(large.stdout);
    expect(took).toBeLessThan(size);
    expect(told).toEqual({ rows: whole.rows, history: whole.history, sum: whole.sum });
    expect(whole.took).toBeGreaterThan(5 * took);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}, 120_000);
