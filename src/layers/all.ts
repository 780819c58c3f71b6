// Generated from index.ts by scripts/indexes.mjs. Do not edit: change the index and build.
import * as index from "./index.ts";

/** By name. */
export const ALL = {
  dense: index.dense,
  activation: index.activation,
  flatten: index.flatten,
  reshape: index.reshape,
  conv2d: index.conv2d,
  maxPooling2d: index.maxPooling2d,
  averagePooling2d: index.averagePooling2d,
  globalAveragePooling2d: index.globalAveragePooling2d,
  zeroPadding2d: index.zeroPadding2d,
  batchNormalization: index.batchNormalization,
  layerNormalization: index.layerNormalization,
  dropout: index.dropout,
  gaussianNoise: index.gaussianNoise,
  residual: index.residual,
  input: index.input,
  shared: index.shared,
  add: index.add,
  subtract: index.subtract,
  multiply: index.multiply,
  average: index.average,
  maximum: index.maximum,
  minimum: index.minimum,
  concatenate: index.concatenate,
  dot: index.dot,
};
