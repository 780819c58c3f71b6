import { describe, expect, test } from "vitest";
import { Bed, ld, values } from "../support/kernel.ts";

/** Packed weight matrix, as the core keeps it. */
function weights(bed: Bed, name: string, k: number, out: number, plain: ArrayLike<number>): number {
  const w = bed.alloc(name, k * ld(out) * 4);
  const at = bed.alloc(`${name} plain`, k * out * 4);
  bed.core.f32(at, k * out).set(plain);
  (bed.core.exports.packWeights as (w: number, p: number, k: number, o: number, c: number) => void)(
    w,
    at,
    k,
    out,
    out,
  );
  return w;
}

function unpacked(bed: Bed, w: number, k: number, out: number): Float32Array {
  const at = bed.alloc("unpacked", k * out * 4);
  (bed.core.exports.unpackWeights as (p: number, w: number, k: number, o: number, c: number) => void)(
    at,
    w,
    k,
    out,
    out,
  );
  return bed.core.f32(at, k * out).slice();
}

/** Largest |a − b| relative to the size of the sum's terms. */
function worst(got: ArrayLike<number>, want: ArrayLike<number>): number {
  let w = 0;
  for (let i = 0; i < want.length; i++)
    w = Math.max(
      w,
      Math.abs(got[i] - want[i]) / (1 + Math.abs(want[i])) || (Number.isNaN(got[i]) ? Infinity : 0),
    );
  return w;
}

const sizes = [
  [1, 1, 1],
  [1, 7, 5],
  [2, 3, 4],
  [3, 4, 12],
  [5, 9, 13],
  [4, 784, 10],
  [10, 30, 10],
  [1, 100, 100],
  [2, 64, 37],
  [6, 5, 8],
  [7, 17, 33],
  [32, 50, 10],
  [13, 513, 20],
  [9, 1030, 9],
  [64, 21, 30],
  [131, 10, 6],
  [300, 7, 11],
  [70, 128, 40],
  [300, 33, 128],
] as const;

describe.each(sizes)("dense %i × %i → %i", (rows, k, out) => {
  const x = values(rows * k, 1);
  const w = values(k * out, 2);
  const b = values(out, 3);
  const dy = values(rows * out, 4);

  test("forward: y = x·w + b", () => {
    const want = new Float64Array(rows * out);
    for (let r = 0; r < rows; r++)
      for (let o = 0; o < out; o++) {
        let s = b[o];
        for (let i = 0; i < k; i++) s += x[r * k + i] * w[i * out + o];
        want[r * out + o] = s;
      }
    const results: Float32Array[] = [];
    for (const parts of [1, 2, 3, 8]) {
      const bed = new Bed();
      const y = bed.matrix("y", rows, out);
      const fields = {
        y,
        x: bed.matrix("x", rows, k, x, NaN),
        w: weights(bed, "w", k, out, w),
        b: bed.matrix("b", 1, out, b),
        inputs: k,
        units: out,
      };
      bed.run("DENSE_FORWARD", fields, rows, parts);
      results.push(bed.read(y, rows, out));
      expect(bed.padding(y, rows, out).every((v) => v === 0)).toBe(true);
    }
    expect(worst(results[0], want)).toBeLessThan(4e-6 * Math.sqrt(k));
    for (const other of results) expect(other).toEqual(results[0]);
  });

  test("without a bias sums start from zero", () => {
    const bed = new Bed();
    const y = bed.matrix("y", rows, out);
    bed.run(
      "DENSE_FORWARD",
      { y, x: bed.matrix("x", rows, k, x), w: weights(bed, "w", k, out, w), b: 0, inputs: k, units: out },
      rows,
    );
    const with0 = new Bed();
    const y0 = with0.matrix("y", rows, out);
    with0.run(
      "DENSE_FORWARD",
      {
        y: y0,
        x: with0.matrix("x", rows, k, x),
        w: weights(with0, "w", k, out, w),
        b: with0.matrix("b", 1, out, new Float32Array(out)),
        inputs: k,
        units: out,
      },
      rows,
    );
    expect(bed.read(y, rows, out)).toEqual(with0.read(y0, rows, out));
  });

  test("one row at a time gives the bits of the whole batch", () => {
    const bed = new Bed();
    const y = bed.matrix("y", rows, out);
    const fields = {
      y,
      x: bed.matrix("x", rows, k, x),
      w: weights(bed, "w", k, out, w),
      b: bed.matrix("b", 1, out, b),
      inputs: k,
      units: out,
    };
    bed.run("DENSE_FORWARD", fields, rows);
    const all = bed.read(y, rows, out);
    const one = bed.matrix("one", 1, out);
    for (let r = 0; r < Math.min(rows, 9); r++) {
      bed.run("DENSE_FORWARD", { ...fields, y: one, x: fields.x + r * ld(k) * 4 }, 1);
      expect(bed.read(one, 1, out)).toEqual(all.slice(r * out, (r + 1) * out));
    }
  });

  test("backward: dw = xᵀ·dy, db = Σ dy, dx = dy·wᵀ", () => {
    const dw = new Float64Array(k * out);
    const db = new Float64Array(out);
    const dx = new Float64Array(rows * k);
    for (let r = 0; r < rows; r++)
      for (let o = 0; o < out; o++) {
        const g = dy[r * out + o];
        db[o] += g;
        for (let i = 0; i < k; i++) {
          dw[i * out + o] += x[r * k + i] * g;
          dx[r * k + i] += g * w[i * out + o];
        }
      }
    const first: Float32Array[] = [];
    for (const parts of [1, 2, 5]) {
      const bed = new Bed();
      const at = {
        dw: bed.alloc("dw", k * ld(out) * 4),
        db: bed.matrix("db", 1, out),
        dx: bed.matrix("dx", rows, k),
        x: bed.matrix("x", rows, k, x),
        dy: bed.matrix("dy", rows, out, dy),
        w: weights(bed, "w", k, out, w),
        wt: bed.alloc("wt", out * ld(k) * 4),
        step: bed.step,
        scratch: bed.alloc("scratch", bed.core.constant("OUTER_SCRATCH") * parts),
        inputs: k,
        units: out,
      };
      bed.run("DENSE_WEIGHTS", at, rows, parts);
      bed.run("DENSE_TRANSPOSE", at, rows, parts);
      bed.run("DENSE_INPUT", at, rows, parts);
      const turned = {
        ...at,
        dx: bed.matrix("dx without a copy", rows, k),
        scratch: bed.alloc("scratch for panels", bed.core.constant("TURNED_SCRATCH") * out * parts),
      };
      bed.run("DENSE_BACK", turned, rows, parts);
      expect(bed.read(turned.dx, rows, k)).toEqual(bed.read(at.dx, rows, k));
      expect(bed.padding(turned.dx, rows, k).every((v) => v === 0)).toBe(true);
      const got = [unpacked(bed, at.dw, k, out), bed.read(at.db, 1, out), bed.read(at.dx, rows, k)];
      expect(worst(got[0], dw)).toBeLessThan(4e-6 * Math.sqrt(rows));
      expect(worst(got[1], db)).toBeLessThan(4e-6 * Math.sqrt(rows));
      expect(worst(got[2], dx)).toBeLessThan(4e-6 * Math.sqrt(out));
      expect([...bed.padding(at.dx, rows, k), ...bed.padding(at.db, 1, out)].every((v) => v === 0)).toBe(
        true,
      );
      // padding weights have no gradient, so they stay zero
      const all = bed.core.f32(at.dw, k * ld(out));
      expect(all.filter((v) => v !== 0).length).toBeLessThanOrEqual(k * out);
      if (first.length === 0) first.push(...got);
      else expect(got).toEqual(first);
    }
  });
});

test("canaries die when a buffer is too small (the harness can fail)", () => {
  const bed = new Bed();
  const y = bed.alloc("y", 4 * 4 * 3); // one row too few
  const fields = {
    y,
    x: bed.matrix("x", 4, 3, values(12)),
    w: weights(bed, "w", 3, 4, values(12)),
    b: 0,
    inputs: 3,
    units: 4,
  };
  expect(() => bed.run("DENSE_FORWARD", fields, 4)).toThrow(/wrote after buffer "y"/);
});

test.each([
  [3, 1],
  [3, 4],
  [2, 5],
  [4, 8],
  [3, 10],
  [2, 13],
  [5, 16],
])(
  "packed weights [%i, %i]: values lie where docs/host.md says, columns beyond the last are zeros",
  (k, out) => {
    const bed = new Bed();
    const panel = bed.core.constant("PANEL_COLUMNS");
    const plain = values(k * out, 1);
    const w = weights(bed, "w", k, out, plain);
    const want = new Float32Array(k * ld(out));
    for (let c = 0; c < out; c++) {
      const start = c - (c % panel);
      const width = out - start > panel / 2 ? panel : panel / 2;
      for (let i = 0; i < k; i++) want[start * k + i * width + (c % panel)] = plain[i * out + c];
    }
    expect(bed.core.f32(w, k * ld(out)).slice()).toEqual(want);
    expect(unpacked(bed, w, k, out)).toEqual(plain);
  },
);
