/** An encoder whose states a decoder begins with, of each recurrent layer, in one direction and in both; all that they give is one output. */
import {
  bidirectional,
  concatenate,
  gru,
  input,
  lstm,
  type Model,
  masking,
  model,
  simpleRnn,
} from "../../src/index.ts";

interface Applied {
  apply(x: unknown, options?: { initialState: unknown }): unknown;
}

const CELLS = { lstm, gru, simpleRnn } as unknown as Readonly<Record<string, (options: object) => Applied>>;

/** @param padded whether the encoder skips steps that are 0 */
function coders(cell: string, both: boolean, padded: boolean): Model {
  const [x, z] = [input({ shape: [5, 3], name: "x" }), input({ shape: [4, 2], name: "z" })];
  const layer = (options: object): Applied => {
    // the GRU that TensorFlow.js has, too
    const one = CELLS[cell]!({ units: 3, ...(cell === "gru" && { resetAfter: false }), ...options });
    return both ? (bidirectional({ layer: one as never }) as unknown as Applied) : one;
  };
  const given = padded ? masking().apply(x) : x;
  const [y, ...states] = layer({ returnState: true }).apply(given) as [unknown, ...unknown[]];
  const end = layer({}).apply(z, { initialState: states });
  return model({ inputs: [x, z], outputs: concatenate().apply([y, ...states, end] as never) });
}

export const CODERS: readonly (readonly [name: string, make: () => Model])[] = Object.keys(CELLS).flatMap(
  (cell) =>
    [false, true].flatMap((both) =>
      [false, true].map(
        (padded) =>
          [
            `${cell}${both ? "_both" : ""}${padded ? "_padded" : ""}`,
            () => coders(cell, both, padded),
          ] as const,
      ),
    ),
);
