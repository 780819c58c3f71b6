/** ONNX files. */
import { didYouMean, NablaError, prefixed } from "../../errors.ts";
import { show } from "../../fields/fields.ts";
import {
  ONNX,
  type OnnxGraph,
  type OnnxModel,
  type OnnxTensor,
  type OnnxValueInfo,
  TYPES,
} from "../../interop/onnx.ts";
import { decode } from "../../interop/protobuf.ts";
import type { Model } from "../../model/model.ts";
import { sizeOf } from "../../shape.ts";
import type { Building } from "../building.ts";
import { refuseAll } from "../problems.ts";
import type { Source } from "../source.ts";
import { type Port, readGraph } from "./graph.ts";
import type { OnnxOptions } from "./recognise.ts";
import { constantOf, elsewhere } from "./tensors.ts";
import type { Constant } from "./value.ts";
import { constant } from "./value.ts";

/** The lowest version of operators that is read. */
const LOWEST = 1;

/** @throws NablaError for a damaged file, and for what there is not here: all of it at once */
export async function readOnnx(
  source: Source,
  options: OnnxOptions,
  building: () => Building,
): Promise<Model> {
  const bytes = await source.read();
  const model = parsed(bytes, source.name);
  const others = await otherFiles(model.graph!.initializers, source);
  return modelFrom(model, bytes.length, source.name, options, others, building);
}

/** @throws NablaError for bytes that are no such file */
export function parsed(bytes: Uint8Array, name: string): OnnxModel {
  let model: OnnxModel;
  try {
    model = decode(bytes, "Model", ONNX) as unknown as OnnxModel;
  } catch (error) {
    throw error instanceof NablaError
      ? new NablaError(`${name}: no ONNX file, or a damaged one: ${error.message}`, { cause: error })
      : error;
  }
  if (!model.graph) throw new NablaError(`${name}: an ONNX file without a graph; it is damaged or was cut`);
  return model;
}

/** @param size of the file @param others the bytes of files beside it, by name @param building makes empty ones */
export async function modelFrom(
  model: OnnxModel,
  size: number,
  name: string,
  options: OnnxOptions,
  others: ReadonlyMap<string, Uint8Array>,
  building: () => Building,
): Promise<Model> {
  const graph = model.graph!;
  const opset = model.opsets.find(({ domain = "" }) => domain === "" || domain === "ai.onnx")?.version ?? 0;
  if (opset < LOWEST)
    throw new NablaError(
      `${name}: its operators are of version ${opset}; expected ${LOWEST} or newer: convert it with onnx.version_converter`,
    );
  if (options.outputs) cutAt(graph, options.outputs, name);
  // names of classes, say: they repeat in words what numbers tell
  const isText = ({ type }: OnnxValueInfo) => type?.tensor?.type === TYPES.text;
  const texts = graph.outputs.filter(isText);
  if (texts.length < graph.outputs.length) graph.outputs = graph.outputs.filter((info) => !isText(info));
  const constants = new Map<string, Constant>();
  for (const tensor of graph.initializers) {
    const place = elsewhere(tensor);
    constants.set(
      tensor.name ?? "",
      prefixed(`${name}: `, () => constantOf(tensor, place && others.get(place.file))),
    );
  }
  for (const [key, { shape, data }] of Object.entries(options.constants ?? {})) {
    if (!Array.isArray(shape) || sizeOf(shape) !== data?.length)
      throw new NablaError(
        `openModel: constants: ${key}: expected { shape, data } with as many values as the shape has, got ${show(data)}`,
      );
    constants.set(key, constant([...shape], Float32Array.from(data)));
  }
  const most = 65_536 + 2 * (size + [...others.values()].reduce((sum, { length }) => sum + length, 0));
  const read = await readGraph(graph, {
    building,
    opset,
    batch: options.batch,
    dimensions: options.dimensions,
    constants,
    keep: model.metadata.some(({ key, value }) => key === "layout" && value === "nhwc"),
    most,
  });
  refuseAll(name, "ONNX model", [
    ...((model.functions?.length ?? 0) > 0
      ? [
          {
            where: "the file",
            why: "it has functions of its own; export without them (onnx.inliner.inline_local_functions)",
          },
        ]
      : []),
    ...((graph.sparse?.length ?? 0) > 0
      ? [{ where: "the file", why: "it has sparse weights; store them densely" }]
      : []),
    ...read.problems,
  ]);
  const outputs = new Map(read.outputs.map(({ name: key, layer }) => [key, layer] as const));
  const port = ({ name, file, axes, batch }: Port) => ({
    name,
    file,
    axes,
    ...(batch !== undefined && { batch }),
  });
  const classes = classesOf(model);
  const decision = decisionOf(model);
  const notes = [
    ...(classes
      ? []
      : texts.map(({ name: output }) => `output "${output}": it gives texts, and was left out`)),
    ...read.notes,
  ];
  return read.building.model(outputs, name, {
    ...(classes && { classes }),
    extra: {
      ...(decision && { decision }),
      import: {
        format: "ONNX",
        ...(model.producer && { producer: `${model.producer} ${model.producerVersion ?? ""}`.trim() }),
        opset,
        batch: read.batch,
        inputs: read.inputs.map(port),
        outputs: read.outputs.map(port),
        ...(notes.length > 0 && { notes }),
      },
    },
  });
}

/** @throws NablaError for names of no value */
function cutAt(graph: OnnxGraph, outputs: readonly string[], file: string): void {
  const names = graph.nodes.flatMap((node) => node.outputs);
  for (const output of outputs) {
    if (names.includes(output)) continue;
    throw new NablaError(
      `${file}: outputs: it has no value "${output}"${didYouMean(output, names)}; its own are ${graph.outputs.map(({ name }) => name).join(", ")}`,
    );
  }
  graph.outputs = outputs.map((name) => ({ name }));
}

/** Weights that are in files beside it. */
async function otherFiles(tensors: readonly OnnxTensor[], source: Source): Promise<Map<string, Uint8Array>> {
  const found = new Map<string, Uint8Array>();
  for (const tensor of tensors) {
    const place = elsewhere(tensor);
    if (place && !found.has(place.file))
      found.set(place.file, await source.beside(place.file, "its weights"));
  }
  return found;
}

/** What this library's exports say about a model: JSON by a name. */
function told({ metadata }: OnnxModel, wanted: string): unknown {
  const text = metadata.find(({ key }) => key === wanted)?.value;
  try {
    return text ? JSON.parse(text) : undefined;
  } catch {
    return undefined;
  }
}

/** Names of classes. */
function classesOf(model: OnnxModel): string[] | undefined {
  const list = told(model, "classes");
  return Array.isArray(list) && list.every((one) => typeof one === "string") ? list : undefined;
}

/** The threshold that was chosen for it, as chooseThreshold() keeps it. */
function decisionOf(model: OnnxModel): object | undefined {
  const found = told(model, "decision") as { threshold?: unknown } | undefined;
  return Number.isFinite(found?.threshold) ? (found as object) : undefined;
}
