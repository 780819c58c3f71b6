/** How a class's score changes with each pixel (Simonyan, Vedaldi, Zisserman 2013). Loaded when someone asks. */
import { fromConfig, type Model } from "nabla";
import { internalsOf } from "../../src/model/internals.ts";
import { sizeOf } from "../../src/shape.ts";
import { gradients } from "../gradients.ts";

/** Layers that do nothing where a network predicts. */
const IDLE: readonly string[] = ["dropout", "gaussianNoise"];
/** Layers whose training answer is not that of a prediction. */
const OTHERWISE: readonly string[] = ["batchNormalization"];

interface LayerConfig {
  readonly type: string;
  readonly name?: string;
  readonly activation?: unknown;
}

/**
 * ∂z/∂x, z being the output `said` before softmax or sigmoid. The drawing is the kernel of a layer put before the network, with one input
 * that is 1: so the gradient of that kernel is asked for, and Nabla has it.
 *
 * @param row pixels from 0 to 255
 * @returns for each pixel, per whole ink; undefined where the network has layers that train otherwise than they predict
 */
export function saliency(model: Model, row: Uint8Array, said: number): Float32Array | undefined {
  const configs = internalsOf(model).configs as readonly unknown[] as readonly LayerConfig[];
  if (configs.some(({ type }) => OTHERWISE.includes(type))) return undefined;
  const last = configs.length - 1;
  const layers = configs.flatMap((config, i) => {
    if (IDLE.includes(config.type) || (i === last && config.type === "activation")) return [];
    const named = { ...config, name: model.layers[i]!.name };
    return [i === last ? { ...named, activation: "linear" } : named];
  });
  const n = sizeOf(model.inputShape);
  const outputs = sizeOf(model.outputShape);
  const { model: scored } = fromConfig({
    nabla: 1,
    model: {
      inputShape: [1],
      layers: [
        { type: "dense", name: "drawing", units: n, useBias: false },
        { type: "reshape", name: "drawn", targetShape: [...model.inputShape] },
        ...layers,
      ] as never,
    },
    training: { loss: "meanSquaredError", optimizer: "sgd" },
  });
  const own = Object.keys(scored.weightShapes());
  const weights = model.weights();
  scored.setWeights(
    Object.fromEntries(
      own.map((name) => [
        name,
        name === "drawing.kernel" ? Float32Array.from(row, (v) => v / 255) : weights[name]!,
      ]),
    ),
  );
  const z = scored.predict([[1]]).row(0);
  // the loss is the mean of (z − t)²; with t so, its derivative by this z is 1, and by the others 0
  const sign = outputs === 1 && said === 0 ? -1 : 1;
  const target = Array.from(z, (v, k) => (outputs === 1 || k === said ? v - (sign * outputs) / 2 : v));
  return gradients(scored, [[[1]], [target]]).gradients["drawing.kernel"];
}
