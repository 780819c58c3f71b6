// Stands in for `#loader` where builds.mjs asks for it: instances whose runs are divided into shares as threads would divide them, one
// instruction after the other, the last share first; with a shared memory, where the build has none of its own.
const shares = Number(globalThis.process.env.NABLA_SHARES ?? 1);

/** @param {WebAssembly.Module} module */
export function instantiateSync(module) {
  const shared = WebAssembly.Module.imports(module).some(({ kind }) => kind === "memory");
  const memory = shared ? new WebAssembly.Memory({ initial: 1, maximum: 65536, shared: true }) : undefined;
  const { exports } = new WebAssembly.Instance(module, memory ? { env: { memory } } : {});
  // nabla/predict's core has none: it is never divided
  const { runPart } = /** @type {Record<string, (...of: number[]) => number>} */ (
    /** @type {unknown} */ (exports)
  );
  /** @param {number} tape @param {number} from @param {number} to @param {number} rows @param {number} step */
  const divided = (tape, from, to, rows, step) => {
    for (let i = from; i < to; i++) {
      let ran = 0;
      for (let part = shares - 1; part >= 0; part--) ran += runPart(tape, i, i + 1, rows, step, part, shares);
      // the step's status says stop: the instruction before has set it
      if (ran === 0) return i - from;
    }
    return to - from;
  };
  return {
    exports: {
      ...exports,
      ...(memory && { memory }),
      ...(shares > 1 && typeof runPart === "function" && { run: divided }),
    },
  };
}
