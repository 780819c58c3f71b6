/** Layers that walk the steps of a sequence. */
import { cropped } from "../crop.ts";
import { fixed } from "../fixed.ts";
import { BOTH } from "../masked.ts";
import type { Handler, Handlers, Op } from "../op.ts";
import { type Axis, along, axisOf, lengthOf, type Term, type Value } from "../value.ts";
import { type Cell, type Walks, walksOf } from "./walks.ts";

const CELLS: Readonly<Record<string, Cell>> = { RNN: "simpleRnn", LSTM: "lstm", GRU: "gru" };

/** A layer that holds two. @param more options of both */
function held(
  op: Op,
  both: readonly Pick<Walks, "cell" | "walks">[],
  from: readonly Value[],
  more: object,
  mergeMode?: string,
) {
  const { at } = op;
  const walks = both.flatMap(({ cell, walks: own }) => own.map((walk) => ({ ...walk, cell })));
  const layer = walks.map(({ options, cell }, d) => ({
    ...options,
    ...more,
    type: cell,
    name: at.building.nameFor(`${["forward", "backward"][d]}_${at.node || cell}`, cell),
  }));
  const weights = layer.flatMap(({ name }, d) =>
    Object.entries(walks[d]!.weights).map(([parameter, own]) => [`${name}.${parameter}`, own] as const),
  );
  const options = { layer, ...(mergeMode && { mergeMode }) };
  return at.add("bidirectional", options, from, Object.fromEntries(weights)).config.name;
}

/** A state by itself: [directions, batch, units], or the batch first. */
function stateOf({ at }: Op, { batch, batchFirst, units }: Walks, state: string, of: string): Value {
  const out = axisOf(units);
  return {
    kind: "value",
    layer: at.building.state(state, of, units).config.name,
    axes: batchFirst ? [batch, [], out] : [[], batch, out],
    held: [out],
  };
}
const BACKWARD: Readonly<Record<string, string>> = { h: "backwardH", c: "backwardC" };

function recurrent(op: Op, cell: Cell): (Term | undefined)[] {
  const { at } = op;
  const read = walksOf(op, cell);
  const { value, steps, batch, batchFirst, units, starts, walks } = read;
  const wanted = [0, 1, 2].map((i) => op.asksFor(i));
  const two = walks.length === 2;
  const back = !two && walks[0]!.options.goBackwards === true;
  const started = starts.length > 0;
  const out = axisOf(units);
  /** Whether its states are values by themselves: not where the last of its outputs is the state. */
  const padded = op.text("mask") !== "";
  const stated = wanted[2] || (wanted[0] && wanted[1] && (started || two || back || padded));
  /** The layer; of both directions one that holds two. */
  const layer = (every: boolean): string => {
    const more = {
      ...(every && { returnSequences: true }),
      ...(stated && { returnState: true }),
    };
    const from = [value, ...starts];
    const [{ options, weights }] = walks as [Walks["walks"][number]];
    return two
      ? held(op, [read], from, more)
      : at.add(cell, { ...options, ...more }, from, weights).config.name;
  };

  const side: Axis = two ? [{ size: 2 }] : [];
  const both = [...side, ...out];
  const first = wanted[0] ? layer(true) : undefined;
  const all: Value | undefined =
    first === undefined
      ? undefined
      : turnedBack({ kind: "value", layer: first, axes: [batch, steps, both], held: [steps, both] });
  /** The file has the steps of a walk backwards in the order of the input. */
  function turnedBack(one: Value): Value {
    if (!back) return one;
    const last = lengthOf(steps);
    const turned = fixed(at, one, 1, last, (matrix) => {
      for (let i = 0; i < last; i++) matrix[i * last + last - 1 - i] = 1;
    });
    // its steps are others
    return at.arrange(turned, [along(turned, 1), both]);
  }
  const y: Value | undefined = all && {
    ...all,
    axes: batchFirst ? [batch, all.held[0]!, side, out] : [all.held[0]!, side, batch, out],
  };
  const ends = (of: string): Value => ({
    kind: "value",
    layer: of,
    axes: batchFirst ? [batch, side, out] : [side, batch, out],
    held: [both],
  });
  if (stated) {
    const one = first ?? layer(false);
    const state = (key: string): Value => {
      if (!two) return stateOf(op, read, key, one);
      const parts = [key, BACKWARD[key]!].map((each) => stateOf(op, read, each, one));
      return ends(at.add("concatenate", {}, parts).config.name);
    };
    return [y, wanted[1] ? state("h") : undefined, wanted[2] ? state("c") : undefined];
  }
  if (!wanted[1]) return [y, undefined];
  return [y, all ? lastStep(op, all, ends(all.layer)) : ends(layer(false))];
}

/** The last step of all, with the axes of states. */
function lastStep(op: Op, all: Value, ends: Value): Value {
  const n = lengthOf(along(all, 1));
  const one = cropped(op.at, all, 1, n - 1, 0);
  return { ...ends, layer: op.at.arrange({ ...one, axes: [one.axes[0]!, one.axes[2]!] }, ends.held).layer };
}

/** Two nodes that walk from both ends, and what puts their outputs together. */
const bothWays: Handler = (op) => {
  const { at, node } = op;
  let used = 0;
  const both = node.parts!.map((part) => {
    const inputs = op.inputs.slice(used, (used += part.inputs.length));
    return walksOf(op.of(part, inputs), CELLS[part.type!]!);
  });
  const [first, second] = both as [Walks, Walks];
  const keys = (one: Walks) => (one.cell === "lstm" ? ["h", "c"] : ["h"]);
  const stated = [1, 2, 3, 4].some((i) => op.asksFor(i));
  const sequences = op.int("sequences") === 1;
  const layer = held(
    op,
    both,
    [first.value, ...first.starts, ...second.starts],
    { ...(sequences && { returnSequences: true }), ...(stated && { returnState: true }) },
    op.text("mode"),
  );
  const { shape } = at.building.layers.get(layer)!;
  const out = axisOf(shape[shape.length - 1]!);
  const merged: Value = sequences
    ? { kind: "value", layer, axes: [first.batch, first.steps, out], held: [first.steps, out] }
    : { kind: "value", layer, axes: [first.batch, out], held: [out] };
  if (!stated) return [merged];
  const states = both.flatMap((one, d) =>
    ["h", "c"].map((key, i) =>
      keys(one).includes(key) && op.asksFor(1 + 2 * d + i)
        ? stateOf(op, one, d === 0 ? key : BACKWARD[key]!, layer)
        : undefined,
    ),
  );
  return [merged, ...states];
};

export const handlers: Handlers = {
  ...Object.fromEntries(
    Object.entries(CELLS).map(([type, cell]): [string, Handler] => [type, (op) => recurrent(op, cell)]),
  ),
  [BOTH]: bothWays,
};
