/** A model as one ES module with its WebAssembly inside, and the types of what it exports. */
import type { Model } from "../model/model.ts";
import { describeExport, type ExportOptions, exportWasm } from "./wasm.ts";

export interface ExportedModule {
  /** The module's text. */
  readonly code: string;
  /** Its declarations, for the file next to it: model.d.ts for model.js. */
  readonly types: string;
}

/**
 * The model as an ES module that imports nothing: `predict(x)` takes a Float32Array or a Uint8Array with rows one after the other
 * and gives a Float32Array. Runs in pages, Node, Deno and Bun; for workerd see docs/export.md.
 *
 * @throws NablaError as exportWasm() does
 */
export function exportModule(model: Model, options: ExportOptions = {}): ExportedModule {
  const bytes = exportWasm(model, options);
  const description = describeExport(model, options);
  const several = description.inputs !== undefined;
  const code = CODE.replace("GIVEN", several ? "joined(given)" : "given").replace(
    "RESULT",
    several ? "divided(result, rows, units)" : "result",
  );
  return {
    code: `${HEAD}
export const metadata = ${JSON.stringify(description, null, 2)};
${code}${several ? SEVERAL : ""}
const wasm = "${base64(bytes)}";
`,
    types: TYPES,
  };
}

function base64(bytes: Uint8Array): string {
  let text = "";
  // the engine's limit of arguments is some ten thousand
  for (let i = 0; i < bytes.length; i += 8192) text += String.fromCharCode(...bytes.subarray(i, i + 8192));
  return btoa(text);
}

const HEAD = "// A trained model, exported by nabla. Needs nothing else.";

/** What every exported module does. It knows no values but those of the model. */
const CODE = `
// by their tags: what comes from another frame or realm has other classes
const tagOf = (x) => Object.prototype.toString.call(x).slice(8, -1);
const bytesOf = (text) => Uint8Array.from(atob(text), (c) => c.charCodeAt(0));

function compile() {
  try {
    return new WebAssembly.Module(bytesOf(wasm));
  } catch (cause) {
    throw new Error(
      "the model could not be compiled: it needs 128-bit SIMD in WebAssembly, and permission to compile bytes ('wasm-unsafe-eval' where a " +
        "security policy is in force). Where only imported .wasm files may run, export the model as .wasm and call load(module)",
      { cause },
    );
  }
}

/** The model in an instance of its own. */
export function load(module = compile()) {
  const { memory, input, inputs, output, outputs, maxRows, predict, predictBytes } = new WebAssembly.Instance(module).exports;
  const [width, units, most] = [inputs(), outputs(), maxRows()];
  return (given) => {
    const x = GIVEN;
    const bytes = /^Uint8/.test(tagOf(x));
    if (!bytes && tagOf(x) !== "Float32Array")
      throw new TypeError(\`predict: expected a Float32Array or Uint8Array, got \${tagOf(x)}\`);
    if (x.length === 0 || x.length % width !== 0)
      throw new RangeError(\`predict: expected rows of \${width} values, one after the other, got \${x.length} values\`);
    const rows = x.length / width;
    if (!bytes) {
      const bad = x.findIndex((value) => value - value !== 0);
      if (bad >= 0)
        throw new RangeError(\`predict: row \${Math.floor(bad / width)}: value \${bad % width} of its input is not a finite number (\${x[bad]}); mend it, or leave the row out\`);
    }
    const result = new Float32Array(rows * units);
    const View = bytes ? Uint8Array : Float32Array;
    for (let from = 0; from < rows; from += most) {
      const n = Math.min(most, rows - from);
      new View(memory.buffer, input(), n * width).set(x.subarray(from * width, (from + n) * width));
      if ((bytes ? predictBytes : predict)(n) !== n) throw new Error("predict: the model refused its input");
      result.set(new Float32Array(memory.buffer, output(), n * units), from * units);
    }
    return RESULT;
  };
}

let model;
/** Outputs for rows of input. The model is compiled when this is first called. */
export function predict(x) {
  model ??= load();
  return model(x);
}
`;

/** What modules with several inputs or outputs have besides. */
const SEVERAL = `
const sizeOf = (shape) => shape.reduce((a, b) => a * b, 1);

/** Rows of all inputs, one after the other in each row. */
function joined(given) {
  const parts = metadata.inputs;
  const names = parts.map(({ name }) => name).join(", ");
  const of = (name) => (parts.length === 1 && ArrayBuffer.isView(given) ? given : given?.[name]);
  const rows = of(parts[0].name)?.length / sizeOf(parts[0].shape);
  const width = parts.reduce((sum, { shape }) => sum + sizeOf(shape), 0);
  for (const { name, shape } of parts) {
    const x = of(name);
    if (tagOf(x) !== "Float32Array")
      throw new TypeError(\`predict: \${name}: expected a Float32Array for each of { \${names} }, got \${tagOf(x)}\`);
    if (!(rows > 0) || x.length !== rows * sizeOf(shape))
      throw new RangeError(\`predict: \${name}: expected as many rows as the other inputs, of \${sizeOf(shape)} values each, got \${x.length} values\`);
  }
  const all = new Float32Array(rows * width);
  for (const { name, shape, at } of parts) {
    const n = sizeOf(shape), x = of(name);
    for (let r = 0; r < rows; r++) all.set(x.subarray(r * n, (r + 1) * n), r * width + at);
  }
  return all;
}

/** The outputs, by name where there are several. */
function divided(result, rows, units) {
  const outputs = metadata.outputs.map(({ name, shape, at }) => {
    const n = sizeOf(shape), y = new Float32Array(rows * n);
    for (let r = 0; r < rows; r++) y.set(result.subarray(r * units + at, r * units + at + n), r * n);
    return [name, y];
  });
  return outputs.length === 1 ? outputs[0][1] : Object.fromEntries(outputs);
}
`;

const TYPES = `/** Rows one after the other, without padding. Bytes are multiplied by metadata.input.scale. */
export type Rows = Float32Array | Uint8Array | Uint8ClampedArray;

/** Outputs for rows of input, rows one after the other. @throws TypeError, RangeError for values that are not rows */
export function predict(x: Rows): Float32Array;
/** Where there are several inputs or outputs: metadata.inputs and metadata.outputs name them. */
export function predict(x: Readonly<Record<string, Float32Array>> | Rows): Readonly<Record<string, Float32Array>>;

/** The model in an instance of its own; with a WebAssembly.Module where bytes may not be compiled at run time. */
export function load(module?: WebAssembly.Module): (x: Rows) => Float32Array;

export const metadata: {
  readonly nabla: 1;
  readonly input: { readonly shape: readonly number[]; readonly scale: number };
  readonly output: { readonly shape: readonly number[]; readonly activation: string };
  readonly inputs?: readonly { readonly name: string; readonly shape: readonly number[]; readonly at: number }[];
  readonly outputs?: readonly { readonly name: string; readonly shape: readonly number[]; readonly at: number; readonly activation: string }[];
  readonly maxRows: number;
  readonly weights: "float32" | "float16" | "int8";
  readonly parameters: number;
  readonly classes?: readonly string[];
  /** How to standardise columns before they are input: (value − mean) / scale. */
  readonly standardisation?: { readonly mean: readonly number[]; readonly scale: readonly number[]; readonly columns?: readonly string[] };
  /** Of a table: its columns, and how each becomes inputs, where they are not all numbers. encodeRows() of nabla/predict does it. */
  readonly columns?: readonly string[];
  readonly encoding?: readonly { readonly kind: "number" | "boolean" | "date" | "ordered" | "category"; readonly [name: string]: unknown }[];
  readonly [name: string]: unknown;
};
`;
