/** From a configuration to its reference. */
import type { ActivationName } from "../../../src/activations/table.ts";
import { activationReferences, rectified } from "../reference.ts";
import { multiHeadAttention, positionalEmbedding } from "./attention.ts";
import { residual, sequence } from "./compose.ts";
import { conv2d } from "./conv2d.ts";
import { conv2dTranspose, separableConv2d } from "./convolutions.ts";
import { dense } from "./dense.ts";
import { prelu, rescaling } from "./each.ts";
import { embedding } from "./embedding.ts";
import {
  batchNormalization,
  groupNormalization,
  layerNormalization,
  normalization,
} from "./normalization.ts";
import { globalAveragePooling2d, globalMaxPooling2d, pooling2d } from "./pooling.ts";
import { dropout, gaussianNoise } from "./random.ts";
import { recurrent } from "./recurrent.ts";
import { sequence as alongSequence } from "./sequences.ts";
import { cropping2d, permute, reshape, upSampling2d, zeroPadding2d } from "./shapes.ts";
import { type Activation, plain, type ReferenceConfig, type ReferenceLayer, type Shape } from "./types.ts";
import { bidirectional, repeatVector, timeDistributed } from "./wrappers.ts";

export type { Pass, ReferenceConfig, ReferenceLayer, Shape, Tensors } from "./types.ts";
export { size } from "./types.ts";

const ALPHA: Record<string, number> = { leakyRelu: 0.01, elu: 1 };

/** Over the last axis, which softmax and logSoftmax need to know. */
function activation(f: Activation, shape: Shape): ReferenceLayer {
  const { name, alpha, ...options } = typeof f === "string" ? { name: f, alpha: undefined } : f;
  const { value, gradient } =
    name === "relu" ? rectified(options) : activationReferences[name as ActivationName];
  const slope = alpha ?? ALPHA[name] ?? 0;
  const c = shape[shape.length - 1];
  return plain(shape, (z) => {
    const y = new Float64Array(z.length);
    for (let i = 0; i < z.length; i += c) y.set(value([...z.subarray(i, i + c)], slope), i);
    return {
      y,
      dx(dy) {
        const dz = new Float64Array(z.length);
        for (let i = 0; i < z.length; i += c)
          dz.set(gradient([...z.subarray(i, i + c)], [...dy.subarray(i, i + c)], slope), i);
        return dz;
      },
    };
  });
}

/** The same tensors as the layer alone. */
function activated(layer: ReferenceLayer, f: Activation = "linear"): ReferenceLayer {
  const after = activation(f, layer.outputShape);
  return {
    ...layer,
    forward(p, x, training) {
      const inner = layer.forward(p, x, training);
      const outer = after.forward({}, inner.y, training);
      return { ...inner, y: outer.y, backward: (dy) => inner.backward(outer.backward(dy).dx) };
    },
  };
}

export function reference(config: ReferenceConfig, shape: Shape): ReferenceLayer {
  switch (config.type) {
    case "dense":
      return activated(dense(config, shape), config.activation);
    case "activation":
      return activation(config.activation, shape);
    case "flatten":
      return reshape({ targetShape: [-1] }, shape);
    case "reshape":
      return reshape(config, shape);
    case "conv2d":
      return activated(conv2d(config, shape), config.activation);
    case "conv1d":
      return activated(alongSequence(config, shape), config.activation);
    case "conv2dTranspose":
      return activated(conv2dTranspose(config, shape), config.activation);
    case "separableConv2d":
      return activated(separableConv2d(config, shape), config.activation);
    case "maxPooling1d":
    case "averagePooling1d":
    case "globalMaxPooling1d":
    case "globalAveragePooling1d":
    case "zeroPadding1d":
    case "cropping1d":
    case "upSampling1d":
      return alongSequence(config, shape);
    case "globalMaxPooling2d":
      return globalMaxPooling2d(shape);
    case "cropping2d":
      return cropping2d(config, shape);
    case "upSampling2d":
      return upSampling2d(config, shape);
    case "permute":
      return permute(config, shape);
    case "maxPooling2d":
    case "averagePooling2d":
      return pooling2d(config, shape);
    case "globalAveragePooling2d":
      return globalAveragePooling2d(shape);
    case "zeroPadding2d":
      return zeroPadding2d(config, shape);
    case "batchNormalization":
      return batchNormalization(config, shape);
    case "layerNormalization":
      return layerNormalization(config, shape);
    case "groupNormalization":
      return groupNormalization(config, shape);
    case "normalization":
      return normalization(config, shape);
    case "rescaling":
      return rescaling(config, shape);
    case "prelu":
      return prelu(config, shape);
    case "simpleRnn":
    case "lstm":
    case "gru":
      return recurrent(config, shape);
    case "bidirectional":
      return bidirectional(config, shape);
    case "timeDistributed":
      return timeDistributed(config, shape);
    case "multiHeadAttention":
      return multiHeadAttention(config, shape);
    case "embedding":
      return embedding(config, shape);
    case "positionalEmbedding":
      return positionalEmbedding(config, shape);
    case "repeatVector":
      return repeatVector(config, shape);
    case "dropout":
      return dropout(shape);
    case "gaussianNoise":
      return gaussianNoise(shape);
    case "residual":
      return residual(referenceNet(config.layers, shape), referenceNet(config.shortcut ?? [], shape));
  }
}

/** A chain of layers; their tensors begin with "0.", "1.", … */
export function referenceNet(configs: readonly ReferenceConfig[], inputShape: Shape): ReferenceLayer {
  const layers: ReferenceLayer[] = [];
  let shape = inputShape;
  for (const config of configs) {
    layers.push(reference(config, shape));
    shape = layers[layers.length - 1].outputShape;
  }
  return sequence(layers, inputShape);
}
