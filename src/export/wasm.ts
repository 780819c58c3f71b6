/**
 * A model as one WebAssembly module that needs nothing else: docs/export.md says what hosts see of it.
 *
 * It plans as predict() does. The plan's bytes, the weights and a record that names both become data segments. The code is that of
 * build/core/standalone.wasm: every kernel of prediction and the few functions that hosts call, compiled for size (loops take fewer
 * steps a turn, which changes no bit). strip() keeps what the kernels on the tape reach and gives them a table of their own.
 *
 * Weights that are the same in linear memory and in the file (most of float32) are a segment where kernels look for them. Others (much
 * padding, float16, int8) lie where buffers will be, and the start function unpacks them: see weights.ts. Before that it checks a sum of all
 * data, for hosts that do not check the digest of the file.
 */

import { standalone } from "#standalone";
import { decodeBytes } from "../core/bytes.ts";
import { Core, type KernelName } from "../core/core.ts";
import type { Field, Layout } from "../core/layouts.ts";
import { MAX_BYTES } from "../core/limits.ts";
import type { Records } from "../core/records.ts";
import type { RowFormat } from "../data/images/imageParts.ts";
import { imagesOf } from "../data/images/trained.ts";
import { NablaError } from "../errors.ts";
import { bool, number, show } from "../fields/fields.ts";
import { checkWhole } from "../fields/options.ts";
import { checkGiven, plain } from "../fields/programs.ts";
import { toUtf8 } from "../host.ts";
import { internalsOf } from "../model/internals.ts";
import type { Model } from "../model/model.ts";
import { thresholdOf } from "../network/decision.ts";
import type { Tensor } from "../network/inference.ts";
import { align, type CoreFacts, type Range, tooLarge } from "../plan/builder.ts";
import type { Architecture, Site } from "../plan/operation.ts";
import { plan } from "../plan/plan.ts";
import { sizeOf } from "../shape.ts";
import { sealWasm, sumOf } from "./digest.ts";
import { joined, type Stretch, stretches } from "./joined.ts";
import { checkWeightType, type WeightType } from "./quantise.ts";
import { CarriedRoom, ofStep, stepsOf } from "./steps.ts";
import { inOwnUnits } from "./units.ts";
import { parseModule } from "./wasm/module.ts";
import { strip } from "./wasm/strip.ts";
import { isPacked, packWeights, type Segment, type UnpackFields } from "./weights.ts";

/** How a model is exported. All are optional. */
export interface ExportOptions {
  /** Most rows of one predict(). More take memory at run time, nothing in the file. Default 32; with `stream` 1. */
  rows?: number;
  /**
   * How the file holds kernels (biases and normalisations stay float32): "float16" makes it half as large, "int8" a quarter, with
   * a factor for each output channel. They are float32 again from the module's start on. Default "float32", bit for bit.
   */
  weights?: WeightType;
  /** What predictBytes() multiplies bytes by. Default: what they were in training, 1/255 before. */
  scale?: number;
  /**
   * Whether the module takes the steps of sequences one by one, as model.stream() does: `rows` are sequences side by side then, by default 1.
   */
  stream?: boolean;
  /** Further fields of the description in the custom section "nabla": anything JSON has. */
  metadata?: Readonly<Record<string, unknown>>;
}

/** What is written in the custom section "nabla" of an exported model, as JSON. */
export interface ExportDescription {
  /** Version of the interface. */
  readonly nabla: 1;
  readonly input: { readonly shape: readonly number[]; readonly scale: number };
  readonly output: {
    readonly shape: readonly number[];
    readonly activation: string;
    /** The target that outputs are in the unit of, where it was scaled for the training: the module has scaled them back. */
    readonly unitOf?: string;
    /** Of a single output: above it, it says class 1; absent where that is ½. */
    readonly threshold?: number;
  };
  /** Where there are several inputs or outputs: which values of a row are whose. */
  readonly inputs?: readonly Stretch[];
  readonly outputs?: readonly (Stretch & { readonly activation: string })[];
  readonly maxRows: number;
  readonly weights: WeightType;
  readonly parameters: number;
  /** Whether it takes step by step: shapes are those of a step then. */
  readonly stream?: true;
  readonly classes?: readonly string[];
  /** How the pictures were made that are its inputs: pixels on a side, 1 or 3 channels, and what was done where proportions differ. */
  readonly images?: RowFormat;
  /** How to standardise columns of a table before they are input: (value − mean) / scale. */
  readonly standardisation?: unknown;
}

const FUNCTIONS = ["input", "inputs", "output", "outputs", "maxRows"];
const ROWS = ["predict", "predictBytes"];
const STEPS = ["step", "stepBytes", "reset", "states", "statesBytes"];
const OPTIONS = ["rows", "weights"];

/** What a host must know of the table a model was trained on: how rows become inputs. Plain JSON, as encodeRows() takes it. */
function tableOf(model: Model): Record<string, unknown> {
  const csv = (model.metadata.extra?.csv ?? {}) as Record<string, unknown>;
  const kept = ["columns", "label", "named", "missing", "encoding", "ignored", "target"];
  return Object.fromEntries(kept.flatMap((key) => (csv[key] === undefined ? [] : [[key, csv[key]]])));
}

/** The description of what exportWasm() would write. @throws NablaError for options that make no sense */
export function describeExport(model: Model, options: ExportOptions = {}): ExportDescription {
  checkGiven("export", options, { scale: number(), metadata: plain(), stream: bool() }, OPTIONS);
  const { stream = false, rows = stream ? 1 : 32, weights = "float32", metadata = {} } = options;
  const network = internalsOf(model).built;
  const { scale = network.scaleOf(0) } = options;
  if (network.batchSize !== undefined && !stream)
    throw new NablaError(
      "export: the model is stateful, and this module has no states to go on from; export it with stream: true (nabla export --stream), which takes its steps one by one",
    );
  checkWhole("export: rows", rows);
  checkWeightType("export: weights", weights);
  if (typeof scale !== "number" || !Number.isFinite(Math.fround(scale)) || Math.fround(scale) === 0)
    throw new NablaError(`export: scale: expected a finite number other than 0, got ${show(scale)}`);
  const { classes, standardisation, targetScale } = model.metadata;
  const { architecture } = stream ? stepsOf(model) : network;
  const whole = joined(architecture);
  const shapeOf = (of: Architecture, k: number) => of.layers[of.outputs[k]!.layer]!.outputShape;
  const inputs = model.inputs.map(({ name, shape }, i) => ({
    name,
    shape: ofStep(shape, architecture.inputs[i]!.shape),
  }));
  const outputs = model.outputs.map(({ name, shape }, k) => ({
    name,
    shape: ofStep(shape, shapeOf(architecture, k)),
  }));
  const several = inputs.length > 1 || outputs.length > 1;
  const { activations } = network;
  const { compiled } = internalsOf(model).state;
  const threshold = outputs.length > 1 ? 0.5 : thresholdOf(network, compiled?.goals[0]?.loss);
  const images = imagesOf({ inputShape: [], metadata: model.metadata });
  return {
    ...tableOf(model),
    ...(images && { images }),
    ...metadata,
    nabla: 1,
    input: { shape: several ? whole.inputs[0]!.shape : inputs[0]!.shape, scale },
    output: {
      shape: several ? shapeOf(whole, 0) : outputs[0]!.shape,
      activation: several ? "linear" : activations[0]!,
      ...(targetScale && { unitOf: targetScale.columns?.join(", ") ?? "target" }),
      ...(threshold !== 0.5 && { threshold }),
    },
    ...(several && {
      inputs: stretches(inputs),
      outputs: stretches(outputs).map((stretch, k) => ({ ...stretch, activation: activations[k]! })),
    }),
    maxRows: rows,
    weights,
    parameters: network.parameterCount,
    ...(stream && { stream }),
    ...(classes && { classes }),
    ...(standardisation && { standardisation }),
  };
}

/**
 * The model as a WebAssembly module: only the kernels it needs, its plan, its weights; no import. What it predicts has the bits of
 * model.predict() (with `weights` of fewer bits: of a model with those weights, see quantised()). Its last section is its digest: see
 * verifyExport().
 *
 * @throws NablaError for weights that are not finite, options that make no sense, and models beyond 4 GiB
 */
export function exportWasm(model: Model, options: ExportOptions = {}): Uint8Array<ArrayBuffer> {
  const description = describeExport(model, options);
  const { maxRows, weights, stream = false } = description;
  const network = internalsOf(model).built;
  const steps = stream ? stepsOf(model) : { architecture: network.architecture, walking: [] };
  const whole = inOwnUnits(joined(steps.architecture), model.metadata.targetScale);
  // of a stateful layer the states: a stream begins with zeros
  const tensors = network.tensors.filter(({ spec }) => !spec.carried);
  const core = decodeBytes(standalone);
  const instance = new Core({ code: core });
  const table = new KernelTable(instance);
  const head = instance.record("Standalone");
  const unpacking = instance.record("Unpack");
  const places = new Map<Tensor, Range>();
  let header = table.base;
  for (const tensor of tensors) {
    const { name, bytes } = tensor.value;
    places.set(tensor, { name, bytes, offset: header });
    header += bytes;
  }
  const unpack = header + recordSize(head);
  const packed = tensors.filter((tensor) => isPacked(tensor, weights)).length;
  const statesAt = align(unpack + packed * recordSize(unpacking));
  const planned = (base: number, carried: Site["carried"]) =>
    plan({
      mode: "predict",
      rows: maxRows,
      architecture: whole,
      inputs: [{ type: "float32", scale: 1 }],
      core: table,
      parameter: (layer, name) => {
        const tensor = tensors.find((other) => other.name === `${layer}.${name}`)!;
        return { value: places.get(tensor)!, gradient: tensor.gradient };
      },
      base,
      carried,
    });
  // planned once to know how much room states take, which lie before the plan
  const asked = new CarriedRoom(statesAt, maxRows, steps);
  if (stream) planned(statesAt, asked.carried);
  const room = new CarriedRoom(statesAt, maxRows, steps);
  const predict = planned(statesAt + asked.bytes, room.carried);
  const staging = align(predict.base + predict.bytes.length);
  const stored = packWeights(network, tensors, weights, places, staging);
  const memoryBytes = Math.max(predict.end, stored.end);
  if (memoryBytes > MAX_BYTES) throw tooLarge(memoryBytes, [...places.values()]);
  const start = recordBytes<"Standalone">(head, {
    input: predict.inputs[0]!.x.offset,
    inputs: sizeOf(whole.inputs[0]!.shape),
    output: predict.outputs[0]!.output.offset,
    outputs: predict.outputs[0]!.units,
    maxRows,
    scale: description.input.scale,
    tape: predict.tape,
    instructions: predict.marks.end,
    step: predict.step,
    unpack,
    tensors: stored.records.length,
    scratch: stored.scratch,
    staging,
    stagingBytes: stored.end - staging,
    states: statesAt,
    statesBytes: room.bytes,
  });
  const records = stored.records.map((record: UnpackFields, i): Segment => {
    const offset = unpack + i * recordSize(unpacking);
    return { offset, bytes: recordBytes<"Unpack">(unpacking, { ...record }) };
  });
  const image = { offset: predict.base, bytes: predict.bytes };
  const module = strip({
    module: parseModule(core, "the build of the core for exports"),
    table: table.kernels,
    exports: [...FUNCTIONS, ...(stream ? STEPS : ROWS)],
    starts: packed > 0 ? ["check", "unpack"] : ["check"],
    globals: (data) => ({ MODEL: header, ...sumOf(data, header) }),
    memoryBytes,
    data: [...stored.data, { offset: header, bytes: start }, ...records, image],
    custom: { name: "nabla", bytes: toUtf8(JSON.stringify(description)) },
  });
  return sealWasm(module);
}

/** Kernels that are asked for get the next free place in a table of their own. */
class KernelTable implements CoreFacts {
  /** Their numbers in the table they come from. */
  readonly kernels: number[] = [];

  constructor(private readonly core: Core) {}

  /** First byte that parameters may use. */
  get base(): number {
    return this.core.base;
  }

  kernel(name: KernelName): number {
    const wanted = this.core.kernel(name);
    const known = this.kernels.indexOf(wanted);
    return known < 0 ? this.kernels.push(wanted) : known + 1;
  }

  /** The first thing that is asked about a kernel. */
  record(name: KernelName): Layout {
    const layout: Layout | undefined = this.core.record(name);
    if (!layout) throw new NablaError(`export: the model needs ${name}, which exported models do not have`);
    return layout;
  }

  constant(name: string): number {
    return this.core.constant(name);
  }

  size(name: string, ...of: readonly number[]): number {
    return this.core.size(name, ...of);
  }
}

const recordSize = (layout: Layout): number => Object.keys(layout).length * 4;

/** A record as it lies in memory. */
function recordBytes<R extends keyof Records>(
  layout: Layout<keyof Records[R]>,
  fields: Readonly<Record<keyof Records[R], number>>,
): Uint8Array {
  const view = new DataView(new ArrayBuffer(recordSize(layout)));
  for (const [field, { at, type }] of Object.entries<Field>(layout)) {
    const value = fields[field as keyof Records[R]];
    if (type === "f") view.setFloat32(at, value, true);
    else view.setUint32(at, value, true);
  }
  return new Uint8Array(view.buffer);
}
