/**
 * A model as one ES module with its WebAssembly inside, and the types of what it exports.
 *
 * It checks itself, because text is changed in more ways than bytes are: its description by a digest when it is imported, its WebAssembly
 * by the digest this carries when it is compiled. Both are data, which bundlers and minifiers leave as they are. What does this and
 * what calls the WebAssembly is code, which they rewrite: it can only be checked as a file, by the digest in the last line.
 */

import { code as rowsCode } from "#rows-code";
import { sha256Hex } from "../checkpoint/sha256.ts";
import { toUtf8 } from "../host.ts";
import type { Model } from "../model/model.ts";
import { sealText } from "./digest.ts";
import { STREAM_CODE, STREAM_TYPES } from "./esStream.ts";
import { describeExport, type ExportOptions, exportWasm } from "./wasm.ts";

/** What exportModule() gives. */
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
  const steps = description.stream === true;
  const table = !several && !steps && "columns" in description;
  const code = (COMMON + (steps ? STREAM_CODE : PREDICTING))
    .replace("GIVEN", several ? "joined(given)" : "given")
    .replace("RESULT", several ? "divided(result, rows, units)" : "result");
  // as an object literal: names that would set a prototype are keys like others
  const literal = JSON.stringify(description, null, 2).replaceAll(/(?<!\\)"__proto__": /g, '["__proto__"]: ');
  const digest = sha256Hex(toUtf8(JSON.stringify(description)));
  const text = `${HEAD}
export const metadata = checked(${literal}, "${digest}");
${code}${several ? SEVERAL : ""}${table ? `${ROWS}${rowsCode}` : ""}${SHA256}
const wasm = "${base64(bytes)}";
`;
  const types = (steps ? STREAM_TYPES : PREDICTING_TYPES) + METADATA_TYPES;
  return { code: sealText(text), types: table ? types + ROW_TYPES : types };
}

function base64(bytes: Uint8Array): string {
  let text = "";
  // the engine's limit of arguments is some ten thousand
  for (let i = 0; i < bytes.length; i += 8192) text += String.fromCharCode(...bytes.subarray(i, i + 8192));
  return btoa(text);
}

const HEAD = "// A trained model, exported by nabla. Needs nothing else.";

/** What every exported module does. It knows no values but those of the model. */
const COMMON = `
// by their tags: what comes from another frame or realm has other classes
const tagOf = (x) => Object.prototype.toString.call(x).slice(8, -1);

function bytesOf(text) {
  const latin = atob(text);
  const bytes = new Uint8Array(latin.length);
  for (let i = 0; i < bytes.length; i++) bytes[i] = latin.charCodeAt(i);
  return bytes;
}

function damaged(what) {
  throw new Error(\`the file of this model is damaged or was changed since it was exported: its \${what} is not what it was; copy or export it again\`);
}

// pages that are simulated have no TextEncoder
function utf8(text) {
  const letters = encodeURIComponent(text).replace(/%(..)/g, (_, digits) => String.fromCharCode(Number("0x" + digits)));
  return Uint8Array.from(letters, (letter) => letter.charCodeAt(0));
}

/** What the model says of itself, where it is what was exported. */
function checked(value, digest) {
  if (sha256(utf8(JSON.stringify(value))) !== digest) damaged("metadata");
  return value;
}

/** The bytes of the WebAssembly, which end with the SHA-256 of those before their last section of 47 bytes. */
function whole() {
  let bytes;
  try {
    bytes = bytesOf(wasm);
  } catch {
    damaged("WebAssembly");
  }
  const digest = Array.from(bytes.subarray(-32), (byte) => byte.toString(16).padStart(2, "0")).join("");
  const head = String.fromCharCode(...bytes.subarray(-47, -32));
  if (head !== "\\0-\\x0cnabla.sha256" || sha256(bytes.subarray(0, -47)) !== digest) damaged("WebAssembly");
  return bytes;
}

function compile() {
  const bytes = whole();
  try {
    return new WebAssembly.Module(bytes);
  } catch (cause) {
    throw new Error(
      "the model could not be compiled: it needs 128-bit SIMD in WebAssembly, and permission to compile bytes ('wasm-unsafe-eval' where a " +
        "security policy is in force). Where only imported .wasm files may run, export the model as .wasm and call load(module)",
      { cause },
    );
  }
}
`;

/** What a module does that takes whole rows. */
const PREDICTING = `
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

/** What modules of tables have besides; what follows is the code of encodeRows() and predictRows(). */
const ROWS = `
/** Answers for rows of the table: classes by name, quantities in their unit. */
export function predictRows(rows, options) {
  return table.answer(metadata, predict, rows, options);
}

`;

const ROW_TYPES = `
/** By the names of columns, or cells in their order. Numbers may be text; null is a missing value. */
export type Row = Readonly<Record<string, unknown>> | readonly unknown[];

/** What the model says of a row: a class, or a quantity in the unit of the table's column. */
export interface RowAnswer {
  readonly class?: string | number;
  readonly probability?: number;
  readonly probabilities?: Readonly<Record<string, number>>;
  readonly value?: number;
  /** Columns whose values are missing, so that those of the training stand for them. */
  readonly filled?: readonly string[];
}

/** Answers for rows of the table. @throws Error naming row and column */
export function predictRows(rows: Row | readonly Row[], options?: { readonly name?: string; readonly onExtra?: (keys: readonly string[], row: number) => void }): RowAnswer[];
`;

/** Without waiting, and where a page has no secure context: crypto.subtle is not there. FIPS 180-4. */
const SHA256 = `
/** SHA-256 as hexadecimal digits. */
function sha256(bytes) {
  const words = (hex) => Int32Array.from(hex.match(/.{8}/g), (word) => Number.parseInt(word, 16));
  const h = words("6a09e667bb67ae853c6ef372a54ff53a510e527f9b05688c1f83d9ab5be0cd19");
  const k = words(
    "428a2f9871374491b5c0fbcfe9b5dba53956c25b59f111f1923f82a4ab1c5ed5d807aa9812835b01243185be550c7dc372be5d7480deb1fe9bdc06a7c19bf174" +
    "e49b69c1efbe47860fc19dc6240ca1cc2de92c6f4a7484aa5cb0a9dc76f988da983e5152a831c66db00327c8bf597fc7c6e00bf3d5a7914706ca635114292967" +
    "27b70a852e1b21384d2c6dfc53380d13650a7354766a0abb81c2c92e92722c85a2bfe8a1a81a664bc24b8b70c76c51a3d192e819d6990624f40e3585106aa070" +
    "19a4c1161e376c082748774c34b0bcb5391c0cb34ed8aa4a5b9cca4f682e6ff3748f82ee78a5636f84c878148cc7020890befffaa4506cebbef9a3f7c67178f2",
  );
  const padded = new DataView(new ArrayBuffer((bytes.length + 9 + 63) & -64));
  new Uint8Array(padded.buffer).set(bytes);
  padded.setUint8(bytes.length, 128);
  padded.setBigUint64(padded.byteLength - 8, BigInt(bytes.length) * 8n);
  const w = new Int32Array(64);
  const turned = (x, n) => (x >>> n) | (x << (32 - n));
  for (let at = 0; at < padded.byteLength; at += 64) {
    for (let i = 0; i < 64; i++) {
      const [x, y] = [w[i - 15], w[i - 2]];
      w[i] = i < 16 ? padded.getInt32(at + 4 * i)
        : w[i - 16] + w[i - 7] + (turned(x, 7) ^ turned(x, 18) ^ (x >>> 3)) + (turned(y, 17) ^ turned(y, 19) ^ (y >>> 10));
    }
    let [a, b, c, d, e, f, g, j] = h;
    for (let i = 0; i < 64; i++) {
      const t = (j + (turned(e, 6) ^ turned(e, 11) ^ turned(e, 25)) + ((e & f) ^ (~e & g)) + k[i] + w[i]) | 0;
      const u = (turned(a, 2) ^ turned(a, 13) ^ turned(a, 22)) + ((a & b) ^ (a & c) ^ (b & c));
      j = g;
      g = f;
      f = e;
      e = (d + t) | 0;
      d = c;
      c = b;
      b = a;
      a = (t + u) | 0;
    }
    [a, b, c, d, e, f, g, j].forEach((x, i) => (h[i] += x));
  }
  return Array.from(h, (x) => (x >>> 0).toString(16).padStart(8, "0")).join("");
}
`;

const PREDICTING_TYPES = `/** Rows one after the other, without padding. Bytes are multiplied by metadata.input.scale. */
export type Rows = Float32Array | Uint8Array | Uint8ClampedArray;

/** Outputs for rows of input, rows one after the other. @throws TypeError, RangeError for values that are not rows */
export function predict(x: Rows): Float32Array;
/** Where there are several inputs or outputs: metadata.inputs and metadata.outputs name them. */
export function predict(x: Readonly<Record<string, Float32Array>> | Rows): Readonly<Record<string, Float32Array>>;

/** The model in an instance of its own; with a WebAssembly.Module where bytes may not be compiled at run time. */
export function load(module?: WebAssembly.Module): (x: Rows) => Float32Array;
`;

const METADATA_TYPES = `
export const metadata: {
  readonly nabla: 1;
  readonly input: { readonly shape: readonly number[]; readonly scale: number };
  /** unitOf: the target in whose unit outputs are, where it was scaled for the training. Nothing is left to be scaled back. */
  readonly output: { readonly shape: readonly number[]; readonly activation: string; readonly unitOf?: string };
  readonly inputs?: readonly { readonly name: string; readonly shape: readonly number[]; readonly at: number }[];
  readonly outputs?: readonly { readonly name: string; readonly shape: readonly number[]; readonly at: number; readonly activation: string }[];
  readonly maxRows: number;
  readonly weights: "float32" | "float16" | "int8";
  readonly parameters: number;
  /** Whether it takes step by step: shapes are those of a step then. */
  readonly stream?: true;
  readonly classes?: readonly string[];
  /** How to standardise columns before they are input: (value − mean) / scale. */
  readonly standardisation?: { readonly mean: readonly number[]; readonly scale: readonly number[]; readonly columns?: readonly string[] };
  /** Of a table: its columns, and how each becomes inputs, where they are not all numbers. encodeRows() of nabla/predict does it. */
  readonly columns?: readonly string[];
  readonly encoding?: readonly { readonly kind: "number" | "boolean" | "date" | "ordered" | "category"; readonly [name: string]: unknown }[];
  readonly [name: string]: unknown;
};
`;
