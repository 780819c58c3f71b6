/**
 * The checks of one layer: against the f64 reference, the reference against its own differences, PyTorch's numbers, shares
 * against the whole, training against predicting. What runs the layer is layerRun.ts.
 */
import { near } from "./harness.ts";
import { values } from "./kernel.ts";
import { type Given, type How, type Result, runLayer, sameBits } from "./layerRun.ts";
import { type Golden, nearStored } from "./layers/golden.ts";
import { type ReferenceConfig, reference, type Shape, size, type Tensors } from "./layers/index.ts";
import { gradients as madeGradients, inputs as madeInputs, tensors as madeTensors } from "./layers/inputs.ts";

export type { Result } from "./layerRun.ts";

/** Terms in the longest sum a layer adds up. */
function longestSum(config: ReferenceConfig, inputShape: Shape, rows: number): number {
  if (config.type === "residual") {
    const along = (configs: readonly ReferenceConfig[]) => {
      let shape = inputShape;
      return configs.map((inner) => {
        const n = longestSum(inner, shape, rows);
        shape = reference(inner, shape).outputShape;
        return n;
      });
    };
    // what one layer rounds is multiplied and added up by those after it
    return [...along(config.layers), ...along(config.shortcut ?? [])].reduce((sum, n) => sum + n, 0);
  }
  const layer = reference(config, inputShape);
  const channels = inputShape[inputShape.length - 1];
  const pixels =
    rows * Math.max(size(inputShape) / channels, size(layer.outputShape) / layer.outputShape.at(-1)!);
  // one after the other where there are several
  const kernels = Object.entries(layer.parameters).filter(([name]) => /kernel$/i.test(name));
  const along = (terms: (kernel: Shape) => number) =>
    kernels.reduce((sum, [, kernel]) => sum + terms(kernel), 0);
  const perOutput = along((kernel) => size(kernel.slice(0, -1))) || channels;
  const perInput = along((kernel) => size(kernel) / kernel[kernel.length - 2]) || 1;
  return Math.max(pixels, perOutput, perInput);
}

/**
 * Relative to 1 + |value|: a few roundings of float32, and for each term of a sum of n a share of one. Sums of random terms
 * grow as √n and so do their roundings, which makes n of both together.
 */
const toleranceOf = (config: ReferenceConfig, inputShape: Shape, rows: number): number =>
  1e-6 + 3e-8 * longestSum(config, inputShape, rows);

/** Throws unless the reference's gradients are those of its values, along one direction for each tensor. */
function referenceHolds(config: ReferenceConfig, inputShape: Shape, { x, p, dy }: Given): void {
  const layer = reference(config, inputShape);
  const value = (q: Tensors, at: Float64Array) =>
    layer.forward(q, at, true).y.reduce((sum, v, i) => sum + v * dy[i], 0);
  const back = layer.forward(p, x, true).backward(dy);
  const h = 1e-6;
  const compare = (
    what: string,
    at: Float64Array,
    gradient: Float64Array,
    f: (v: Float64Array) => number,
  ) => {
    const direction = values(at.length, 55);
    const moved = (by: number) => f(at.map((v, i) => v + by * direction[i]));
    const along = gradient.reduce((sum, v, i) => sum + v * direction[i], 0);
    near(`${what} of the reference along a direction`, [along], [(moved(h) - moved(-h)) / (2 * h)], 1e-6);
  };
  compare("dx", x, back.dx, (v) => value(p, v));
  for (const name of Object.keys(layer.parameters))
    compare(name, p[name], back.gradients[name], (v) => value({ ...p, [name]: v }, x));
}

export interface CheckOptions {
  /** x is values in [-1, 1) times this … */
  scale?: number;
  /** … plus this. */
  shift?: number;
  /** What the tolerance is multiplied by, for what is ill-conditioned. */
  loose?: number;
  /** Spoils what the kernels gave before it is checked: to see the check fail. */
  plant?(result: Result): void;
}

/** Whether what a layer does depends on whether it is training. */
function differsWhenTraining(config: ReferenceConfig): boolean {
  if (config.type === "residual")
    return [...config.layers, ...(config.shortcut ?? [])].some(differsWhenTraining);
  if (config.type === "timeDistributed") return [config.layer].flat().some(differsWhenTraining);
  return ["batchNormalization", "dropout", "gaussianNoise"].includes(config.type);
}

const PARTS = [2, 3, 8];

/** Values, gradients and moving values against the reference; then the same bits on any thread, at any place. */
export function checkLayer(
  config: ReferenceConfig,
  inputShape: Shape,
  rows: number,
  { scale = 1, shift = 0, loose = 1, plant = () => {} }: CheckOptions = {},
): void {
  const layer = reference(config, inputShape);
  const given: Given = {
    x: madeInputs(rows, inputShape, scale, shift),
    p: madeTensors(layer),
    dy: madeGradients(rows, layer.outputShape),
  };
  const run = (how: How = {}) => runLayer(config, inputShape, rows, given, how);
  const tolerance = loose * toleranceOf(config, inputShape, rows);
  referenceHolds(config, inputShape, given);

  const whole = run();
  plant(whole);
  const want = layer.forward(given.p, given.x, true);
  near("y", whole.y, want.y, tolerance);
  const back = want.backward(Float64Array.from(whole.dy));
  near("dx", whole.dx!, back.dx, tolerance);
  for (const name of Object.keys(layer.parameters))
    near(`gradient of ${name}`, whole.gradients[name], back.gradients[name], tolerance);
  for (const name of Object.keys(layer.moving)) near(name, whole.moving[name], want.moving[name], tolerance);

  for (const parts of PARTS)
    for (const backwards of [false, true])
      sameResult(`${parts} parts${backwards ? " backwards" : ""}: `, run({ parts, backwards }), whole);
  sameResult("in a plan for more rows: ", run({ room: rows + 3 }), whole);
  sameResult("as the first layer: ", run({ first: true }), whole);

  if (rows > 1 && !differsWhenTraining(config)) {
    const cut = run({ pieces: rows > 3 ? [1, 3] : [1], room: Math.max(1, rows - 1) });
    sameBits("in pieces: y", cut.y, whole.y);
    sameBits("in pieces: dx", cut.dx!, whole.dx!);
    for (const name of Object.keys(layer.parameters))
      sameBits(`in pieces: gradient of ${name}`, cut.gradients[name], whole.gradients[name]);
  }

  const predicted = run({ mode: "predict" }).y;
  if (differsWhenTraining(config))
    near("y predicted", predicted, layer.forward(given.p, given.x, false).y, tolerance);
  else sameBits("y predicted", predicted, whole.y);
  sameBits("y evaluated", run({ mode: "evaluate" }).y, predicted);
  sameBits("y predicted as the first layer", run({ mode: "predict", first: true }).y, predicted);
  for (const parts of PARTS)
    sameBits(`y predicted in ${parts} parts`, run({ mode: "predict", parts }).y, predicted);
}

function sameResult(where: string, got: Result, want: Result): void {
  sameBits(`${where}y`, got.y, want.y);
  sameBits(`${where}dy`, got.dy, want.dy);
  if (got.dx) sameBits(`${where}dx`, got.dx, want.dx!);
  for (const name of Object.keys(want.gradients))
    sameBits(`${where}gradient of ${name}`, got.gradients[name], want.gradients[name]);
  for (const name of Object.keys(want.moving)) sameBits(where + name, got.moving[name], want.moving[name]);
}

/** Layers as PyTorch computes them, computed by the kernels. */
export function checkGolden(golden: Golden): void {
  const { config, inputShape, rows, training = true, scale = 1, shift = 0 } = golden;
  const layer = reference(config, inputShape);
  const given: Given = {
    x: madeInputs(rows, inputShape, scale, shift),
    p: madeTensors(layer),
    dy: madeGradients(rows, layer.outputShape),
  };
  // y − target is dy up to a rounding of y
  const tolerance = (1 + Math.abs(shift) / scale) * 2 * toleranceOf(config, inputShape, rows);
  const got = runLayer(config, inputShape, rows, given, { mode: training ? "train" : "predict" });
  nearStored("y", got.y, golden.y, tolerance);
  if (!training) return;
  nearStored("dx", got.dx!, golden.dx, tolerance);
  for (const [name, want] of Object.entries(golden.gradients ?? {}))
    nearStored(`gradient of ${name}`, got.gradients[name], want, tolerance);
  for (const [name, want] of Object.entries(golden.moving ?? {}))
    nearStored(name, got.moving[name], want, tolerance);
}
