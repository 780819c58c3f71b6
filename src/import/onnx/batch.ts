/** Which axis of a graph's inputs is the batch. */
import type { OnnxGraph, OnnxNode, OnnxValueInfo } from "../../interop/onnx.ts";
import type { GraphOptions } from "./graphTypes.ts";

const dimsOf = (info: OnnxValueInfo | undefined) => info?.type?.tensor?.shape?.dims ?? [];

/** The axis that is called so; recurrent layers of a file have the batch second, unless they say otherwise. */
export function findBatch(
  graph: OnnxGraph,
  nodes: readonly OnnxNode[],
  { dimensions = {} }: Pick<GraphOptions, "dimensions">,
): number {
  const names = graph.inputs.map(({ name }) => name);
  const dims = dimsOf(graph.inputs[0]);
  const isOpen = ({ value }: (typeof dims)[number]) => value === undefined;
  const called = dims.findIndex((dim) => isOpen(dim) && /^batch(?:_size)?$/.test(dim.name ?? ""));
  if (called >= 0) return called;
  // N is a number of anything where the first axis is called something, or where its size is given
  const first = dims[0]?.name;
  const n = dims.findIndex((dim) => isOpen(dim) && dim.name === "N");
  if (n >= 0 && (n === 0 || !first) && !Object.hasOwn(dimensions, "N")) return n;
  const second = nodes.some(
    ({ type, inputs, attributes }) =>
      /^(?:RNN|LSTM|GRU)$/.test(type ?? "") &&
      names.includes(inputs[0]) &&
      !attributes.some(({ name, i }) => name === "layout" && i === 1),
  );
  return second ? 1 : 0;
}

/** The axis of one input that is called as the batch of the first is: states that a recurrent layer begins with have it second. */
export function batchIn(info: OnnxValueInfo, { inputs }: OnnxGraph, batch: number | false): number | false {
  if (batch === false) return false;
  const name = dimsOf(inputs[0])[batch]?.name;
  const dims = dimsOf(info);
  if (!name || dims[batch]?.name === name) return batch;
  const own = dims.flatMap((dim, i) => (dim.name === name ? [i] : []));
  return own.length === 1 ? own[0]! : batch;
}
