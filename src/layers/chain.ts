/** How a list of configurations becomes a chain of layers, each with a name and the shapes that follow from those before. */
import { NablaError } from "../errors.ts";
import { show } from "../fields/fields.ts";
import type { Layer } from "../plan/operation.ts";
import type { LayerConfig } from "./configs.ts";
import type { LayerKind } from "./layer.ts";
import { LAYERS } from "./names.ts";
import { kindOf } from "./registry.ts";

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
      const { type } = config;
      const name = config.name!;
      const kind = find(type);
      if (!kind)
        throw new NablaError(
          `layers[${index}].type: expected one of ${LAYERS.join(", ")}, got ${show(type)}; update nabla if a newer one wrote it`,
        );
      const inner = (within: readonly { type: string }[]) =>
        chain(within as readonly LayerConfig[], start, index);
      const { activation = "linear", ...built } = kind.build(config, {
        name,
        called: `${type} "${name}" (layer ${index + 1})`,
        inputShape: start,
        inner,
      });
      shape = built.outputShape;
      return {
        name,
        type,
        inputShape: start,
        ...built,
        ...(!kind.onlyShape && { activation }),
      };
    });
  };
  return chain(nameLayers(configs, find), inputShape);
}

/** The lists of layers within one, by the field that holds them. */
function innerOf(
  config: LayerConfig,
  find: (type: string) => LayerKind | undefined,
): [field: string, layers: readonly LayerConfig[]][] {
  const fields = find(config.type)?.inner ?? [];
  return fields.map((field) => [field, (config as unknown as Record<string, readonly LayerConfig[]>)[field]]);
}

/** The same layer with those within it changed, if it has any. */
export function withInner<T extends LayerConfig>(config: T, change: (inner: LayerConfig) => LayerConfig): T {
  const inner = innerOf(config, kindOf).map(([field, layers]) => [field, layers.map(change)] as const);
  return { ...config, ...Object.fromEntries(inner) };
}

/** The configurations with the names of all layers written out, those within layers included. */
export function nameLayers(
  configs: readonly LayerConfig[],
  find: (type: string) => LayerKind | undefined = kindOf,
): LayerConfig[] {
  const wished = new Set(everyLayer(configs, find).map(({ name }) => name));
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
  const named = (list: readonly LayerConfig[], path: string): LayerConfig[] =>
    list.map((config, i) => {
      const at = `${path}[${i}]`;
      const name = nameOf(config, at);
      const inner = innerOf(config, find).map(
        ([field, layers]) => [field, named(layers, `${at}.${field}`)] as const,
      );
      return { ...config, name, ...Object.fromEntries(inner) } as LayerConfig;
    });
  return named(configs, "layers");
}

/** The configurations of all layers in the order they are built in, those within layers included. */
export function everyLayer(
  configs: readonly LayerConfig[],
  find: (type: string) => LayerKind | undefined = kindOf,
): LayerConfig[] {
  return configs.flatMap((config) => [config, ...innerOf(config, find).flatMap(([, layers]) => layers)]);
}

/** Whether a row's outputs depend, while training, on which other rows it is run with. */
export const looksAcrossRows = (configs: readonly LayerConfig[]): boolean =>
  everyLayer(configs).some((config) => kindOf(config.type)?.looksAcrossRows?.(config));

/** How many outputs the last layer has that says so in its options; 1 where none does. */
export const outputCount = (configs: readonly LayerConfig[]): number =>
  configs
    .map((config) => kindOf(config.type)?.outputs?.(config))
    .filter((n) => n !== undefined)
    .at(-1) ?? 1;
