// How long a file of 100 MB takes to open, beside copying it: copy and opening take turns, the file is in the page cache. Milliseconds by the
// clock, medians of 7 turns, and the median of the turns' ratios. A process for each, so that none pays for another's garbage.
//   node bench/opening.mjs [onnx] [keras] [tfjs] [nabla] [loadModel] [pytorch]      (after npm run build)
import { execFileSync } from "node:child_process";
import { copyFileSync, mkdirSync, mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { dense, sequential } from "nabla";
import { exportKeras, exportOnnx, exportPytorch, exportTfjs } from "nabla/export";
import { loadWeights, openModel } from "nabla/import";
import { loadModel } from "nabla/node";
import { median } from "../build/internals.js";

const TURNS = 7;
/** 5000 × 5000 weights. */
const made = () => sequential([dense({ units: 5000, inputShape: [5000] })], { seed: 1 });

const nabla = (model) => ({ "model.safetensors": model.save() });
/** The files of each, that which is opened first; and what opens it. */
const KINDS = {
  onnx: { files: (model) => ({ "model.onnx": exportOnnx(model) }), open: (file) => openModel(file) },
  keras: { files: (model) => ({ "model.keras": exportKeras(model) }), open: (file) => openModel(file) },
  tfjs: { files: (model) => exportTfjs(model).files, open: (file) => openModel(file) },
  nabla: { files: nabla, open: (file) => openModel(file) },
  loadModel: { files: nabla, open: (file) => loadModel(file) },
  pytorch: {
    files: (model) => ({ "model.safetensors": exportPytorch(model) }),
    open: (file, model) => loadWeights(model, file, { from: "pytorch" }),
  },
};

function write(name, folder) {
  const { files } = KINDS[name];
  const written = Object.entries(files(made()));
  for (const [file, content] of written) writeFileSync(join(folder, file), content);
  console.log(JSON.stringify(written.map(([file]) => file)));
}

async function turns(name, folder, first) {
  const { open } = KINDS[name];
  const files = readdirSync(folder);
  const bytes = files.reduce((sum, file) => sum + statSync(join(folder, file)).size, 0);
  const copies = join(folder, "copy");
  // only for a state dict, which has no model of its own
  const model = name === "pytorch" ? made() : undefined;
  const times = [];
  for (let turn = 0; turn <= TURNS; turn++) {
    mkdirSync(copies);
    const began = performance.now();
    for (const file of files) copyFileSync(join(folder, file), join(copies, file));
    const copied = performance.now();
    await open(join(folder, first), model);
    const opened = performance.now();
    rmSync(copies, { recursive: true });
    // the first loads the code
    if (turn > 0) times.push([copied - began, opened - copied]);
  }
  const [copy, opening] = [0, 1].map((which) => median(times.map((each) => each[which])));
  const ratio = median(times.map(([one, other]) => other / one));
  console.log(
    `${name.padEnd(10)} ${(bytes / 1e6).toFixed(0)} MB  copy ${copy.toFixed(0)} ms  opening ${opening.toFixed(0)} ms  ${ratio.toFixed(1)} times`,
  );
}

const [step, name, folder, first] = process.argv.slice(2);
if (step === "--write") write(name, folder);
else if (step === "--turns") await turns(name, folder, first);
else {
  const wanted = process.argv.slice(2);
  const self = fileURLToPath(import.meta.url);
  for (const each of wanted.length > 0 ? wanted : Object.keys(KINDS)) {
    const at = mkdtempSync(join(tmpdir(), "opening-"));
    try {
      const run = (...args) =>
        execFileSync(process.execPath, [...process.execArgv, self, ...args], {
          encoding: "utf8",
          stdio: ["ignore", "pipe", "inherit"],
        });
      const [main] = JSON.parse(run("--write", each, at));
      process.stdout.write(run("--turns", each, at, main));
    } finally {
      rmSync(at, { recursive: true });
    }
  }
}
