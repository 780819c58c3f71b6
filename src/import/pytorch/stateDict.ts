/** State dicts: tensors by name, from `.safetensors` files and from what torch.save() writes. */
import type { TensorData } from "../../checkpoint/dtypes.ts";
import { DTYPES } from "../../checkpoint/dtypes.ts";
import { readSafetensors } from "../../checkpoint/safetensors.ts";
import { unzip, type ZipEntry, zipEntries } from "../../data/numpy/zip.ts";
import { NablaError } from "../../errors.ts";
import { show } from "../../fields/fields.ts";
import { type Shape, sizeOf } from "../../shape.ts";
import { isA } from "../../tags.ts";
import { asFloats, valuesIn } from "../numbers.ts";
import { PickledTensor, unpickled } from "./pickle.ts";
import { ascii, isOld, isZip } from "./recognise.ts";

/** A tensor of the file. */
export interface StateTensor {
  readonly name: string;
  readonly shape: Shape;
  /** Its values, row-major, as float32. @throws NablaError for what are no floats, and for a storage that is shorter than it */
  read(): Float32Array;
}

/**
 * The tensors of a file, in its order; of safetensors, which keep none, by name, with numbers in them by their size.
 * @throws NablaError for files that hold none, are damaged, or hold more than tensors
 */
export function readStateDict(bytes: Uint8Array, name: string): StateTensor[] {
  if (isOld(bytes))
    throw new NablaError(
      `${name}: written by PyTorch before 1.6, or with _use_new_zipfile_serialization=False; write it anew: torch.save(torch.load("old.pt"), "new.pt")`,
    );
  if (isZip(bytes)) return ofArchive(bytes, name);
  if (bytes[0] === 0x80)
    throw new NablaError(
      `${name}: a pickle of Python, which is a program; save the weights alone: torch.save(model.state_dict(), "weights.pt")`,
    );
  const { tensors } = readSafetensors(bytes, name);
  const found = [...tensors].map(
    ([key, { shape, dtype, data }]): StateTensor => ({
      name: key,
      shape,
      read: () => floats(data, dtype, () => `${name}: ${show(key)}`),
    }),
  );
  return found.sort((a, b) => compare(a.name, b.name));
}

/** "layers.2" before "layers.10". */
function compare(a: string, b: string): number {
  const [x, y] = [a, b].map((name) => name.split(/(\d+)/)) as [string[], string[]];
  const at = x.findIndex((piece, i) => piece !== y[i]);
  const [one, other] = [x[at], y[at]];
  if (one === undefined) return x.length - y.length;
  if (other === undefined) return 1;
  return (at % 2 === 1 && Number(one) - Number(other)) || (one < other ? -1 : 1);
}

function floats(data: TensorData, dtype: string, where: () => string): Float32Array {
  if (!/^(?:F|BF)/.test(dtype))
    throw new NablaError(
      `${where()}: its values are ${dtype}, expected floats; quantised weights are not read: save them as floats`,
    );
  return asFloats(data);
}

/** Storages as PyTorch calls them. */
const TYPES: Readonly<Record<string, string>> = {
  FloatStorage: "F32",
  DoubleStorage: "F64",
  HalfStorage: "F16",
  BFloat16Storage: "BF16",
  LongStorage: "I64",
  IntStorage: "I32",
  ShortStorage: "I16",
  CharStorage: "I8",
  ByteStorage: "U8",
  BoolStorage: "BOOL",
};

const KIND = "archive of torch.save()";

function ofArchive(bytes: Uint8Array, name: string): StateTensor[] {
  const entries = new Map<string, ZipEntry>();
  for (const entry of zipEntries(bytes, name, KIND)) entries.set(entry.name, entry);
  const main = [...entries.keys()].find((entry) => /^[^/]*\/data\.pkl$/.test(entry));
  if (main === undefined)
    throw new NablaError(
      `${name}: a zip archive without data.pkl; expected one that torch.save() wrote, or a .safetensors file`,
    );
  const folder = main.slice(0, -"data.pkl".length);
  if ([...entries.keys()].some((entry) => entry.startsWith(`${folder}code/`)))
    throw new NablaError(
      `${name}: a TorchScript archive, whose code is a program; save the weights alone: torch.save(model.state_dict(), "weights.pt")`,
    );
  const read = (entry: string): Uint8Array => {
    const found = entries.get(folder + entry);
    if (!found) throw new NablaError(`${name}: damaged: it has no ${show(entry)}; copy or save it again`);
    // torch.save() packs nothing, so nothing becomes larger than the file
    if (found.method !== 0)
      throw new NablaError(
        `${name}: ${show(entry)} is packed, as torch.save() leaves nothing; save it again`,
      );
    return unzip(bytes, found, name, undefined, undefined, KIND);
  };
  const big = entries.has(`${folder}byteorder`) && ascii(read("byteorder"), 0, 3) === "big";
  const storages = new Map<string, TensorData>();
  const valuesOf = ({ storage }: PickledTensor, where: string): TensorData => {
    const { key, type, length } = storage;
    const dtype = DTYPES.get(TYPES[type] ?? "");
    if (!dtype)
      throw new NablaError(`${where}: its values are in a ${type}, which is not read; save them as floats`);
    const known = storages.get(key);
    if (known) return known;
    const packed = read(`data/${key}`);
    if (packed.length !== length * dtype.bytes)
      throw new NablaError(
        `${where}: damaged: its storage has ${packed.length} bytes, ${length * dtype.bytes} are said; copy or save it again`,
      );
    const own = big ? new Uint8Array(packed) : packed;
    if (big)
      for (let at = 0; at < own.length; at += dtype.bytes) own.subarray(at, at + dtype.bytes).reverse();
    const values = valuesIn(own, TYPES[type]!);
    storages.set(key, values);
    return values;
  };
  const tensors = dictionaryOf(unpickled(read("data.pkl"), name), name);
  return [...tensors].map(
    ([key, tensor]): StateTensor => ({
      name: key,
      shape: tensor.shape,
      read() {
        const where = `${name}: ${show(key)}`;
        const { offset, shape, strides, storage } = tensor;
        const last = shape.includes(0)
          ? -1
          : shape.reduce((sum, n, i) => sum + (n - 1) * strides[i]!, offset);
        if (last >= storage.length || offset > storage.length)
          throw new NablaError(
            `${where}: damaged: it reaches beyond its storage of ${storage.length} values; copy or save it again`,
          );
        const all = floats(valuesOf(tensor, where), TYPES[storage.type]!, () => where);
        return strided(all, offset, shape, strides);
      },
    }),
  );
}

/** The values of a tensor one after the other. */
function strided(data: Float32Array, offset: number, shape: Shape, strides: Shape): Float32Array {
  const n = sizeOf(shape);
  const out = new Float32Array(n);
  const index = new Array<number>(shape.length).fill(0);
  let from = offset;
  for (let at = 0; at < n; at++) {
    out[at] = data[from]!;
    for (let axis = shape.length - 1; axis >= 0; axis--) {
      from += strides[axis]!;
      if (++index[axis]! < shape[axis]!) break;
      from -= strides[axis]! * shape[axis]!;
      index[axis] = 0;
    }
  }
  return out;
}

/** A dictionary of nothing but tensors: the file's, or the only one in it, as in a checkpoint with more than weights. */
function dictionaryOf(value: unknown, name: string): Map<string, PickledTensor> {
  if (!isA("Map", value))
    throw new NablaError(
      `${name}: expected a state dict, tensors by name; save that: torch.save(model.state_dict(), "weights.pt")`,
    );
  const tensors = tensorsOf(value);
  if (tensors) return tensors;
  const inner = [...value].flatMap(([key, each]) => {
    const found = isA("Map", each) ? tensorsOf(each) : undefined;
    return found ? [{ key, found }] : [];
  });
  if (inner.length === 1) return inner[0]!.found;
  throw new NablaError(
    inner.length === 0
      ? `${name}: there is no state dict in it: no dictionary whose values are all tensors; save one: torch.save(model.state_dict(), "weights.pt")`
      : `${name}: there are several state dicts in it (${inner
          .slice(0, 6)
          .map(({ key }) => show(typeof key === "string" ? key.slice(0, 60) : "…"))
          .join(", ")}${inner.length > 6 ? " …" : ""}); save the one that is wanted alone`,
  );
}

function tensorsOf(map: ReadonlyMap<unknown, unknown>): Map<string, PickledTensor> | undefined {
  if (map.size === 0) return undefined;
  const tensors = new Map<string, PickledTensor>();
  for (const [key, value] of map) {
    if (typeof key !== "string" || !(value instanceof PickledTensor)) return undefined;
    tensors.set(key, value);
  }
  return tensors;
}
