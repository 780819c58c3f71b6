/** One training step of one point, taken apart: every number of it comes from Nabla. Needs no page. */
import { activation, dense, type Model, sequential } from "nabla";
import { gradients as gradientsAt } from "../gradients.ts";

/** What the microscope can show of losses: each with the activation of the outputs it goes with. */
export const LOSSES = [
  "quadratic",
  "crossEntropy",
  "categoricalCrossentropy",
  "meanSquaredError",
  "categoricalHinge",
  "perceptron",
] as const;
export type LossName = (typeof LOSSES)[number];

/** A dense layer as it is. */
export interface Layer {
  /** [inputs, units], row-major. */
  readonly kernel: ArrayLike<number>;
  readonly bias: ArrayLike<number>;
  /** By its name in the library. */
  readonly activation: string;
}

/** A net, a point and a rate: all that a step follows from. */
export interface Case {
  readonly layers: readonly Layer[];
  readonly loss: LossName;
  readonly x: readonly number[];
  readonly y: readonly number[];
  readonly rate: number;
}

export interface LayerTrace extends Layer {
  /** What comes in: x, or a of the layer before. */
  readonly input: readonly number[];
  readonly z: readonly number[];
  readonly a: readonly number[];
  /** g′(z); not of softmax, where it is a matrix, and not of a step, which has none that tells anything. */
  readonly slope: readonly number[] | undefined;
  /** ∂L/∂z, which is also ∂L/∂b. */
  readonly delta: readonly number[];
  /** ∂L/∂w, laid out as `kernel`. */
  readonly dKernel: readonly number[];
  /** w − η · ∂L/∂w. */
  readonly newKernel: readonly number[];
  readonly newBias: readonly number[];
}

export interface Trace {
  readonly layers: readonly LayerTrace[];
  readonly loss: number;
  /** The same point's loss after the step. */
  readonly lossAfter: number;
}

/** One weight or bias: the `index`-th number of a layer's kernel or bias. */
export interface Place {
  readonly layer: number;
  readonly part: "kernel" | "bias";
  readonly index: number;
}

const nameOf = (layer: number): string => `layer-${layer}`;

function build({ layers, loss, x }: Case): Model {
  const stack = layers.map(({ bias, activation }, i) =>
    dense({ name: nameOf(i), units: bias.length, activation: activation as "sigmoid" }),
  );
  const model = sequential(stack, { inputShape: [x.length] });
  return model.compile({ loss, optimizer: { name: "sgd", learningRate: 1 } });
}

const fill = (model: Model, layers: readonly { kernel: ArrayLike<number>; bias: ArrayLike<number> }[]) =>
  model.setWeights(
    Object.fromEntries(
      layers.flatMap(({ kernel, bias }, i) => [
        [`${nameOf(i)}.kernel`, Float32Array.from(kernel)],
        [`${nameOf(i)}.bias`, Float32Array.from(bias)],
      ]),
    ),
  );

/** g′ at each z: the gradient of a bias that is z, where the loss ½ (a − (a − 1))² makes ∂L/∂a = 1. */
export function slopes(g: string, z: readonly number[], a: readonly number[]): number[] {
  const units = z.length;
  const model = sequential([dense({ name: "g", units, activation: g as "sigmoid" })], { inputShape: [1] });
  model.compile({ loss: "quadratic" });
  model.setWeights({ "g.kernel": new Float32Array(units), "g.bias": Float32Array.from(z) });
  return [...gradientsAt(model, [[[1]], [a.map((value) => value - 1)]]).gradients["g.bias"]];
}

/** @throws NablaError where the loss is no finite number: the net has diverged */
export function trace(net: Case): Trace {
  const model = fill(build(net), net.layers);
  const { loss, gradients } = gradientsAt(model, [[net.x], [net.y]]);
  let input: readonly number[] = net.x;
  const layers = net.layers.map((layer, i): LayerTrace => {
    const { bias, activation: g } = layer;
    const sum = sequential([dense({ name: "z", units: bias.length })], { inputShape: [input.length] });
    sum.setWeights({ "z.kernel": Float32Array.from(layer.kernel), "z.bias": Float32Array.from(bias) });
    const z = [...sum.predict([input]).data];
    const through = sequential([activation({ activation: g as "sigmoid", inputShape: [z.length] })]);
    const a = [...through.predict([z]).data];
    const dKernel = [...gradients[`${nameOf(i)}.kernel`]];
    const delta = [...gradients[`${nameOf(i)}.bias`]];
    const stepped = (values: ArrayLike<number>, d: readonly number[]) =>
      Array.from(values, (w, k) => Math.fround(w - Math.fround(Math.fround(net.rate) * d[k])));
    const done = {
      ...layer,
      input,
      z,
      a,
      slope: g === "softmax" || g === "step" ? undefined : slopes(g, z, a),
      delta,
      dKernel,
      newKernel: stepped(layer.kernel, dKernel),
      newBias: stepped(bias, delta),
    };
    input = a;
    return done;
  });
  fill(
    model,
    layers.map(({ newKernel, newBias }) => ({ kernel: newKernel, bias: newBias })),
  );
  return { layers, loss, lossAfter: lossOf(model, net) };
}

function lossOf(model: Model, { x, y }: Case): number {
  try {
    return gradientsAt(model, [[x], [y]]).lossExact;
  } catch (error) {
    // a step so long that the loss is no number any more
    if ((error as Error).name === "NablaError") return Number.NaN;
    throw error;
  }
}

export interface Nudge {
  readonly h: number;
  /** L where this one weight is larger by h, and smaller. */
  readonly above: number;
  readonly below: number;
  /** (above − below) / 2h. */
  readonly quotient: number;
}

/** How the loss answers when one weight alone is moved a little: what ∂L/∂w has to agree with. */
export function nudge(net: Case, { layer, part, index }: Place, h = 0.01): Nudge {
  const model = build(net);
  const at = (by: number) => {
    const layers = net.layers.map(({ kernel, bias }) => ({
      kernel: Float32Array.from(kernel),
      bias: Float32Array.from(bias),
    }));
    layers[layer][part][index] += by;
    // what the weight has come to, as numbers of 32 bits lie apart
    const moved = layers[layer][part][index];
    return { moved, loss: lossOf(fill(model, layers), net) };
  };
  const [above, below] = [at(h), at(-h)];
  return {
    h,
    above: above.loss,
    below: below.loss,
    quotient: (above.loss - below.loss) / (above.moved - below.moved),
  };
}
