/** An ONNX graph in the making: nodes, weights, and values in the order of axes that operators ask for. */
import { type OnnxAttribute, TYPES } from "../../interop/onnx.ts";
import type { LayerConfig } from "../../layers/configs.ts";
import type { Shape } from "../../shape.ts";
import { Unsaid } from "../unsaid.ts";

/** A value of the graph. The batch is its first axis. */
export interface Written {
  readonly name: string;
  /** Of a row, as layers here see it. */
  readonly shape: Shape;
  /** Whether the last axis comes right after the batch: [batch, channels, pixels…]. */
  readonly channelsFirst: boolean;
  /** A value [batch, steps]: 0 for steps that are padding, else 1. */
  readonly mask?: string | undefined;
  /** Of a recurrent layer with returnState: its states at the end, [1, batch, units], by their names. */
  readonly states?: Readonly<Record<string, End>> | undefined;
}

/** What a walk over steps ends with. */
export interface End {
  readonly name: string;
  /** The mask of the steps. */
  readonly mask: string | undefined;
  /** What it began with, [batch, units]. */
  readonly start: string | undefined;
}

type Value = number | string | readonly number[] | readonly string[] | { readonly float: number };

/** A layer as it is written. */
export interface Place {
  readonly config: LayerConfig;
  readonly name: string;
  readonly inputShape: Shape;
  readonly outputShape: Shape;
  /** One of its parameters, row-major. */
  weight(name: string): { readonly shape: Shape; readonly data: Float32Array };
  has(name: string): boolean;
}

export class Writing {
  readonly nodes: { inputs: string[]; outputs: string[]; readonly [field: string]: unknown }[] = [];
  readonly initializers: object[] = [];
  private readonly names = new Set<string>();
  /** Names of nodes. */
  private readonly called = new Set<string>();
  private readonly turned = new Map<string, string>();
  private readonly known = new Map<string, string>();
  private readonly made = new Map<string, unknown>();

  /** What is made once, however often it is asked for. */
  once<T>(key: string, make: () => T): T {
    if (!this.made.has(key)) this.made.set(key, make());
    return this.made.get(key) as T;
  }

  /** A name that no value has. */
  fresh(wish: string): string {
    return unused(this.names, wish);
  }

  /** Gives a value another name; its own is free again. That of an input stays. */
  renamed(name: string, wish: string): string {
    if (!this.nodes.some(({ outputs }) => outputs.includes(name))) return name;
    const other = this.fresh(wish);
    this.names.delete(name);
    for (const node of this.nodes)
      for (const list of [node.inputs, node.outputs])
        list.forEach((each, i) => each === name && (list[i] = other));
    return other;
  }

  /** @param before names of outputs before the one that is wanted; "": nobody asks for it @returns the name of its last output */
  node(
    type: string,
    inputs: readonly string[],
    attributes: Readonly<Record<string, Value>>,
    wish: string,
    before: readonly string[] = [],
  ): string {
    const name = this.fresh(wish);
    const called = unused(this.called, wish);
    this.nodes.push({
      type,
      name: called,
      inputs: [...inputs],
      outputs: [...before, name],
      attributes: Object.entries(attributes).map(([key, value]) => attribute(key, value)),
    });
    return name;
  }

  weight(wish: string, shape: Shape, data: Float32Array): string {
    const name = this.fresh(wish);
    this.initializers.push({ name, dims: [...shape], type: TYPES.float, raw: littleEndian(data) });
    return name;
  }

  /** Numbers that many nodes may share. */
  constant(values: number | readonly number[], whole = false): string {
    const key = `${whole ? "int" : "float"} ${JSON.stringify(values)}`;
    const known = this.known.get(key);
    if (known) return known;
    const list = typeof values === "number" ? [values] : [...values];
    const dims = typeof values === "number" ? [] : [list.length];
    const name = this.fresh(whole ? "shape" : "constant");
    const type = whole ? TYPES.int64 : TYPES.float;
    const raw = whole
      ? new Uint8Array(BigInt64Array.from(list, BigInt).buffer)
      : littleEndian(Float32Array.from(list));
    this.initializers.push({ name, dims, type, raw });
    this.known.set(key, name);
    return name;
  }

  /** The value with its axes in this order. */
  as({ name, shape, channelsFirst }: Written, wanted: boolean): string {
    if (shape.length < 2 || channelsFirst === wanted) return name;
    const key = `${name} ${wanted}`;
    const known = this.turned.get(key);
    if (known) return known;
    const n = shape.length;
    const pixels = Array.from({ length: n - 1 }, (_, i) => i + 1);
    const perm = wanted ? [0, n, ...pixels] : [0, ...pixels.map((i) => i + 1), 1];
    const made = this.node("Transpose", [name], { perm }, `${name}_${wanted ? "first" : "last"}`);
    this.turned.set(key, made);
    return made;
  }
  first = (value: Written): string => this.as(value, true);
  plain = (value: Written): string => this.as(value, false);
}

function unused(names: Set<string>, wish: string): string {
  let name = wish;
  for (let i = 2; names.has(name); i++) name = `${wish}_${i}`;
  names.add(name);
  return name;
}

function littleEndian(data: Float32Array): Uint8Array {
  return new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
}

function attribute(name: string, value: Value): OnnxAttribute {
  if (typeof value === "string") return { name, s: value, type: 3 };
  if (typeof value === "number") return { name, i: value, type: 2 };
  if ("float" in value) return { name, f: value.float, type: 1 };
  return typeof value[0] === "string"
    ? { name, strings: value as string[], type: 8 }
    : { name, ints: value as number[], type: 7 };
}

/** What a layer becomes. */
export type Writer = (at: Writing, inputs: readonly Written[], place: Place) => Written;

/** @throws Unsaid */
export const refuse = (why: string): never => {
  throw new Unsaid(why);
};

export const plain = (name: string, shape: Shape): Written => ({ name, shape, channelsFirst: false });
