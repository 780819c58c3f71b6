/** The operator tests of the ONNX project: a model of one or a few nodes, with inputs and the outputs that it has to give. */
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { openModel } from "../../src/import/index.ts";
import { constantOf } from "../../src/import/onnx/tensors.ts";
import { ONNX, type OnnxModel, type OnnxTensor } from "../../src/interop/onnx.ts";
import { decode } from "../../src/interop/protobuf.ts";
import type { Model } from "../../src/model/model.ts";
import { sizeOf } from "../../src/shape.ts";

/** Where Debian's package libonnx-testdata has them. */
export const DATA = process.env.NABLA_ONNX_TESTS ?? "/usr/share/libonnx-testdata/data";
export const SETS = ["node", "pytorch-converted", "pytorch-operator", "simple"];

export const isThere = (): boolean => existsSync(join(DATA, "node"));
export const testsOf = (set: string): string[] => readdirSync(join(DATA, set)).sort();

export interface Tensor {
  readonly name: string;
  readonly shape: readonly number[];
  readonly data: ArrayLike<number>;
}

export function tensorsIn(folder: string, kind: "input" | "output", names: readonly string[]): Tensor[] {
  return names.map((name, i) => {
    const tensor = decode(
      readFileSync(join(folder, `${kind}_${i}.pb`)),
      "Tensor",
      ONNX,
    ) as unknown as OnnxTensor;
    const { dims, data } = constantOf(tensor);
    return { name, shape: dims, data };
  });
}

interface Port {
  readonly name: string;
  readonly file: string;
  readonly axes: readonly number[];
  readonly batch?: number;
}
export interface Imported {
  readonly batch: number | false;
  readonly inputs: readonly Port[];
  readonly outputs: readonly Port[];
}
export const importOf = (model: Model): Imported => (model.metadata.extra as { import: Imported }).import;

/** Values with the axes of the file, as rows with the axes of the model. */
export function toRows({ shape, data }: Omit<Tensor, "name">, port: Port, batch: number | false) {
  const order = batch === false ? port.axes : [batch, ...port.axes];
  const missing = shape.map((_, i) => i).filter((i) => !order.includes(i));
  const whole = [...order.filter((i) => i >= 0), ...missing];
  const strides = shape.map((_, i) => sizeOf(shape.slice(i + 1)));
  const sizes = whole.map((i) => shape[i]!);
  let at = [0];
  whole.forEach((axis, i) => {
    at = at.flatMap((from) => Array.from({ length: sizes[i]! }, (_, j) => from + j * strides[axis]!));
  });
  return Float32Array.from(at, (i) => data[i]!);
}

export interface Result {
  readonly name: string;
  /** Why it was not imported. */
  readonly refused?: string;
  /** How far the outputs are from those that are expected, as a share of the tolerance: 1 and less has passed. */
  readonly distance?: number;
  readonly model?: Model;
  /** Whether of its outputs the first alone was asked for. */
  readonly first?: boolean;
}

const RELATIVE = 1e-3;
const ABSOLUTE = 1e-7;

function distanceOf(model: Model, inputs: readonly Tensor[], outputs: readonly Tensor[]): number {
  const { batch, ...ports } = importOf(model);
  let rows = 1;
  const x = Object.fromEntries(
    ports.inputs.map((port, i) => {
      const tensor = inputs.find(({ name }) => name === port.file)!;
      if (batch !== false) rows = tensor.shape[batch]!;
      return [port.name, { shape: [rows, ...model.inputs[i]!.shape], data: toRows(tensor, port, batch) }];
    }),
  );
  const predicted = model.predict(x as never);
  let worst = 0;
  for (const port of ports.outputs) {
    const wanted = outputs.find(({ name }) => name === port.file)!;
    const own = (ports.outputs.length === 1 ? predicted : (predicted as never)[port.name]) as {
      data: Float32Array;
    };
    const at =
      batch === false ? false : wanted.shape.length > batch ? outBatch(wanted.shape, port, rows) : false;
    const expected = toRows(wanted, port, at);
    if (own.data.length !== expected.length) return Number.POSITIVE_INFINITY;
    expected.forEach((value, i) => {
      const d = Math.abs(value - own.data[i]!) / (ABSOLUTE + RELATIVE * Math.abs(value));
      worst = Math.max(worst, Number.isNaN(d) ? Number.POSITIVE_INFINITY : d);
    });
  }
  return worst;
}

/** The axis that is none of the row's. */
function outBatch(shape: readonly number[], port: Port, rows: number): number | false {
  const at = shape.findIndex((n, i) => n === rows && !port.axes.includes(i));
  return at < 0 ? false : at;
}

/**
 * A model is read with the first axis as the batch; where that is none, with the second, or without. Inputs that are weights in
 * all but name are given as such.
 */
export async function runOperator(set: string, name: string): Promise<Result> {
  const folder = join(DATA, set, name);
  const bytes = new Uint8Array(readFileSync(join(folder, "model.onnx")));
  const { graph } = decode(bytes, "Model", ONNX) as unknown as OnnxModel;
  const known = new Set(graph!.initializers.map((tensor) => tensor.name));
  const names = graph!.inputs.map((input) => input.name ?? "").filter((each) => !known.has(each));
  const data = join(folder, "test_data_set_0");
  let inputs: Tensor[];
  let outputs: Tensor[];
  try {
    inputs = tensorsIn(data, "input", names);
    outputs = tensorsIn(
      data,
      "output",
      graph!.outputs.map((output) => output.name ?? ""),
    );
  } catch (error) {
    return { name, refused: `its data: ${(error as Error).message}` };
  }
  const odd = [...inputs, ...outputs].find(({ data }) => !Array.from(data).every(Number.isFinite));
  if (odd) return { name, refused: `its data: ${odd.name} has values that are no finite numbers` };
  const reasons = new Set<string>();
  let best: Result | undefined;
  const all = outputs.map((output) => output.name);
  for (const asked of new Set([all.length, 1]))
    for (const batch of [undefined, false, 1] as const)
      for (const from of new Set([inputs.length, 1])) {
        const constants = Object.fromEntries(
          inputs.slice(from).map(({ name: key, ...tensor }) => [key, tensor]),
        );
        const cut = asked < all.length && { outputs: all.slice(0, asked) };
        try {
          const model = await openModel(bytes, { ...(batch !== undefined && { batch }), ...cut, constants });
          const distance = distanceOf(model, inputs, outputs);
          if (distance <= 1) return { name, distance, model, first: asked < all.length };
          best ??= { name, distance, model };
        } catch (error) {
          if ((error as Error).name !== "NablaError") throw error;
          reasons.add((error as Error).message);
        }
      }
  const refused = [...reasons].join("\n");
  return best ?? { name, refused };
}
