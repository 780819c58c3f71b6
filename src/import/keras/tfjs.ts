/** Models of TensorFlow.js: model.json and the shards of its weights. */
import { DTYPES } from "../../checkpoint/dtypes.ts";
import { NablaError } from "../../errors.ts";
import { show } from "../../fields/fields.ts";
import type { Model } from "../../model/model.ts";
import { sizeOf } from "../../shape.ts";
import type { Building } from "../building.ts";
import { asFloats, valuesIn } from "../numbers.ts";
import type { Source } from "../source.ts";
import { field, isObject, textField } from "./json.ts";
import { labelsBeside } from "./labels.ts";
import { modelOf, parsedJson } from "./model.ts";
import { lastPart, NamedStore, type StoredTensor } from "./store.ts";

export interface KerasOptions {
  dimensions?: Readonly<Record<string, number>>;
}

/** Types of weights, as safetensors files call them. */
const TYPES: Readonly<Record<string, string>> = {
  float32: "F32",
  float16: "F16",
  int32: "I32",
  uint8: "U8",
  uint16: "U16",
  bool: "BOOL",
};

type Named = StoredTensor & { readonly path: string };

/** @throws NablaError for a damaged file, and for what there is not here: all of it at once */
export async function readTfjs(source: Source, options: KerasOptions, building: Building): Promise<Model> {
  const { name } = source;
  const json = parsedJson(await source.read(), name);
  const topology = field(json, "modelTopology");
  if (textField(json, "format") === "graph-model" || field(topology, "node") !== undefined)
    throw new NablaError(
      `${name}: this is a graph of TensorFlow's operations, not a model of layers; convert the model it was made from to ONNX: python -m tf2onnx.convert --tfjs model.json --output model.onnx`,
    );
  // Python writes the description one level deeper; some keep it alone
  const whole = topology ?? json;
  const described = field(whole, "model_config") ?? whole;
  const version = textField(whole, "keras_version");
  const manifest = field(json, "weightsManifest");
  if (!Array.isArray(manifest))
    throw new NablaError(
      `${name}: it has no weightsManifest, so no weights; save the model with model.save(), or convert it with tensorflowjs_converter`,
    );
  const tensors: Named[] = [];
  for (const group of manifest as unknown[]) tensors.push(...(await groupOf(group, source)));
  const classes = classesOf(field(json, "userDefinedMetadata")) ?? (await labelsBeside(source, building));
  const left = [
    ...(field(json, "trainingConfig") !== undefined ? ["loss and optimizer"] : []),
    ...(tensors.some(({ path }) =>
      /(?:^|\/)(?:iter|iteration|(?:Adam|Adamax|RMSProp|Adagrad|Adadelta|Momentum)\/)/.test(path),
    )
      ? ["optimizer state"]
      : []),
  ];
  return modelOf({
    name,
    building,
    format: "TensorFlow.js",
    described,
    store: new NamedStore(tensors),
    version: /^tfjs/.test(version ?? "") ? undefined : version,
    ...(classes && { classes }),
    ...options,
    left,
  });
}

/** Names of classes that a list of texts gives. */
export const textsOf = (value: unknown): string[] | undefined =>
  Array.isArray(value) && value.length > 0 && value.every((one) => typeof one === "string")
    ? value
    : undefined;

const classesOf = (metadata: unknown): string[] | undefined =>
  textsOf(field(metadata, "classes")) ?? textsOf(field(metadata, "labels"));

/** The tensors of a group, whose shards are one after the other. */
async function groupOf(group: unknown, source: Source): Promise<Named[]> {
  const { name } = source;
  const [paths, weights] = [field(group, "paths"), field(group, "weights")];
  if (!Array.isArray(paths) || !Array.isArray(weights) || !paths.every((path) => typeof path === "string"))
    throw new NablaError(`${name}: weightsManifest: expected { paths, weights }, got ${show(group)}`);
  const shards: Uint8Array[] = [];
  for (const path of paths as string[]) shards.push(await source.beside(path, "its weights"));
  const bytes = joined(shards);
  let at = 0;
  const tensors = weights.map((entry: unknown): Named => {
    const { size, tensor } = tensorOf(entry, bytes, at, name);
    at += size;
    return tensor;
  });
  if (at !== bytes.length)
    throw new NablaError(
      `${name}: its weights need ${at} bytes, but ${paths.join(", ")} ${paths.length > 1 ? "have" : "has"} ${bytes.length}; are the files those that were saved with it, and whole?`,
    );
  return tensors;
}

const joined = (parts: readonly Uint8Array[]): Uint8Array => {
  if (parts.length === 1) return parts[0]!;
  const all = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return all;
};

const isCount = (n: unknown): n is number => Number.isSafeInteger(n) && (n as number) >= 0;

/** One tensor of the manifest, whose bytes begin at `at`. */
function tensorOf(
  entry: unknown,
  bytes: Uint8Array,
  at: number,
  file: string,
): { size: number; tensor: Named } {
  const path = textField(entry, "name") ?? "";
  const shape = field(entry, "shape");
  const dtype = textField(entry, "dtype") ?? "";
  const quantization = field(entry, "quantization");
  const wrong = (why: string) => new NablaError(`${file}: the tensor ${show(path)}: ${why}`);
  if (!Array.isArray(shape) || !shape.every(isCount) || sizeOf(shape) > 2 ** 40)
    throw wrong(`expected a shape, got ${show(shape)}`);
  if (!Object.hasOwn(TYPES, dtype))
    throw wrong(`it holds values of the type ${show(dtype)}, not numbers that layers compute with`);
  const kept = isObject(quantization) ? (textField(quantization, "dtype") ?? "") : dtype;
  const type = Object.hasOwn(TYPES, kept) ? DTYPES.get(TYPES[kept]!) : undefined;
  if (!type)
    throw wrong(`it is quantised as ${show(kept)}, which is not known; expected uint8, uint16 or float16`);
  const [scale, min] = ["scale", "min"].map((key) => field(quantization, key));
  const affine = isObject(quantization) && kept !== "float16";
  if (affine && (typeof scale !== "number" || typeof min !== "number" || !Number.isFinite(scale * min)))
    throw wrong(`expected a quantization { scale, min }, got ${show(quantization)}`);
  const size = sizeOf(shape) * type.bytes;
  if (at + size > bytes.length)
    throw wrong(
      `needs ${size} bytes from byte ${at} of the weights, which have ${bytes.length}; are the files whole?`,
    );
  const data = (): Float32Array => {
    const floats = asFloats(valuesIn(bytes.subarray(at, at + size), TYPES[kept]!));
    // in single precision, as TensorFlow.js does: v · scale + min
    return affine ? floats.map((v) => v * (scale as number) + (min as number)) : floats;
  };
  return { size, tensor: { path, name: lastPart(path), shape, data } };
}
