// Compares the core's exp, log and tanh with the double-precision ones on all 2³² floats and reports the largest error in
// units of the last place (ulp), and where it is. Takes a few minutes for each: `npm run check:math [exp|log|tanh …]`.
import { readFileSync } from "node:fs";

const FUNCTIONS = { exp: ["mapExp", Math.exp], log: ["mapLog", Math.log], tanh: ["mapTanh", Math.tanh] };
const N = 1 << 16;

const { exports } = new WebAssembly.Instance(
  new WebAssembly.Module(readFileSync(new URL("../build/core/simd.wasm", import.meta.url))),
);
const base = exports.ZEROS.value;
exports.memory.grow(Math.ceil((N * 8 + base) / 65536));
const bits = new Uint32Array(exports.memory.buffer, base, N);
const x = new Float32Array(exports.memory.buffer, base, N);
const y = new Float32Array(exports.memory.buffer, base + N * 4, N);

const one = new Float32Array(1);
const oneBits = new Uint32Array(one.buffer);
/** Distance from `value` to the next float, for the float nearest to it. */
function ulp(value) {
  one[0] = Math.abs(value);
  return 2 ** (Math.max(oneBits[0] >>> 23, 1) - 150);
}

function check(name) {
  const [map, exact] = FUNCTIONS[name];
  let worst = 0;
  let at = 0;
  let wrong = 0;
  for (let block = 0; block < 4294967296; block += N) {
    for (let i = 0; i < N; i++) bits[i] = block + i;
    exports[map](base + N * 4, base, N);
    for (let i = 0; i < N; i++) {
      const want = exact(x[i]);
      const d = Math.abs(y[i] - want);
      // an ulp is more than |want| · 2⁻²⁴: this settles nearly all, but neither zeros nor infinities nor NaN
      if (d < worst * Math.abs(want) * 5.9604644775390625e-8 && d < Infinity) continue;
      const rounded = Math.fround(want);
      if (Object.is(y[i], rounded)) continue;
      const error = want === 0 && y[i] === 0 ? Infinity : d / ulp(want); // a zero of the wrong sign is wrong
      if (error > worst) {
        worst = error;
        at = x[i];
      }
      if (!(error <= 2)) {
        if (wrong++ < 5) console.log(`  ${name}(${x[i]}) is ${y[i]}, should be ${rounded}`);
      }
    }
  }
  console.log(
    `${name}: largest error ${worst.toFixed(4)} ulp, at ${at}${wrong ? `; ${wrong} values are wrong` : ""}`,
  );
  return wrong === 0;
}

const asked = process.argv.length > 2 ? process.argv.slice(2) : Object.keys(FUNCTIONS);
const results = asked.map(check);
if (results.includes(false)) process.exit(1);
