// Generated from index.ts by scripts/indexes.mjs. Do not edit: change the index and build.

/** The types of all layers, those included that a program does not have. */
export const LAYERS: readonly string[] = [
  "dense",
  "activation",
  "flatten",
  "reshape",
  "conv2d",
  "maxPooling2d",
  "averagePooling2d",
  "globalAveragePooling2d",
  "zeroPadding2d",
  "batchNormalization",
  "layerNormalization",
  "dropout",
  "gaussianNoise",
  "residual",
  "input",
  "shared",
  "add",
  "subtract",
  "multiply",
  "average",
  "maximum",
  "minimum",
  "concatenate",
  "dot",
];
