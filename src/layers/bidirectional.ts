// @core sequences
/** A recurrent layer in both directions (Schuster & Paliwal 1997). */
import { fullBuild } from "../core/full.ts";
import { choice, type Field, type Infer, type ObjectField } from "../fields/fields.ts";
import { described, object, withDefault } from "../fields/objects.ts";
import type { AnyOperation, Merge } from "../plan/operation.ts";
import { walkBack } from "../plan/walk.ts";
import { type Shape, sameShape, showShape } from "../shape.ts";
import { addOperation } from "./add.ts";
import { averageOperation } from "./average.ts";
import { concatenateOperation } from "./concatenate.ts";
import type { SimpleLayerConfig } from "./configs.ts";
import { stateOf } from "./finalState.ts";
import type { Built, LayerKind, Place } from "./kind.ts";
import { type LayerOptions, layerName, misfit } from "./layer.ts";
import { multiplyOperation } from "./multiply.ts";
import type { Held } from "./recurrent.ts";
import type { RecurrentConfig } from "./recurrentFields.ts";
import type { Returning } from "./returning.ts";
import { WITHIN, type WrappedField, type WrapperFactory, wrappedField, wrapper } from "./wrapper.ts";

const MODES = ["concat", "sum", "average", "multiply"] as const;
type Mode = (typeof MODES)[number];

export type BidirectionalFields = ObjectField<{
  name: Field<string, string, "optional">;
  layer: WrappedField;
  mergeMode: Field<Mode, Mode, "defaulted">;
}>;

type Walk = Extract<SimpleLayerConfig, RecurrentConfig>;
const walks = (config: SimpleLayerConfig): config is Walk => "goBackwards" in config;

/** The layer within, and the one that goes the other way: like it unless it is given. */
function bothWays(): WrappedField {
  const field = wrappedField(
    2,
    DOCS &&
      "A recurrent layer; or two, the second of which goes backwards. By default that is like the first.",
  );
  return {
    ...field,
    check(value, path) {
      const [first, second] = field.check(value, path);
      if (second || !walks(first)) return second ? [first, second] : [first];
      const name = first.name === undefined ? {} : { name: `backward_${first.name}` };
      return [first, { ...first, ...name, goBackwards: true }];
    },
  };
}

const fields = (): BidirectionalFields =>
  object(
    {
      name: layerName(),
      layer: bothWays(),
      mergeMode: withDefault(
        described(
          choice(MODES),
          DOCS && "What is made of the outputs of both directions: side by side, or value by value.",
        ),
        "concat",
      ),
    },
    { doc: DOCS && "A recurrent layer that walks the steps in both directions, with weights for each." },
  );

/** What the states of the second direction are called. */
const BACKWARD: Readonly<Record<string, string>> = { h: "backwardH", c: "backwardC" };

const MERGES: Readonly<Record<Mode, (name: string, shapes: readonly Shape[]) => Merge>> = {
  concat: (name, shapes) => concatenateOperation(name, shapes, -1),
  sum: addOperation,
  average: averageOperation,
  multiply: multiplyOperation,
};

/** @throws NablaError for layers that do not walk, both in one direction, or whose outputs do not fit together */
function build({ layer: both, mergeMode }: Infer<BidirectionalFields>, at: Place): Built {
  const { name, called, inner, inputShapes, states } = at;
  const [first, second] = both;
  if (!walks(first) || !second || !walks(second))
    throw misfit(
      TRAINING &&
        `${called}: layer: expected lstm, gru or simpleRnn, got ${both.map(({ type }) => type).join(" and ")}`,
    );
  if (first.goBackwards || !second.goBackwards)
    throw misfit(
      TRAINING &&
        `${called}: layer: expected one that goes forwards${second.goBackwards ? "" : ", and a second with goBackwards"}; the wrapper has the other direction itself: leave out goBackwards`,
    );
  const starts = inputShapes.slice(1);
  const half = starts.length / 2;
  if (half % 1 > 0 || !first.returnState !== !second.returnState)
    throw misfit(
      TRAINING &&
        (half % 1 > 0
          ? `${called}: initialState: expected states of both directions, those of the first and then those of the second, got ${starts.length}`
          : `${called}: one direction has returnState and the other has not; give it to both, or to none`),
    );
  // outputs of both directions are in the order of the input
  const held = (config: Walk, from: number): Walk & Held => ({
    ...config,
    aligned: true,
    given: states && starts.slice(from, from + half),
  });
  const built = [held(first, 0), held(second, half)].map((config) => inner([config])[0]);
  const shapes = built.map(({ outputShape }) => outputShape);
  const fits =
    mergeMode === "concat"
      ? first.returnSequences === second.returnSequences
      : sameShape(shapes[0], shapes[1]);
  if (!fits)
    throw misfit(
      TRAINING &&
        `${called}: its directions give ${shapes.map(showShape).join(" and ")}, which ${mergeMode} cannot put together; give both the same units and returnSequences`,
    );
  const merge = MERGES[mergeMode](name, shapes);
  const { outputShape } = merge;
  const paths = built.map(({ operations }) => operations);
  return {
    outputShape,
    operations: [merge, ...paths.flat()],
    wiring: {
      wire(put, [x, ...given]) {
        const endOf = ([walk]: readonly AnyOperation[], i: number) =>
          put(walk, [x, ...given.slice(i * half, (i + 1) * half)], true);
        return put(merge, paths.map(endOf));
      },
      walk: TRAINING && walkBack,
    },
    ...(first.returnState && {
      states: {
        ...built[0].states,
        ...Object.fromEntries(Object.entries(built[1].states!).map(([key, n]) => [BACKWARD[key], n])),
      },
    }),
    core: fullBuild,
  };
}

/** What {@link bidirectional} takes. */
export interface BidirectionalOptions extends LayerOptions<BidirectionalFields> {}

export interface BidirectionalKind extends LayerKind<BidirectionalFields> {
  readonly inner: readonly string[];
}

const kind: BidirectionalKind = {
  fields,
  build,
  example: TRAINING && "lstm({ units: 32 })",
  outputs: ({ layer, mergeMode }) => {
    const units = layer.map((config) => (walks(config) ? config.units : Number.NaN));
    return mergeMode === "concat" ? units[0] + units[1] : units[0];
  },
  inner: WITHIN,
  merges: "states",
  stateOf: TRAINING && stateOf,
};

/**
 * A recurrent layer in both directions: bidirectional(lstm({ units: 32 })). mergeMode says what is made of their outputs: concat (default),
 * sum, average or multiply. With returnSequences outputs of both are in the order of the input. Source: Schuster & Paliwal 1997.
 */
export const bidirectional: WrapperFactory<
  "bidirectional",
  BidirectionalOptions,
  BidirectionalKind,
  Returning
> = /* @__PURE__ */ wrapper("bidirectional", kind) as never;
