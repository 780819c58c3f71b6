/**
 * The layer types a program has named. A layer's factory puts its type here, so a program that calls dense() alone has the code of
 * dense layers alone once a bundler has left out what nobody calls. Code that reads documents or files calls registerAll(). Not even the
 * names of the others are here: another layer costs nothing where it is not used.
 */
import { didYouMean, NablaError } from "../errors.ts";
import { type Field, list, show, string } from "../fields/fields.ts";
import { shared, variant } from "../fields/objects.ts";
import type { LayerConfig, LayerDocument, SimpleLayerConfig, SimpleLayerInput } from "./configs.ts";
import type { LayerKind } from "./layer.ts";

const known = /* @__PURE__ */ new Map<string, LayerKind>();
/** Whether there are no others. */
let whole = false;

export function register(type: string, kind: LayerKind): void {
  known.set(type, kind);
}

/** Those a program named before are put in the order of all. */
export function registerEach(kinds: readonly (readonly [type: string, kind: LayerKind])[]): void {
  if (whole) return;
  known.clear();
  for (const [type, kind] of kinds) register(type, kind);
  whole = true;
}

/** The types that are registered. */
export const types = (): string[] => [...known.keys()];

export const kindOf = (type: string): LayerKind | undefined => known.get(type);

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
