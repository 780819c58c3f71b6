/** All layers, one line each, and how a list of configurations becomes a chain of shapes. */

import type { LayerConfig } from "../config/config.ts";
import { NablaError } from "../errors.ts";
import { buildActivation } from "./activation.ts";
import { buildDense } from "./dense.ts";
import { buildFlatten } from "./flatten.ts";
import type { Layer } from "./layer.ts";

/** What each layer type is built by. */
const BUILDERS: {
  [T in LayerConfig["type"]]: (
    config: Extract<LayerConfig, { type: T }>,
    name: string,
    index: number,
    inputShape: readonly number[],
  ) => Layer;
} = {
  dense: buildDense,
  activation: (config, name, _index, inputShape) => buildActivation(config, name, inputShape),
  flatten: (_config, name, _index, inputShape) => buildFlatten(name, inputShape),
};

/** Builds the chain, giving names ("dense_1") where the configuration has none. */
export function buildLayers(configs: readonly LayerConfig[], inputShape: readonly number[]): Layer[] {
  const layers: Layer[] = [];
  const names = new Set<string>();
  let shape = inputShape;
  configs.forEach((config, i) => {
    const name = config.name ?? freshName(config.type, configs, names);
    if (names.has(name))
      throw new NablaError(`layers[${i}].name: "${name}" is taken by an earlier layer; names must differ`);
    names.add(name);
    const build = BUILDERS[config.type] as (
      c: LayerConfig,
      n: string,
      i: number,
      s: readonly number[],
    ) => Layer;
    const layer = build(config, name, i, shape);
    layers.push(layer);
    shape = layer.outputShape;
  });
  return layers;
}

function freshName(type: string, configs: readonly LayerConfig[], taken: ReadonlySet<string>): string {
  for (let n = 1; ; n++) {
    const name = `${type}_${n}`;
    if (!taken.has(name) && !configs.some((c) => c.name === name)) return name;
  }
}
