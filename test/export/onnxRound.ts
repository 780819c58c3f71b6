/** A model as an ONNX file: run by onnxruntime where that is installed, and read back. */
import { existsSync } from "node:fs";
import { fileURLToPath, pathToFileURL } from "node:url";
import { NablaError } from "../../src/errors.ts";
import { exportOnnx } from "../../src/export/index.ts";
import { openModel } from "../../src/import/index.ts";
import type { Model } from "../../src/index.ts";
import { permuted } from "../../src/interop/layouts.ts";
import { sizeOf } from "../../src/shape.ts";

const tools = fileURLToPath(new URL("../../build/tools/interop/node_modules/", import.meta.url));
const has = (name: string): boolean => existsSync(`${tools}${name}/package.json`);
/** The native program, which its package has for some systems; otherwise the one in WebAssembly. */
const native = existsSync(`${tools}onnxruntime-node/bin/napi-v6/${process.platform}/${process.arch}`);
export const hasRuntime = (): boolean => native || has("onnxruntime-web");

interface Tensor {
  readonly data: Float32Array;
  readonly dims: readonly number[];
}
/** Numbers or texts. */
type Values = Float32Array | readonly string[];
interface Session {
  run(feeds: Record<string, Tensor>): Promise<Record<string, { data: Values; dims: readonly number[] }>>;
  release(): Promise<void>;
}
interface Runtime {
  env: { logLevel: string; wasm?: { numThreads: number } };
  InferenceSession: { create(bytes: Uint8Array, options: object): Promise<Session> };
  Tensor: new (type: "float32", data: Float32Array, dims: readonly number[]) => Tensor;
}

let runtime: Promise<Runtime> | undefined;
async function load(): Promise<Runtime> {
  const file = native ? "onnxruntime-node/dist/index.js" : "onnxruntime-web/dist/ort.node.min.mjs";
  const { default: made, ...named } = await import(/* @vite-ignore */ pathToFileURL(`${tools}${file}`).href);
  const ort: Runtime = named.InferenceSession ? named : made;
  ort.env.logLevel = "error";
  if (!native) ort.env.wasm!.numThreads = 1;
  return ort;
}

export type Rows = Record<string, { data: Float32Array; shape: readonly number[] }>;

async function ran(bytes: Uint8Array, x: Rows) {
  runtime ??= load();
  const ort = await runtime;
  const session = await ort.InferenceSession.create(bytes, {
    executionProviders: [native ? "cpu" : "wasm"],
    intraOpNumThreads: 1,
    interOpNumThreads: 1,
    graphOptimizationLevel: "disabled",
    logSeverityLevel: 3,
  });
  try {
    const feeds = Object.fromEntries(
      Object.entries(x).map(([name, { data, shape }]) => [name, new ort.Tensor("float32", data, shape)]),
    );
    return Object.entries(await session.run(feeds));
  } finally {
    await session.release();
  }
}

/** What onnxruntime makes of rows: the numbers. */
export const runtimeOutputs = async (bytes: Uint8Array, x: Rows): Promise<Record<string, Float32Array>> =>
  Object.fromEntries(
    (await ran(bytes, x)).map(([name, { data }]) => [name, Float32Array.from(data as Float32Array)]),
  );

/** Its texts, each output's with its shape. */
export const runtimeTexts = async (bytes: Uint8Array, x: Rows) =>
  Object.fromEntries(
    (await ran(bytes, x)).flatMap(([name, { data, dims }]) =>
      Array.isArray(data) ? [[name, { texts: [...data] as string[], shape: [...dims] }] as const] : [],
    ),
  );

/** The rows of a model's outputs by name. */
export function outputsOf(model: Model, x: Rows): Record<string, Float32Array> {
  const predicted = model.predict(x as never) as unknown as Record<string, { data: Float32Array }> & {
    data: Float32Array;
  };
  const names = model.outputs.map(({ name }) => name);
  return names.length === 1
    ? { [names[0]!]: predicted.data }
    : Object.fromEntries(names.map((name) => [name, predicted[name]!.data]));
}

/** Rows for a model. @param of what each value is */
export const rowsFor = (model: Model, rows: number, of: (i: number) => number): Rows =>
  Object.fromEntries(
    model.inputs.map(({ name, shape }, k) => [
      name,
      {
        shape: [rows, ...shape],
        data: Float32Array.from({ length: rows * sizeOf(shape) }, (_, i) => of(i + k * 1000)),
      },
    ]),
  );

/** The largest difference, as a share of the largest value or of 1. */
export function differs(a: ArrayLike<number>, b: ArrayLike<number>): number {
  let [most, largest] = [0, 1];
  if (a.length !== b.length) return Number.POSITIVE_INFINITY;
  for (let i = 0; i < a.length; i++) {
    most = Math.max(
      most,
      Math.abs(a[i]! - b[i]!) || (Number.isNaN(a[i]! - b[i]!) ? Number.POSITIVE_INFINITY : 0),
    );
    largest = Math.max(largest, Math.abs(a[i]!));
  }
  return most / largest;
}

interface Port {
  readonly axes: readonly number[];
}

export interface Round {
  /** From what the model predicts. */
  readonly runtime?: number;
  /** Of the model that was read back; undefined where it was refused. */
  readonly difference?: number;
  /** The layers that were read back. */
  readonly types?: readonly string[];
}

/** @param unread whether it has what comes out and does not come in */
export async function round(model: Model, x: Rows, unread = false): Promise<Round> {
  const bytes = exportOnnx(model);
  const own = outputsOf(model, x);
  const back = await openModel(bytes).catch((error: unknown) => {
    if (unread && error instanceof NablaError) return undefined;
    throw error;
  });
  const far = (other: Record<string, Float32Array>, names: readonly string[]) =>
    Math.max(...Object.values(own).map((values, i) => differs(values, other[names[i]!]!)));
  const names = Object.keys(own);
  const found = hasRuntime() ? far(await runtimeOutputs(bytes, x), names) : undefined;
  const ran = found !== undefined ? { runtime: found } : {};
  if (!back) return ran;
  const { inputs, outputs } = (back.metadata.extra as { import: { inputs: Port[]; outputs: Port[] } }).import;
  const given = back.inputs.map(({ name, shape }, i) => {
    const { data, shape: file } = Object.values(x)[i]!;
    const order = [0, ...inputs[i]!.axes];
    return [name, { data: permuted(data, file, order), shape: [file[0]!, ...shape] }] as const;
  });
  // a row may come with its axes in another order
  const again = Object.fromEntries(
    Object.entries(outputsOf(back, Object.fromEntries(given))).map(([name, data], i) => {
      const { axes } = outputs[i]!;
      const { shape } = back.outputs[i]!;
      const order = [0, ...axes.map((_, k) => axes.indexOf(k + 1) + 1)];
      return [name, permuted(data, [data.length / sizeOf(shape), ...shape], order)];
    }),
  );
  return {
    ...ran,
    types: back.layers.map(({ type }) => type),
    difference: far(
      again,
      back.outputs.map(({ name }) => name),
    ),
  };
}
