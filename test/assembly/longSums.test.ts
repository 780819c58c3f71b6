/**
 * Sums over very many values stay accurate: a million equal pixels once had a mean that was 1 % off. Each kernel that adds up what grows with
 * the data, against float64. The values are positive, so that the sum grows and errors do not cancel; the equal ones all round the same way.
 */
import { describe, expect, test } from "vitest";
import { Bed, ld, values } from "../support/kernel.ts";

const MANY = 1_000_000;
/** Relative. Each of two thousand additions may round by 3e-8, of equal values always in one direction. A sum of all in a row is off by 1e-2. */
const BOUND = 3e-5;

const positive = (n: number, seed: number) => values(n, seed).map((v) => 0.5 + v / 4);
const equal = (n: number) => new Float32Array(n).fill(0.1);
const KINDS = [
  ["equal", equal],
  ["random", (n: number) => positive(n, 5)],
] as const;

const sum = (n: number, term: (i: number) => number) => {
  let s = 0;
  for (let i = 0; i < n; i++) s += term(i);
  return s;
};
function near(what: string, got: number, want: number, bound = BOUND): void {
  expect(Math.abs(got - want) / Math.abs(want), `${what}: got ${got}, want ${want}`).toBeLessThan(bound);
}

/** Runs a kernel within EACH, as layers do on images and sequences. */
function runEach(
  bed: Bed,
  kernel: "DENSE_WEIGHTS",
  fields: Record<string, number>,
  rows: number,
  each: number,
) {
  const layout = bed.core.record(kernel);
  const record = bed.alloc("inner record", Object.keys(layout).length * 4);
  for (const [name, { at }] of Object.entries(layout)) bed.core.i32(record + at, 1)[0] = fields[name]!;
  bed.run("EACH", { kernel: bed.core.kernel(kernel), record, each }, rows);
}

/** Packed weights of at most eight columns: one panel. */
const panel = (bed: Bed, at: number, k: number, out: number, i: number, o: number) =>
  bed.core.f32(at, k * ld(out))[i * ld(out) + o]!;

describe.each(KINDS)("%s values", (_kind, make) => {
  test("the mean of 1000² pixels", () => {
    const bed = new Bed();
    const x = make(MANY);
    const y = bed.matrix("y", 1, 1);
    bed.run(
      "AVERAGE_POOL_FORWARD",
      {
        y,
        x: bed.matrix("x", MANY, 1, x),
        index: 0,
        height: 1000,
        width: 1000,
        channels: 1,
        poolHeight: 1000,
        poolWidth: 1000,
        strideY: 1000,
        strideX: 1000,
        top: 0,
        left: 0,
        outHeight: 1,
        outWidth: 1,
      },
      1,
    );
    near("mean", bed.read(y, 1, 1)[0]!, sum(MANY, (i) => x[i]!) / MANY, 1e-6);
  });

  test.each([
    [MANY, 1],
    [1, MANY],
    [100, 10_000],
    [100_000, 10],
  ])("dense weights and bias over %i rows of %i", (rows, each) => {
    const bed = new Bed();
    const x = make(MANY * 3),
      dy = make(MANY * 2);
    const fields = {
      dw: bed.alloc("dw", 3 * 4 * 4),
      db: bed.matrix("db", 1, 2),
      x: bed.matrix("x", MANY, 3, x),
      dy: bed.matrix("dy", MANY, 2, dy),
      scratch: bed.alloc("scratch", bed.core.constant("OUTER_SCRATCH")),
      step: bed.step,
      inputs: 3,
      units: 2,
    };
    if (each > 1) runEach(bed, "DENSE_WEIGHTS", fields, rows, each);
    else bed.run("DENSE_WEIGHTS", fields, rows);
    for (let o = 0; o < 2; o++) {
      near(
        `db ${o}`,
        bed.read(fields.db, 1, 2)[o]!,
        sum(MANY, (r) => dy[2 * r + o]!),
        1e-6,
      );
      for (let i = 0; i < 3; i++)
        near(
          `dw ${i} ${o}`,
          panel(bed, fields.dw, 3, 2, i, o),
          sum(MANY, (r) => x[3 * r + i]! * dy[2 * r + o]!),
        );
    }
  });

  test.each([
    [1, 1000, 1000],
    [1, 1, MANY],
    [1, MANY, 1],
    [1000, 25, 40],
  ])("weights of convolutions: %i images of %i × %i", (rows, height, width) => {
    const bed = new Bed();
    const x = make(MANY),
      dy = make(MANY);
    const conv = {
      y: bed.matrix("dy", MANY, 1, dy),
      x: bed.matrix("x", MANY, 1, x),
      step: bed.step,
      scratch: bed.alloc("scratch", 64),
      scratchBytes: 0,
      height,
      width,
      channels: 1,
      pixel: 4,
      filters: 1,
      kernelHeight: 1,
      kernelWidth: 1,
      strideY: 1,
      strideX: 1,
      dilationY: 1,
      dilationX: 1,
      top: 0,
      left: 0,
      outHeight: height,
      outWidth: width,
      groups: 1,
    };
    for (const kernel of ["CONV2D_WEIGHTS", "CONV2D_TRANSPOSE_WEIGHTS", "DEPTHWISE_WEIGHTS"] as const) {
      const w = bed.alloc("dw", 16),
        b = bed.matrix("db", 1, 1);
      bed.run(kernel, { ...conv, w, b }, rows);
      near(
        `dw of ${kernel}`,
        bed.core.f32(w, 1)[0]!,
        sum(MANY, (i) => x[i]! * dy[i]!),
      );
      const biased = kernel === "CONV2D_TRANSPOSE_WEIGHTS" ? x : dy;
      near(
        `db of ${kernel}`,
        bed.core.f32(b, 1)[0]!,
        sum(MANY, (i) => biased[i]!),
      );
    }
  });

  test.each([
    [MANY, 1],
    [1, MANY],
    [1000, 1000],
  ])("gamma and beta over %i rows of %i pixels", (rows, pixels) => {
    const bed = new Bed();
    const x = make(MANY),
      dy = make(MANY);
    const [mean, inverse] = [0.05, 3].map(Math.fround);
    const common = {
      dgamma: bed.matrix("dgamma", 1, 1),
      dbeta: bed.matrix("dbeta", 1, 1),
      dy: bed.matrix("dy", MANY, 1, dy),
      x: bed.matrix("x", MANY, 1, x),
      step: bed.step,
      pixels,
      channels: 1,
    };
    const check = (kernel: string) => {
      near(
        `dbeta of ${kernel}`,
        bed.core.f32(common.dbeta, 1)[0]!,
        sum(MANY, (i) => dy[i]!),
      );
      const want = sum(MANY, (i) => dy[i]! * (x[i]! - mean!) * inverse!);
      near(`dgamma of ${kernel}`, bed.core.f32(common.dgamma, 1)[0]!, want);
    };
    const moments = bed.alloc("moments", MANY * 8);
    bed.core
      .f32(moments, MANY * 2)
      .set(Float32Array.from({ length: MANY * 2 }, (_, i) => (i % 2 ? inverse! : mean!)));
    bed.run("LAYER_NORM_WEIGHTS", { ...common, moments }, rows);
    check("LAYER_NORM_WEIGHTS");
    const groups = bed.alloc("moments of groups", rows * 6 * 16);
    const view = bed.core.f32(groups, rows * 24);
    for (let r = 0; r < rows; r++)
      view.fill(mean!, r * 24, r * 24 + 4).fill(inverse!, r * 24 + 4, r * 24 + 8);
    bed.run("GROUP_NORM_WEIGHTS", { ...common, moments: groups }, rows);
    check("GROUP_NORM_WEIGHTS");
  });

  test.each([
    [MANY, 1, 0, 1],
    [1, MANY, 0, 1],
    [1, MANY, 0, 0],
    [1000, 1000, 1, 0],
  ])("slopes of PReLU over %i rows of %i", (rows, pixels, stride, shared) => {
    const bed = new Bed();
    const x = make(MANY).map((v) => -v),
      dy = make(MANY);
    const dalpha = bed.alloc("dalpha", (stride ? pixels : 1) * 16);
    bed.run(
      "PRELU_WEIGHTS",
      {
        dalpha,
        x: bed.matrix("x", MANY, 1, x),
        dy: bed.matrix("dy", MANY, 1, dy),
        step: bed.step,
        a: 1,
        b: 1,
        c: pixels,
        strideA: 0,
        strideB: 0,
        strideC: stride,
        channels: 1,
        shared,
      },
      rows,
    );
    const n = stride ? rows : MANY;
    near(
      "dalpha",
      bed.core.f32(dalpha, 1)[0]!,
      sum(n, (i) => x[i * (MANY / n)]! * dy[i * (MANY / n)]!),
    );
  });

  test("products over a million inputs, in any number of rows", () => {
    const bed = new Bed();
    for (const [rows, out] of [
      [1, 3],
      [7, 9],
      [3, 27],
    ] as const) {
      const k = Math.floor(MANY / rows);
      const x = make(k),
        w = make(k);
      const y = bed.matrix("y", rows, out),
        packed = bed.alloc("w", Math.ceil(out / 8) * 8 * k * 4);
      const all = bed.matrix("x", rows, k);
      for (let r = 0; r < rows; r++) bed.core.f32(all + r * ld(k) * 4, k).set(x);
      // each column of a panel is w
      const view = bed.core.f32(packed, ld(out) * k);
      for (let c = 0; c < out; c++) {
        const width = out - (c & ~7) > 4 ? 8 : 4;
        for (let i = 0; i < k; i++) view[(c >> 3) * 8 * k + i * width + (c & 7)] = w[i]!;
      }
      bed.run(
        "DENSE_FORWARD",
        { y, x: all, w: packed, b: bed.matrix("b", 1, out, equal(out)), inputs: k, units: out },
        rows,
      );
      const want = sum(k, (i) => x[i]! * w[i]!) + Math.fround(0.1);
      for (const got of bed.read(y, rows, out)) near(`y of ${rows} × ${k} × ${out}`, got, want);
    }
  });

  test("normalisation, losses, softmax and products of rows of a million values", () => {
    const bed = new Bed();
    const x = make(MANY),
      row = bed.matrix("x", 1, MANY, x),
      y = bed.matrix("y", 1, MANY);
    const moments = bed.alloc("moments", 8);
    const norm = { y, x: row, gamma: 0, beta: 0, moments, pixels: 1, channels: MANY, epsilon: 1e-3 };
    bed.run("LAYER_NORM_FORWARD", norm, 1);
    const mean = sum(MANY, (i) => x[i]!) / MANY;
    near("mean", bed.core.f32(moments, 1)[0]!, mean);
    const variance = sum(MANY, (i) => (x[i]! - mean) ** 2) / MANY;
    near("1 / √variance", bed.core.f32(moments, 2)[1]!, 1 / Math.sqrt(variance + Math.fround(1e-3)));

    bed.run("SOFTMAX_FORWARD", { a: y, z: row, units: MANY, alpha: 0 }, 1);
    near("softmax", bed.core.f32(y, 1)[0]!, Math.exp(x[0]!) / sum(MANY, (i) => Math.exp(x[i]!)));

    const losses = bed.alloc("losses", 16),
      targets = bed.matrix("targets", 1, MANY, new Float32Array(MANY).fill(1));
    const loss = { losses, a: row, y: targets, weight: 0, step: bed.step, units: MANY };
    bed.run("SQUARED_ERROR", { ...loss, da: 0, alpha: 1 }, 1);
    const squares = sum(MANY, (i) => (x[i]! - 1) ** 2);
    const times = bed.core.f32(losses, 1)[0]! / squares;
    // the mean, the sum or half of it
    near("squared error", times, Math.abs(times - 0.5) < 0.1 ? 0.5 : 1);
    bed.run("BINARY_CROSSENTROPY_SIGMOID", { ...loss, dz: 0, a: y, z: row, alpha: 1 }, 1);
    near(
      "cross-entropy",
      bed.core.f32(losses, 1)[0]!,
      sum(MANY, (i) => Math.log1p(Math.exp(x[i]!)) - x[i]!),
    );
    bed.run("CATEGORICAL_CROSSENTROPY_SOFTMAX", { ...loss, dz: 0, a: y, z: row, alpha: 1 }, 1);
    const most = x.reduce((a, b) => Math.max(a, b));
    const logs = Math.log(sum(MANY, (i) => Math.exp(x[i]! - most)));
    near(
      "cross-entropy of classes",
      bed.core.f32(losses, 1)[0]!,
      sum(MANY, (i) => most - x[i]! + logs),
    );

    bed.run(
      "DOT",
      {
        y: losses,
        a: row,
        b: targets,
        m: 1,
        n: 1,
        k: MANY,
        yRow: 4,
        yi: 4,
        yj: 1,
        aRow: MANY,
        ai: MANY,
        ak: 1,
        bRow: MANY,
        bj: MANY,
        bk: 1,
      },
      1,
    );
    near("dot product", bed.core.f32(losses, 1)[0]!, mean * MANY);
  });
});

test("pieces give the bits of the batch: up to a block of rows, and of images", () => {
  const rows = 1024,
    bed = new Bed();
  const x = bed.matrix("x", rows * 16, 3, values(rows * 48, 1)),
    dy = bed.matrix("dy", rows * 16, 2, values(rows * 32, 2));
  const scratch = bed.alloc("scratch", bed.core.constant("OUTER_SCRATCH"));
  for (const each of [1, 6, 16]) {
    const results = [[rows], [5, 7, 1000, 12], [1000, 24]].map((pieces) => {
      const dw = bed.alloc("dw", 48),
        db = bed.matrix("db", 1, 2);
      let first = 0;
      for (const n of pieces) {
        bed.core.i32(bed.step, 16)[5] = first;
        const at = first * each * 16;
        runEach(
          bed,
          "DENSE_WEIGHTS",
          { dw, db, x: x + at, dy: dy + at, scratch, step: bed.step, inputs: 3, units: 2 },
          n,
          each,
        );
        first += n;
      }
      return [...bed.core.f32(dw, 12), ...bed.core.f32(db, 4)];
    });
    for (const other of results) expect(other).toEqual(results[0]);
  }
});
