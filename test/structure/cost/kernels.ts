/** A layer, an optimizer, a loss and an activation that there are not, each a file on both sides and a line of an index. */
import type { Change } from "./copy.ts";

/** y = factor · x */
export const layer: Change = {
  files: {
    "assembly/layers/scaling.ts": `// Every value times one number.

import { rowBytes, shareStart } from "../math/simd";

@unmanaged
export class Scaling {
  y: usize; // may be x
  x: usize;
  units: i32;
  factor: f32;
}

/** @inline */
function scale(a: Scaling, rows: i32, part: i32, parts: i32): void {
  const factor = f32x4.splat(a.factor);
  const end = rowBytes(shareStart(rows, part + 1, parts), a.units);
  for (let i = rowBytes(shareStart(rows, part, parts), a.units); i < end; i += 16) {
    v128.store(a.y + i, f32x4.mul(factor, v128.load(a.x + i)));
  }
}

/** y[rows, units] = factor · x, padding too. Shares are rows. */
function scalingForward(record: usize, rows: i32, part: i32, parts: i32): void {
  const a = changetype<Scaling>(record);
  scale(a, rows, part, parts);
}

/** The same of gradients: dx = factor · dy. */
function scalingBackward(record: usize, rows: i32, part: i32, parts: i32): void {
  const a = changetype<Scaling>(record);
  scale(a, rows, part, parts);
}

export const SCALING_FORWARD: i32 = scalingForward.index;
export const SCALING_BACKWARD: i32 = scalingBackward.index;
`,
    "src/layers/scaling.ts": `import { fullBuild } from "../core/full.ts";
import { type Infer, number } from "../fields/fields.ts";
import { object } from "../fields/objects.ts";
import { floatsOf } from "../plan/builder.ts";
import type { Operation } from "../plan/operation.ts";
import type { Built, Place } from "./kind.ts";
import { layer, layerName } from "./layer.ts";

const fields = () =>
  object({ name: layerName(), factor: number({ default: 2, doc: DOCS && "What values are multiplied by." }) });

function build({ factor }: Infer<ReturnType<typeof fields>>, { name, inputShape }: Place): Built {
  const units = floatsOf(inputShape);
  const operation: Operation = {
    layer: name,
    parameters: [],
    inputShape,
    outputShape: inputShape,
    forward({ builder, output }, x) {
      const y = output(inputShape);
      builder.emit("SCALING_FORWARD", { y, x, units, factor });
      return y;
    },
    backward:
      TRAINING &&
      (({ builder }, _x, _y, dy, needed) => {
        if (needed) builder.emit("SCALING_BACKWARD", { y: dy, x: dy, units, factor });
        return dy;
      }),
  };
  return { outputShape: inputShape, operations: [operation], core: fullBuild };
}

/** Every value times \`factor\`. */
export const scaling = /* @__PURE__ */ layer("scaling", {
  fields,
  build,
  example: "{ factor: 2 }",
});
`,
  },
  lines: { "src/layers/index.ts": 'export { scaling } from "./scaling.ts";' },
};

/** v = keep · v + dw, w −= η · v */
export const optimizer: Change = {
  files: {
    "assembly/optimizers/heavyBall.ts": `// The heavy ball: v ← k·v + g, w ← w − η·v.

import { flatStart, rate4 } from "./flat";

@unmanaged
export class HeavyBall {
  w: usize;
  dw: usize;
  v: usize;
  n: i32;
  step: usize;
  keep: f32;
}

/** v = keep · v + dw;  w −= rate · v */
function heavyBall(record: usize, rows: i32, part: i32, parts: i32): void {
  const a = changetype<HeavyBall>(record);
  const rate = rate4(a.step), keep = f32x4.splat(a.keep);
  const end = flatStart(a.n, part + 1, parts);
  for (let i = flatStart(a.n, part, parts); i < end; i += 16) {
    const v = f32x4.add(f32x4.mul(keep, v128.load(a.v + i)), v128.load(a.dw + i));
    v128.store(a.v + i, v);
    v128.store(a.w + i, f32x4.sub(v128.load(a.w + i), f32x4.mul(rate, v)));
  }
}

export const HEAVY_BALL: i32 = heavyBall.index;
`,
    "src/optimizers/heavyBall.ts": `import type { Infer } from "../fields/fields.ts";
import { object } from "../fields/objects.ts";
import { common, type OptimizerKind, rate, share } from "./kind.ts";

const fields = () =>
  object({ learningRate: rate(0.01), keep: share(0.5, DOCS && "Share of the velocity kept."), ...common() });

/** v = keep · v + dw, w −= η · v. */
export const heavyBall = {
  fields,
  slots: () => [{ name: "ball", initial: 0 }],
  move: (builder, { keep }: Infer<ReturnType<typeof fields>>, { w, dw, slots: [v], n, step }) =>
    builder.emit("HEAVY_BALL", { w, dw, v, n, step, keep }),
} satisfies OptimizerKind;
`,
  },
  lines: { "src/optimizers/index.ts": 'export { heavyBall } from "./heavyBall.ts";' },
};

/** L = factor · Σ (a − y)⁴ */
export const loss: Change = {
  files: {
    "assembly/losses/fourthPower.ts": `// Punishes what is far off.

import { Loss, lossRows } from "./records";

@unmanaged
class FourthPower {
  @inline
  value(a: v128, y: v128, alpha: v128): v128 {
    const d = f32x4.sub(a, y), square = f32x4.mul(d, d);
    return f32x4.mul(square, square);
  }
  @inline
  slope(a: v128, y: v128, alpha: v128): v128 {
    const d = f32x4.sub(a, y);
    return f32x4.mul(f32x4.mul(d, d), d);
  }
}

/** L = alpha · Σ (a − y)⁴;  da = 4 alpha · (a − y)³ */
function fourthPower(record: usize, rows: i32, part: i32, parts: i32): void {
  const a = changetype<Loss>(record);
  lossRows<FourthPower>(a, a.alpha, 4 * a.alpha, rows, part, parts);
}

export const FOURTH_POWER: i32 = fourthPower.index;
`,
    "src/losses/fourthPower.ts": `import { number } from "../fields/fields.ts";
import { object } from "../fields/objects.ts";
import { type LossKind, zeroOne } from "./kind.ts";

/** factor · Σ (a − y)⁴. */
export const fourthPower = {
  fields: () => object({ factor: number({ exclusiveMin: 0, default: 1, doc: DOCS && "What the sum is multiplied by." }) }),
  kernel: "FOURTH_POWER",
  fused: {},
  outputs: ["rootSigmoid", "linear"],
  alpha: (_units, { factor }) => factor,
  labels: zeroOne,
  classification: false,
} satisfies LossKind;
`,
  },
  lines: { "src/losses/index.ts": 'export { fourthPower } from "./fourthPower.ts";' },
};

/** a = z / √(1 + z²) */
export const activation: Change = {
  files: {
    "assembly/activations/rootSigmoid.ts": `// A sigmoid without exponentials.

import { Activation, ActivationBackward, backward, forward } from "./records";

@unmanaged
class RootSigmoid {
  @inline
  value(z: v128, alpha: v128): v128 {
    return f32x4.div(z, f32x4.sqrt(f32x4.add(f32x4.splat(1), f32x4.mul(z, z))));
  }
  @inline
  slope(z: v128, alpha: v128): v128 {
    const d = f32x4.add(f32x4.splat(1), f32x4.mul(z, z));
    return f32x4.div(f32x4.splat(1), f32x4.mul(d, f32x4.sqrt(d)));
  }
}

/** a = z / √(1 + z²) */
function rootSigmoidForward(record: usize, rows: i32, part: i32, parts: i32): void {
  const a = changetype<Activation>(record);
  forward<RootSigmoid>(a, rows, part, parts);
}

/** dz = da / √(1 + z²)³ */
function rootSigmoidBackward(record: usize, rows: i32, part: i32, parts: i32): void {
  const a = changetype<ActivationBackward>(record);
  backward<RootSigmoid>(a, rows, part, parts);
}

export const ROOT_SIGMOID_FORWARD: i32 = rootSigmoidForward.index;
export const ROOT_SIGMOID_BACKWARD: i32 = rootSigmoidBackward.index;
`,
    "src/activations/rootSigmoid.ts": `import { object } from "../fields/objects.ts";
import type { ActivationKind } from "./kind.ts";

/** a = z / √(1 + z²). */
export const rootSigmoid = {
  fields: () => object({}, { doc: DOCS && "z / √(1 + z²)." }),
  forward: "ROOT_SIGMOID_FORWARD",
  backward: "ROOT_SIGMOID_BACKWARD",
  saves: "z",
  trainable: true,
  monotonic: true,
} satisfies ActivationKind;
`,
  },
  lines: { "src/activations/index.ts": 'export { rootSigmoid } from "./rootSigmoid.ts";' },
};
