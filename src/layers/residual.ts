/** Residual connection: y = layers(x) + shortcut(x) (He, Zhang, Ren & Sun 2015). */
import { largest } from "../core/compile.ts";
import { imagesBuild } from "../core/images.ts";
import { NablaError } from "../errors.ts";
import { type Field, type Infer, list, type ObjectField, show } from "../fields/fields.ts";
import { described, object, withDefault } from "../fields/objects.ts";
import type { AnyOperation, Layer } from "../plan/operation.ts";
import { walkBack } from "../plan/walk.ts";
import { type Shape, sameShape, showShape } from "../shape.ts";
import { addOperation } from "./add.ts";
import type { SimpleLayerConfig, SimpleLayerInput } from "./configs.ts";
import type { Built, LayerKind, Place } from "./kind.ts";
import { type LayerOf, type LayerOptions, layerName, misfit, written } from "./layer.ts";
import { simpleLayerField } from "./layerFields.ts";

/** Written out, because the layers within are of the types that the index lists, this one among them. */
export type ResidualFields = ObjectField<{
  name: Field<string, string, "optional">;
  layers: Field<SimpleLayerConfig[], SimpleLayerInput[], "required">;
  shortcut: Field<SimpleLayerConfig[], SimpleLayerInput[], "defaulted">;
}>;

const fields = (): ResidualFields => {
  const simple = simpleLayerField();
  return object(
    {
      name: layerName(),
      layers: described(
        list(simple, { min: 1 }),
        DOCS && "The layers that values pass through before they are added to the input.",
      ),
      shortcut: withDefault(
        described(
          list(simple),
          DOCS && "The layers for the values that are added; none: they stay unchanged.",
        ),
        [],
      ),
    },
    { doc: DOCS && "y = layers(x) + shortcut(x)." },
  );
};

/** What {@link residual} takes, and its layers. */
export interface ResidualOptions extends LayerOptions<ResidualFields> {}

/** Makes a residual layer. Its kind goes by the same name in documents. */
export interface ResidualFactory {
  /**
   * @param layers in their order; they keep the shape, or `shortcut` brings the input to theirs
   * @throws NablaError for what is no array of layers
   */
  (
    layers: readonly SimpleLayerInput[],
    options?: Omit<ResidualOptions, "layers">,
  ): LayerOf<"residual", ResidualFields>;
  readonly kind: ResidualKind;
}

/** It says by its type that it holds layers: those within it are of other types. */
interface ResidualKind extends LayerKind<ResidualFields> {
  readonly inner: readonly string[];
}

/** Layers that turn one shape into the other, as an example. */
function bridge(from: Shape, to: Shape): string {
  if (from.length !== 3 || to.length !== 3) return `[dense({ units: ${to[to.length - 1]} })]`;
  const strides = [from[0] / to[0], from[1] / to[1]].map((ratio) => Math.max(1, Math.round(ratio)));
  const both = strides[0] === strides[1] ? String(strides[0]) : showShape(strides);
  // with "same" there are ceil(size / stride) outputs
  const fits = to.slice(0, 2).every((n, i) => n === Math.ceil(from[i] / strides[i]));
  const step = both === "1" ? "" : `, strides: ${both}, padding: "same"`;
  const window = fits ? "1" : `[${from[0] - to[0] + 1}, ${from[1] - to[1] + 1}]`;
  return `[conv2d({ filters: ${to[2]}, kernelSize: ${window}${fits ? step : ""} })]`;
}

/**
 * @param config layers: what the values pass; shortcut: what they pass on the other path, none: they go unchanged
 * @throws NablaError where the two paths end in different shapes
 */
function build(config: Infer<ResidualFields>, { name, called, inputShape, inner }: Place): Built {
  const layers = inner(config.layers);
  const shortcut = inner(config.shortcut);
  const shapeOf = (path: readonly Layer[]) =>
    path.length > 0 ? path[path.length - 1].outputShape : inputShape;
  const outputShape = shapeOf(layers);
  const other = shapeOf(shortcut);
  if (!sameShape(outputShape, other)) {
    throw misfit(
      TRAINING &&
        `${called}: its layers turn ${showShape(inputShape)} into ${showShape(outputShape)}, its shortcut into ${showShape(other)}; both must have one shape: use padding "same" and as many filters as channels, or give a shortcut such as ${bridge(inputShape, outputShape)}`,
    );
  }
  const sum = addOperation(name, [outputShape, outputShape]);
  const [main, side] = [layers, shortcut].map((path) => path.flatMap(({ operations }) => operations));
  return {
    outputShape,
    operations: [sum, ...main, ...side],
    wiring: {
      wire(put, [x]) {
        const endOf = (path: readonly AnyOperation[]) =>
          path.reduce((from, operation) => put(operation, [from], true), x);
        return put(sum, [endOf(main), endOf(side)]);
      },
      walk: TRAINING && walkBack,
    },
    core: largest([imagesBuild, ...[...layers, ...shortcut].map((layer) => layer.core)]),
  };
}

const kind: ResidualKind = {
  fields: fields,
  build,
  example: TRAINING && "[…]",
  inner: ["layers", "shortcut"],
};

/** y = layers(x) + x, or + shortcut(x) where shapes change. Source: He, Zhang, Ren & Sun 2015. */
export const residual: ResidualFactory = /* @__PURE__ */ Object.assign(
  TRAINING
    ? (layers: readonly SimpleLayerInput[], given = {}) => {
        if (!Array.isArray(layers)) {
          throw new NablaError(
            `residual: expected an array of layers, got ${show(layers)}; write residual([…])`,
          );
        }
        return written("residual", kind, { layers: [...layers], ...given }) as never;
      }
    : () => {},
  { kind },
) as never;
