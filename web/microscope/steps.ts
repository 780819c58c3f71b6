/**
 * The stations of a training step, one unit at a time, and the formula of each with its numbers in it. Formulas are texts in which
 * ^{…} is raised and _{…} lowered; w^{l}_{jk} leads from unit k of layer l − 1 to unit j of layer l, as in the lectures.
 */
import { text as catalogue } from "../text/index.ts";
import { pageText } from "../text/page.ts";
import type { LayerTrace, LossName, Trace } from "./trace.ts";

export const PHASES = ["forward", "loss", "backward", "update"] as const;
export type Phase = (typeof PHASES)[number];

export type Step =
  | { readonly phase: "loss" }
  | { readonly phase: Exclude<Phase, "loss">; readonly layer: number; readonly unit: number };

/** @param units of each layer, the inputs not among them */
export function stepsOf(units: readonly number[]): Step[] {
  const each = (phase: Exclude<Phase, "loss">): Step[] =>
    units.flatMap((count, layer) =>
      Array.from({ length: count }, (_, unit): Step => ({ phase, layer, unit })),
    );
  // layer by layer from the last, in each from the first unit
  const backward = units.flatMap((count, layer) =>
    Array.from({ length: count }, (_, unit): Step => ({ phase: "backward", layer, unit })),
  );
  const reversed = units.flatMap((_, i) =>
    backward.filter((step) => "layer" in step && step.layer === units.length - 1 - i),
  );
  return [...each("forward"), { phase: "loss" }, ...reversed, ...each("update")];
}

/** Whether the walk has been at this unit in this phase. `at` counts steps that are done. */
export function reached(steps: readonly Step[], at: number, phase: Phase, layer = 0, unit = 0): boolean {
  const found = steps.findIndex(
    (step) => step.phase === phase && (!("layer" in step) || (step.layer === layer && step.unit === unit)),
  );
  return found < at;
}

/** Four decimals; of small numbers three digits. With the minus sign of print. */
export function num(value: number): string {
  if (Number.isNaN(value)) return pageText.noNumber;
  const size = Math.abs(value);
  const text =
    size === 0
      ? "0"
      : size < 0.00001 || size >= 1e6
        ? value.toExponential(2)
        : size < 0.01
          ? String(Number(value.toPrecision(3)))
          : String(Number(value.toFixed(4)));
  return text.replaceAll("-", "−");
}
/** In a sum or product: negative ones in brackets. */
const inner = (value: number): string => (value < 0 ? `(${num(value)})` : num(value));

export interface Line {
  /** The formula. */
  readonly says: string;
  /** The same with numbers, and what it comes to. */
  readonly comes: string;
}

const up = (layer: number): string => `^{${layer + 1}}`;
/** What goes into a layer: x, or a of the layer before. */
export const inputName = (layer: number, k: number): string =>
  layer === 0 ? `x_{${k + 1}}` : `a^{${layer}}_{${k + 1}}`;
export const unitName = (symbol: string, layer: number, j: number): string =>
  `${symbol}${up(layer)}_{${j + 1}}`;
export const weightName = (layer: number, j: number, k: number): string => `w${up(layer)}_{${j + 1}${k + 1}}`;

const SYMBOLS: Readonly<Record<string, string>> = { sigmoid: "σ", softmax: "softmax", tanh: "tanh" };
/** How an activation is written in a formula. */
const symbol = (activation: string): string => SYMBOLS[activation] ?? activation;
const SLOPES: Readonly<Record<string, (a: number) => string>> = {
  sigmoid: (a) => `${num(a)} · (1 − ${num(a)})`,
  tanh: (a) => `1 − ${inner(a)}²`,
};

/** At most so many terms are written; the rest is "…". */
const TERMS = 6;
const sumOf = (terms: readonly string[]): string =>
  (terms.length > TERMS ? [...terms.slice(0, TERMS - 1), "…", terms.at(-1)!] : terms).join(" + ");

export function linesOf(
  trace: Trace,
  loss: LossName,
  y: readonly number[],
  rate: number,
  step: Step,
): Line[] {
  if (step.phase === "loss") return [lossLine(trace, loss, y)];
  const { layer, unit: j } = step;
  const own = trace.layers[layer];
  if (step.phase === "forward") return forward(own, layer, j);
  if (step.phase === "backward")
    return [deltaLine(trace, loss, y, layer, j), ...gradientLines(own, layer, j)];
  return updateLines(own, layer, j, rate);
}

const weightsOf = ({ kernel, bias }: LayerTrace, j: number, values = kernel): number[] =>
  Array.from({ length: kernel.length / bias.length }, (_, k) => values[k * bias.length + j]);

function forward(own: LayerTrace, layer: number, j: number): Line[] {
  const { input, bias, z, a, activation } = own;
  const w = weightsOf(own, j);
  const g = symbol(activation);
  const all = unitName("z", layer, j);
  return [
    {
      says: `${all} = ${sumOf(w.map((_, k) => `${weightName(layer, j, k)} · ${inputName(layer, k)}`))} + ${unitName("b", layer, j)}`,
      comes: `= ${sumOf(w.map((value, k) => `${inner(value)} · ${inner(input[k])}`))} + ${inner(bias[j])} = ${num(z[j])}`,
    },
    activation === "softmax"
      ? {
          says: `${unitName("a", layer, j)} = e^{z_{${j + 1}}} / Σ_{k} e^{z_{k}}`,
          comes: `= e^{${num(z[j])}} / (${sumOf(z.map((value) => `e^{${num(value)}}`))}) = ${num(a[j])}`,
        }
      : activation === "linear"
        ? { says: `${unitName("a", layer, j)} = ${all}`, comes: `= ${num(a[j])}` }
        : {
            says: `${unitName("a", layer, j)} = ${g}(${all})`,
            comes: `= ${g}(${num(z[j])}) = ${num(a[j])}`,
          },
  ];
}

function lossLine({ layers, loss: value }: Trace, loss: LossName, y: readonly number[]): Line {
  const { a } = layers.at(-1)!;
  const right = y.indexOf(Math.max(...y));
  const end = ` = ${num(value)}`;
  const squares = sumOf(a.map((v, j) => `(${num(v)} − ${num(y[j])})²`));
  const logs = sumOf(a.map((v, j) => `ln ${y[j] > 0.5 ? num(v) : `(1 − ${num(v)})`}`));
  switch (loss) {
    case "quadratic":
      return { says: "L = ½ Σ_{j} (a_{j} − y_{j})²", comes: `= ½ · (${squares})${end}` };
    case "meanSquaredError":
      return { says: "L = 1/n Σ_{j} (a_{j} − y_{j})²", comes: `= 1/${a.length} · (${squares})${end}` };
    case "crossEntropy":
      return {
        says: "L = −Σ_{j} [y_{j} ln a_{j} + (1 − y_{j}) ln(1 − a_{j})]",
        comes: `= −(${logs})${end}`,
      };
    case "categoricalCrossentropy":
      return { says: "L = −Σ_{j} y_{j} ln a_{j}", comes: `= −ln ${num(a[right])}${end}` };
    case "perceptron":
      return {
        says: "L = 1/n Σ_{j} |a_{j} − y_{j}|",
        comes: `= 1/${a.length} · (${sumOf(a.map((v, j) => `|${num(v)} − ${num(y[j])}|`))})${end}`,
      };
    case "categoricalHinge": {
      const other = Math.max(...a.filter((_, j) => j !== right));
      return {
        says: catalogue.microscope.hinge,
        comes: `= max(0, 1 + ${inner(other)} − ${inner(a[right])})${end}`,
      };
    }
  }
}

function deltaLine(trace: Trace, loss: LossName, y: readonly number[], layer: number, j: number): Line {
  const own = trace.layers[layer];
  const name = unitName("δ", layer, j);
  const value = own.delta[j];
  const a = own.a[j];
  const end = ` = ${num(value)}`;
  const g = `${symbol(own.activation)}′(${unitName("z", layer, j)})`;
  const slope = (): string => SLOPES[own.activation]?.(a) ?? num(own.slope![j]);
  if (layer < trace.layers.length - 1) {
    const next = trace.layers[layer + 1];
    const w = Array.from(next.delta, (_, i) => next.kernel[j * next.delta.length + i]);
    return {
      says: `${name} = (${sumOf(w.map((_, i) => `${weightName(layer + 1, i, j)} · ${unitName("δ", layer + 1, i)}`))}) · ${g}`,
      comes: `= (${sumOf(w.map((v, i) => `${inner(v)} · ${inner(next.delta[i])}`))}) · ${SLOPES[own.activation] ? `(${slope()})` : inner(own.slope![j])}${end}`,
    };
  }
  const off = `(${unitName("a", layer, j)} − y_{${j + 1}})`;
  const offNumbers = `(${num(a)} − ${num(y[j])})`;
  switch (loss) {
    case "quadratic":
      return { says: `${name} = ${off} · ${g}`, comes: `= ${offNumbers} · ${slope()}${end}` };
    case "meanSquaredError":
      return { says: `${name} = 2/n · ${off}`, comes: `= 2/${y.length} · ${offNumbers}${end}` };
    case "categoricalHinge":
      return { says: `${name} = ∂L/∂${unitName("z", layer, j)}`, comes: end.trim() };
    default:
      return {
        says: `${name} = ${unitName("a", layer, j)} − y_{${j + 1}}`,
        comes: `= ${num(a)} − ${num(y[j])}${end}`,
      };
  }
}

function gradientLines(own: LayerTrace, layer: number, j: number): Line[] {
  const delta = unitName("δ", layer, j);
  return [
    ...weightsOf(own, j, own.dKernel).map((value, k) => ({
      says: `∂L/∂${weightName(layer, j, k)} = ${inputName(layer, k)} · ${delta}`,
      comes: `= ${inner(own.input[k])} · ${inner(own.delta[j])} = ${num(value)}`,
    })),
    { says: `∂L/∂${unitName("b", layer, j)} = ${delta}`, comes: `= ${num(own.delta[j])}` },
  ];
}

function updateLines(own: LayerTrace, layer: number, j: number, rate: number): Line[] {
  const line = (name: string, w: number, d: number, after: number): Line => ({
    says: `${name} ← ${name} − η · ∂L/∂${name}`,
    comes: `= ${num(w)} − ${num(rate)} · ${inner(d)} = ${num(after)}`,
  });
  const [w, d, after] = [own.kernel, own.dKernel, own.newKernel].map((values) => weightsOf(own, j, values));
  return [
    ...w.map((value, k) => line(weightName(layer, j, k), value, d[k], after[k])),
    line(unitName("b", layer, j), own.bias[j], own.delta[j], own.newBias[j]),
  ];
}
