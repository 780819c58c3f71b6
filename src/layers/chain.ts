/** How a list of configurations becomes a chain of layers, each with a name and the shapes that follow from those before. */
import type { LayerConfig } from "../config/config.ts";
import { LAYERS } from "../config/names.ts";
import { NablaError } from "../errors.ts";
import { show } from "../fields/fields.ts";
import type { Layer } from "../plan/operation.ts";
import { kindOf, type LayerKind } from "./registry.ts";

/**
 * Builds the chain, giving names ("dense_1") where the configuration has none. Layers within layers share the names.
 *
 * @param find what layers are built by, by type; default those the program has named
 */
export function buildChain(
  configs: readonly LayerConfig[],
  inputShape: readonly number[],
  find: (type: string) => LayerKind | undefined = kindOf,
): Layer[] {
  const chain = (list: readonly LayerConfig[], from: readonly number[], outer?: number): Layer[] => {
    let shape = from;
    return list.map((config, i) => {
      const index = outer ?? i;
      const start = shape;
      const kind = find(config.type);
      if (!kind)
        throw new NablaError(
          `layers[${index}].type: expected one of ${LAYERS.join(", ")}, got ${show(config.type)}; update nabla if a newer one wrote it`,
        );
      const layer = kind.build(config, config.name!, index, start, (inner) => chain(inner, start, index));
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
