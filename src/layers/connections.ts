/** What summaries say of the layers of a graph besides what they say of those of a chain. */
import { type Architecture, parametersOf } from "../plan/operation.ts";

export interface Connection {
  /** Names of the inputs and layers it is applied to. */
  inputs: string[];
  /** The layer it has its weights from, which is applied once more here. */
  weightsOf?: string;
}

/** One for each layer. */
export function connectionsOf({ inputs, layers }: Architecture): Connection[] {
  /** The layer that first had each parameter. */
  const owners = new Map<string, string>();
  return layers.map((layer) => {
    const [first, ...others] = parametersOf(layer).map(({ layer: name, spec }) => `${name}.${spec.name}`);
    const weightsOf = first === undefined ? undefined : owners.get(first);
    if (first !== undefined && !weightsOf)
      for (const name of [first, ...others]) owners.set(name, layer.name);
    return {
      inputs: layer.inputs.map((value) => (inputs[value] ?? layers[value - inputs.length]).name),
      ...(weightsOf && { weightsOf }),
    };
  });
}
