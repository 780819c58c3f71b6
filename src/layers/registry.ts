/**
 * The layer types a program has named. A layer's factory puts its type here, so a program that calls dense() alone has the code of
 * dense layers alone once a bundler has left out what nobody calls; whoever reads documents or files calls registerAll().
 */
import type { LayerConfig } from "../config/config.ts";
import type { SimpleLayerConfig } from "../config/layers.ts";
import { LAYERS } from "../config/names.ts";
import { NablaError } from "../errors.ts";
import { choice, type Field, type Fields, list, type ObjectField } from "../fields/fields.ts";
import { variant } from "../fields/objects.ts";
import type { Layer } from "../plan/operation.ts";

/** What there is to a layer type. */
export interface LayerKind {
  readonly fields: ObjectField<Fields>;
  /**
   * @param index place in the model, from 0, for errors
   * @param inner builds the layers within one
   * @throws NablaError for inputs it cannot take
   */
  build(
    config: LayerConfig,
    name: string,
    index: number,
    inputShape: readonly number[],
    inner: (configs: readonly SimpleLayerConfig[]) => Layer[],
  ): Layer;
}

const known = /* @__PURE__ */ new Map<string, LayerKind>();

export function register(type: string, kind: LayerKind): void {
  known.set(type, kind);
}

export const kindOf = (type: string): LayerKind | undefined => known.get(type);

/** A list of layers as a model takes it: checked like `layer` of src/config/layers.ts, by the types that are registered. */
export function checkChain(layers: unknown): LayerConfig[] {
  const branches = Object.fromEntries([...known].map(([type, { fields }]) => [type, fields]));
  const types = choice(LAYERS);
  const one = variant("type", branches, LAYERS);
  const layer: Field = {
    ...one,
    check(value, path) {
      const type = (value as { type?: unknown } | null)?.type;
      if (typeof type === "string" && !known.has(type)) {
        types.check(type, `${path}.type`);
        throw new NablaError(
          `${path}.type: layers of type "${type}" are not part of this program: write ${type}({ … }), which brings them, or make the model with fromConfig()`,
        );
      }
      return one.check(value, path);
    },
  };
  return list(layer, { min: 1 }).check(layers, "layers") as LayerConfig[];
}
