/** The messages of ONNX that are read or written, as tables of their fields. Source: onnx.proto3 of the ONNX project. */
import type { Messages } from "./protobuf.ts";

export const ONNX: Messages = {
  Model: {
    1: ["irVersion", "int"],
    2: ["producer", "text"],
    3: ["producerVersion", "text"],
    7: ["graph", "Graph"],
    8: ["opsets", ["OperatorSet"]],
    14: ["metadata", ["Entry"]],
    25: ["functions", ["Function"]],
  },
  OperatorSet: { 1: ["domain", "text"], 2: ["version", "int"] },
  Entry: { 1: ["key", "text"], 2: ["value", "text"] },
  Function: { 1: ["name", "text"], 10: ["domain", "text"] },
  Graph: {
    1: ["nodes", ["Node"]],
    2: ["name", "text"],
    5: ["initializers", ["Tensor"]],
    11: ["inputs", ["ValueInfo"]],
    12: ["outputs", ["ValueInfo"]],
    15: ["sparse", ["Sparse"]],
  },
  Sparse: { 1: ["values", "Tensor"] },
  Node: {
    1: ["inputs", ["text"]],
    2: ["outputs", ["text"]],
    3: ["name", "text"],
    4: ["type", "text"],
    5: ["attributes", ["Attribute"]],
    7: ["domain", "text"],
  },
  Attribute: {
    1: ["name", "text"],
    2: ["f", "float"],
    3: ["i", "int"],
    4: ["s", "text"],
    5: ["t", "Tensor"],
    6: ["g", "Graph"],
    7: ["floats", ["float"]],
    8: ["ints", ["int"]],
    9: ["strings", ["text"]],
    20: ["type", "int"],
  },
  Tensor: {
    1: ["dims", ["int"]],
    2: ["type", "int"],
    4: ["floats", ["float"]],
    5: ["int32s", ["int"]],
    7: ["int64s", ["int"]],
    8: ["name", "text"],
    9: ["raw", "bytes"],
    10: ["doubles", ["double"]],
    11: ["uint64s", ["int"]],
    13: ["external", ["Entry"]],
    14: ["location", "int"],
  },
  ValueInfo: { 1: ["name", "text"], 2: ["type", "Type"] },
  Type: { 1: ["tensor", "TensorType"] },
  TensorType: { 1: ["type", "int"], 2: ["shape", "Shape"] },
  Shape: { 1: ["dims", ["Dimension"]] },
  Dimension: { 1: ["value", "int"], 2: ["name", "text"] },
};

export interface OnnxEntry {
  key?: string;
  value?: string;
}
export interface OnnxTensor {
  dims: ArrayLike<number>;
  type?: number;
  name?: string;
  floats?: ArrayLike<number>;
  int32s?: ArrayLike<number>;
  int64s?: ArrayLike<number>;
  doubles?: ArrayLike<number>;
  uint64s?: ArrayLike<number>;
  raw?: Uint8Array;
  external?: OnnxEntry[];
  location?: number;
}
export interface OnnxAttribute {
  name?: string;
  f?: number;
  i?: number;
  s?: string;
  t?: OnnxTensor;
  g?: OnnxGraph;
  floats?: ArrayLike<number>;
  ints?: ArrayLike<number>;
  strings?: string[];
  type?: number;
}
export interface OnnxNode {
  inputs: string[];
  outputs: string[];
  name?: string;
  type?: string;
  domain?: string;
  attributes: OnnxAttribute[];
  /** Of one that stands for several: what they were. Their inputs come after each other. */
  parts?: OnnxNode[];
}
export interface OnnxValueInfo {
  name?: string;
  type?: { tensor?: { type?: number; shape?: { dims: { value?: number; name?: string }[] } } };
}
export interface OnnxGraph {
  nodes: OnnxNode[];
  name?: string;
  initializers: OnnxTensor[];
  inputs: OnnxValueInfo[];
  outputs: OnnxValueInfo[];
  sparse?: unknown[];
}
export interface OnnxModel {
  irVersion?: number;
  producer?: string;
  producerVersion?: string;
  graph?: OnnxGraph;
  opsets: { domain?: string; version?: number }[];
  metadata: OnnxEntry[];
  functions?: unknown[];
}

/** Numbers of types of values. */
export const TYPES = {
  float: 1,
  uint8: 2,
  int8: 3,
  uint16: 4,
  int16: 5,
  int32: 6,
  int64: 7,
  text: 8,
  bool: 9,
  float16: 10,
  double: 11,
  uint32: 12,
  uint64: 13,
  bfloat16: 16,
} as const;

/** Those that are fractions, which are read as float32. */
export const FLOATS: ReadonlySet<number> = /* @__PURE__ */ new Set([
  TYPES.float,
  TYPES.float16,
  TYPES.bfloat16,
  TYPES.double,
]);
