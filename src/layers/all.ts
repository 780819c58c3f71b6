// Generated from index.ts by scripts/indexes.mjs. Do not edit: change the index and build.
import * as index from "./index.ts";

/** By name. */
export const ALL = {
  dense: index.dense,
  activation: index.activation,
  flatten: index.flatten,
  reshape: index.reshape,
  permute: index.permute,
  conv2d: index.conv2d,
  conv1d: index.conv1d,
  conv2dTranspose: index.conv2dTranspose,
  separableConv2d: index.separableConv2d,
  maxPooling2d: index.maxPooling2d,
  averagePooling2d: index.averagePooling2d,
  globalAveragePooling2d: index.globalAveragePooling2d,
  globalMaxPooling2d: index.globalMaxPooling2d,
  maxPooling1d: index.maxPooling1d,
  averagePooling1d: index.averagePooling1d,
  globalAveragePooling1d: index.globalAveragePooling1d,
  globalMaxPooling1d: index.globalMaxPooling1d,
  zeroPadding2d: index.zeroPadding2d,
  zeroPadding1d: index.zeroPadding1d,
  cropping2d: index.cropping2d,
  cropping1d: index.cropping1d,
  upSampling2d: index.upSampling2d,
  upSampling1d: index.upSampling1d,
  batchNormalization: index.batchNormalization,
  layerNormalization: index.layerNormalization,
  dropout: index.dropout,
  gaussianNoise: index.gaussianNoise,
  residual: index.residual,
};
