/** Attention with several heads: PyTorch has the projections of queries, keys and values below each other in one matrix. */
import { type Shape, sizeOf } from "../../shape.ts";
import { turned } from "../layouts.ts";
import type { Part, Spot, Unit } from "./unit.ts";

const PROJECTIONS = ["query", "key", "value"] as const;

/** A kernel [inputs, heads, size], or [heads, size, outputs], as a matrix that is turned. @param rows of the tensor that are its own */
function matrix(
  parameter: string,
  [inputs, outputs]: readonly [number, number],
  name: string,
  whole: number,
  from = 0,
): Part {
  const shape = [outputs, inputs];
  return {
    parameter,
    tensors: [{ name, shape: [whole, inputs], rows: [from, from + outputs] }],
    in: ([data]) => turned("dense", "pytorch", "nabla", { shape, data: data! }).data,
    out: (data) => [turned("dense", "nabla", "pytorch", { shape: [inputs, outputs], data }).data],
    how: whole === outputs ? "oi → io" : `oi → io, rows ${from} to ${from + outputs - 1}`,
  };
}

function bias(parameter: string, n: number, name: string, whole: number, from = 0): Part {
  return {
    parameter,
    tensors: [{ name, shape: [whole], rows: [from, from + n] }],
    otherwise: 0,
    in: ([data]) => data!.slice(),
    out: (data) => [data],
    how: whole === n ? "as it is" : `values ${from} to ${from + n - 1}`,
  };
}

export function multiHeadAttention({ config, shapes }: Spot): Unit[] {
  const { name, type } = config as { name: string; type: string };
  const sizes = PROJECTIONS.map((each) => {
    const [inputs, ...heads] = shapes.get(`${each}Kernel`)! as Shape & [number, ...number[]];
    return { inputs, units: sizeOf(heads) };
  });
  const output = shapes.get("outputKernel")!;
  const features = output[output.length - 1]!;
  const unit = { layer: name, type, path: name, suffix: "", spares: [] };
  const [query] = sizes;
  if (query!.inputs !== features || sizes.some(({ units }) => units !== features))
    return [
      {
        ...unit,
        parts: [],
        problem: `PyTorch's MultiheadAttention has as many features in queries, heads and outputs: give keyDim so that numHeads · keyDim is ${query!.inputs}`,
      },
    ];
  const same = sizes.every(({ inputs }) => inputs === features);
  const parts = PROJECTIONS.flatMap((each, i) => {
    const at = i * features;
    const kernel = same
      ? matrix(`${each}Kernel`, [features, features], "in_proj_weight", 3 * features, at)
      : matrix(`${each}Kernel`, [sizes[i]!.inputs, features], `${each[0]}_proj_weight`, features);
    return shapes.has(`${each}Bias`)
      ? [kernel, bias(`${each}Bias`, features, "in_proj_bias", 3 * features, at)]
      : [kernel];
  });
  parts.push(matrix("outputKernel", [features, features], "out_proj.weight", features));
  if (shapes.has("outputBias")) parts.push(bias("outputBias", features, "out_proj.bias", features));
  const advice = "give the layer useBias: true";
  const none = [
    { name: "in_proj_bias", shape: [3 * features], value: 0, written: false, advice },
    { name: "out_proj.bias", shape: [features], value: 0, written: false, advice },
  ];
  return [{ ...unit, parts, spares: shapes.has("outputBias") ? [] : none }];
}
