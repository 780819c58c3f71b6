/** ONNX files as programs write them, made here: nodes in a line each. */

import { joined } from "../../src/checkpoint/safetensors.ts";
import { ONNX, TYPES } from "../../src/interop/onnx.ts";
import { encode } from "../../src/interop/protobuf.ts";

type Attribute = number | string | readonly number[];
export interface Given {
  readonly nodes: readonly (readonly [
    type: string,
    inputs: readonly string[],
    outputs: readonly string[],
    attributes?: Readonly<Record<string, Attribute>>,
  ])[];
  /** Sizes, or names of axes that may have any. */
  readonly inputs: Readonly<Record<string, readonly (number | string)[]>>;
  readonly outputs: readonly string[];
  readonly weights?: Readonly<
    Record<
      string,
      { readonly shape: readonly number[]; readonly data: ArrayLike<number>; readonly int?: boolean }
    >
  >;
  readonly opset?: number;
  readonly external?: {
    readonly name: string;
    readonly file: string;
    readonly shape: readonly number[];
    readonly offset?: number;
  };
}

/** A fraction among whole numbers: attributes are told apart by their names. */
const FRACTIONS = new Set(["alpha", "beta", "epsilon", "gamma", "momentum", "ratio"]);

function attribute(name: string, value: Attribute) {
  if (typeof value === "string") return { name, s: value, type: 3 };
  if (typeof value === "number")
    return FRACTIONS.has(name) ? { name, f: value, type: 1 } : { name, i: value, type: 2 };
  return { name, ints: value, type: 7 };
}

export function onnxFile({ nodes, inputs, outputs, weights = {}, opset = 17, external }: Given): Uint8Array {
  const initializers: object[] = Object.entries(weights).map(([name, { shape, data, int }]) => ({
    name,
    dims: shape,
    type: int ? TYPES.int64 : TYPES.float,
    ...(int ? { int64s: Array.from(data) } : { raw: new Uint8Array(Float32Array.from(data).buffer) }),
  }));
  if (external)
    initializers.push({
      name: external.name,
      dims: external.shape,
      type: TYPES.float,
      location: 1,
      external: [
        { key: "location", value: external.file },
        { key: "offset", value: String(external.offset ?? 0) },
      ],
    });
  const info = (name: string, dims: readonly (number | string)[]) => ({
    name,
    type: {
      tensor: {
        type: TYPES.float,
        shape: { dims: dims.map((n) => (typeof n === "string" ? { name: n } : { value: n })) },
      },
    },
  });
  return joined(
    encode(
      {
        irVersion: 8,
        producer: "here",
        opsets: [{ domain: "", version: opset }],
        graph: {
          name: "graph",
          nodes: nodes.map(([type, from, to, attributes = {}], i) => ({
            type,
            name: `${type}_${i}`,
            inputs: from,
            outputs: to,
            attributes: Object.entries(attributes).map(([name, value]) => attribute(name, value)),
          })),
          initializers,
          inputs: Object.entries(inputs).map(([name, dims]) => info(name, dims)),
          outputs: outputs.map((name) => ({ name, type: { tensor: { type: TYPES.float } } })),
        },
      },
      "Model",
      ONNX,
    ),
  );
}

/** Numbers that differ from place to place. */
export const numbers = (n: number, seed = 1): Float32Array =>
  Float32Array.from({ length: n }, (_, i) => Math.sin(i * 1.7 + seed * 3.1));
