/** Tensors of an ONNX file as numbers. */
import { DTYPES } from "../../checkpoint/dtypes.ts";
import { NablaError } from "../../errors.ts";
import { FLOATS, type OnnxTensor, TYPES } from "../../interop/onnx.ts";
import { showShape, sizeOf } from "../../shape.ts";
import { isA } from "../../tags.ts";
import { valuesIn } from "../numbers.ts";
import { type Constant, constant } from "./value.ts";

/** The types that are read, as safetensors files call them: the bytes are the same. */
const RAW: Readonly<Record<number, string>> = {
  [TYPES.float]: "F32",
  [TYPES.uint8]: "U8",
  [TYPES.int8]: "I8",
  [TYPES.uint16]: "U16",
  [TYPES.int16]: "I16",
  [TYPES.int32]: "I32",
  [TYPES.int64]: "I64",
  [TYPES.bool]: "BOOL",
  [TYPES.float16]: "F16",
  [TYPES.double]: "F64",
  [TYPES.uint32]: "U32",
  [TYPES.uint64]: "U64",
  [TYPES.bfloat16]: "BF16",
};
const HALF = new Set<number>([TYPES.float16, TYPES.bfloat16]);

const nameOf = (type: number) => Object.entries(TYPES).find(([, n]) => n === type)?.[0] ?? `number ${type}`;

/** Where a tensor's values are, if they are in another file. */
export interface Elsewhere {
  readonly file: string;
  readonly offset: number;
  readonly length: number | undefined;
}

export function elsewhere({ location, external = [] }: OnnxTensor): Elsewhere | undefined {
  if (location !== 1) return undefined;
  const of = (wanted: string) => external.find(({ key }) => key === wanted)?.value;
  const length = of("length");
  return {
    file: of("location") ?? "",
    offset: Number(of("offset") ?? 0),
    length: length === undefined ? undefined : Number(length),
  };
}

/** Numbers of any type as those that constants hold. */
function plain(values: ArrayLike<number> | ArrayLike<bigint>, type: number): Float32Array | Float64Array {
  if (isA("Float32Array", values) && FLOATS.has(type)) return values;
  const into = new (FLOATS.has(type) ? Float32Array : Float64Array)(values.length);
  for (let i = 0; i < into.length; i++) into[i] = Number(values[i]);
  return into;
}

/** Bytes as numbers. */
const fromBytes = (bytes: Uint8Array, type: number): Float32Array | Float64Array =>
  plain(valuesIn(bytes, RAW[type]!) as ArrayLike<number>, type);

/**
 * @param other the bytes of another file that has the values
 * @throws NablaError for types that are no numbers, and values that do not fit the shape
 */
export function constantOf(tensor: OnnxTensor, other?: Uint8Array): Constant {
  const dims = Array.from(tensor.dims);
  const { type = 0, raw } = tensor;
  const called = `the tensor ${JSON.stringify(tensor.name ?? "")}`;
  if (!Object.hasOwn(RAW, type))
    throw new NablaError(
      `${called} holds values of the type ${nameOf(type)}, not numbers that layers compute with`,
    );
  if (!dims.every((n) => Number.isSafeInteger(n) && n >= 0))
    throw new NablaError(`${called} has the shape ${showShape(dims)}`);
  const count = sizeOf(dims);
  if (count === 0 && dims.some((n) => n > 2 ** 31))
    throw new NablaError(`${called} has the shape ${showShape(dims)}`);
  const size = DTYPES.get(RAW[type]!)!.bytes;
  const place = elsewhere(tensor);
  const bytes = place ? stretchOf(other, place, count * size, called) : raw;
  if (bytes && (bytes.length > 0 || count === 0)) {
    if (bytes.length !== count * size)
      throw new NablaError(
        `${called} of shape ${showShape(dims)} needs ${count * size} bytes, but ${bytes.length} are there; the file is damaged or was cut`,
      );
    return constant(dims, fromBytes(bytes, type));
  }
  const { floats = [], int32s = [], int64s = [], doubles = [], uint64s = [] } = tensor;
  const lists = [floats, int32s, int64s, doubles, uint64s];
  const values = lists.find(({ length }) => length > 0) ?? [];
  if (values.length !== count)
    throw new NablaError(
      `${called} of shape ${showShape(dims)} needs ${count} values, but ${values.length} are there; the file is damaged or was cut`,
    );
  // 16-bit floats are written as whole numbers of their bits
  if (HALF.has(type)) return constant(dims, fromBytes(new Uint8Array(Uint16Array.from(values).buffer), type));
  return constant(dims, plain(values, type));
}

function stretchOf(
  other: Uint8Array | undefined,
  { offset, length }: Elsewhere,
  needed: number,
  called: string,
): Uint8Array {
  const bytes = other ?? new Uint8Array(0);
  const n = length ?? needed;
  if (n !== needed || !(offset >= 0 && offset + n <= bytes.length))
    throw new NablaError(
      `${called} needs ${needed} bytes from byte ${offset} of another file, which has ${bytes.length}; is it the one that was written with this model?`,
    );
  return bytes.subarray(offset, offset + n);
}
