/** A layer by itself, to know its shapes and parameters before a model is made. */
import { nameLayers } from "../layers/chain.ts";
import type { LayerConfig } from "../layers/configs.ts";
import { buildNode } from "../layers/graph.ts";
import { layerField } from "../layers/layerFields.ts";
import { kindOf } from "../layers/registry.ts";
import type { Layer } from "../plan/operation.ts";
import type { Shape } from "../shape.ts";

/** @throws NablaError for options and inputs that it cannot take */
export function builtLayer(
  config: { readonly type: string; readonly name?: string },
  shapes: readonly Shape[],
): Layer {
  const [named] = nameLayers([layerField().check(config, config.type) as LayerConfig]);
  const called = config.name === undefined ? config.type : `${config.type} "${config.name}"`;
  // as in a graph, where states may be asked for
  const states = shapes.map(() => undefined);
  return buildNode(named!, { index: 0, inputs: [], shapes, states, called }, kindOf);
}
