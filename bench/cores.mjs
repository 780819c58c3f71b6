// Two builds of the core in turn, instruction by instruction of a net's step: what a change of kernels gains.
//   node bench/cores.mjs BEFORE.wasm AFTER.wasm [W1|W2|W3|W4|L7|L9|C32|S128|U32|LSTM] [BATCH] [train|predict]      (after npm run build)
// Builds are what compileBench() of support.mjs makes, copied before the change. Both run the same plan on the same memory, window by window,
// by processor time. At the end parameters, gradients and outputs are compared after three steps, so that a change of bits is seen, too.
import { readFileSync } from "node:fs";
import { sequential } from "nabla";
import { internalsOf, median, planFor, updateOf } from "../build/internals.js";
import { answers, NETS } from "./nets.mjs";

const [before, after, name = "W2", batch = "32", mode = "train"] = process.argv.slice(2);
const rows = Number(batch);
const model = sequential(NETS[name].layers(), { seed: 1 }).compile(NETS[name].compile);
const { core } = internalsOf(model).built;
const network = internalsOf(model).built;
const compiled = internalsOf(model).state.required;
const input = [{ type: "float32", scale: 1 }];
const plan =
  mode === "predict"
    ? network.plan("predict", rows, input)
    : planFor(network, "train", rows, input, {
        objectives: [{ loss: compiled.loss, target: "class" }],
        update: updateOf(compiled, network),
      });
network.use(plan);
const values = Float32Array.from(
  { length: rows * model.inputShape.reduce((a, b) => a * b) },
  (_, i) => ((i * 7919) % 101) / 101,
);
core.f32(plan.inputs[0].x.offset, values.length).set(values);
if (mode !== "predict") {
  const labels = rows * answers(model);
  core.i32(plan.outputs[0].y.offset, labels).set(Int32Array.from({ length: labels }, (_, i) => i % 10));
  core.f32(plan.outputs[0].weight.offset, rows).fill(1);
  core.f32(plan.step, 2).set([1e-6, 1 / rows]);
}
const memory = new Uint8Array(core.exports.memory.buffer).slice();
const words = new Int32Array(memory.buffer);

const sides = [before, after].map(
  (file) => new WebAssembly.Instance(new WebAssembly.Module(readFileSync(file))).exports,
);
const names = new Map();
for (const key of Object.keys(sides[0]))
  if (/^[A-Z][A-Z\d]+_[A-Z\d_]+$|^[A-Z]+$/.test(key))
    try {
      names.set(core.kernel(key), key);
    } catch {}
const tape = Array.from({ length: plan.marks.end }, (_, i) => {
  const key = names.get(words[plan.tape / 4 + 2 * i]);
  // rows that are pixels: EACH has the kernel in its record
  const inner = key === "EACH" ? words[plan.tape / 4 + 2 * i + 1] / 4 : 0;
  return { key: inner ? `EACH ${names.get(words[inner])}` : key, inner };
});
const at = core.base;
for (const side of sides)
  side.memory.grow(Math.ceil((memory.length - side.memory.buffer.byteLength) / 65536) + 1);
/** Everything as it was before the first step, so that numbers stay those of a training. */
const anew = () => sides.forEach(fill);
function fill(side) {
  new Uint8Array(side.memory.buffer).set(memory.subarray(at), at);
  const own = new Int32Array(side.memory.buffer);
  for (const [i, { key, inner }] of tape.entries()) {
    const kernels = key.split(" ").map((each) => side[each].value);
    own[plan.tape / 4 + 2 * i] = kernels[0];
    if (inner) own[inner] = kernels[1];
  }
}
const used = () => process.cpuUsage().user;
const run = (side, from, to) => side.run(plan.tape, from, to, rows, plan.step);
/** How many numbers differ of parameters, gradients and slots, and of what comes out; scratch may be used otherwise. */
const differing = () => {
  const outputs = plan.outputs.flatMap(({ output }) => output ?? []);
  const ranges = [[core.base, plan.base - core.base], ...outputs.map(({ offset, bytes }) => [offset, bytes])];
  let n = 0;
  for (const [offset, bytes] of ranges) {
    const [one, other] = sides.map((side) => new Int32Array(side.memory.buffer, offset, bytes >> 2));
    for (let i = 0; i < one.length; i++) if (one[i] !== other[i]) n++;
  }
  return n;
};
const figure = (from, to) => {
  let n = 1;
  for (let took = 0; took < 4000; ) {
    const t = used();
    for (let i = 0; i < n; i++) run(sides[0], from, to);
    took = used() - t;
    if (took < 4000) n *= 2;
  }
  const times = [[], []];
  for (let w = 0; w < 15; w++)
    for (const s of w % 2 ? [1, 0] : [0, 1]) {
      const t = used();
      for (let i = 0; i < n; i++) run(sides[s], from, to);
      times[s].push((used() - t) / n);
    }
  return {
    before: median(times[0]),
    after: median(times[1]),
    ratio: median(times[0].map((t, i) => t / times[1][i])),
  };
};
anew();
for (let i = 0; i < 30; i++) for (const side of sides) run(side, 0, tape.length);
const say = (f, what, differs) =>
  console.log(
    `${f.before.toFixed(2).padStart(9)} ${f.after.toFixed(2).padStart(9)}  ${f.ratio.toFixed(2)} ×  ${what}${differs ? `  (${differs} numbers DIFFER)` : ""}`,
  );
tape.forEach(({ key }, i) => {
  anew();
  for (const side of sides) run(side, 0, tape.length);
  say(figure(i, i + 1), key);
});
anew();
const whole = figure(0, tape.length);
anew();
for (let i = 0; i < 3; i++) for (const side of sides) run(side, 0, tape.length);
say(whole, `all, ${name}, ${mode}, ${rows} rows, µs`, differing());
