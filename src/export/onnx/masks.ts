/**
 * Masks, which ONNX has not: a value [batch, steps] of 1 and 0 beside the one it belongs to. Recurrent operators know lengths, so the steps that
 * are no padding are moved to the front, and outputs go back to where they were. All of it is exact.
 */
import { builtLayer } from "../../interop/built.ts";
import { type End, type Place, refuse, type Writing, type Written } from "./writing.ts";

/** Layers that do something with masks themselves; what they give says which one is behind them. */
export const TAKES: ReadonlySet<string> = /* @__PURE__ */ new Set([
  "masking",
  "embedding",
  "simpleRnn",
  "lstm",
  "gru",
  "bidirectional",
  "finalState",
  "globalAveragePooling1d",
  "attention",
  "multiHeadAttention",
]);

/** The mask behind a layer that leaves steps where they are. Twin of beginMask() in src/plan/masks.ts. */
export function maskBehind(inputs: readonly Written[], place: Place): string | undefined {
  const given = inputs.filter(({ mask }) => mask !== undefined);
  if (given.length === 0) return undefined;
  const [first] = given;
  const kept = place.outputShape.length > 1 && place.outputShape[0] === first!.shape[0];
  const shapes = inputs.map(({ shape }) => shape);
  const { inputs: _, ...config } = place.config as Place["config"] & { inputs?: unknown };
  const mixes = () => builtLayer(config as never, shapes).operations.some(({ steps }) => steps === "mixes");
  if (new Set(given.map(({ mask }) => mask)).size > 1)
    refuse("its inputs have masks of their own, which say different steps to be padding");
  if (!kept || mixes()) refuse("it would take the padding of its input for values");
  return first!.mask;
}

/** The mask with more axes of one value: [batch, steps, 1 …]. */
export const wide = (at: Writing, mask: string, axes: readonly number[]): string =>
  at.once(`${mask} ${axes.join(" ")}`, () =>
    at.node("Unsqueeze", [mask, at.constant(axes, true)], {}, `${mask}_wide`),
  );

/** How many steps of a row are no padding: [batch] of float32. */
export const counted = (at: Writing, mask: string): string =>
  at.once(`${mask} counted`, () =>
    at.node("ReduceSum", [mask, at.constant([1], true)], { keepdims: 0 }, `${mask}_count`),
  );

/** Steps at the places that a value [batch, steps] of whole numbers says. */
function gathered(at: Writing, x: string, places: string, units: number, wish: string): string {
  const each = at.node("Unsqueeze", [places, at.constant([2], true)], {}, `${wish}_places`);
  const all = at.node("Expand", [each, at.constant([1, 1, units], true)], {}, `${wish}_each`);
  return at.node("GatherElements", [x, all], { axis: 1 }, wish);
}

/** Steps that are no padding, before the others: [batch, steps, features], and their number, of which a row has at least one. */
export function packed(at: Writing, x: Written, wish: string): { steps: string; lengths: string } {
  const mask = x.mask!;
  const [steps, units] = x.shape as [number, number];
  const order = at.once(`${mask} order`, () => {
    // no two are the same: steps · mask − place
    const times = at.node("Mul", [mask, at.constant(steps)], {}, `${mask}_times`);
    const place = at.constant(Array.from({ length: steps }, (_, i) => i));
    const keys = at.node("Sub", [times, place], {}, `${mask}_keys`);
    return at.node("TopK", [keys, at.constant([steps], true)], { axis: 1 }, `${mask}_order`, [
      at.fresh(`${mask}_sorted`),
    ]);
  });
  const lengths = at.once(`${mask} lengths`, () => {
    const some = at.node("Max", [counted(at, mask), at.constant(1)], {}, `${mask}_some`);
    return at.node("Cast", [some], { to: 6 }, `${mask}_lengths`);
  });
  return { steps: gathered(at, at.plain(x), order, units, `${wish}_packed`), lengths };
}

/** 0 for rows without a step, [batch, 1]. */
const anyStep = (at: Writing, mask: string): string =>
  at.once(`${mask} any`, () => {
    const some = at.node("Min", [counted(at, mask), at.constant(1)], {}, `${mask}_one`);
    return at.node("Unsqueeze", [some, at.constant([1], true)], {}, `${mask}_any`);
  });

/** An end, [batch, units]: a row in which no step is left ends with what it began with, where the operator walks one step. */
export function ended(at: Writing, last: string, { mask, start }: Omit<End, "name">, wish: string): string {
  if (mask === undefined) return last;
  if (start === undefined) return at.node("Mul", [last, anyStep(at, mask)], {}, wish);
  const some = at.once(`${mask} some`, () => {
    const most = at.node("Unsqueeze", [counted(at, mask), at.constant([1], true)], {}, `${mask}_all`);
    return at.node("Greater", [most, at.constant(0)], {}, `${mask}_walked`);
  });
  return at.node("Where", [some, last, start], {}, wish);
}

/**
 * Outputs of packed steps at the places of the steps. Padding has the output of the step that was walked before it, or what the walk began with.
 *
 * @param start [batch, units]; zeros where left out
 * @param back whether the walk was from the last step to the first
 */
export function unpacked(
  at: Writing,
  y: string,
  mask: string,
  units: number,
  start: string | undefined,
  back: boolean,
  wish: string,
): string {
  const [places, known, some] = at.once(`${mask} back ${back}`, () => {
    // so many are no padding up to here, and before it
    const upTo = at.node("CumSum", [mask, at.constant(1, true)], {}, `${mask}_upTo`);
    const before = at.node("Sub", [upTo, mask], {}, `${mask}_before`);
    const one = at.node("Sub", [upTo, at.constant(1)], {}, `${mask}_last`);
    const most = at.node("Unsqueeze", [counted(at, mask), at.constant([1], true)], {}, `${mask}_most`);
    const inside = back
      ? at.node("Less", [before, most], {}, `${mask}_inside`)
      : at.node("Greater", [upTo, at.constant(0)], {}, `${mask}_inside`);
    const end = at.node("Sub", [most, at.constant(1)], {}, `${mask}_end`);
    const within = back ? at.node("Min", [before, end], {}, `${mask}_within`) : one;
    const place = at.node("Max", [within, at.constant(0)], {}, `${mask}_place`);
    return [
      at.node("Cast", [place], { to: 7 }, `${mask}_from`),
      at.node("Cast", [inside], { to: 1 }, `${mask}_known`),
      inside,
    ];
  });
  const spread = gathered(at, y, places!, units, `${wish}_spread`);
  if (start === undefined) return at.node("Mul", [spread, wide(at, known!, [2])], {}, wish);
  const first = at.node("Unsqueeze", [start, at.constant([1], true)], {}, `${wish}_first`);
  return at.node("Where", [wide(at, some!, [2]), spread, first], {}, wish);
}
