/**
 * The layer types a program has named. A layer's factory puts its type here, so a program that calls dense() alone has the code of
 * dense layers alone once a bundler has left out what nobody calls. Code that reads documents or files calls registerAll().
 */
import { NablaError } from "../errors.ts";
import { choice, type Field, list, string } from "../fields/fields.ts";
import { shared, variant } from "../fields/objects.ts";
import type { LayerConfig, LayerDocument, SimpleLayerConfig, SimpleLayerInput } from "./configs.ts";
import type { LayerKind } from "./layer.ts";
import { LAYERS } from "./names.ts";

const known = /* @__PURE__ */ new Map<string, LayerKind>();

export function register(type: string, kind: LayerKind): void {
  known.set(type, kind);
}

export const kindOf = (type: string): LayerKind | undefined => known.get(type);

/** In the order of the index, whatever order a program named them in. */
const inOrder = (kinds: ReadonlyMap<string, LayerKind>) =>
  Object.fromEntries(LAYERS.filter((type) => kinds.has(type)).map((type) => [type, kinds.get(type)!]));

/** A layer of one of these kinds, which the program has; for other types the error depends on whether they exist. */
function oneOf(kinds: ReadonlyMap<string, LayerKind>, types: readonly string[]): Field {
  const one = variant("type", inOrder(kinds), types);
  const names = choice(types);
  return {
    ...one,
    check(value, path) {
      const type = (value as { type?: unknown } | null)?.type;
      if (typeof type === "string" && !kinds.has(type)) {
        names.check(type, `${path}.type`);
        throw new NablaError(
          TRAINING
            ? `${path}.type: layers of type "${type}" are not part of this program: write ${type}({ … }), which includes them, or make the model with fromConfig()`
            : type,
        );
      }
      return one.check(value, path);
    },
  };
}

/** A layer as documents and programs write it. */
export const layerField = () =>
  shared("layer", oneOf(known, LAYERS)) as Field<LayerConfig, LayerDocument, "required">;

const inputsField = () =>
  list(string(), {
    min: 1,
    doc: DOCS && "Names of the layers it is applied to. By default the one before it.",
  });

/** A layer of a graph, which may say what it is applied to. */
export function connectedField(): Field<LayerConfig, LayerDocument, "required"> {
  const one = oneOf(known, LAYERS);
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

/** One that holds no other layers. */
export function simpleLayerField(): Field<SimpleLayerConfig, SimpleLayerInput, "required"> {
  const holds = (type: string) => known.get(type)?.inner !== undefined;
  const simple = new Map([...known].filter(([type]) => !holds(type)));
  return shared(
    "simpleLayer",
    oneOf(
      simple,
      LAYERS.filter((type) => !holds(type)),
    ),
  ) as never;
}

/** A list of layers, checked and with defaults filled in, by the types that are registered. */
export const checkChain = (layers: unknown): LayerConfig[] =>
  list(layerField(), { min: 1 }).check(layers, "layers");
