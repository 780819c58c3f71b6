/** Inputs brought to mean 0 and variance 1. Twin of assembly/layers/normalization.ts. */

import { imagesBuild } from "../core/images.ts";
import { type Field, type Infer, int, list, number, show } from "../fields/fields.ts";
import { object, optional } from "../fields/objects.ts";
import type { Range } from "../plan/builder.ts";
import type { Operation, Parameter, Site } from "../plan/operation.ts";
import { type Shape, showShape, sizeOf } from "../shape.ts";
import { type AdaptDataset, type AdaptRows, addDataset, flatRows, isDataset, Moments } from "./adapt.ts";
import type { Built, LayerKind, Place } from "./kind.ts";
import { type LayerOf, type LayerOptions, layerName, misfit, written } from "./layer.ts";

/** Axes as people write them: one, several, or null for none. */
function axisField(): Field<number[], number | readonly number[] | null, "defaulted"> {
  const several = list(int(), {
    doc:
      DOCS &&
      "Axes that keep means of their own, counted from 1 as the batch is 0, or from the end by negative numbers. null: one mean for all values.",
  });
  return {
    ...several,
    presence: "defaulted",
    fallback: -1,
    expected: "a whole number, an array of them, or null",
    check: (value, path) =>
      several.check(value === null ? [] : typeof value === "number" ? [value] : value, path),
    jsonSchema:
      DOCS && ((defs) => ({ anyOf: [{ type: ["integer", "null"] }, several.jsonSchema(defs)], default: -1 })),
  };
}

const fields = () =>
  object(
    {
      name: layerName(),
      axis: axisField(),
      mean: optional(list(number(), { min: 1, doc: DOCS && "What is subtracted: found by adapt()." })),
      variance: optional(
        list(number({ min: 0 }), {
          min: 1,
          doc: DOCS && "Whose root values are divided by: found by adapt().",
        }),
      ),
    },
    { doc: DOCS && "(x − mean) / √variance, with means and variances of data known before." },
  );
type NormalizationFields = ReturnType<typeof fields>;
type Config = Infer<NormalizationFields>;

/** How far apart the means of neighbours along each axis are, and how many means there are. @throws NablaError for axes that there are not */
function meansOf(axis: readonly number[], shape: Shape, called: string): { strides: Shape; count: number } {
  const rank = shape.length;
  const axes = axis.map((n) => (n < 0 ? n + rank + 1 : n));
  if (axes.some((n) => n < 1 || n > rank) || new Set(axes).size < axes.length) {
    throw misfit(
      TRAINING &&
        `${called}: axis: expected different axes from 1 to ${rank} of the input ${showShape(shape)}, or -1 to -${rank}, got ${show(axis)}`,
    );
  }
  const strides = shape.map(() => 0);
  let count = 1;
  for (let i = rank - 1; i >= 0; i--) {
    if (!axes.includes(i + 1)) continue;
    strides[i] = count;
    count *= shape[i];
  }
  return { strides, count };
}

/** Which mean each value of a row has. */
const slotsOf = (shape: Shape, strides: Shape): Uint32Array =>
  Uint32Array.from({ length: sizeOf(shape) }, (_, at) => {
    let slot = 0;
    let left = at;
    for (let i = shape.length - 1; i >= 0; i--) {
      slot += (left % shape[i]) * strides[i];
      left = Math.floor(left / shape[i]);
    }
    return slot;
  });

/** @throws NablaError where it has no means, or not as many as its input needs */
function build(config: Config, { name, called, inputShape }: Place): Built {
  const { strides, count } = meansOf(config.axis, inputShape, called);
  const { mean, variance } = config;
  if (!mean || !variance) {
    throw misfit(
      TRAINING &&
        `${called}: it has no mean and variance yet; call adapt(x) on the layer before the model is built, or give mean and variance`,
    );
  }
  for (const [what, { length }] of Object.entries({ mean, variance })) {
    if (length === count || length === 1) continue;
    throw misfit(
      TRAINING &&
        `${called}: ${what}: expected ${count} ${count === 1 ? "value" : "values"} for the input ${showShape(inputShape)}, got ${length}`,
    );
  }
  const channels = inputShape[inputShape.length - 1];
  const pixels = sizeOf(inputShape.slice(0, -1));
  // means that do not depend on the pixel are a vector over channels; others have a value for each of the row
  const vector = strides.slice(0, -1).every((stride, i) => stride === 0 || inputShape[i] === 1);
  const lines = vector ? 1 : pixels;
  const tensor = (name: string, of: readonly number[]): Parameter => ({
    name,
    shape: vector ? [channels] : inputShape,
    layout: vector ? "vector" : "rows",
    initializer: { name: "zeros" },
    // not before it is asked for: a file may say any shape, and its tensors are compared with it first
    get values() {
      const slots = slotsOf(inputShape, strides).subarray(0, lines * channels);
      return Array.from(slots, (slot) => of[of.length === 1 ? 0 : slot]);
    },
    fanIn: channels,
    fanOut: channels,
    l1: 0,
    l2: 0,
    trainable: false,
  });
  const operation: Operation = {
    layer: name,
    parameters: [tensor("mean", mean), tensor("variance", variance)],
    inputShape,
    outputShape: inputShape,
    forward({ builder, parameter, output }: Site, x: Range): Range {
      const y = output(inputShape);
      const given = { mean: parameter("mean").value, variance: parameter("variance").value };
      builder.emit("NORMALIZE", { y, x, ...given, pixels, lines, channels });
      return y;
    },
    backward:
      TRAINING &&
      (({ builder, parameter }: Site, _x: Range, _y: Range, dy: Range, needed: boolean): Range => {
        const variance = parameter("variance").value;
        if (needed) builder.emit("NORMALIZE", { y: dy, x: dy, mean: 0, variance, pixels, lines, channels });
        return dy;
      }),
  };
  return { outputShape: inputShape, operations: [operation], core: imagesBuild };
}

/** The layer as programs write it, with what finds its means. */
export interface NormalizationLayer extends LayerOf<"normalization", NormalizationFields> {
  /**
   * Sets `mean` and `variance` to those of these rows, before the model is built. Fit them on the rows that are trained on alone. Bytes
   * count as 0 … 1, as everywhere. A data set is read whole; wait for the promise.
   *
   * @throws NablaError for rows that differ in shape, values that are not finite, axes that the rows do not have
   */
  adapt(rows: AdaptRows): NormalizationLayer;
  /** The same with the rows of a data set, read one after the other. */
  adapt(data: AdaptDataset): Promise<NormalizationLayer>;
}

function adapt(this: NormalizationLayer, data: AdaptRows | AdaptDataset): unknown {
  const axis = fields().fields.axis.check(this.axis === undefined ? -1 : this.axis, "normalization: axis");
  const momentsOf = (shape: Shape) => {
    const { strides, count } = meansOf(axis, shape, "normalization");
    return new Moments(slotsOf(shape, strides), count);
  };
  const finish = (moments: Moments) =>
    Object.assign(this, { mean: Array.from(moments.mean), variance: Array.from(moments.variance) });
  if (isDataset(data)) {
    const moments = momentsOf(data.inputShape);
    return addDataset(moments, data).then(() => finish(moments));
  }
  const { shape, data: values, scale } = flatRows(data);
  const moments = momentsOf(shape.slice(1));
  moments.add(values, scale);
  return finish(moments);
}

/** What {@link normalization} takes. */
export interface NormalizationOptions extends LayerOptions<NormalizationFields> {}

/** What makes the layer: a function that knows its kind. */
export interface NormalizationFactory {
  (options?: NormalizationOptions): NormalizationLayer;
  readonly kind: LayerKind<NormalizationFields>;
}

const kind: LayerKind<NormalizationFields> = {
  fields: fields,
  build,
  example: TRAINING && "{ mean: [0.5], variance: [0.1] }",
};

/**
 * (x − mean) / √variance, as Keras' Normalization: of each channel (`axis` −1), each value ([1, 2, 3] of an image) or all (null).
 * `const layer = normalization(); layer.adapt(x)` finds both; they are saved with the model, and training leaves them as they are.
 */
export const normalization: NormalizationFactory = /* @__PURE__ */ Object.assign(
  TRAINING
    ? (given: LayerOptions<NormalizationFields> = {}) => {
        const made = written("normalization", kind, given);
        // not enumerable: it is no option
        return Object.defineProperty(made, "adapt", { value: adapt }) as NormalizationLayer;
      }
    : () => ({}) as NormalizationLayer,
  { kind },
);
