import { describe, expect, test } from "vitest";
import { testCore } from "../support/kernel.ts";
import { ulps } from "../support/ulp.ts";

const FUNCTIONS = {
  mapExp: [Math.exp, { "-0": 1, "0": 1, Infinity: Infinity, "-Infinity": 0, "88.8": Infinity, "-104": 0 }],
  mapLog: [
    Math.log,
    { "-0": -Infinity, "0": -Infinity, "1": 0, Infinity: Infinity, "-Infinity": NaN, "-1": NaN },
  ],
  mapTanh: [Math.tanh, { "-0": -0, "0": 0, Infinity: 1, "-Infinity": -1, "1e-45": 1e-45, "20": 1 }],
} as const;

/** Every 4099th float; 4099 is prime, so all exponents and many mantissas come up. */
const STRIDE = 4099;
const BLOCK = 65536;

const core = testCore();
const x = core.base;
const y = x + BLOCK * 4;
core.reserve(y + BLOCK * 4);
type Map = (y: number, x: number, n: number) => void;

describe.each(Object.entries(FUNCTIONS))("%s", (name, [exact, specials]) => {
  const map = core.exports[name] as Map;

  test("is within 2 ulp of the exact value on a sample of all floats", () => {
    let worst = 0;
    let at = 0;
    for (let start = 0; start < 2 ** 32; start += BLOCK * STRIDE) {
      const bits = new Uint32Array(core.exports.memory.buffer, x, BLOCK);
      for (let i = 0; i < BLOCK; i++) bits[i] = Math.min(start + i * STRIDE, 0xffffffff);
      map(y, x, BLOCK);
      const input = core.f32(x, BLOCK);
      const output = core.f32(y, BLOCK);
      for (let i = 0; i < BLOCK; i++) {
        const error = ulps(output[i], exact(input[i]));
        if (error > worst) {
          worst = error;
          at = input[i];
        }
      }
    }
    expect(worst, `at ${at}`).toBeLessThanOrEqual(2);
    expect(worst).toBeGreaterThan(0.4); // the comparison does compare
  });

  test("gives the results IEEE 754 and C99 prescribe at the edges", () => {
    const edges = [...Object.entries(specials), ["NaN", NaN] as const];
    const input = new Float32Array(Math.ceil(edges.length / 4) * 4);
    edges.forEach(([v], i) => {
      input[i] = Number(v);
    });
    core.f32(x, input.length).set(input);
    map(y, x, input.length);
    expect([...core.f32(y, edges.length)]).toEqual(edges.map(([, v]) => Math.fround(v)));
  });
});

test("subnormal results are rounded, not flushed", () => {
  core.f32(x, 4).set([-88, -95, -100, -103]);
  (core.exports.mapExp as Map)(y, x, 4);
  for (const [i, v] of [-88, -95, -100, -103].entries())
    expect(ulps(core.f32(y, 4)[i], Math.exp(v))).toBeLessThan(1);
});
