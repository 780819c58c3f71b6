/** Padding as this library writes it, which has no masks in ONNX: found by how its nodes are connected, and read as the masks they were. */
import type { OnnxNode } from "../../interop/onnx.ts";
import type { Connections, Found, Pattern, Patterns } from "./connections.ts";
import { type Form, fits, isWritten } from "./forms.ts";

/** Names of no operators. [x, the value of padding], [x, weights … of both walks], [x]. */
export const MASKING = "(masking)";
export const BOTH = "(both directions)";
export const MEAN = "(mean of steps)";

const COUNT: Form = ["ReduceSum", "mask", 1];
const MOST: Form = ["Unsqueeze", COUNT, 1];
const LENGTHS: Form = ["Cast 6", ["Max", COUNT, 1]];
const ORDER: Form = ["TopK", ["Sub", ["Mul", "mask", "steps"], "places"], "kept"];
const PACKED: Form = ["GatherElements", "x", ["Expand", ["Unsqueeze", "order", 2], "each"]];
const UP_TO: Form = ["CumSum", "mask", 1];
const BEFORE: Form = ["Sub", UP_TO, "mask"];
const END: Form = ["Mul", "y", ["Unsqueeze", ["Min", COUNT, 1], 1]];
/** An end of a walk that began with states. */
const STARTED: Form = ["Where", ["Greater", MOST, 0], "y", "start"];
const spread = (place: Form, inside: Form): [zeros: Form, started: Form] => {
  const all = ["GatherElements", "y", ["Expand", ["Unsqueeze", ["Cast 7", ["Max", place, 0]], 2], "each"]];
  return [
    ["Mul", all, ["Unsqueeze", ["Cast 1", inside], 2]],
    ["Where", ["Unsqueeze", inside, 2], all, ["Unsqueeze", "start", 1]],
  ];
};
const FORWARD = spread(["Sub", UP_TO, 1], ["Greater", UP_TO, 0]);
const BACKWARD = spread(["Min", BEFORE, ["Sub", MOST, 1]], ["Less", BEFORE, MOST]);
const BACK: readonly Form[] = [END, STARTED, ...FORWARD, ...BACKWARD];

const attribute = (node: OnnxNode, name: string) => node.attributes.find((one) => one.name === name);
const ints = (node: OnnxNode | undefined, name: string): string =>
  Array.from((node && attribute(node, name)?.ints) ?? []).join();
const textAttribute = (name: string, s: string) => ({ name, s, type: 3 });
/** Whether steps are moved whole: with as many features as weights of the walk say. */
const areWhole = (
  at: Connections,
  found: ReadonlyMap<string, string>,
  weights: string | undefined,
): boolean => String(at.numbers(found.get("each"))) === `1,1,${at.dims(weights)?.[2]}`;
const WALKS = ["RNN", "LSTM", "GRU"];
const isReverse = (node: OnnxNode) => attribute(node, "direction")?.s === "reverse";

/** A walk over steps that are no padding. */
interface Padded {
  readonly x: string;
  readonly mask: string;
}
/** The only node that uses a value, which nobody sees from outside. */
const after = (at: Connections, name: string | undefined, type: string): OnnxNode | undefined =>
  name && !at.isOutput(name) ? at.user(name, type) : undefined;

/** Whether all that a walk gives goes back to where steps were. */
function comesBack(at: Connections, walk: OnnxNode, mask: string): boolean {
  const [all, ...states] = walk.outputs;
  /** @param state which one the walk begins with */
  const isBack = (name: string | undefined, forms: readonly Form[], state: number) => {
    const given = walk.inputs[5 + state];
    const start = at.maker(given, "Unsqueeze")?.inputs[0];
    if (given && !start) return false;
    const found = new Map([["mask", mask], ...(start ? [["start", start] as const] : [])]);
    const end = after(at, name, start ? "Where" : "Mul");
    return (
      end !== undefined &&
      fits(at, end.outputs[0], forms[start ? 1 : 0]!, found) &&
      (!found.has("each") || areWhole(at, found, walk.inputs[2]))
    );
  };
  if (all && at.users.has(all)) {
    const rows = after(at, after(at, all, "Squeeze")?.outputs[0], "Transpose");
    const places = after(at, rows?.outputs[0], "GatherElements");
    if (ints(rows, "perm") !== "1,0,2") return false;
    if (!isBack(places?.outputs[0], isReverse(walk) ? BACKWARD : FORWARD, 0)) return false;
  } else if (all && at.isOutput(all)) return false;
  return states.every(
    (name, i) =>
      !at.isOutput(name) &&
      (at.users.get(name) ?? []).every(
        (squeeze) => squeeze.type === "Squeeze" && isBack(squeeze.outputs[0], [END, STARTED], i),
      ),
  );
}
const KNOWN = new WeakMap<OnnxNode, Padded | false>();

function paddedWalk(at: Connections, walk: OnnxNode): Padded | undefined {
  const known = KNOWN.get(walk);
  if (known !== undefined) return known || undefined;
  const found = new Map<string, string>();
  const steps = at.maker(walk.inputs[0], "Transpose");
  const isPacked =
    fits(at, walk.inputs[4], LENGTHS, found) &&
    ints(steps, "perm") === "1,0,2" &&
    fits(at, steps?.inputs[0], PACKED, found) &&
    areWhole(at, found, walk.inputs[1]) &&
    fits(at, found.get("order"), ORDER, found) &&
    at.makers.get(found.get("order")!)?.outputs[1] === found.get("order");
  const places = isPacked ? at.numbers(found.get("places")) : undefined;
  const isOrder =
    places !== undefined &&
    places.length === at.number(found.get("steps")) &&
    places.length === at.number(found.get("kept")) &&
    places.every((place, i) => place === i);
  const [x, mask] = [found.get("x")!, found.get("mask")!];
  const made = isOrder && comesBack(at, walk, mask) && { x, mask };
  KNOWN.set(walk, made);
  return made || undefined;
}

/** A walk without its order and its lengths: of the value itself, beside which its mask stands. */
function plainWalk(walk: OnnxNode, { x, mask }: Padded): { before: OnnxNode; node: OnnxNode } {
  const turned = `${walk.inputs[0]} (whole)`;
  const [, ...inputs] = walk.inputs;
  inputs[3] = "";
  return {
    before: {
      type: "Transpose",
      inputs: [x],
      outputs: [turned],
      attributes: [{ name: "perm", ints: [1, 0, 2], type: 7 }],
    },
    node: {
      ...walk,
      inputs: [turned, ...inputs],
      attributes: [...walk.attributes, textAttribute("mask", mask)],
    },
  };
}

function padded(at: Connections, last: OnnxNode): Found | undefined {
  const walk = paddedWalk(at, last);
  if (!walk) return undefined;
  const { before, node } = plainWalk(last, walk);
  return { last, before: [before], node };
}

/** The walk whose outputs a value is. */
const walkBehind = (at: Connections, name: string | undefined): OnnxNode | undefined => {
  const rows = at.maker(name, "Transpose");
  return at.maker(at.maker(rows ? rows.inputs[0] : name, "Squeeze")?.inputs[0], ...WALKS);
};

/** What brings outputs back to their steps: they are there already. */
function unpadded(at: Connections, last: OnnxNode): Found | undefined {
  for (const form of BACK) {
    const found = new Map<string, string>();
    if (!fits(at, last.outputs[0], form, found)) continue;
    const walk = walkBehind(at, found.get("y"));
    if (!walk || paddedWalk(at, walk)?.mask !== found.get("mask")) return undefined;
    return { last, node: { ...last, type: "Identity", inputs: [found.get("y")!] } };
  }
  return undefined;
}

/** x · (1 − min over values of (x = v)) */
function masking(at: Connections, last: OnnxNode): Found | undefined {
  const found = new Map<string, string>();
  const is =
    fits(at, last.outputs[0], ["Mul", "x", ["Unsqueeze", "mask", 2]], found) &&
    fits(at, found.get("mask"), ["Sub", 1, ["ReduceMin", ["Cast 1", ["Equal", "x", "v"]]]], found);
  if (!is || at.number(found.get("v")) === undefined) return undefined;
  const mask = found.get("mask")!;
  return {
    last,
    node: {
      ...last,
      type: MASKING,
      inputs: [found.get("x")!, found.get("v")!],
      attributes: [textAttribute("mask", mask)],
    },
  };
}

/** A lookup beside which stands where its numbers are 0. */
function embedded(at: Connections, last: OnnxNode): Found | undefined {
  const equal = at.users.get(last.inputs[1] ?? "")?.find(({ type }) => type === "Equal");
  const not = equal && at.number(equal.inputs[1]) === 0 ? at.user(equal.outputs[0], "Not") : undefined;
  const cast = at.user(not?.outputs[0], "Cast");
  const mask = cast && isWritten(cast, "1") ? cast.outputs[0] : undefined;
  if (!mask) return undefined;
  return { last, node: { ...last, attributes: [...last.attributes, textAttribute("mask", mask)] } };
}

/** Σ mask · x / Σ mask */
function averaged(at: Connections, last: OnnxNode): Found | undefined {
  const found = new Map<string, string>();
  const sum: Form = ["ReduceSum", ["Mul", "x", ["Unsqueeze", "mask", 2]], 1];
  const form: Form = ["Div", sum, ["Unsqueeze", ["Max", COUNT, 1], 1]];
  if (!fits(at, last.outputs[0], form, found)) return undefined;
  const attributes = [textAttribute("mask", found.get("mask")!)];
  return { last, node: { ...last, type: MEAN, inputs: [found.get("x")!], attributes } };
}

interface Side {
  readonly walk: OnnxNode;
  /** Whether it is of all steps. */
  readonly sequences: boolean;
  readonly padded: Padded | undefined;
}

/** One of two values that are put together. */
function sideOf(at: Connections, name: string | undefined): Side | undefined {
  const found = new Map<string, string>();
  const isBack = BACK.some((form) => {
    found.clear();
    return fits(at, name, form, found);
  });
  const own = isBack ? found.get("y") : name;
  const walk = walkBehind(at, own);
  if (!walk) return undefined;
  const rows = at.maker(own, "Transpose");
  const squeeze = at.maker(rows ? rows.inputs[0] : own, "Squeeze")!;
  const sequences = walk.outputs[0] === squeeze.inputs[0];
  const padding = paddedWalk(at, walk);
  // others that have it would have it in the other order
  const alone = sequences
    ? after(at, walk.outputs[0], "Squeeze") === squeeze && ints(rows, "perm") === "1,0,2"
    : !rows && !(walk.outputs[0] && (at.users.has(walk.outputs[0]) || at.isOutput(walk.outputs[0])));
  const only = sequences ? at.users.get(squeeze.outputs[0]!)?.length === 1 : true;
  if (!alone || !only || isBack !== (padding !== undefined) || (rows !== undefined) !== sequences)
    return undefined;
  if (!name || at.isOutput(name) || at.users.get(name)?.length !== 1) return undefined;
  return { walk, sequences, padded: padding };
}

const MODES: Readonly<Record<string, string>> = {
  Concat: "concat",
  Sum: "sum",
  Mean: "average",
  Mul: "multiply",
};

/** Walks from both ends, put together. */
function directions(at: Connections, last: OnnxNode): Found | undefined {
  if (last.inputs.length !== 2) return undefined;
  const [a, b] = last.inputs.map((name) => sideOf(at, name));
  if (!a || !b || a.walk === b.walk || isReverse(a.walk) || !isReverse(b.walk)) return undefined;
  if (attribute(a.walk, "direction")?.s === "bidirectional" || a.sequences !== b.sequences) return undefined;
  const axis = attribute(last, "axis")?.i ?? 0;
  if (last.type === "Concat" && axis !== -1 && axis !== (a.sequences ? 2 : 1)) return undefined;
  const sources = [a, b].map(({ walk, padded: own }) => {
    const turned = at.maker(walk.inputs[0], "Transpose");
    return own ? own.x : turned ? `${turned.inputs[0]} ${ints(turned, "perm")}` : walk.inputs[0];
  });
  if (sources[0] !== sources[1] || a.padded?.mask !== b.padded?.mask) return undefined;
  const both = [a, b].map(({ walk, padded: own }) =>
    own ? plainWalk(walk, own) : { before: undefined, node: walk },
  );
  const parts = both.map(({ node }) => node);
  const states = [a, b].flatMap(({ walk }) => [walk.outputs[1] ?? "", walk.outputs[2] ?? ""]);
  // where the later of them was
  const order = at.graph.nodes.indexOf(a.walk) < at.graph.nodes.indexOf(b.walk);
  const [first, later] = order ? [a.walk, b.walk] : [b.walk, a.walk];
  return {
    last: later,
    before: both.flatMap(({ before }) => before ?? []),
    node: {
      ...last,
      type: BOTH,
      inputs: parts.flatMap(({ inputs }) => inputs),
      outputs: [last.outputs[0]!, ...states],
      attributes: [
        textAttribute("mode", MODES[last.type!]!),
        { name: "sequences", i: Number(a.sequences), type: 2 },
      ],
      parts,
    },
    gone: [first, last],
  };
}

export const patterns: Patterns = new Map<string, readonly Pattern[]>([
  ["Div", [averaged]],
  ["Mul", [masking, unpadded, directions]],
  ["Where", [unpadded]],
  ["Concat", [directions]],
  ["Sum", [directions]],
  ["Mean", [directions]],
  ["Gather", [embedded]],
  ...WALKS.map((type): [string, Pattern[]] => [type, [padded]]),
]);
