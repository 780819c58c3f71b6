/** What each layer type consists of, one line each. Separate constants, so that a bundler can leave out those that nobody names. */
import { residualFields } from "../config/layers.ts";
import { activationFields, buildActivation } from "./activation.ts";
import { batchNormalizationFields, buildBatchNormalization } from "./batchNormalization.ts";
import { buildConv2d, conv2dFields } from "./conv2d.ts";
import { buildDense, denseFields } from "./dense.ts";
import { buildLayerNormalization, layerNormalizationFields } from "./layerNormalization.ts";
import { buildDropout, buildGaussianNoise, dropoutFields, gaussianNoiseFields } from "./noise.ts";
import {
  averagePooling2dFields,
  buildAveragePooling2d,
  buildGlobalAveragePooling2d,
  buildMaxPooling2d,
  globalAveragePooling2dFields,
  maxPooling2dFields,
} from "./pooling2d.ts";
import type { LayerKind } from "./registry.ts";
import { buildFlatten, buildReshape, flattenFields, reshapeFields } from "./reshape.ts";
import { buildResidual } from "./residual.ts";
import { forTraining } from "./training.ts";
import { buildZeroPadding2d, zeroPadding2dFields } from "./zeroPadding2d.ts";

/** The fields of a configuration are checked before its layer is built, so that each builder has its own type of it. */
const kind = <C>(
  fields: LayerKind["fields"],
  build: (config: C, ...rest: never[]) => unknown,
): LayerKind => ({
  fields,
  build: build as LayerKind["build"],
});

export const dense = kind(forTraining(denseFields), buildDense);
export const activation = kind(forTraining(activationFields), buildActivation);
export const flatten = kind(forTraining(flattenFields), buildFlatten);
export const reshape = kind(forTraining(reshapeFields), buildReshape);
export const conv2d = kind(forTraining(conv2dFields), buildConv2d);
export const maxPooling2d = kind(forTraining(maxPooling2dFields), buildMaxPooling2d);
export const averagePooling2d = kind(forTraining(averagePooling2dFields), buildAveragePooling2d);
export const globalAveragePooling2d = kind(
  forTraining(globalAveragePooling2dFields),
  buildGlobalAveragePooling2d,
);
export const zeroPadding2d = kind(forTraining(zeroPadding2dFields), buildZeroPadding2d);
export const batchNormalization = kind(forTraining(batchNormalizationFields), buildBatchNormalization);
export const layerNormalization = kind(forTraining(layerNormalizationFields), buildLayerNormalization);
export const dropout = kind(forTraining(dropoutFields), buildDropout);
export const gaussianNoise = kind(forTraining(gaussianNoiseFields), buildGaussianNoise);
export const residual = kind(forTraining(residualFields), buildResidual);
