/** nabla export */

import { basename, dirname, extname, join, resolve } from "node:path";
import type { Dataset } from "../../data/dataset.ts";
import { NablaError } from "../../errors.ts";
import {
  type ExportOptions,
  exportKeras,
  exportModule,
  exportOnnx,
  exportPytorch,
  exportTfjs,
  exportWasm,
  quantised,
  type WeightType,
} from "../../export/index.ts";
import { show } from "../../fields/fields.ts";
import { predictedClass } from "../../metrics/metric.ts";
import { internalsOf } from "../../model/internals.ts";
import type { Model } from "../../model/model.ts";
import { thresholdOf } from "../../network/decision.ts";
import { writeFileAtomic } from "../../node/files.ts";
import type { Terminal } from "../../report/terminal.ts";
import { count, percent, plural, shown, words } from "../../report/text/format.ts";
import { inUnits } from "../../report/units.ts";
import { sizeOf } from "../../shape.ts";
import type { Scores } from "../../training/scores.ts";
import { openModel } from "../input/openModel.ts";
import { openPart } from "../input/part.ts";
import { checkSingle } from "../input/single.ts";
import { type Part, SAID } from "../options/part.ts";
import { extraOf } from "../training/resume.ts";

interface ExportFlags {
  to: string;
  weights?: WeightType;
  rows?: number;
  stream?: boolean;
  data?: string;
  part?: Part;
  samples?: number;
  unreadable?: "refuse" | "skip";
  json?: boolean;
}

const BYTES = { float32: 4, float16: 2, int8: 1 } as const;

/** Declarations that go with each kind of module. */
const TYPES: Readonly<Record<string, string>> = { ".js": ".d.ts", ".mjs": ".d.mts" };

type Files = { path: string; bytes: Uint8Array }[];
const one =
  (make: (model: Model) => Uint8Array) =>
  (model: Model, path: string): Files => [{ path, bytes: make(model) }];

/** Files of other programs: as errors call them, and what makes them. */
const FOREIGN: Readonly<Record<string, { called: string; write: (model: Model, to: string) => Files }>> = {
  ".onnx": { called: "ONNX files", write: one(exportOnnx) },
  ".keras": { called: "Keras files", write: one(exportKeras) },
  ".json": {
    called: "models for TensorFlow.js",
    write(model, to) {
      const { files } = exportTfjs(model, { name: basename(to).slice(0, -".json".length) });
      return Object.entries(files).map(([name, bytes]) => ({ path: join(dirname(to), name), bytes }));
    },
  },
  ".safetensors": { called: "weights of PyTorch", write: one(exportPytorch) },
};

export async function exportCommand(path: string, flags: ExportFlags, terminal: Terminal): Promise<number> {
  const { bold, print, printJson } = terminal;
  const kind = extname(flags.to).toLowerCase();
  if (kind !== ".wasm" && !Object.hasOwn(FOREIGN, kind) && !Object.hasOwn(TYPES, kind))
    throw new NablaError(
      `--to: expected a file ending in .wasm, .js, .mjs, .onnx, .keras, .json (TensorFlow.js) or .safetensors, got ${show(flags.to)}`,
    );
  if (Object.hasOwn(FOREIGN, kind) && (flags.weights ?? "float32") !== "float32")
    throw new NablaError(
      `--weights: ${FOREIGN[kind]!.called} are written with float32, got ${flags.weights}`,
    );
  if (Object.hasOwn(FOREIGN, kind) && flags.stream)
    throw new NablaError(`--stream: ${FOREIGN[kind]!.called} take whole sequences; leave it out`);
  if (resolve(path) === resolve(flags.to))
    throw new NablaError(`--to: ${show(flags.to)} is the model itself; name another file`);
  for (const [name, value] of Object.entries({ part: flags.part, samples: flags.samples })) {
    if (value !== undefined && flags.data === undefined)
      throw new NablaError(`--${name}: needs --data, which is not given`);
  }
  const model = await openModel(path);
  if (flags.data !== undefined) checkSingle(model, `--data: ${path}`, "evaluate() takes them");
  const { weights = "float32" } = flags;
  const options: ExportOptions = {
    weights,
    ...(flags.rows !== undefined && { rows: flags.rows }),
    ...(flags.stream && { stream: true }),
    metadata: metadataOf(model),
  };
  // everything is made and measured before anything is written
  const files = filesOf(model, flags.to, kind, options);
  const compared =
    flags.data === undefined ? undefined : await compare(model, weights, flags.data, flags, terminal);
  for (const file of files) await writeFileAtomic(file.path, file.bytes);
  const parameters = internalsOf(model).built.parameterCount;
  const [first] = files;
  const size = first!.bytes.length;
  if (flags.json) {
    printJson({ files: files.map((file) => file.path), bytes: size, parameters, weights, ...compared });
    return 0;
  }
  const held = parameters * BYTES[weights];
  const rest = kind === ".wasm" ? `, ${count(size - held)} bytes of kernels, plan and names` : "";
  print(
    `${bold(first!.path)}: ${plural(size, "byte")}; ${plural(parameters, "parameter")} as ${weights}${rest}`,
  );
  if (files.length > 1) print(`${files[1]!.path}: its ${kind === ".json" ? "weights" : "types"}`);
  if (compared) sayCompared(compared, weights, terminal);
  return 0;
}

/** What a host must know besides the usual description: how pictures were brought to their shape. */
function metadataOf(model: Model): Record<string, unknown> {
  const images = extraOf(model)?.images;
  return images ? { images } : {};
}

function filesOf(model: Model, to: string, kind: string, options: ExportOptions) {
  if (kind === ".wasm") return [{ path: to, bytes: exportWasm(model, options) as Uint8Array }];
  if (Object.hasOwn(FOREIGN, kind)) return FOREIGN[kind]!.write(model, to);
  const { code, types } = exportModule(model, options);
  const declarations = `${to.slice(0, -kind.length)}${TYPES[kind]}`;
  const encode = (text: string): Uint8Array => new TextEncoder().encode(text);
  return [
    { path: to, bytes: encode(code) },
    { path: declarations, bytes: encode(types) },
  ];
}

interface Compared {
  data: string;
  part: Part;
  rows: number;
  /** Figures of the model as it is, and with the weights that are exported. */
  before: Scores;
  after: Scores;
  /** Share of rows that are given the same class; of regressions the largest difference of an output. */
  sameClass?: number;
  largestDifference?: number;
}

/** What fewer bits cost on a data set. */
async function compare(
  model: Model,
  weights: WeightType,
  source: string,
  flags: ExportFlags,
  terminal: Terminal,
): Promise<Compared> {
  const { dataset, part, name } = await openPart(model, source, { ...flags, large: false }, terminal);
  const by = extraOf(model)?.csv?.target;
  const before = await outputsOn(model, dataset);
  const after = await outputsOn(quantised(model, weights), dataset);
  const common = { data: name, part, rows: dataset.length };
  const figures = { before: inUnits(before.scores, by), after: inUnits(after.scores, by) };
  if (dataset.target.kind === "class") {
    const same = before.classes.filter((c, row) => c === after.classes[row]).length;
    return { ...common, ...figures, sameClass: same / dataset.length };
  }
  let largest = 0;
  before.outputs.forEach((value, i) => {
    largest = Math.max(largest, Math.abs(value - after.outputs[i]!));
  });
  return { ...common, ...figures, largestDifference: largest * (by?.scale ?? 1) };
}

async function outputsOn(model: Model, dataset: Dataset) {
  const units = sizeOf(model.outputShape);
  const { built, state } = internalsOf(model);
  const threshold = thresholdOf(built, state.required.loss);
  const classes: number[] = new Array(dataset.length);
  const isClass = dataset.target.kind === "class";
  const outputs = new Float32Array(isClass ? 0 : dataset.length * units);
  const scores = await model.evaluate(dataset, {
    onRow(row, _loss, out) {
      if (isClass) classes[row] = predictedClass(out, 0, units, threshold);
      else outputs.set(out.subarray(0, units), row * units);
    },
  });
  if (isClass && scores.accuracy === undefined && scores.binaryAccuracy === undefined) {
    const { accuracy } = await model.confusionMatrix(dataset);
    return { scores: { ...scores, accuracy }, classes, outputs };
  }
  return { scores, classes, outputs };
}

function sayCompared(compared: Compared, weights: WeightType, { print }: Terminal): void {
  const { before, after, sameClass, largestDifference } = compared;
  const which = SAID[compared.part];
  print(`${compared.data}${which}: ${plural(compared.rows, "row")}`);
  for (const [key, value] of Object.entries(before))
    print(`  ${words(key)} ${shown(key, value)} as float32, ${shown(key, after[key]!)} as ${weights}`);
  if (sameClass !== undefined) print(`  the same class for ${percent(sameClass)} of the rows`);
  if (largestDifference !== undefined)
    print(`  largest difference of an output ${shown("", largestDifference)}`);
}
