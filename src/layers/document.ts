/** The part of a document that describes a model: a chain of layers, or a graph of them. One check for all that reads documents. */
import { type Field, list, string } from "../fields/fields.ts";
import { described, object, record } from "../fields/objects.ts";
import type { LayerConfig, LayerDocument } from "./configs.ts";
import { connectedField, layerField } from "./layerFields.ts";
import { shapeField } from "./shape.ts";

/** A chain with the shape of its input, or a graph. */
type ModelDocument<L> = { inputShape?: number[]; layers: L[]; outputs?: Record<string, string> };
// Written out by name: the compiler would copy all it consists of into the declarations.
export type ModelField = Field<ModelDocument<LayerConfig>, ModelDocument<LayerDocument>, "required">;

/** The layers of a model: a chain, or a graph, which names its outputs. Of the types that are registered. */
export function modelFields(): ModelField {
  const chain = object({ inputShape: shapeField, layers: list(layerField(), { min: 1 }) });
  const graph = object({
    layers: described(
      list(connectedField(), { min: 1 }),
      DOCS && "Layers, each after those it is applied to. They begin with inputs.",
    ),
    outputs: record(string(), { doc: DOCS && "By name, the layers whose values are the outputs." }),
  });
  return {
    ...chain,
    check: (value, path) =>
      (typeof value === "object" && value !== null && "outputs" in value ? graph : chain).check(value, path),
    jsonSchema: DOCS && ((defs) => ({ anyOf: [chain.jsonSchema(defs), graph.jsonSchema(defs)] })),
  };
}
