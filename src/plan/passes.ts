/** What is changed in a graph before it is planned. Each pass is a function from one graph to another with the same outputs. */
import { type Graph, type Made, type Node, usersOf } from "./graph.ts";
import type { Operation } from "./operation.ts";
import { flattenOutput } from "./reshape.ts";

/**
 * An activation that never falls is applied after a max pooling that follows it: the largest value stays the largest, its gradient goes
 * the same way, and there are fewer of them (four times, for windows of 2 × 2).
 */
export function activationsAfterMax(graph: Graph): Graph {
  const users = usersOf(graph);
  const now = new Map<Node, Node>();
  const nodes: Made[] = [];
  for (const node of graph.nodes) {
    const from = node.from.map((value) => now.get(value) ?? value);
    const [f] = from;
    const { operation } = f;
    const afterMax = operation && "afterMax" in operation ? operation.afterMax : undefined;
    const alone = users.get(node.from[0])?.length === 1 && !graph.outputs.includes(node);
    if (!node.operation.takesMax || !afterMax || !alone || node.inside) {
      const same = { ...node, from };
      now.set(node, same);
      nodes.push(same);
      continue;
    }
    const pool = { ...node, from: f.from };
    const after = { ...f, operation: afterMax(node.shape), from: [pool], shape: node.shape };
    nodes.splice(nodes.indexOf(f as Made), 1);
    nodes.push(pool, after);
    now.set(node, after);
  }
  return { ...graph, nodes, outputs: graph.outputs.map((value) => now.get(value) ?? value) };
}

/** What leaves an image with padding channels ends with a flat copy. @param names of the outputs' layers, for errors */
export function flatOutputs(graph: Graph, names: readonly string[]): Graph {
  const nodes = [...graph.nodes];
  const outputs = graph.outputs.map((value, i) => {
    const operation = flattenOutput(names[i], value.shape);
    if (!operation) return value;
    const node = { operation, from: [value], shape: operation.outputShape, number: -1 };
    nodes.push(node);
    return node;
  });
  return { ...graph, nodes, outputs };
}

/** The activation an output is made by; "linear" where it is made by something else. */
export const activationOf = ({ operation }: Node): string =>
  (operation as Operation | undefined)?.activation ?? "linear";

/** Leaves out activations that make an output and nothing else, where `skips` says that the kernel of the loss computes them. */
export function withoutLast(graph: Graph, skips: (output: number, activation: string) => boolean): Graph {
  const users = usersOf(graph);
  const left = new Set<Node>();
  const outputs = graph.outputs.map((value, i) => {
    const activation = activationOf(value);
    if (activation === "linear" || users.get(value)!.length > 1 || !skips(i, activation)) return value;
    left.add(value);
    return value.from[0];
  });
  return left.size > 0 ? { ...graph, nodes: graph.nodes.filter((node) => !left.has(node)), outputs } : graph;
}
