/** Residual connection: y = layers(x) + shortcut(x) (He, Zhang, Ren & Sun 2015). */
import { fullBuild } from "../core/full.ts";
import { NablaError } from "../errors.ts";
import { type Field, type Infer, list, type ObjectField, show } from "../fields/fields.ts";
import { described, object, withDefault } from "../fields/objects.ts";
import { floatsOf, type Range } from "../plan/builder.ts";
import { isTrainable, type Layer, type Operation, type Site } from "../plan/operation.ts";
import { type Shape, sameShape, showShape } from "../shape.ts";
import type { SimpleLayerConfig, SimpleLayerInput } from "./configs.ts";
import {
  type Built,
  type LayerKind,
  type LayerOf,
  type LayerOptions,
  layerName,
  misfit,
  type Place,
  written,
} from "./layer.ts";
import { simpleLayerField } from "./registry.ts";

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

export interface ResidualFactory {
  (
    layers: readonly SimpleLayerInput[],
    options?: Omit<LayerOptions<ResidualFields>, "layers">,
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

/** Backward through one of the paths. @param key what its values were saved under */
function back(site: Site, path: readonly Operation[], key: string, dy: Range, needed: boolean): Range {
  const first = needed ? 0 : path.findIndex(isTrainable);
  let gradient = dy;
  for (let i = path.length - 1; i >= first && first >= 0; i--) {
    const [x, y] = [i, i + 1].map((n) => site.saved.get(`${key} ${n}`)!);
    gradient = path[i].backward(site.of(path[i]), x, y, gradient, needed || i > first);
  }
  return gradient;
}

/**
 * @param config layers: what the values pass; shortcut: what they pass on the other path, none: they go unchanged
 * @throws NablaError where the two paths end in different shapes
 */
function build(config: Infer<ResidualFields>, { name, called, inputShape, inner }: Place): Built {
  const layers = inner(config.layers);
  const shortcut = inner(config.shortcut);
  const endOf = (path: readonly Layer[]) =>
    path.length > 0 ? path[path.length - 1].outputShape : inputShape;
  const outputShape = endOf(layers);
  const other = endOf(shortcut);
  if (!sameShape(outputShape, other)) {
    throw misfit(
      TRAINING &&
        `${called}: its layers turn ${showShape(inputShape)} into ${showShape(outputShape)}, its shortcut into ${showShape(other)}; both must have one shape: use padding "same" and as many filters as channels, or give a shortcut such as ${bridge(inputShape, outputShape)}`,
    );
  }
  const main = layers.flatMap((layer) => layer.operations);
  const side = shortcut.flatMap((layer) => layer.operations);
  const units = floatsOf(outputShape);
  const inputs = floatsOf(inputShape);

  const run = (site: Site, path: readonly Operation[], key: string, x: Range): Range => {
    let value = x;
    path.forEach((operation, i) => {
      site.saved.set(`${key} ${i}`, value);
      value = operation.forward(site.of(operation), value);
    });
    site.saved.set(`${key} ${path.length}`, value);
    return value;
  };
  const operation: Operation = {
    layer: name,
    parameters: [],
    inputShape,
    outputShape,
    inner: [...main, ...side],
    forward(site, x) {
      const a = run(site, main, "main", x);
      const b = run(site, side, "side", x);
      const y = site.output(outputShape);
      site.builder.emit("ADD", { y, a, b, units });
      return y;
    },
    backward:
      TRAINING &&
      ((site, _x, _y, dy, needed) => {
        const { builder } = site;
        // either path may write over what it is given
        const copy = site.gradient(outputShape);
        builder.emit("ADD", { y: copy, a: dy, b: 0, units });
        const a = back(site, main, "main", dy, needed);
        const b = back(site, side, "side", copy, needed);
        if (!needed) return a;
        const dx = site.gradient(inputShape);
        builder.emit("ADD", { y: dx, a, b, units: inputs });
        return dx;
      }),
    update:
      TRAINING &&
      ((site) => {
        for (const each of [...main, ...side]) each.update?.(site.of(each));
      }),
  };
  return { outputShape, operations: [operation], core: fullBuild };
}

const kind: ResidualKind = {
  fields: TRAINING && fields,
  build,
  example: TRAINING && "[…]",
  inner: ["layers", "shortcut"],
};

/** y = layers(x) + x, or + shortcut(x) where shapes change. Source: He, Zhang, Ren & Sun 2015. */
export const residual: ResidualFactory = /* @__PURE__ */ Object.assign(
  (layers: readonly SimpleLayerInput[], given = {}) => {
    if (!Array.isArray(layers)) {
      throw new NablaError(`residual: expected an array of layers, got ${show(layers)}; write residual([…])`);
    }
    return written("residual", kind, { layers: [...layers], ...given }) as never;
  },
  { kind },
);
