/**
 * What a reference layer is. The references compute in plain double precision with nested loops, dense NHWC arrays and
 * filters as [height, width, input channels, filters]; they share no code with what they judge.
 */
export type Shape = readonly number[];
export type Tensors = Record<string, Float64Array>;
/** One number for both directions, or [vertical, horizontal]. */
export type Pair = number | readonly [number, number];
/** A word; or a number for all sides, one for each direction (along a sequence: before and after), or [before, after] of each. */
export type Padding = "valid" | "same" | "causal" | number | readonly (number | Shape)[];
export type Interpolation = "nearest" | "bilinear";
export type Activation =
  | string
  | { name: string; alpha?: number; maxValue?: number; negativeSlope?: number; threshold?: number };

/** What layers of filters have in common. */
interface Filters {
  filters: number;
  kernelSize: Pair;
  strides?: Pair;
  padding?: Padding;
  dilationRate?: Pair;
  activation?: Activation;
  useBias?: boolean;
}

interface Pool {
  poolSize?: Pair;
  strides?: Pair;
  padding?: Padding;
  ceilMode?: boolean;
}

interface Recurrent {
  units: number;
  activation?: string;
  useBias?: boolean;
  returnSequences?: boolean;
  goBackwards?: boolean;
}

/** Configurations as programs write them: names and defaults are those of Keras. */
export type ReferenceConfig =
  | { type: "dense"; units: number; activation?: Activation; useBias?: boolean }
  | { type: "activation"; activation: Activation }
  | { type: "flatten" }
  | { type: "reshape"; targetShape: Shape }
  | ({ type: "conv1d" | "conv2d"; groups?: number } & Filters)
  | ({ type: "conv2dTranspose"; groups?: number; outputPadding?: Pair } & Filters)
  | ({ type: "separableConv2d"; depthMultiplier?: number } & Filters)
  | ({ type: "maxPooling1d" | "maxPooling2d" } & Pool)
  | ({ type: "averagePooling1d" | "averagePooling2d"; countIncludePad?: boolean } & Pool)
  | { type: "globalAveragePooling1d" | "globalMaxPooling1d" | "globalMaxPooling2d" }
  | { type: "zeroPadding1d"; padding?: Pair }
  | { type: "cropping1d"; cropping?: Pair }
  | { type: "cropping2d"; cropping?: number | readonly (number | Shape)[] }
  | { type: "upSampling1d"; size?: number }
  | { type: "upSampling2d"; size?: Pair; interpolation?: Interpolation }
  | { type: "permute"; dims: Shape }
  | { type: "globalAveragePooling2d" }
  | { type: "zeroPadding2d"; padding?: number | readonly (number | Shape)[] }
  | { type: "batchNormalization"; momentum?: number; epsilon?: number }
  | { type: "layerNormalization"; epsilon?: number }
  | { type: "groupNormalization"; groups?: number; epsilon?: number }
  | {
      type: "normalization";
      axis?: number | readonly number[] | null;
      mean: readonly number[];
      variance: readonly number[];
    }
  | { type: "rescaling"; scale: number; offset?: number }
  | { type: "prelu"; sharedAxes?: readonly number[] }
  | ({ type: "simpleRnn" } & Recurrent)
  | ({ type: "lstm"; recurrentActivation?: string; unitForgetBias?: boolean } & Recurrent)
  | ({ type: "gru"; recurrentActivation?: string; resetAfter?: boolean } & Recurrent)
  | {
      type: "bidirectional";
      layer: ReferenceConfig | readonly ReferenceConfig[];
      mergeMode?: "concat" | "sum" | "average" | "multiply";
    }
  | { type: "timeDistributed"; layer: ReferenceConfig | readonly ReferenceConfig[] }
  | { type: "embedding"; inputDim: number; outputDim: number }
  | { type: "positionalEmbedding"; sequenceLength?: number }
  | { type: "repeatVector"; n: number }
  | {
      type: "multiHeadAttention";
      numHeads: number;
      keyDim: number;
      valueDim?: number;
      outputShape?: number;
      useBias?: boolean;
      useCausalMask?: boolean;
      causal?: boolean;
    }
  | { type: "dropout"; rate: number }
  | { type: "gaussianNoise"; stddev: number }
  | { type: "residual"; layers: readonly ReferenceConfig[]; shortcut?: readonly ReferenceConfig[] };

/** The configuration of one type; of a union that has several in common, with this one. */
export type ConfigOf<T extends ReferenceConfig["type"]> = ReferenceConfig extends infer C
  ? C extends { type: infer U }
    ? T extends U
      ? C
      : never
    : never
  : never;

/** One pass over a batch, ready to go back. */
export interface Pass {
  y: Float64Array;
  /** What this batch makes of the values that are kept but not trained. */
  moving: Tensors;
  /** dx and the gradients of the parameters, summed over the batch, for the gradient dy of some function of y. */
  backward(dy: Float64Array): { dx: Float64Array; gradients: Tensors };
}

export interface ReferenceLayer {
  outputShape: Shape;
  /** The same with gradients as large as the terms they are added up from, where those may cancel each other. */
  terms?: ReferenceLayer;
  /** Shapes of what is trained. */
  parameters: Record<string, Shape>;
  /** Shapes of what is kept from batch to batch without being trained. */
  moving: Record<string, Shape>;
  /**
   * @param p parameters and moving values by name
   * @param x rows × inputShape
   * @param training uses the statistics of the batch
   */
  forward(p: Tensors, x: Float64Array, training: boolean): Pass;
}

export const size = (shape: Shape): number => shape.reduce((product, n) => product * n, 1);
export const pair = (n: Pair): readonly [number, number] => (typeof n === "number" ? [n, n] : n);

/** A layer that has neither parameters nor memory. */
export function plain(
  outputShape: Shape,
  forward: (x: Float64Array) => { y: Float64Array; dx: (dy: Float64Array) => Float64Array },
): ReferenceLayer {
  return {
    outputShape,
    parameters: {},
    moving: {},
    forward: (_p, x) => {
      const { y, dx } = forward(x);
      return { y, moving: {}, backward: (dy) => ({ dx: dx(dy), gradients: {} }) };
    },
  };
}
