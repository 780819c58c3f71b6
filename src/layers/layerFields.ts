/** Fields that take layers, of the types that are registered. */
import { didYouMean, NablaError } from "../errors.ts";
import { type Field, list, show, string } from "../fields/fields.ts";
import { shared, variant } from "../fields/objects.ts";
import type { LayerConfig, LayerDocument, SimpleLayerConfig, SimpleLayerInput } from "./configs.ts";
import type { LayerKind } from "./kind.ts";
import { known, types, whole } from "./registry.ts";
import { shapeField } from "./shape.ts";

/** A layer of one of these kinds. @throws NablaError for others, which says how they come into a program that has not all */
function oneOf(kinds: ReadonlyMap<string, LayerKind>): Field {
  const one = variant("type", Object.fromEntries(kinds));
  return {
    ...one,
    check(value, path) {
      const type = (value as { type?: unknown } | null)?.type;
      if (typeof type === "string" && !whole && !kinds.has(type))
        throw new NablaError(
          TRAINING
            ? `${path}.type: this program has no layers of type ${show(type)}${didYouMean(type, types()) || ";"} write ${type}({ … }), which includes them, or make the model with fromConfig(), which knows all`
            : type,
        );
      return one.check(value, path);
    },
  };
}

/** A layer as documents and programs write it. */
export const layerField = () =>
  shared("layer", oneOf(known)) as Field<LayerConfig, LayerDocument, "required">;
const inputsField = () =>
  list(string(), {
    min: 1,
    doc: DOCS && "Names of the layers it is applied to. By default the one before it.",
  });

/** A layer of a graph, which may say what it is applied to. */
export function connectedField(): Field<LayerConfig, LayerDocument, "required"> {
  const one = oneOf(known);
  return shared("connectedLayer", {
    ...one,
    check(value, path = "") {
      if (typeof value !== "object" || value === null || !("inputs" in value)) return one.check(value, path);
      const { inputs, ...rest } = value;
      const checked = one.check(rest, path) as object;
      return { ...checked, inputs: inputsField().check(inputs, `${path}.inputs`) };
    },
    jsonSchema:
      DOCS &&
      ((defs) => {
        const { oneOf: branches, ...rest } = one.jsonSchema(defs) as { oneOf: { properties: object }[] };
        const inputs = inputsField().jsonSchema(defs);
        return {
          ...rest,
          oneOf: branches.map((branch) => ({ ...branch, properties: { ...branch.properties, inputs } })),
        };
      }),
  }) as never;
}

/** One that holds no other layers. @throws NablaError for one that does, and what to do instead */
export function simpleLayerField(): Field<SimpleLayerConfig, SimpleLayerInput, "required"> {
  const holds = (type: string) => known.get(type)?.inner !== undefined;
  const simple = new Map([...known].filter(([type]) => !holds(type)));
  const one = oneOf(simple);
  return shared("simpleLayer", {
    ...one,
    check(value, path) {
      const type = (value as { type?: string } | null)?.type ?? "";
      if (TRAINING && holds(type))
        throw new NablaError(
          `${path}.type: ${type} holds layers itself, so it cannot be within another that does; put it before or behind that one, whose layers may be as many as there are`,
        );
      return one.check(value, path);
    },
  }) as never;
}

/** A list of layers, checked and with defaults filled in, by the types that are registered. */
export const checkChain = (layers: unknown): LayerConfig[] =>
  list(layerField(), { min: 1 }).check(layers, "layers");

/**
 * Checks a list of layers and fills in defaults. The first may also say the shape of one row of input.
 * @throws NablaError such as `layers[1].units: expected a whole number ≥ 1, got -3`
 */
export function withShape(
  layers: readonly unknown[],
  check: (layers: unknown) => LayerConfig[],
): { configs: LayerConfig[]; inputShape?: number[] } {
  let inputShape: number[] | undefined;
  const configs = check(
    Array.isArray(layers)
      ? layers.map((given: { inputShape?: unknown } | null, i) => {
          // a model has an inputShape, too, and is no layer
          if (!given || !Object.hasOwn(given, "type") || given.inputShape === undefined) return given;
          const { inputShape: shape, ...rest } = given;
          const checked = shapeField.check(shape, `layers[${i}].inputShape`);
          if (i === 0) inputShape = checked;
          return rest;
        })
      : layers,
  );
  return { configs, ...(inputShape && { inputShape }) };
}
