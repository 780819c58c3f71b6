/** How a graph's nodes are connected, and what is found by that: several nodes that are one. */
import type { OnnxGraph, OnnxNode, OnnxTensor } from "../../interop/onnx.ts";
import type { Constant } from "./value.ts";

export interface Found {
  readonly last: OnnxNode;
  readonly node: OnnxNode;
  /** What the new one needs. */
  readonly before?: readonly OnnxNode[];
  /** What it is besides, or makes what nobody may have any longer. */
  readonly gone?: readonly OnnxNode[];
}
export type Pattern = (at: Connections, node: OnnxNode) => Found | undefined;
/** By the operator they are found at. */
export type Patterns = ReadonlyMap<string, readonly Pattern[]>;

export class Connections {
  readonly makers = new Map<string, OnnxNode>();
  readonly users = new Map<string, OnnxNode[]>();

  constructor(
    readonly graph: OnnxGraph,
    private readonly constantOf: (tensor: OnnxTensor) => Constant,
  ) {
    for (const node of graph.nodes) {
      for (const name of node.outputs) if (name !== "") this.makers.set(name, node);
      for (const name of new Set(node.inputs))
        if (name !== "") this.users.set(name, [...(this.users.get(name) ?? []), node]);
    }
  }

  /** What makes a value, if it is such an operator. */
  maker(name: string | undefined, ...types: string[]): OnnxNode | undefined {
    const node = this.makers.get(name ?? "");
    return node && types.includes(node.type ?? "") ? node : undefined;
  }

  /** The only node that uses a value. */
  user(name: string | undefined, type: string): OnnxNode | undefined {
    const users = this.users.get(name ?? "") ?? [];
    return users.length === 1 && users[0]!.type === type ? users[0] : undefined;
  }

  private tensor(name: string | undefined): OnnxTensor | undefined {
    return (
      this.graph.initializers.find((one) => one.name === name) ??
      this.maker(name, "Constant")?.attributes.find((one) => one.name === "value")?.t
    );
  }

  /** Whether it is a weight of several values, which are not all the same as far as can be seen. */
  isVaried(name: string | undefined): boolean {
    const tensor = this.tensor(name);
    if (!tensor || Array.from(tensor.dims).every((n) => n === 1)) return false;
    if (tensor.location === 1) return true;
    const { data } = this.constantOf(tensor);
    return data.some((n) => n !== data[0]);
  }

  /** A constant of one value. */
  number(given: string | undefined): number | undefined {
    const tensor = this.tensor(this.maker(given, "Cast", "CastLike")?.inputs[0] ?? given);
    if (!tensor || tensor.location === 1) return undefined;
    const { data } = this.constantOf(tensor);
    return data.length === 1 ? data[0] : undefined;
  }

  /** Whether a value is an output of the model. */
  isOutput(name: string): boolean {
    return this.graph.outputs.some((one) => one.name === name);
  }

  /** The numbers of a constant. */
  numbers(name: string | undefined): number[] | undefined {
    const tensor = this.tensor(name);
    return tensor && tensor.location !== 1 ? Array.from(this.constantOf(tensor).data) : undefined;
  }

  /** The shape of a constant. */
  dims(name: string | undefined): ArrayLike<number> | undefined {
    return this.tensor(name)?.dims;
  }

  /** Whether a value is a weight of the file. */
  isWeight(name: string | undefined): boolean {
    this.weights ??= new Set(this.graph.initializers.map((one) => one.name ?? ""));
    return name !== undefined && (this.weights.has(name) || this.maker(name, "Constant") !== undefined);
  }
  private weights: ReadonlySet<string> | undefined;

  /** Whether a value is the same whatever the model's input is, but for the sizes of that. */
  isFixed(name: string | undefined): boolean {
    if (!this.moving) {
      this.moving = new Set(this.graph.inputs.map((one) => one.name ?? ""));
      for (const one of this.graph.initializers) this.moving.delete(one.name ?? "");
      // nodes are in the order they run in
      for (const { type, inputs, outputs } of this.graph.nodes)
        if (type !== "Shape" && type !== "Size" && inputs.some((each) => this.moving!.has(each)))
          for (const each of outputs) this.moving.add(each);
    }
    return name !== undefined && name !== "" && !this.moving.has(name);
  }
  private moving: Set<string> | undefined;

  /** The other input of a node of two; undefined where the one is none of them. */
  other(node: OnnxNode | undefined, one: string | undefined): string | undefined {
    const [a, b] = node?.inputs ?? [];
    return a === one ? b : b === one ? a : undefined;
  }

  /** Whether a value is about this number. */
  isNear(name: string | undefined, wanted: number): boolean {
    const n = this.number(name);
    return n !== undefined && Math.abs(n - wanted) < 1e-4 * wanted;
  }

  /** The input of a node that is multiplied by a number. */
  times(node: OnnxNode | undefined, factor: number): string | undefined {
    if (node?.type !== "Mul") return undefined;
    const at = node.inputs.findIndex((name) => this.isNear(name, factor));
    return at < 0 ? undefined : node.inputs[1 - at];
  }
}

/** The nodes of a graph, with those that are put together in the place of the last of each. */
export function simplified(
  graph: OnnxGraph,
  patterns: readonly Patterns[],
  constantOf: (tensor: OnnxTensor) => Constant,
): OnnxNode[] {
  const at = new Connections(graph, constantOf);
  const instead = new Map<OnnxNode, readonly OnnxNode[]>();
  for (const node of graph.nodes) {
    let made: Found | undefined;
    for (const some of patterns)
      for (const pattern of some.get(node.type ?? "") ?? []) made ??= pattern(at, node);
    if (!made) continue;
    instead.set(made.last, [...(made.before ?? []), made.node]);
    for (const gone of made.gone ?? []) instead.set(gone, []);
  }
  return graph.nodes.flatMap((node) => instead.get(node) ?? [node]);
}
