/** What programs write layers with: dense({ units: 10, activation: "softmax" }). */
import type { Input } from "../config/fields.ts";
import type { LAYERS, SimpleLayerInput } from "../config/layers.ts";

/** Shape of one input row, for the first layer of a model; without it the first data set tells. */
export interface First {
  inputShape?: readonly number[];
}

type Options<T extends keyof typeof LAYERS> = Input<(typeof LAYERS)[T]> & First;
type Of<T extends keyof typeof LAYERS> = { type: T } & Options<T>;

export type LayerInput = { [T in keyof typeof LAYERS]: Of<T> }[keyof typeof LAYERS];

/** y[rows, units] = activation(x[rows, n] · kernel[n, units] + bias[units]) */
export const dense = (options: Options<"dense">): Of<"dense"> => ({ type: "dense", ...options });

/**
 * Convolution, channels last: [height, width, channels] → [outHeight, outWidth, filters], activation(x * kernel + bias) with kernel
 * [kernelHeight, kernelWidth, channels / groups, filters]. Outputs: floor((n − reach) / stride) + 1 with padding "valid" (the
 * default), ceil(n / stride) with "same"; reach = (kernel − 1) · dilation + 1.
 */
export const conv2d = (options: Options<"conv2d">): Of<"conv2d"> => ({ type: "conv2d", ...options });

/** The largest value of each window of poolSize (default 2 × 2, windows side by side). */
export const maxPooling2d = (options: Options<"maxPooling2d"> = {}): Of<"maxPooling2d"> => ({
  type: "maxPooling2d",
  ...options,
});

/** The mean of each window of poolSize (default 2 × 2, windows side by side). */
export const averagePooling2d = (options: Options<"averagePooling2d"> = {}): Of<"averagePooling2d"> => ({
  type: "averagePooling2d",
  ...options,
});

/** [height, width, channels] → [channels], the mean over all pixels. */
export const globalAveragePooling2d = (
  options: Options<"globalAveragePooling2d"> = {},
): Of<"globalAveragePooling2d"> => ({ type: "globalAveragePooling2d", ...options });

/** Zeros around an image: `padding` pixels on each side (default 1), [height, width], or [[top, bottom], [left, right]]. */
export const zeroPadding2d = (options: Options<"zeroPadding2d"> = {}): Of<"zeroPadding2d"> => ({
  type: "zeroPadding2d",
  ...options,
});

/**
 * (x − mean) / √(variance + epsilon) · gamma + beta, with mean and variance of each channel over the batch; outside training with
 * moving ones. Source: Ioffe & Szegedy 2015. Defaults are Keras': momentum 0.99, epsilon 0.001.
 */
export const batchNormalization = (
  options: Options<"batchNormalization"> = {},
): Of<"batchNormalization"> => ({
  type: "batchNormalization",
  ...options,
});

/** The same with mean and variance over the channels of each row or pixel. Source: Ba, Kiros & Hinton 2016. epsilon 0.001. */
export const layerNormalization = (
  options: Options<"layerNormalization"> = {},
): Of<"layerNormalization"> => ({
  type: "layerNormalization",
  ...options,
});

/** While training, a share `rate` of the values becomes zero, the others grow by 1 / (1 − rate). */
export const dropout = (options: Options<"dropout">): Of<"dropout"> => ({ type: "dropout", ...options });

/** While training, adds values of a normal distribution with standard deviation `stddev`. */
export const gaussianNoise = (options: Options<"gaussianNoise">): Of<"gaussianNoise"> => ({
  type: "gaussianNoise",
  ...options,
});

/** y = layers(x) + x, or + shortcut(x) where shapes change. Source: He, Zhang, Ren & Sun 2015. */
export const residual = (
  layers: readonly SimpleLayerInput[],
  options: Omit<Options<"residual">, "layers"> = {},
): Of<"residual"> => ({ type: "residual", layers: [...layers], ...options });

/** An activation as a layer of its own. */
export const activation = (options: Options<"activation">): Of<"activation"> => ({
  type: "activation",
  ...options,
});

/** [a, b, c] → [a · b · c] */
export const flatten = (options: Options<"flatten"> = {}): Of<"flatten"> => ({ type: "flatten", ...options });

/** The same values in the shape `targetShape`; one −1 stands for what is left. */
export const reshape = (options: Options<"reshape">): Of<"reshape"> => ({ type: "reshape", ...options });
