/** How the layers of a graph are connected: as Keras 2 and TensorFlow.js write it, and as Keras 3 does. */
import { field, isObject, type Json } from "./json.ts";

/** A value of the graph: that of a layer, applied the so manieth time. */
export interface Ref {
  readonly layer: string;
  readonly key: string;
  readonly tensor: number;
}

/** A layer applied once. */
export interface Step {
  readonly refs: readonly Ref[];
  /** Numbers it is given beside the values. @param first whether it comes before them */
  readonly numbers: readonly { readonly value: number; readonly first: boolean }[];
  /** What the call says by names. */
  readonly call: Json;
}

const whole = (value: unknown): value is number => Number.isSafeInteger(value) && (value as number) >= 0;

const refOf = (layer: string, node: unknown, tensor: unknown): Ref => ({
  layer,
  key: `${layer}/${whole(node) ? node : 0}`,
  tensor: whole(tensor) ? tensor : 0,
});

/** Lists within lists are no deeper than this in files that Keras writes. */
const MOST_DEEP = 12;

/** All values that are named in something, in their order: ["dense", 0, 0], lists of them, objects of them. */
export function refsOf(value: unknown, deep = 0): Ref[] {
  if (deep > MOST_DEEP) return [];
  if (Array.isArray(value)) {
    const [name, node, tensor] = value;
    if (typeof name === "string" && whole(node) && whole(tensor)) return [refOf(name, node, tensor)];
    return value.flatMap((each) => refsOf(each, deep + 1));
  }
  if (!isObject(value)) return [];
  if (field(value, "class_name") === "__keras_tensor__")
    return refsOf(field(field(value, "config"), "keras_history"), deep + 1);
  return Object.values(value).flatMap((each) => refsOf(each, deep + 1));
}

/** Options of a call that say nothing where nothing is trained, and masks, which layers pass on here. */
const CALL = new Set(["training", "mask", "query_mask", "value_mask", "key_mask", "name"]);

/** Values that a call names, in the order in which layers take them. */
const ROLES = ["query", "value", "key"];
const valuesOf = (named: Json): unknown[] =>
  Object.entries(named)
    .filter(([key, each]) => !CALL.has(key) && each !== null)
    .sort(([a], [b]) => ROLES.indexOf(a) - ROLES.indexOf(b))
    .map(([, each]) => each);

/** The times a layer is applied. */
export function nodesOf(layer: unknown): Step[] {
  const nodes = field(layer, "inbound_nodes");
  if (!Array.isArray(nodes)) return [];
  return nodes.map((node: unknown): Step => {
    if (isObject(node)) {
      const args = field(node, "args");
      const kwargs = field(node, "kwargs");
      const given = [...(Array.isArray(args) ? args : []), ...(isObject(kwargs) ? valuesOf(kwargs) : [])];
      return step(given, isObject(kwargs) ? kwargs : {});
    }
    // [[name, node, tensor, { … }], …]; a number in the place of a value is ["_CONSTANT_VALUE", -1, number, { … }]
    const list =
      Array.isArray(node) && typeof node[0] === "string" ? [node] : Array.isArray(node) ? node : [];
    let call: Json = {};
    const given = list.flatMap((one: unknown) => {
      if (!Array.isArray(one)) return [];
      const [name, at, tensor, more] = one;
      if (isObject(more)) call = { ...call, ...more };
      const options = isObject(more) ? valuesOf(more) : [];
      return [name === "_CONSTANT_VALUE" ? tensor : [name, at, tensor], ...options];
    });
    return step(given, call);
  });
}

function step(given: readonly unknown[], call: Json): Step {
  const refs: Ref[] = [];
  const numbers: { value: number; first: boolean }[] = [];
  for (const each of given) {
    if (typeof each === "number") numbers.push({ value: each, first: refs.length === 0 });
    else refs.push(...refsOf(each));
  }
  return { refs, numbers, call };
}
