/** All layers there are: for documents and files, which may name any of them. */
import type { LayerConfig } from "../config/config.ts";
import type { Layer } from "../plan/operation.ts";
import { buildChain } from "./chain.ts";
import * as kinds from "./kinds.ts";
import { type LayerKind, register } from "./registry.ts";

const all: ReadonlyMap<string, LayerKind> = /* @__PURE__ */ new Map(
  /* @__PURE__ */ Object.entries<LayerKind>({
    dense: kinds.dense,
    activation: kinds.activation,
    flatten: kinds.flatten,
    reshape: kinds.reshape,
    conv2d: kinds.conv2d,
    maxPooling2d: kinds.maxPooling2d,
    averagePooling2d: kinds.averagePooling2d,
    globalAveragePooling2d: kinds.globalAveragePooling2d,
    zeroPadding2d: kinds.zeroPadding2d,
    batchNormalization: kinds.batchNormalization,
    layerNormalization: kinds.layerNormalization,
    dropout: kinds.dropout,
    gaussianNoise: kinds.gaussianNoise,
    residual: kinds.residual,
  }),
);

/** Lets `new Model()` build whatever is described: call it before layers come from a document instead of their factories. */
export function registerAll(): void {
  for (const [type, kind] of all) register(type, kind);
}

/** Builds a chain of layers of any type: see buildChain(). */
export const buildLayers = (configs: readonly LayerConfig[], inputShape: readonly number[]): Layer[] =>
  buildChain(configs, inputShape, (type) => all.get(type));

export { everyLayer, looksAcrossRows, nameLayers } from "./chain.ts";
