/** Counts the bytes that are asked for: buffers, typed arrays and WebAssembly's memory, whether they are kept or not. */
import v8 from "node:v8";

let asked = 0;
const PAGE = 65536;

const ARRAYS = [
  "Uint8Array",
  "Int8Array",
  "Uint8ClampedArray",
  "Uint16Array",
  "Int16Array",
  "Uint32Array",
  "Int32Array",
  "Float32Array",
  "Float64Array",
  "BigInt64Array",
  "BigUint64Array",
] as const;

/** To be called once: from then on every constructor counts. */
export function countAllocations(): void {
  const count = (name: string, bytesOf: (made: never, args: unknown[]) => number) => {
    const real = (globalThis as Record<string, unknown>)[name] as new (...args: unknown[]) => object;
    const counting: typeof real = new Proxy(real, {
      construct(target, args, as) {
        const made = Reflect.construct(target, args, as === counting ? target : as) as object;
        asked += bytesOf(made as never, args);
        return made;
      },
    });
    // slice(), map() and the like ask for this one
    Object.defineProperty(real.prototype, "constructor", {
      value: counting,
      writable: true,
      configurable: true,
    });
    (globalThis as Record<string, unknown>)[name] = counting;
  };
  const isView = (args: unknown[]) => args[0] instanceof ArrayBuffer || args[0] instanceof SharedArrayBuffer;
  for (const name of ARRAYS) count(name, (made: Uint8Array, args) => (isView(args) ? 0 : made.byteLength));
  count("ArrayBuffer", (made: ArrayBuffer) => made.byteLength);
  const { Memory } = WebAssembly;
  const { grow } = Memory.prototype;
  Memory.prototype.grow = function (pages) {
    const before = grow.call(this, pages);
    asked += pages * PAGE;
    return before;
  };
  for (const name of ["alloc", "allocUnsafe", "allocUnsafeSlow"] as const) {
    const real = Buffer[name];
    Buffer[name] = ((size: number, ...more: never[]) => {
      asked += size;
      return real(size, ...more);
    }) as never;
  }
}

export interface Spent {
  /** Bytes asked for. */
  readonly bytes: number;
  /** By how much the heap and what lies beside it have grown, garbage included. */
  readonly grown: number;
}

/** Starts to measure; what is returned ends it. */
export function measure(): () => Spent {
  const before = asked;
  const { used_heap_size: heap, external_memory: external } = v8.getHeapStatistics() as v8.HeapInfo & {
    external_memory: number;
  };
  return () => {
    const now = v8.getHeapStatistics() as v8.HeapInfo & { external_memory: number };
    return {
      bytes: asked - before,
      grown: now.used_heap_size - heap + Math.max(0, now.external_memory - external),
    };
  };
}
