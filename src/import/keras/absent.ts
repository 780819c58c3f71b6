/** Classes of layers that there are not here, why, and what a file's owner can do. */
const ONNX = 'export the model as ONNX (model.export(file, format="onnx"), or tf2onnx)';

const ABSENT: readonly (readonly [className: RegExp, why: string])[] = [
  [/3D$/, "three axes of pixels are not here"],
  [/^Conv(?:LSTM|Recurrent|RNN)/, "recurrent layers whose states are images are not here"],
  [
    /Attention$/,
    'there is attention by products here: Attention with score_mode "dot", and MultiHeadAttention',
  ],
  [/^Lambda$/, `it is code of Python, which a file does not describe; write it with layers, or ${ONNX}`],
  [/Lambda$|^TensorFlowOpLayer$|^TFOp/, `it is an operation and no layer; write it with layers, or ${ONNX}`],
  [
    /^(?:Resizing|CenterCrop|CategoryEncoding|StringLookup|IntegerLookup|TextVectorization|Discretization|Hashing|HashedCrossing)$/,
    "it prepares data and is no part of the network: do it before, and save the model from the layer after it: keras.Model(inputs, outputs)",
  ],
  [
    /^StackedRNNCells$/,
    "cells on top of each other are layers on top of each other here: use one LSTM, GRU or SimpleRNN for each",
  ],
  [
    /^(?:LocallyConnected\dD|SpectralNormalization|UnitNormalization|RMSNormalization)$/,
    `there is no such layer here; ${ONNX}`,
  ],
];

export const whyAbsent = (className: string): string =>
  ABSENT.find(([pattern]) => pattern.test(className))?.[1] ??
  'there is no such layer here; if it is your own, build it of others, or export the model as ONNX (model.export(file, format="onnx"))';
