/**
 * What a value is, told by its tag. In another realm (a frame, node:vm, tests under jsdom) classes of the same names are others, so
 * `instanceof` does not know them; and what is taken for something else there means something else here.
 */

/** "Uint8Array" of a Buffer, too; "Object" of a plain one. */
export function tagOf(value: unknown): string {
  // what toString() takes into its text, where there is one: asked for itself it costs a twentieth
  const tag = (value as Partial<DataView> | null | undefined)?.[Symbol.toStringTag];
  return typeof tag === "string" ? tag : Object.prototype.toString.call(value).slice(8, -1);
}

interface Tagged {
  AbortController: AbortController;
  ArrayBuffer: ArrayBuffer;
  DataView: DataView;
  Date: Date;
  Float32Array: Float32Array;
  Int32Array: Int32Array;
  Map: ReadonlyMap<unknown, unknown>;
  Request: Request;
  Response: Response;
  URL: URL;
  Uint8Array: Uint8Array;
  "WebAssembly.Module": WebAssembly.Module;
}

/** Whether a value is one of these types of the language or of the platform: isA("ArrayBuffer", value). */
export const isA = <T extends keyof Tagged>(tag: T, value: unknown): value is Tagged[T] =>
  tagOf(value) === tag;

/** Bytes, whatever brings them: Uint8Array, Uint8ClampedArray, Buffer. */
export const isBytes = (value: unknown): value is Uint8Array | Uint8ClampedArray =>
  ArrayBuffer.isView(value) && tagOf(value).startsWith("Uint8");

/** The same bytes as a Uint8Array of this realm; nothing is copied. */
export const asBytes = ({ buffer, byteOffset, length }: Uint8Array | Uint8ClampedArray): Uint8Array =>
  new Uint8Array(buffer, byteOffset, length);

/** What can be waited for: promises are told by what they do. */
export const isPromise = (value: unknown): value is Promise<unknown> =>
  typeof (value as Promise<unknown> | null | undefined)?.then === "function";
