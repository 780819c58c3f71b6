/** All layers, one line each, and how a list of configurations becomes a chain of shapes. */

import type { LayerConfig } from "../config/config.ts";
import { show } from "../config/fields.ts";
import type { SimpleLayerConfig } from "../config/layers.ts";
import { NablaError } from "../errors.ts";
import { buildActivation } from "./activation.ts";
import { buildBatchNormalization } from "./batchNormalization.ts";
import { buildConv2d } from "./conv2d.ts";
import { buildDense } from "./dense.ts";
import type { Layer } from "./layer.ts";
import { buildLayerNormalization } from "./layerNormalization.ts";
import { buildDropout, buildGaussianNoise } from "./noise.ts";
import { buildGlobalAveragePooling2d, buildPooling2d } from "./pooling2d.ts";
import { buildFlatten, buildReshape } from "./reshape.ts";
import { buildResidual } from "./residual.ts";
import { buildZeroPadding2d } from "./zeroPadding2d.ts";

/** What each layer type is built by; `inner` builds the layers within one. */
const BUILDERS: {
  [T in LayerConfig["type"]]: (
    config: Extract<LayerConfig, { type: T }>,
    name: string,
    index: number,
    inputShape: readonly number[],
    inner: (configs: readonly SimpleLayerConfig[]) => Layer[],
  ) => Layer;
} = {
  dense: buildDense,
  activation: (config, name, _index, inputShape) => buildActivation(config, name, inputShape),
  flatten: (_config, name, _index, inputShape) => buildFlatten(name, inputShape),
  reshape: buildReshape,
  conv2d: buildConv2d,
  maxPooling2d: (config, name, index, inputShape) =>
    buildPooling2d("maxPooling2d", config, name, index, inputShape),
  averagePooling2d: (config, name, index, inputShape) =>
    buildPooling2d("averagePooling2d", config, name, index, inputShape),
  globalAveragePooling2d: (_config, name, index, inputShape) =>
    buildGlobalAveragePooling2d(name, index, inputShape),
  zeroPadding2d: buildZeroPadding2d,
  batchNormalization: (config, name, _index, inputShape) => buildBatchNormalization(config, name, inputShape),
  layerNormalization: (config, name, _index, inputShape) => buildLayerNormalization(config, name, inputShape),
  dropout: (config, name, _index, inputShape) => buildDropout(config, name, inputShape),
  gaussianNoise: (config, name, _index, inputShape) => buildGaussianNoise(config, name, inputShape),
  residual: (config, name, index, inputShape, inner) =>
    buildResidual(name, index, inputShape, inner(config.layers), inner(config.shortcut)),
};

/** Builds the chain, giving names ("dense_1") where the configuration has none. Layers within layers share the names. */
export function buildLayers(configs: readonly LayerConfig[], inputShape: readonly number[]): Layer[] {
  const chain = (list: readonly LayerConfig[], from: readonly number[], outer?: number): Layer[] => {
    let shape = from;
    return list.map((config, i) => {
      const index = outer ?? i;
      if (!Object.hasOwn(BUILDERS, config.type)) {
        throw new NablaError(
          `layers[${index}].type: expected one of ${Object.keys(BUILDERS).join(", ")}, got ${show(config.type)}`,
        );
      }
      const build = BUILDERS[config.type] as (
        c: LayerConfig,
        n: string,
        i: number,
        s: readonly number[],
        inner: (configs: readonly SimpleLayerConfig[]) => Layer[],
      ) => Layer;
      const start = shape;
      const layer = build(config, config.name!, index, start, (inner) => chain(inner, start, index));
      shape = layer.outputShape;
      return layer;
    });
  };
  return chain(nameLayers(configs), inputShape);
}

/** The configurations with the names of all layers written out, those within layers included. */
export function nameLayers(configs: readonly LayerConfig[]): LayerConfig[] {
  const wished = new Set(everyLayer(configs).map(({ name }) => name));
  const taken = new Set<string>();
  const nameOf = (config: LayerConfig, path: string): string => {
    let name = config.name;
    for (let n = 1; name === undefined; n++) {
      const fresh = `${config.type}_${n}`;
      if (!taken.has(fresh) && !wished.has(fresh)) name = fresh;
    }
    if (taken.has(name))
      throw new NablaError(`${path}.name: "${name}" is taken by an earlier layer; names must differ`);
    taken.add(name);
    return name;
  };
  const named = <T extends LayerConfig>(list: readonly T[], path: string): T[] =>
    list.map((config, i) => {
      const at = `${path}[${i}]`;
      const name = nameOf(config, at);
      if (config.type !== "residual") return { ...config, name };
      const layers = named(config.layers, `${at}.layers`);
      return { ...config, name, layers, shortcut: named(config.shortcut, `${at}.shortcut`) };
    });
  return named(configs, "layers");
}

/** The configurations of all layers in the order they are built in, those within layers included. */
export function everyLayer(configs: readonly LayerConfig[]): LayerConfig[] {
  return configs.flatMap((config) =>
    config.type === "residual" ? [config, ...config.layers, ...config.shortcut] : [config],
  );
}

/** Whether a row's outputs depend, while training, on which other rows it is run with. */
export const looksAcrossRows = (configs: readonly LayerConfig[]): boolean =>
  everyLayer(configs).some((config) => config.type === "batchNormalization" && config.trainable);
