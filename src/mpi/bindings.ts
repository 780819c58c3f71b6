/** How a library's functions are called in each engine: by the package koffi in Node, by what Deno and Bun have of their own. */
import { messageOf, NablaError } from "../errors.ts";

/** What goes in and comes out: a 32-bit integer, one as wide as an address, a view of memory (or null) whose address is meant. */
export type Value = "int" | "word" | "buffer";
export type Call = (...args: unknown[]) => number | bigint;

/** A library that is loaded. */
export interface Loaded {
  /** @throws where it has no such function */
  func(name: string, result: Exclude<Value, "buffer">, parameters: readonly Value[]): Call;
}

export interface Binding {
  /** @param global whether others find its functions @throws where there is no such library */
  load(path: string, global?: boolean): Loaded;
}

/** What is used of koffi. */
interface Koffi {
  load(
    path: string,
    options?: { global?: boolean },
  ): { func(name: string, result: string, parameters: readonly string[]): Call };
}
/** Of Deno, and of bun:ffi: both declare functions as a library is opened. */
type Open<F> = (path: string, functions: Record<string, F>) => { symbols: Record<string, Call> };
interface DenoFfi {
  dlopen: Open<{ parameters: readonly string[]; result: string }>;
}
interface BunFfi {
  dlopen: Open<{ args: readonly string[]; returns: string }>;
}

/** The binding of the engine that runs this. @throws NablaError where Node has no koffi */
export async function bindingHere(): Promise<Binding> {
  const { Deno, Bun } = globalThis as { Deno?: DenoFfi; Bun?: object };
  if (Deno) return ofDeno(Deno);
  if (Bun) {
    const name = "bun:ffi";
    return ofBun((await import(name)) as BunFfi);
  }
  return ofKoffi(await loadKoffi());
}

async function loadKoffi(): Promise<Koffi> {
  try {
    const name = "koffi";
    const found = (await import(name)) as Koffi & { default?: Koffi };
    return found.default ?? found;
  } catch (cause) {
    throw new NablaError(
      `MPI: the package koffi, which calls its library, is not there: npm install koffi (${messageOf(cause).split("\n")[0]})`,
      { cause },
    );
  }
}

const ofKoffi = (koffi: Koffi): Binding => {
  const type = { int: "int", word: "intptr_t", buffer: "void *" } as const;
  return {
    load(path, global = false) {
      const library = koffi.load(path, { global });
      return {
        func: (name, result, parameters) =>
          library.func(
            name,
            type[result],
            parameters.map((each) => type[each]),
          ),
      };
    },
  };
};

const ofDeno = ({ dlopen }: DenoFfi): Binding => {
  const type = { int: "i32", word: "isize", buffer: "buffer" } as const;
  return opening((path, name, result, parameters) => {
    const each = { parameters: parameters.map((of) => type[of]), result: type[result] };
    return dlopen(path, { [name]: each }).symbols[name]!;
  });
};

const ofBun = ({ dlopen }: BunFfi): Binding => {
  const type = { int: "i32", word: "i64", buffer: "ptr" } as const;
  return opening((path, name, result, parameters) => {
    const each = { args: parameters.map((of) => type[of]), returns: type[result] };
    return dlopen(path, { [name]: each }).symbols[name]!;
  });
};

type OpenOne = (path: string, name: string, ...types: [Exclude<Value, "buffer">, readonly Value[]]) => Call;

/** Of an engine that opens a library for itself: where others are to find its functions, the system's own dlopen() opens it before. */
const opening = (open: OpenOne): Binding => ({
  load(path, global = false) {
    if (global) {
      const address = systemOpen(open)(new TextEncoder().encode(`${path}\0`), globally);
      if (BigInt(address) === 0n) throw new Error("the system cannot open it");
    }
    return { func: (name, result, parameters) => open(path, name, result, parameters) };
  },
});

/** RTLD_NOW | RTLD_GLOBAL */
const globally = process.platform === "darwin" ? 0x2 | 0x8 : 0x2 | 0x100;

function systemOpen(open: OpenOne): Call {
  let last: unknown;
  for (const path of [...SYSTEM, "libdl.so.2"])
    try {
      return open(path, "dlopen", "word", ["buffer", "int"]);
    } catch (error) {
      last = error;
    }
  throw last;
}

/** The files that have the functions of C. */
export const SYSTEM = ["libc.so.6", "libSystem.dylib", "libc.so"] as const;
