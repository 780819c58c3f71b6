// Where a training step spends its time: every instruction of the tape run alone, in µs.
//   node bench/profile.mjs [W1|W2|W3|W4|L7|L9|C32|S128|U32] [BATCH]      (after npm run build)
import { sequential } from "nabla";
import { internalsOf, updateOf } from "../build/internals.js";
import { answers } from "./fit.mjs";
import { NETS } from "./nets.mjs";
import { median } from "./support.mjs";

const [name = "W2", batch = "32"] = process.argv.slice(2);
const rows = Number(batch);
const net = NETS[name];
const model = sequential(net.layers(), { seed: 1 }).compile(net.compile);
const network = internalsOf(model).built;
const { core } = network;
const compiled = internalsOf(model).state.required;
const training = {
  objectives: [{ loss: compiled.loss, target: "class" }],
  update: updateOf(compiled, network),
};
const plan = network.use(network.plan("train", rows, [{ type: "float32", scale: 1 }], training));
core.f32(plan.inputs[0].x.offset, rows * model.inputShape.reduce((a, b) => a * b)).fill(0.5);
const labels = rows * answers(model);
core.i32(plan.outputs[0].y.offset, labels).set(Int32Array.from({ length: labels }, (_, i) => i % 10));
core.f32(plan.outputs[0].weight.offset, rows).fill(1);
core.f32(plan.step, 2).set([1e-6, 1 / rows]);
const kernels = new Map();
for (const [key, value] of Object.entries(core.exports)) {
  // sizes and counts are globals too, but no kernel has their names
  if (
    value instanceof WebAssembly.Global &&
    !/^(BASE|ZEROS|STATUS_|OUTER_SCRATCH|TURNED_SCRATCH|NORM_BLOCK|SHA256_)/.test(key)
  ) {
    kernels.set(value.value, key);
  }
}
const indices = Array.from(core.i32(plan.tape, plan.marks.end * 2)).filter((_, i) => i % 2 === 0);
const time = (from, to, n) => {
  const windows = [];
  for (let w = 0; w < 11; w++) {
    const t = performance.now();
    for (let i = 0; i < n; i++) network.run(plan, from, to, rows);
    windows.push(((performance.now() - t) * 1000) / n);
  }
  return median(windows);
};
for (const t = performance.now(); performance.now() - t < 1500; ) network.run(plan, 0, plan.marks.end, rows);
const whole = time(0, plan.marks.end, 200);
indices.forEach((index, i) => {
  console.log(
    `${time(i, i + 1, 200)
      .toFixed(2)
      .padStart(9)}  ${kernels.get(index)}`,
  );
});
console.log(`${whole.toFixed(2).padStart(9)}  the whole step, ${name}, batch ${rows}`);
