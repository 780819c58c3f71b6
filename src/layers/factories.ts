/** What programs write layers with: dense({ units: 10, activation: "softmax" }). */

import type { LAYERS, SimpleLayerInput } from "../config/layers.ts";
import { NablaError } from "../errors.ts";
import { type Input, show } from "../fields/fields.ts";
import * as kinds from "./kinds.ts";
import { type LayerKind, register } from "./registry.ts";

/** Shape of one input row, for the first layer of a model; without it the first data set tells. */
export interface First {
  inputShape?: readonly number[];
}

type Options<T extends keyof typeof LAYERS> = Input<(typeof LAYERS)[T]> & First;
type Of<T extends keyof typeof LAYERS> = { type: T } & Options<T>;

/** A layer as programs write it: what dense(), conv2d() and the others return. */
export type LayerInput = { [T in keyof typeof LAYERS]: Of<T> }[keyof typeof LAYERS];

/** An object of options, or an error that shows how to write them: a bare number would be lost without a word. */
function options<T extends keyof typeof LAYERS>(
  type: T,
  kind: LayerKind,
  given: Options<T>,
  example: string,
): Of<T> {
  if (typeof given !== "object" || given === null || Array.isArray(given)) {
    throw new NablaError(
      `${type}: expected an object of options, got ${show(given)}; write ${type}(${example})`,
    );
  }
  register(type, kind);
  return { type, ...given } as Of<T>;
}

/** y[rows, units] = activation(x[rows, n] · kernel[n, units] + bias[units]) */
export const dense = (given: Options<"dense">): Of<"dense"> =>
  options("dense", kinds.dense, given, "{ units: 10 }");

/**
 * Convolution, channels last: [height, width, channels] → [outHeight, outWidth, filters], activation(x * kernel + bias) with kernel
 * [kernelHeight, kernelWidth, channels / groups, filters]. Outputs: floor((n − reach) / stride) + 1 with padding "valid" (the
 * default), ceil(n / stride) with "same"; reach = (kernel − 1) · dilation + 1.
 */
export const conv2d = (given: Options<"conv2d">): Of<"conv2d"> =>
  options("conv2d", kinds.conv2d, given, "{ filters: 8, kernelSize: 3 }");

/** The largest value of each window of poolSize (default 2 × 2, windows side by side). */
export const maxPooling2d = (given: Options<"maxPooling2d"> = {}): Of<"maxPooling2d"> =>
  options("maxPooling2d", kinds.maxPooling2d, given, "{ poolSize: 2 }");

/** The mean of each window of poolSize (default 2 × 2, windows side by side). */
export const averagePooling2d = (given: Options<"averagePooling2d"> = {}): Of<"averagePooling2d"> =>
  options("averagePooling2d", kinds.averagePooling2d, given, "{ poolSize: 2 }");

/** [height, width, channels] → [channels], the mean over all pixels. */
export const globalAveragePooling2d = (
  given: Options<"globalAveragePooling2d"> = {},
): Of<"globalAveragePooling2d"> => options("globalAveragePooling2d", kinds.globalAveragePooling2d, given, "");

/** Zeros around an image: `padding` pixels on each side (default 1), [height, width], or [[top, bottom], [left, right]]. */
export const zeroPadding2d = (given: Options<"zeroPadding2d"> = {}): Of<"zeroPadding2d"> =>
  options("zeroPadding2d", kinds.zeroPadding2d, given, "{ padding: 1 }");

/**
 * (x − mean) / √(variance + epsilon) · gamma + beta, with mean and variance of each channel over the batch; outside training with
 * moving ones. Source: Ioffe & Szegedy 2015. Defaults are Keras': momentum 0.99, epsilon 0.001.
 */
export const batchNormalization = (given: Options<"batchNormalization"> = {}): Of<"batchNormalization"> =>
  options("batchNormalization", kinds.batchNormalization, given, "{ momentum: 0.99 }");

/** The same with mean and variance over the channels of each row or pixel. Source: Ba, Kiros & Hinton 2016. epsilon 0.001. */
export const layerNormalization = (given: Options<"layerNormalization"> = {}): Of<"layerNormalization"> =>
  options("layerNormalization", kinds.layerNormalization, given, "{ epsilon: 0.001 }");

/** While training, a share `rate` of the values becomes zero, the others grow by 1 / (1 − rate). */
export const dropout = (given: Options<"dropout">): Of<"dropout"> =>
  options("dropout", kinds.dropout, given, "{ rate: 0.5 }");

/** While training, adds values of a normal distribution with standard deviation `stddev`. */
export const gaussianNoise = (given: Options<"gaussianNoise">): Of<"gaussianNoise"> =>
  options("gaussianNoise", kinds.gaussianNoise, given, "{ stddev: 0.1 }");

/** y = layers(x) + x, or + shortcut(x) where shapes change. Source: He, Zhang, Ren & Sun 2015. */
export const residual = (
  layers: readonly SimpleLayerInput[],
  given: Omit<Options<"residual">, "layers"> = {},
): Of<"residual"> => {
  if (!Array.isArray(layers)) {
    throw new NablaError(`residual: expected an array of layers, got ${show(layers)}; write residual([…])`);
  }
  return options("residual", kinds.residual, { layers: [...layers], ...given }, "[…]");
};

/** An activation as a layer of its own. */
export const activation = (given: Options<"activation">): Of<"activation"> =>
  options("activation", kinds.activation, given, '{ activation: "relu" }');

/** [a, b, c] → [a · b · c] */
export const flatten = (given: Options<"flatten"> = {}): Of<"flatten"> =>
  options("flatten", kinds.flatten, given, "");

/** The same values in the shape `targetShape`; one −1 stands for what is left. */
export const reshape = (given: Options<"reshape">): Of<"reshape"> =>
  options("reshape", kinds.reshape, given, "{ targetShape: [28, 28, 1] }");
