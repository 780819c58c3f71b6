// Where a training step spends its time: every instruction of the tape run alone, in µs.
//   node bench/profile.mjs [W1|W2|W3|W4|L7|L9|C32|S128|U32|LSTM] [BATCH]      (after npm run build)
import { readFileSync } from "node:fs";
import { sequential } from "nabla";
import { median } from "../build/internals.js";
import { NETS } from "./nets.mjs";
import { stepsOf } from "./steps.mjs";

const [name = "W2", batch = "32"] = process.argv.slice(2);
const rows = Number(batch);
const net = NETS[name];
const model = sequential(net.layers(), { seed: 1 }).compile(net.compile);
const { plan, core, run, step } = stepsOf(model, rows);
// cores in text have no names: those of the file that they were made of
const file = new WebAssembly.Module(readFileSync(new URL("../build/core/simd.wasm", import.meta.url)));
const kernels = new Map();
for (const { name, kind } of WebAssembly.Module.exports(file)) {
  if (kind !== "global") continue;
  try {
    kernels.set(core.kernel(name), name);
  } catch {
    // a size or a count, or a kernel that this network's core does not have
  }
}
const indices = Array.from(core.i32(plan.tape, plan.marks.end * 2)).filter((_, i) => i % 2 === 0);
const time = (from, to, n) => {
  const windows = [];
  for (let w = 0; w < 11; w++) {
    const t = performance.now();
    for (let i = 0; i < n; i++) run(from, to);
    windows.push(((performance.now() - t) * 1000) / n);
  }
  return median(windows);
};
for (const t = performance.now(); performance.now() - t < 1500; ) step();
const whole = time(0, plan.marks.end, 200);
indices.forEach((index, i) => {
  console.log(
    `${time(i, i + 1, 200)
      .toFixed(2)
      .padStart(9)}  ${kernels.get(index)}`,
  );
});
console.log(`${whole.toFixed(2).padStart(9)}  the whole step, ${name}, batch ${rows}`);
