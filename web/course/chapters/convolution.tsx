/** Convolution and max pooling on a small drawing, number by number. */
import { useState } from "preact/hooks";
import { num } from "../../microscope/steps.ts";
import { lessons } from "../../text/lessons.ts";
import { linksText } from "../../text/links.ts";
import { fill } from "../../text/words.ts";
import { type Field, listField, numberField } from "../../ui/codec.ts";
import { Button, Group, NumberField } from "../../ui/controls.tsx";
import { chapter } from "../chapter.ts";
import { Grid } from "../grid.tsx";
import { nabla } from "../lib.ts";
import { once } from "../once.ts";

const { conv2d, maxPooling2d, sequential } = nabla;

/** Pixels on a side of the drawing, of the kernel, of the map and of the pooled map. */
const SIDE = 12;
const KERNEL = 3;
const MAP = SIDE - KERNEL + 1;
const POOL = 2;
const POOLED = MAP / POOL;
const WEIGHTS = Array.from({ length: KERNEL * KERNEL }, (_, i) => i);

/** Pixels row by row, 1 where there is ink. */
type Drawing = readonly number[];

interface State {
  readonly drawing: Drawing;
  /** The kernel, row by row. */
  readonly k: readonly number[];
  readonly b: number;
  /** The number of the map that is looked at, row by row. */
  readonly at: number;
}

const drawn = (ink: (row: number, column: number) => boolean): Drawing =>
  Array.from({ length: SIDE * SIDE }, (_, i) => Number(ink(Math.floor(i / SIDE), i % SIDE)));
const within = (v: number): boolean => v >= 2 && v <= 9;
/** A bar above a post: a T. */
const T = drawn((row, column) => (row === 3 && within(column)) || (column === 6 && row >= 3 && row <= 10));
/** What the task is checked on. */
const STROKES = {
  horizontal: drawn((row, column) => row === 5 && within(column)),
  vertical: drawn((row, column) => column === 5 && within(row)),
};
const LEAST = 1;

/** Three hexadecimal digits for each row. */
const drawingField: Field<Drawing> = {
  initial: T,
  read(text) {
    if (!/^[0-9a-f]{36}$/.test(text)) throw new TypeError(linksText.expected.drawing);
    return [...text].flatMap((digit) =>
      [8, 4, 2, 1].map((bit) => (Number.parseInt(digit, 16) & bit ? 1 : 0)),
    );
  },
  write: (drawing) =>
    Array.from({ length: drawing.length / 4 }, (_, i) =>
      Number.parseInt(drawing.slice(4 * i, 4 * i + 4).join(""), 2).toString(16),
    ).join(""),
};

const modelOf = once((key) =>
  sequential(
    [
      conv2d({
        name: "map",
        filters: 1,
        kernelSize: KERNEL,
        activation: key === "linear" ? "linear" : "relu",
      }),
      ...(key === "pooled" ? [maxPooling2d({ poolSize: POOL })] : []),
    ],
    { inputShape: [SIDE, SIDE, 1] },
  ),
);

/** What a convolution with this kernel makes of the pictures: z, a and pooled a, picture after picture. */
function convolved(k: readonly number[], b: number, pictures: readonly Drawing[]) {
  const x = pictures.map((picture) =>
    Array.from({ length: SIDE }, (_, row) => picture.slice(row * SIDE, (row + 1) * SIDE).map((v) => [v])),
  );
  const run = (activation: "linear" | "relu", pool: boolean): number[] => {
    const model = modelOf(pool ? "pooled" : activation);
    model.setWeights({ "map.kernel": [...k], "map.bias": [b] });
    return [...model.predict(x).data];
  };
  return { z: run("linear", false), a: run("relu", false), pooled: run("relu", true) };
}

/** The patch under a number of the map. */
const patchOf = (drawing: Drawing, at: number): number[] =>
  WEIGHTS.map((i) => {
    const row = Math.floor(at / MAP) + Math.floor(i / KERNEL);
    return drawing[row * SIDE + (at % MAP) + (i % KERNEL)];
  });
/** The pool that a number of the map is in, and the four numbers of a pool. */
const poolOf = (at: number): number => Math.floor(at / MAP / POOL) * POOLED + Math.floor((at % MAP) / POOL);
const membersOf = (pool: number): number[] => {
  const first = Math.floor(pool / POOLED) * POOL * MAP + (pool % POOLED) * POOL;
  return [first, first + 1, first + MAP, first + MAP + 1];
};

/** Negative numbers in brackets, where they are a factor or a summand. */
const inside = (v: number): string => (v < 0 ? `(${num(v)})` : num(v));

/** What a number of the map is made of, written out. */
export function written({ k, b, drawing, at }: State, { z, a, pooled }: ReturnType<typeof convolved>) {
  const products = patchOf(drawing, at).map((v, i) => `${num(v)}·${inside(k[i])}`);
  // a line for each row of the kernel
  const lines = [0, 1, 2].map((row) => products.slice(row * KERNEL, (row + 1) * KERNEL).join(" + "));
  const pool = poolOf(at);
  return {
    sum: `z = ${lines.join("\n+ ")} + ${inside(b)} = ${num(z[at])}`,
    relu: `a = max(0, ${num(z[at])}) = ${num(a[at])}`,
    pool: `pool = max(${membersOf(pool)
      .map((i) => num(a[i]))
      .join(", ")}) = ${num(pooled[pool])}`,
  };
}

export default chapter({
  fields: {
    drawing: drawingField,
    k: listField([-1, 2, -1, -1, 2, -1, -1, 2, -1], numberField(0, -9, 9), {
      min: KERNEL * KERNEL,
      max: KERNEL * KERNEL,
    }),
    b: numberField(-2, -20, 20),
    at: numberField(5 * MAP + 5, 0, MAP * MAP - 1, true),
  },
  compute({ drawing, k, b }: State) {
    const numbers = MAP * MAP;
    const strokes = convolved(k, b, Object.values(STROKES)).a;
    return {
      ...convolved(k, b, [drawing]),
      horizontal: Math.max(...strokes.slice(0, numbers)),
      vertical: Math.max(...strokes.slice(numbers)),
    };
  },
  words: ({ z, a, pooled, horizontal, vertical }, { at }) => ({
    side: String(SIDE),
    map: String(MAP),
    numbers: String(a.length),
    pools: String(pooled.length),
    pool: String(POOL),
    weights: String(WEIGHTS.length),
    row: String(Math.floor(at / MAP) + 1),
    column: String((at % MAP) + 1),
    z: num(z[at]),
    a: num(a[at]),
    pooled: num(pooled[poolOf(at)]),
    least: String(LEAST),
    horizontal: num(horizontal),
    vertical: num(vertical),
  }),
  solved: ({ horizontal, vertical }) => horizontal >= LEAST && vertical === 0,
  solution: { k: [-1, -1, -1, 2, 2, 2, -1, -1, -1], b: -2 },
  Figure({ state, set, result }) {
    const said = lessons.convolution.labels;
    const { drawing, k, b } = state;
    // a pointer looks at a number without leaving a trace in the address
    const [hovered, hover] = useState<number | undefined>(undefined);
    const at = hovered ?? state.at;
    const pool = poolOf(at);
    const members = membersOf(pool);
    const formulas = written({ ...state, at }, result);
    const place = { row: String(Math.floor(at / MAP) + 1), column: String((at % MAP) + 1) };
    return (
      <>
        <div class="maps">
          <Grid
            name={said.drawing}
            label={fill(said.pad, { ink: String(drawing.filter((v) => v === 1).length) })}
            side={SIDE}
            values={drawing}
            frame={{ at: Math.floor(at / MAP) * SIDE + (at % MAP), size: KERNEL }}
            help={said.padHelp}
            onPaint={(drawing) => set({ drawing })}
            sayOf={(cell) => (drawing[cell] ? said.ink : said.paper)}
          />
          <Grid
            name={said.map}
            label={said.map}
            side={MAP}
            values={result.a}
            frame={{ at: members[0], size: 2 }}
            chosen={at}
            help={said.mapHelp}
            onLook={(cell) => set({ at: cell })}
            onHover={hover}
            sayOf={(cell) => num(result.a[cell])}
          />
          <Grid
            name={said.pooled}
            label={`${said.pooled}: ${result.pooled.map(num).join(", ")}`}
            side={POOLED}
            values={result.pooled}
            chosen={pool}
            numbers
          />
          <Group label={said.kernel} help="kernel" class="kernel">
            <div>
              {WEIGHTS.map((i) => (
                <NumberField
                  key={i}
                  label={`k${"₁₂₃"[Math.floor(i / KERNEL)]}${"₁₂₃"[i % KERNEL]}`}
                  value={k[i]}
                  min={-9}
                  max={9}
                  onChange={(v) => set({ k: k.map((w, j) => (j === i ? v : w)) })}
                />
              ))}
            </div>
            <NumberField label={said.bias} value={b} min={-20} max={20} onChange={(b) => set({ b })} />
          </Group>
        </div>
        <div class="row">
          <Button onClick={() => set({ drawing: drawn(() => false) })}>{said.clear}</Button>
          <Button onClick={() => set({ drawing: T })}>{said.first}</Button>
        </div>
        <div class="stack looked">
          <p class="small muted">{fill(said.looked, place)}</p>
          <p class="equation">{formulas.sum}</p>
          <p class="equation">{formulas.relu}</p>
          <p class="equation">{formulas.pool}</p>
        </div>
        <table class="figures numbers">
          <thead>
            <tr>
              <th scope="col">{said.stroke}</th>
              <th scope="col">{said.largest}</th>
              <th scope="col">{said.wanted}</th>
            </tr>
          </thead>
          <tbody>
            {(["horizontal", "vertical"] as const).map((name) => {
              const right = name === "horizontal" ? result.horizontal >= LEAST : result.vertical === 0;
              return (
                <tr key={name}>
                  <th scope="row">{said.strokes[name]}</th>
                  <td>{num(result[name])}</td>
                  <td class={right ? "good" : "bad"}>
                    {name === "horizontal" ? `≥ ${LEAST}` : "0"} {right ? "✓" : "✗"}
                  </td>
                </tr>
              );
            })}
          </tbody>
        </table>
      </>
    );
  },
});
