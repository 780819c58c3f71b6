/**
 * What a piece of code costs, counted and not timed, so that a busy machine changes nothing:
 *
 * - steps: how often blocks of src/ ran (V8's precise coverage), and the elements that built-in functions went through for them;
 * - bytes: what was allocated, objects and strings by V8's sampling of the heap, buffers by their constructors, linear memory as it grew.
 *   What the collector has taken back meanwhile counts as well, so this is more than what was held at a time.
 */
import { Session } from "node:inspector";

type Any = (...given: unknown[]) => unknown;
interface Owner {
  readonly of: object;
  /** By the name of a function, the elements that a call goes through. */
  readonly functions: Readonly<
    Record<string, (self: never, result: unknown, given: readonly unknown[]) => number>
  >;
}

const lengthOf = (self: { readonly length: number }): number => self.length;
/** Up to what was found. */
const found = (self: { readonly length: number }, result: unknown, given: readonly unknown[]): number =>
  (result as number) < 0
    ? self.length - Number(given[1] ?? 0)
    : (result as number) - Number(given[1] ?? 0) + 1;
const made = (_: unknown, result: unknown): number => (result as { readonly length: number }).length;
/** A pattern that goes on from where it was looks at no more than it found; any other at the whole text. */
const matched = (self: RegExp, result: unknown, given: readonly unknown[]): number =>
  self.sticky && !result ? 1 : self.sticky || self.global ? self.lastIndex : String(given[0]).length;
const TYPED = Object.getPrototypeOf(Uint8Array.prototype) as object;
const same = (names: string, count: Owner["functions"][string]): Owner["functions"] =>
  Object.fromEntries(names.split(" ").map((name) => [name, count]));

/** Functions of the language that take time in proportion to a length. */
const OWNERS: readonly Owner[] = [
  {
    of: String.prototype,
    functions: {
      indexOf: found as never,
      ...same(
        "includes split replace replaceAll trim toLowerCase toUpperCase normalize match lastIndexOf",
        lengthOf,
      ),
      ...same("repeat padStart padEnd", made),
    },
  },
  {
    of: RegExp.prototype,
    functions: {
      exec: matched as never,
      test: ((self: RegExp, result: unknown, given: readonly unknown[]) =>
        matched(self, result || null, given)) as never,
    },
  },
  {
    of: Array.prototype,
    functions: {
      indexOf: found as never,
      ...same("includes slice splice unshift shift concat sort join reverse", lengthOf),
    },
  },
  {
    of: TYPED,
    functions: {
      indexOf: found as never,
      ...same("slice sort includes", lengthOf),
      fill: ((self: Uint8Array, _: unknown, [, from = 0, to = self.length]: number[]) => to - from) as never,
      set: (_: never, __: unknown, [from]: readonly unknown[]) => (from as ArrayLike<number>).length,
    },
  },
  {
    of: TextDecoder.prototype,
    functions: {
      decode: (_: never, __: unknown, [bytes]: readonly unknown[]) =>
        (bytes as Uint8Array | undefined)?.length ?? 0,
    },
  },
  {
    of: JSON,
    functions: {
      parse: (_: never, __: unknown, [text]: readonly unknown[]) => String(text).length,
      stringify: (_: never, result: unknown) => (result as string | undefined)?.length ?? 0,
    },
  },
];

const BUFFERS = [
  "ArrayBuffer",
  "Uint8Array",
  "Int8Array",
  "Uint16Array",
  "Int16Array",
  "Uint32Array",
  "Int32Array",
  "Float32Array",
  "Float64Array",
] as const;

/** Counts what code costs, in one session for all: to begin and to end one takes a second. */
export class Counter {
  readonly #session = new Session();
  #elements = 0;
  #buffers = 0;

  constructor() {
    this.#session.connect();
    this.#post("Profiler.enable");
    this.#post("Profiler.startPreciseCoverage", { callCount: true, detailed: true });
  }

  end(): void {
    this.#session.disconnect();
  }

  /** What is thrown is thrown on. */
  async steps(body: () => unknown): Promise<number> {
    const restore = this.#countElements();
    try {
      this.#elements = 0;
      this.#post("Profiler.takePreciseCoverage");
      await body();
      return (
        this.#elements + stepsIn(this.#post<{ result: Covered[] }>("Profiler.takePreciseCoverage").result)
      );
    } finally {
      restore();
    }
  }

  /** Bytes that are allocated, whether they are given back or not. */
  async bytes(body: () => unknown): Promise<number> {
    const restore = this.#countBuffers();
    try {
      this.#buffers = 0;
      this.#post("HeapProfiler.startSampling", {
        samplingInterval: 1024,
        includeObjectsCollectedByMajorGC: true,
        includeObjectsCollectedByMinorGC: true,
      });
      await body();
      const { profile } = this.#post<{ profile: { head: SampledNode } }>("HeapProfiler.stopSampling");
      return this.#buffers + sampled(profile.head);
    } finally {
      restore();
    }
  }

  #post<T>(method: string, options: object = {}): T {
    let answer: unknown;
    // within one thread the answer is there at once
    this.#session.post(method, options, (error, result) => {
      if (error) throw error;
      answer = result;
    });
    return answer as T;
  }

  #countElements(): () => void {
    const restore: (() => void)[] = [];
    for (const { of, functions } of OWNERS)
      for (const [name, count] of Object.entries(functions)) {
        const own = (of as Record<string, Any>)[name]!;
        const counter = this;
        const counted = function (this: never, ...given: unknown[]) {
          const before = of === RegExp.prototype ? (this as RegExp).lastIndex : 0;
          const result = own.apply(this, given);
          counter.#elements += Math.max(0, Number(count(this, result as never, given)) - before) || 0;
          return result;
        };
        restore.push(replaced(of, name, counted));
      }
    return () => restore.forEach((undo) => undo());
  }

  #countBuffers(): () => void {
    const counter = this;
    const construct = (target: never, given: unknown[], self: never): object => {
      const value = Reflect.construct(target, given, self) as ArrayBuffer | Uint8Array;
      // a view of a buffer takes nothing
      const isView = ArrayBuffer.isView(value) && /Buffer/.test(Object.prototype.toString.call(given[0]));
      if (!isView) counter.#buffers += value.byteLength;
      return value;
    };
    const restore = BUFFERS.map((name) =>
      replaced(globalThis, name, new Proxy(globalThis[name] as never, { construct })),
    );
    const { grow } = WebAssembly.Memory.prototype;
    const counted = function (this: WebAssembly.Memory, pages: number) {
      counter.#buffers += pages * 65536;
      return grow.call(this, pages);
    };
    restore.push(replaced(WebAssembly.Memory.prototype, "grow", counted));
    return () => restore.forEach((undo) => undo());
  }
}

/** @returns what undoes it */
function replaced(of: object, name: string, value: unknown): () => void {
  const before = Object.getOwnPropertyDescriptor(of, name)!;
  Object.defineProperty(of, name, { ...before, value });
  return () => Object.defineProperty(of, name, before);
}

interface SampledNode {
  readonly selfSize: number;
  readonly children: readonly SampledNode[];
}
const sampled = ({ selfSize, children }: SampledNode): number =>
  children.reduce((sum, child) => sum + sampled(child), selfSize);

interface Covered {
  readonly url: string;
  readonly functions: readonly { readonly ranges: readonly { readonly count: number }[] }[];
}
const stepsIn = (scripts: readonly Covered[]): number => {
  let steps = 0;
  for (const { url, functions } of scripts)
    if (/\/src\/.*\.ts|\/node_modules\/fflate\//.test(url))
      for (const { ranges } of functions) for (const { count } of ranges) steps += count;
  return steps;
};
