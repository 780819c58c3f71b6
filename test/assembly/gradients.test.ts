/** Passes over gradients before the optimizer's: clipping, penalties. */
import { describe, expect, test } from "vitest";
import { Bed, values } from "../support/kernel.ts";

const sizes = [16, 64, 4096, 4096 + 16, 3 * 4096 - 16, 20_000];
const allParts = [1, 2, 3, 8];

function range(bed: Bed, name: string, of: ArrayLike<number>): number {
  const offset = bed.alloc(name, of.length * 4);
  bed.core.f32(offset, of.length).set(of);
  return offset;
}

const blocks = (bed: Bed, n: number) => Math.ceil(n / bed.core.constant("NORM_BLOCK"));
const f64 = (bed: Bed, offset: number, n: number) =>
  new Float64Array(bed.core.exports.memory.buffer, offset, n).slice();

test("CLIP_VALUE cuts to ± limit; NaN stays NaN and infinities are cut", () => {
  for (const parts of allParts) {
    const bed = new Bed();
    const given = values(80, 3);
    given.set([NaN, Infinity, -Infinity, -0, 0.25, -0.25]);
    const dw = range(bed, "dw", given);
    bed.run("CLIP_VALUE", { dw, n: 80, limit: 0.25 }, 1, parts);
    expect(bed.core.f32(dw, 80)).toEqual(given.map((v) => Math.min(Math.max(v, -0.25), 0.25)));
  }
});

describe.each(sizes)("of %i floats", (n) => {
  test("NORM: one f64 sum of squares per block, the same bits for any shares", () => {
    const g = values(n, 5);
    const results = allParts.map((parts) => {
      const bed = new Bed();
      const count = blocks(bed, n);
      const sums = bed.alloc("sums", count * 8);
      bed.run("NORM", { dw: range(bed, "dw", g), n, sums }, 1, parts);
      return f64(bed, sums, count);
    });
    results[0].forEach((sum, b) => {
      const want = g.subarray(b * 4096, (b + 1) * 4096).reduce((s, v) => s + v * v, 0);
      expect(Math.abs(sum / want - 1)).toBeLessThan(1e-12);
    });
    for (const other of results) expect(other).toEqual(results[0]);
  });

  test("NORM and CLIP_NORM bring the norm down to the limit, or leave it", () => {
    const g = values(n, 6);
    const norm = Math.sqrt(g.reduce((s, v) => s + v * v, 0));
    for (const limit of [norm / 3, norm * 1.01]) {
      const results = allParts.map((parts) => {
        const bed = new Bed();
        const dw = range(bed, "dw", g);
        const sums = bed.alloc("sums", blocks(bed, n) * 8);
        bed.run("NORM", { dw, n, sums }, 1, parts);
        bed.run("CLIP_NORM", { dw, n, sums, limit }, 1, parts);
        return bed.core.f32(dw, n).slice();
      });
      const scale = Math.min(1, limit / norm);
      const worst = Math.max(...results[0].map((v, i) => Math.abs(v - g[i] * scale)));
      expect(worst).toBeLessThan(scale === 1 ? 1e-30 : 1e-7);
      for (const other of results) expect(other).toEqual(results[0]);
    }
  });

  test("PENALTY: dw += l1 · sign w + 2 · l2 · w; PENALTY_LOSS: loss += l1 · Σ|w| + l2 · Σ w²", () => {
    const w = values(n, 7);
    w[1] = 0;
    w[2] = -0;
    const g = values(n, 8);
    g[1] = g[2] = 0; // as padding has it
    const [l1, l2] = [0.25, 0.125];
    const results = allParts.map((parts) => {
      const bed = new Bed();
      const [wAt, dw] = [range(bed, "w", w), range(bed, "dw", g)];
      const sums = bed.alloc("sums", blocks(bed, n) * 8);
      bed.core.f32(bed.step + 16, 1)[0] = 0.5;
      bed.run("PENALTY", { w: wAt, dw, n, sums, l1, l2 }, 1, parts);
      bed.run("PENALTY_LOSS", { sums, n, step: bed.step }, 1, parts);
      expect(bed.core.f32(wAt, n)).toEqual(w);
      return [bed.core.f32(dw, n).slice(), bed.core.f32(bed.step + 16, 1).slice()];
    });
    const [dw, loss] = results[0];
    expect(
      Math.max(...dw.map((v, i) => Math.abs(v - (g[i] + l1 * Math.sign(w[i]) + 2 * l2 * w[i])))),
    ).toBeLessThan(2e-7);
    expect([dw[1], dw[2]]).toEqual([0, 0]);
    const want = 0.5 + w.reduce((s, v) => s + l1 * Math.abs(v) + l2 * v * v, 0);
    expect(Math.abs(loss[0] / want - 1)).toBeLessThan(1e-6);
    for (const other of results) expect(other).toEqual(results[0]);
  });
});

test("the derivative of the penalty is that of its loss", () => {
  const h = 1 / 1024;
  const loss = (w: Float32Array): [number, Float32Array] => {
    const bed = new Bed();
    const [wAt, dw, sums] = [
      range(bed, "w", w),
      range(bed, "dw", new Float32Array(16)),
      bed.alloc("sums", 8),
    ];
    bed.run("PENALTY", { w: wAt, dw, n: 16, sums, l1: 0.5, l2: 0.75 }, 1);
    return [f64(bed, sums, 1)[0], bed.core.f32(dw, 16).slice()];
  };
  const w = values(16, 9).map((v) => v + Math.sign(v) / 8); // not near the kink of |w|
  const [, dw] = loss(w);
  w.forEach((v, i) => {
    const [up] = loss(w.map((x, j) => (j === i ? v + h : x)));
    const [down] = loss(w.map((x, j) => (j === i ? v - h : x)));
    expect(Math.abs((up - down) / (2 * h) - dw[i])).toBeLessThan(2e-4);
  });
});

test("a norm that is not finite leaves the gradients as they are", () => {
  for (const bad of [NaN, Infinity]) {
    const bed = new Bed();
    const g = values(32, 1);
    g[7] = bad;
    const dw = range(bed, "dw", g);
    const sums = bed.alloc("sums", 8);
    bed.run("NORM", { dw, n: 32, sums }, 1);
    bed.run("CLIP_NORM", { dw, n: 32, sums, limit: 0.1 }, 1);
    expect(bed.core.f32(dw, 32)).toEqual(g);
  }
});
