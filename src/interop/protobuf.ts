/**
 * Protocol buffers: messages by tables of their fields, in and out. A length that a file says is compared with what is there before
 * anything is made of it. Format: https://protobuf.dev/programming-guides/encoding
 */
import { NablaError } from "../errors.ts";
import { anyText, toUtf8 } from "../host.ts";

/** What a field holds: a number of some kind, bytes, text, or another message by its name. */
type Numeric = "int" | "float" | "double";
type Type = Numeric | "bytes" | "text" | (string & {});
/** Fields by their numbers; a type in brackets stands for any number of values. */
export type Messages = Readonly<
  Record<string, Readonly<Record<number, readonly [name: string, type: Type | readonly [Type]]>>>
>;

/** A message as it was read. Lists are there even where they are empty. */
export type Message = Record<string, unknown>;

/** Messages within messages that are followed: more are no model, and would take the stack. */
const DEEPEST = 64;

class Bytes {
  at = 0;
  private readonly view: DataView;
  constructor(readonly bytes: Uint8Array) {
    this.view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  get left(): number {
    return this.bytes.length - this.at;
  }

  /** A whole number of up to 64 bits with its sign; beyond 2^53 the nearest that there is. */
  int(): number {
    let low = 0;
    let high = 0;
    let factor = 1;
    for (let i = 0; i < 10; i++) {
      if (this.left < 1) throw cut();
      const byte = this.bytes[this.at++]!;
      const seven = byte & 127;
      if (i < 4) low += seven * factor;
      else high += seven * factor;
      factor = i === 3 ? 1 : factor * 128;
      if (byte < 128) {
        // 36 bits above the lowest 28
        high %= 2 ** 36;
        return high >= 2 ** 35 ? (high - 2 ** 36) * 2 ** 28 + low : high * 2 ** 28 + low;
      }
    }
    throw new NablaError("a number has more than ten bytes");
  }

  float(): number {
    return this.view.getFloat32(this.skip(4), true);
  }
  double(): number {
    return this.view.getFloat64(this.skip(8), true);
  }

  skip(n: number): number {
    if (!(n >= 0 && n <= this.left)) throw cut();
    this.at += n;
    return this.at - n;
  }

  /** A stretch that begins with its length: a view. */
  stretch(): Uint8Array {
    const n = this.int();
    const from = this.skip(n);
    return this.bytes.subarray(from, from + n);
  }
}

const cut = () => new NablaError("it ends in the middle of a value");

const isNumeric = (type: Type | undefined): type is Numeric =>
  type === "int" || type === "float" || type === "double";
const wireOf = (type: Type): number => ({ int: 0, double: 1, float: 5 })[type as string] ?? 2;

function read(from: Bytes, type: Type, messages: Messages, depth: number): unknown {
  if (isNumeric(type)) return from[type]();
  const bytes = from.stretch();
  if (type === "bytes") return bytes;
  return type === "text" ? anyText(bytes) : decode(bytes, type, messages, depth + 1);
}

/** Numbers one after the other, as one stretch. */
function packed(bytes: Uint8Array, type: "int" | "float" | "double"): ArrayLike<number> {
  const from = new Bytes(bytes);
  if (type === "int") {
    const numbers: number[] = [];
    while (from.left > 0) numbers.push(from.int());
    return numbers;
  }
  const size = type === "float" ? 4 : 8;
  if (bytes.length % size) throw cut();
  const numbers = new (type === "float" ? Float32Array : Float64Array)(bytes.length / size);
  for (let i = 0; i < numbers.length; i++) numbers[i] = from[type]();
  return numbers;
}

/** @throws NablaError for bytes that are no such message */
export function decode(bytes: Uint8Array, of: string, messages: Messages, depth = 0): Message {
  if (depth > DEEPEST) throw new NablaError(`it has messages within messages, more than ${DEEPEST} deep`);
  const fields = messages[of]!;
  const message: Message = {};
  for (const [name, type] of Object.values(fields)) if (typeof type !== "string") message[name] = [];
  const from = new Bytes(bytes);
  while (from.left > 0) {
    const key = from.int();
    const wire = key & 7;
    const number = Math.floor(key / 8);
    const field = Object.hasOwn(fields, number) ? fields[number] : undefined;
    if (number < 1 || (wire > 2 && wire !== 5))
      throw new NablaError(`it has a field of number ${number} and kind ${wire}, which there is not`);
    const type = field && (typeof field[1] === "string" ? field[1] : field[1][0]);
    const isList = field !== undefined && typeof field[1] !== "string";
    if (!field || !type || !(wire === wireOf(type) || (isList && isNumeric(type) && wire === 2))) {
      // of a later version
      if (wire === 0) from.int();
      else if (wire === 2) from.stretch();
      else from.skip(wire === 1 ? 8 : 4);
      continue;
    }
    const [name] = field;
    if (isList) {
      const whole = isNumeric(type) && wire === 2 ? packed(from.stretch(), type) : undefined;
      const known = message[name] as ArrayLike<unknown>;
      if (whole && known.length === 0) {
        message[name] = whole;
        continue;
      }
      const list = Array.isArray(known) ? known : Array.from(known);
      message[name] = list;
      if (!whole) list.push(read(from, type, messages, depth));
      else for (let i = 0; i < whole.length; i++) list.push(whole[i]);
    } else message[name] = read(from, type, messages, depth);
  }
  return message;
}

/** The bytes of a message, in pieces: large ones are not copied. What is undefined or an empty list is left out. */
export function encode(message: Readonly<Message>, of: string, messages: Messages): Uint8Array[] {
  const pieces: Uint8Array[] = [];
  const put = (number: number, type: Type, value: unknown) => {
    pieces.push(varint(number * 8 + wireOf(type)));
    if (type === "int") pieces.push(varint(value as number));
    else if (type === "float") pieces.push(new Uint8Array(Float32Array.of(value as number).buffer));
    else if (type === "double") pieces.push(new Uint8Array(Float64Array.of(value as number).buffer));
    else {
      const content =
        type === "bytes"
          ? [value as Uint8Array]
          : type === "text"
            ? [toUtf8(value as string)]
            : encode(value as Message, type, messages);
      pieces.push(varint(content.reduce((sum, { length }) => sum + length, 0)), ...content);
    }
  };
  for (const [number, [name, type]] of Object.entries(messages[of]!)) {
    const value = message[name];
    if (value === undefined) continue;
    if (typeof type === "string") put(Number(number), type, value);
    else for (const one of value as unknown[]) put(Number(number), type[0], one);
  }
  return pieces;
}

/** @param value a whole number, below 0 as 64 bits */
function varint(value: number): Uint8Array {
  let rest = BigInt.asUintN(64, BigInt(value));
  const bytes: number[] = [];
  while (rest > 127n) {
    bytes.push(Number(rest & 127n) | 128);
    rest >>= 7n;
  }
  bytes.push(Number(rest));
  return Uint8Array.from(bytes);
}
