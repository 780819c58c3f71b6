/** Recurrent layers and embeddings, step by step, as their papers have them. Kernels' columns are in Keras' order. */
import { add, begin, dot, functions, mul, type Num, num, recorded } from "./tape.ts";
import { type ConfigOf, type ReferenceLayer, type Shape, size, type Tensors } from "./types.ts";

type Config = ConfigOf<"simpleRnn"> | ConfigOf<"lstm"> | ConfigOf<"gru">;

const GATES = { simpleRnn: 1, lstm: 4, gru: 3 } as const;

/** A layer of any formula over rows: gradients follow from how its numbers are made. */
export function taped(
  shapes: { input: Shape; output: Shape; parameters: Record<string, Shape> },
  row: (p: Record<string, Num[]>, x: Num[]) => Num[],
): ReferenceLayer {
  return {
    outputShape: shapes.output,
    parameters: shapes.parameters,
    moving: {},
    forward(p, x) {
      begin();
      const parameters: Record<string, Num[]> = {};
      for (const name of Object.keys(shapes.parameters)) parameters[name] = Array.from(p[name], num);
      const xs = Array.from(x, num);
      const n = size(shapes.input);
      const ys: Num[] = [];
      for (let at = 0; at < xs.length; at += n) ys.push(...row(parameters, xs.slice(at, at + n)));
      const back = recorded();
      return {
        y: Float64Array.from(ys, ({ v }) => v),
        moving: {},
        backward(dy) {
          back(ys, dy);
          const gradients: Tensors = {};
          for (const [name, all] of Object.entries(parameters))
            gradients[name] = Float64Array.from(all, ({ grad }) => grad);
          return { dx: Float64Array.from(xs, ({ grad }) => grad), gradients };
        },
      };
    },
  };
}

/** Of an activation as programs write it, or with its defaults filled in. */
const nameOf = <N extends string>(given: N | { readonly name: N }): N =>
  typeof given === "string" ? given : given.name;

/** What dropout multiplies by, the same in all steps: inputs, and states before their product. */
export interface Dropped {
  x: ArrayLike<number>;
  h: ArrayLike<number>;
}

/** @param drop of the one row that is computed, where some is dropped */
export function recurrent(config: Config, [steps, inputs]: Shape, drop?: Dropped): ReferenceLayer {
  const { type, units, useBias = true, returnSequences = false, goBackwards = false } = config;
  const after = type === "gru" && (config.resetAfter ?? true);
  const f = functions[nameOf(config.activation ?? "tanh")];
  const gate =
    functions[nameOf(("recurrentActivation" in config && config.recurrentActivation) || "sigmoid")];
  const columns = GATES[type] * units;
  const bias = after ? [2, columns] : [columns];
  const parameters: Record<string, Shape> = {
    kernel: [inputs, columns],
    recurrentKernel: [units, columns],
    ...(useBias && { bias }),
  };
  const row = (p: Record<string, Num[]>, x: Num[]): Num[] => {
    const column = (w: Num[], c: number) => w.filter((_, i) => i % columns === c);
    const kernels = Array.from({ length: columns }, (_, c) => column(p.kernel, c));
    const recurrents = Array.from({ length: columns }, (_, c) => column(p.recurrentKernel, c));
    const biasOf = (c: number) => (useBias ? [p.bias[c]] : []);
    let h = Array.from({ length: units }, () => num(0));
    let cells = h;
    const ys: Num[] = [];
    for (let t = 0; t < steps; t++) {
      const s = goBackwards ? steps - 1 - t : t;
      const dropped = (all: Num[], by?: ArrayLike<number>) =>
        by ? all.map((value, j) => mul(num(by[j]), value)) : all;
      const xs = dropped(x.slice(s * inputs, (s + 1) * inputs), drop?.x);
      const z = kernels.map((w, c) => add(dot(xs, w), ...biasOf(c)));
      const before = h;
      const into = dropped(before, drop?.h);
      const state = (c: number) => dot(into, recurrents[c]);
      const all = (g: number) => h.map((_, j) => g * units + j);
      if (type === "simpleRnn") h = all(0).map((c) => f(add(z[c], state(c))));
      if (type === "lstm") {
        const [i, forget, o] = [0, 1, 3].map((g) => all(g).map((c) => gate(add(z[c], state(c)))));
        const g = all(2).map((c) => f(add(z[c], state(c))));
        cells = cells.map((cell, j) => add(mul(forget[j], cell), mul(i[j], g[j])));
        h = cells.map((cell, j) => mul(o[j], f(cell)));
      }
      if (type === "gru") {
        const own = (c: number) =>
          after ? add(state(c), ...(useBias ? [p.bias[columns + c]] : [])) : state(c);
        const [update, reset] = [0, 1].map((g) => all(g).map((c) => gate(add(z[c], own(c)))));
        const passed = into.map((value, j) => mul(reset[j], value));
        const g = all(2).map((c, j) =>
          f(add(z[c], after ? mul(reset[j], own(c)) : dot(passed, recurrents[c]))),
        );
        h = before.map((value, j) =>
          add(mul(update[j], value), mul(add(num(1), mul(num(-1), update[j])), g[j])),
        );
      }
      if (returnSequences) ys.push(...h);
    }
    return returnSequences ? ys : h;
  };
  const output = returnSequences ? [steps, units] : [units];
  return taped({ input: [steps, inputs], output, parameters }, row);
}
