/** What layers of Keras' that hold several consist of: heads, directions, gates. One table for readers and writers, as keras.ts is. */

/** The products of attention with several heads, in the order of their weights; Keras 3 keeps them as query_dense, … */
export const HEADS = ["query", "key", "value", "output"] as const;

/** How merging is called in bidirectional layers. */
export const MERGE_MODES: readonly (readonly [name: string, keras: string])[] = [
  ["concat", "concat"],
  ["sum", "sum"],
  ["average", "ave"],
  ["multiply", "mul"],
];

/** Gates of layers whose activation is the recurrent one, by their places. */
export const GATED: Readonly<Record<string, readonly boolean[]>> = {
  lstm: [true, true, false, true],
  gru: [true, true, false],
};

/** Rows of gates with those of the recurrent activation multiplied. @param data rows of as many gates as `gated` has, `units` values each */
export function gatesTimes(
  factor: number,
  gated: readonly boolean[],
  data: Float32Array,
  units: number,
): Float32Array {
  const row = gated.length * units;
  return data.map((value, i) => (gated[Math.floor((i % row) / units)] ? value * factor : value));
}
