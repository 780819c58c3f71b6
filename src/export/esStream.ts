/** What an exported module has that takes the steps of sequences one by one, instead of load() and predict(): see esModule.ts. */

/** GIVEN and RESULT are replaced where there are several inputs or outputs. */
export const STREAM_CODE = `
/** The steps of \`batchSize\` sequences, one by one: a stream of its own, which begins with states that are zero. */
export function stream({ batchSize = 1, module = compile() } = {}) {
  const wasm = new WebAssembly.Instance(module).exports;
  const { memory, input, output, step, stepBytes, reset } = wasm;
  const [width, units, most] = [wasm.inputs(), wasm.outputs(), wasm.maxRows()];
  if (!Number.isInteger(batchSize) || batchSize < 1 || batchSize > most)
    throw new RangeError(\`stream: batchSize: expected a whole number from 1 to \${most}, the rows the model was exported with, got \${batchSize}\`);
  const n = batchSize * width;
  const carried = () => new Float32Array(memory.buffer, wasm.states(), wasm.statesBytes() / 4);
  return {
    push(given) {
      const x = GIVEN;
      const bytes = /^Uint8/.test(tagOf(x));
      if (!bytes && tagOf(x) !== "Float32Array")
        throw new TypeError(\`push: expected a Float32Array or Uint8Array, got \${tagOf(x)}\`);
      if (x.length !== n)
        throw new RangeError(\`push: expected a step of \${n} values\${batchSize > 1 ? \`, \${width} of each of \${batchSize} sequences\` : ""}, got \${x.length}\`);
      if (!bytes) {
        const bad = x.findIndex((value) => value - value !== 0);
        if (bad >= 0) throw new RangeError(\`push: value \${bad} is not a finite number (\${x[bad]}); the states are as they were\`);
      }
      new (bytes ? Uint8Array : Float32Array)(memory.buffer, input(), n).set(x);
      if ((bytes ? stepBytes : step)(batchSize) !== batchSize) throw new Error("push: the model refused its input");
      const [rows, result] = [batchSize, new Float32Array(memory.buffer, output(), batchSize * units).slice()];
      return RESULT;
    },
    reset,
    get states() {
      return carried().slice();
    },
    set states(values) {
      const to = carried();
      if (tagOf(values) !== "Float32Array" || values.length !== to.length || values.some((value) => value - value !== 0))
        throw new RangeError(\`states: expected what states returns: a Float32Array of \${to.length} finite values\`);
      to.set(values);
    },
  };
}
`;

export const STREAM_TYPES = `/** A step of each sequence, without padding. Bytes are multiplied by metadata.input.scale. */
export type Step = Float32Array | Uint8Array | Uint8ClampedArray;

export interface Stream<Result = Float32Array> {
  /** Outputs after one more step. @throws TypeError, RangeError for values that are no step; the states are as they were then */
  push(x: Step | Readonly<Record<string, Float32Array>>): Result;
  /** Begins new sequences: all states are zero. */
  reset(): void;
  /** A copy of all states. Assigned, a stream of as many sequences goes on from there. */
  states: Float32Array;
}

/** Takes the steps of sequences one by one, batchSize of them side by side (default 1, at most metadata.maxRows). */
export function stream<Result = Float32Array>(options?: { batchSize?: number; module?: WebAssembly.Module }): Stream<Result>;
`;
