/**
 * One harness for every activation and loss. It holds the f32 kernel against the f64 reference, the reference's gradient
 * against central differences, shares against the whole, padding against the agreements; canaries are the bed's.
 * Each check takes a `plant`, which spoils the gradient on one side: a harness that does not notice would prove nothing.
 */
import { type ActivationName, activations } from "../../src/activations/table.ts";
import type { KernelName } from "../../src/core/core.ts";
import { type LossName, losses } from "../../src/losses/table.ts";
import { Bed, values } from "./kernel.ts";
import { activationReferences, logits, lossReferences, type Row } from "./reference.ts";

/** rows × units: single rows, single units, sizes on both sides of multiples of 4. */
export const sizes = [
  [1, 1],
  [1, 5],
  [2, 4],
  [3, 7],
  [5, 10],
  [4, 16],
  [9, 3],
  [1, 33],
] as const;
const PARTS = [1, 2, 3, 8];
/** Relative to 1 + |value|: a few roundings of f32. */
const TOLERANCE = 1e-6;

/** What is done to each row of a gradient before it is checked. */
export interface Plant {
  reference?(gradient: Row): Row;
  kernel?(gradient: Row): Row;
}
const untouched = (gradient: Row): Row => gradient;

/** Throws at the first value further than `tolerance` · (1 + |want|) from what it should be. */
export function near(
  what: string,
  got: ArrayLike<number>,
  want: ArrayLike<number>,
  tolerance = TOLERANCE,
): void {
  if (got.length !== want.length) throw new Error(`${what}: ${got.length} values, expected ${want.length}`);
  for (let i = 0; i < want.length; i++) {
    if (!(Math.abs(got[i] - want[i]) <= tolerance * (1 + Math.abs(want[i]))))
      throw new Error(`${what}[${i}] is ${got[i]}, expected ${want[i]}`);
  }
}

/** Throws unless `gradient` is that of f at x, by central differences. */
export function gradcheck(what: string, f: (x: Row) => number, gradient: Row, x: Row): void {
  const h = 1e-5;
  const moved = [...x];
  const differences = x.map((v, i) => {
    const at = (d: number) => {
      moved[i] = v + d;
      return f(moved);
    };
    const difference = (at(h) - at(-h)) / (2 * h);
    moved[i] = v;
    return difference;
  });
  near(`${what} against central differences`, gradient, differences, 1e-7);
}

export function split(flat: ArrayLike<number>, rows: number): Row[] {
  const units = flat.length / rows;
  return Array.from({ length: rows }, (_, r) => Array.from({ length: units }, (_, c) => flat[r * units + c]));
}

const dot = (a: Row, b: Row) => a.reduce((s, v, i) => s + v * b[i], 0);

function same(what: string, got: Float32Array, want: Float32Array): void {
  for (let i = 0; i < want.length; i++)
    if (!Object.is(got[i], want[i])) throw new Error(`${what}[${i}] is ${got[i]}, with one share ${want[i]}`);
}

function zeroPadding(what: string, bed: Bed, offset: number, rows: number, units: number): void {
  if (bed.padding(offset, rows, units).some((v) => v !== 0)) throw new Error(`${what}: padding is not zero`);
}

/** Runs an activation forward and backward; `inPlace` lays a over z (if a is what is saved) and dz over da. */
export function runActivation(
  name: ActivationName,
  z: ArrayLike<number>,
  da: ArrayLike<number>,
  rows: number,
  alpha: number,
  inPlace = false,
  parts = 1,
) {
  const units = z.length / rows;
  const spec = activations[name];
  const bed = new Bed();
  const at = { z: bed.matrix("z", rows, units, z, 0.5), da: bed.matrix("da", rows, units, da) };
  const a = inPlace && spec.saves === "a" && !spec.apart ? at.z : bed.matrix("a", rows, units);
  const dz = inPlace ? at.da : bed.matrix("dz", rows, units);
  if (!spec.forward) throw new Error(`${name} has no kernel`);
  bed.run(spec.forward, { a, z: at.z, units, alpha }, rows, parts);
  if (bed.padding(a, rows, units).some((v) => !Number.isFinite(v)))
    throw new Error(`${name}: padding of a is not finite`);
  if (name === "softmax") zeroPadding("a of softmax", bed, a, rows, units);
  const result: { a: Float32Array; dz: Float32Array } = {
    a: bed.read(a, rows, units),
    dz: new Float32Array(rows * units),
  };
  if (spec.backward) {
    bed.run(
      spec.backward,
      { dz, da: at.da, saved: spec.saves === "a" ? a : at.z, units, alpha },
      rows,
      parts,
    );
    zeroPadding(`dz of ${name}`, bed, dz, rows, units);
    result.dz = bed.read(dz, rows, units);
  }
  return result;
}

export function checkActivation(
  name: ActivationName,
  rows: number,
  units: number,
  alpha = 0,
  plant: Plant = {},
): void {
  const reference = activationReferences[name];
  const z = values(rows * units, rows + units).map((v) => v * 6);
  const da = values(rows * units, 77);
  const zs = split(z, rows);
  const das = split(da, rows);
  const gradients = zs.map((row, r) =>
    (plant.reference ?? untouched)(reference.gradient(row, das[r], alpha)),
  );
  if (activations[name].trainable) {
    for (const [r, row] of zs.entries()) {
      gradcheck(name, (x) => dot(reference.value(x, alpha), das[r]), gradients[r], row);
    }
  }
  const whole = runActivation(name, z, da, rows, alpha);
  near(
    `a of ${name}`,
    whole.a,
    zs.flatMap((row) => reference.value(row, alpha)),
  );
  near(`dz of ${name}`, split(whole.dz, rows).flatMap(plant.kernel ?? untouched), gradients.flat());
  for (const parts of PARTS) {
    for (const inPlace of [false, true]) {
      const shared = runActivation(name, z, da, rows, alpha, inPlace, parts);
      same(`a of ${name}`, shared.a, whole.a);
      same(`dz of ${name}`, shared.dz, whole.dz);
    }
  }
}

export interface LossCase {
  /** Outputs, or for a fused kernel what goes into the activation. */
  x: ArrayLike<number>;
  y: ArrayLike<number>;
  rows: number;
  weight?: ArrayLike<number>;
  scale?: number;
  parameter?: number;
}

/** Runs a loss kernel, fused or not; `lossOnly` asks for no gradient. */
export function runLoss(
  name: LossName,
  kernel: KernelName,
  { x, y, rows, weight, scale = 1, parameter = 1 }: LossCase,
  parts = 1,
  lossOnly = false,
) {
  const units = x.length / rows;
  const bed = new Bed();
  bed.core.f32(bed.step + 4, 1)[0] = scale;
  const at = {
    x: bed.matrix("x", rows, units, x, 0.5),
    y: bed.matrix("y", rows, units, y, 0.25),
    a: bed.matrix("a", rows, units),
  };
  const out = { losses: bed.alloc("losses", rows * 4), gradient: bed.matrix("gradient", rows, units) };
  let weights = 0;
  if (weight) {
    weights = bed.alloc("weight", rows * 4);
    bed.core.f32(weights, rows).set(weight);
  }
  const common = {
    losses: out.losses,
    y: at.y,
    weight: weights,
    step: bed.step,
    units,
    alpha: losses[name].alpha(units, { delta: parameter }),
  };
  const target = lossOnly ? 0 : out.gradient;
  if (kernel in logits)
    bed.run(
      kernel as "BINARY_CROSSENTROPY_SIGMOID",
      { ...common, dz: target, a: at.a, z: at.x },
      rows,
      parts,
    );
  else bed.run(kernel as "SQUARED_ERROR", { ...common, da: target, a: at.x }, rows, parts);
  if (!lossOnly) zeroPadding(`gradient of ${kernel}`, bed, out.gradient, rows, units);
  return {
    losses: bed.core.f32(out.losses, rows).slice(),
    gradient: bed.read(out.gradient, rows, units),
    a: bed.read(at.a, rows, units),
  };
}

/** `parameter` is delta for huber. A fused kernel is checked through the activation it contains. */
export function checkLoss(name: LossName, kernel: KernelName, input: LossCase, plant: Plant = {}): void {
  const { rows, weight, scale = 1, parameter = 1 } = input;
  const reference = lossReferences[name];
  const inner = kernel in logits ? activationReferences[logits[kernel as keyof typeof logits]] : undefined;
  const xs = split(input.x, rows);
  const ys = split(input.y, rows);
  const value = (x: Row, y: Row) => reference.value(inner ? inner.value(x, 0) : x, y, parameter);
  const gradients = xs.map((x, r) => {
    const a = inner ? inner.value(x, 0) : x;
    const da = reference.gradient(a, ys[r], parameter);
    return (plant.reference ?? untouched)(inner ? inner.gradient(x, da, 0) : da);
  });
  if (name !== "perceptron") {
    for (const [r, x] of xs.entries()) gradcheck(kernel, (v) => value(v, ys[r]), gradients[r], x);
  }
  const whole = runLoss(name, kernel, input);
  const w = (r: number) => weight?.[r] ?? 1;
  near(
    `losses of ${kernel}`,
    whole.losses,
    xs.map((x, r) => w(r) * value(x, ys[r])),
    2e-6,
  );
  near(
    `gradient of ${kernel}`,
    split(whole.gradient, rows).flatMap(plant.kernel ?? untouched),
    gradients.flatMap((g, r) => g.map((v) => w(r) * Math.fround(scale) * v)),
    2e-6,
  );
  if (inner)
    near(
      `a of ${kernel}`,
      whole.a,
      xs.flatMap((x) => inner.value(x, 0)),
    );
  for (const parts of PARTS) {
    const shared = runLoss(name, kernel, input, parts);
    same(`losses of ${kernel}`, shared.losses, whole.losses);
    same(`gradient of ${kernel}`, shared.gradient, whole.gradient);
    same(
      `losses of ${kernel} without a gradient`,
      runLoss(name, kernel, input, parts, true).losses,
      whole.losses,
    );
  }
}
