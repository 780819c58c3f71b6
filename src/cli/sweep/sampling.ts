/**
 * The values of a trial: a pure function of the specification, its seed and the trial's number. No trial depends on another, on how many
 * there are, or on where and when it runs.
 */
import { exp, log } from "../../math/elementary.ts";
import { STREAMS, Stream } from "../../math/random.ts";
import type { TrainOption, Value } from "./options.ts";
import { sobolPoint } from "./sobol.ts";

export type Values = Readonly<Record<string, Value>>;

/** Where a parameter is there: for each of these parameters the values, as JSON, it must have one of. */
export type Condition = ReadonlyMap<string, ReadonlySet<string>>;
export interface Parameter {
  readonly name: string;
  readonly option: TrainOption;
  readonly when: Condition;
  /** The values there are; undefined for all numbers of a range. */
  readonly values?: readonly Value[];
  /** For ranges, whether or not they have values. */
  readonly range?: {
    readonly min: number;
    readonly max: number;
    readonly log: boolean;
    readonly integer: boolean;
  };
}

/** What trials are drawn from. */
interface Sampled {
  readonly document: { readonly sampling: "grid" | "random" | "sobol"; readonly seed: number };
  readonly parameters: readonly Parameter[];
}

type Range = NonNullable<Parameter["range"]>;

const TWO_32 = 4294967296;

/**
 * The parameters that trial `n` has, by name, in their order. One whose condition does not hold is not there.
 *
 * @param n from 0
 */
export function valuesOf({ document, parameters }: Sampled, n: number): Values {
  const { sampling, seed } = document;
  if (sampling === "grid") return gridPoint(parameters, n);
  const coordinates =
    sampling === "sobol" ? shifted(n, parameters.length, seed) : random(n, parameters.length, seed);
  const values: Record<string, Value> = {};
  for (const [i, parameter] of parameters.entries())
    if (holds(parameter, values)) values[parameter.name] = at(parameter, coordinates[i]!);
  return values;
}

/** Of each parameter a number in [0, 1) of its own, whether or not it is used. */
function random(n: number, count: number, seed: number): number[] {
  const stream = new Stream(seed, STREAMS.trials, n + 1);
  return Array.from({ length: count }, () => stream.next() / TWO_32);
}

/** Sobol's points, each dimension's bits changed by a random word of its own: as even, and another seed gives other points. */
function shifted(n: number, count: number, seed: number): number[] {
  const stream = new Stream(seed, STREAMS.trials, 0);
  return Array.from(sobolPoint(n, count), (bits) => ((bits ^ stream.next()) >>> 0) / TWO_32);
}

/** @param u in [0, 1) */
function at({ values, range }: Parameter, u: number): Value {
  return values ? values[Math.floor(u * values.length)]! : between(range!, u);
}

function between({ min, max, log: logarithmic, integer }: Range, u: number): number {
  // each whole number has its own share, from it to the next
  const end = integer ? max + 1 : max;
  const value = logarithmic ? exp(log(min) + u * (log(end) - log(min))) : min + u * (end - min);
  const near = integer ? Math.floor(value) : Number(value.toPrecision(6));
  return Math.min(max, Math.max(min, near));
}

/** `count` numbers from min to max at equal distances on the scale; of whole numbers each once. */
export function pointsOf({ min, max, log: logarithmic, integer }: Range, count: number): number[] {
  const all = Array.from({ length: count }, (_, i) => {
    const u = i / (count - 1);
    if (i === 0 || i === count - 1) return i === 0 ? min : max;
    const value = logarithmic ? exp(log(min) + u * (log(max) - log(min))) : min + u * (max - min);
    return integer ? Math.round(value) : Number(value.toPrecision(6));
  });
  return [...new Set(all)];
}

const holds = ({ when }: Parameter, values: Values): boolean =>
  [...when].every(([name, wanted]) => name in values && wanted.has(JSON.stringify(values[name])));

/** Calls `each` for every combination, the last parameter changing first, until it returns false. */
function walkGrid(parameters: readonly Parameter[], each: (values: Values) => boolean): void {
  const values: Record<string, Value> = {};
  const walk = (i: number): boolean => {
    const parameter = parameters[i];
    if (!parameter) return each(values);
    if (!holds(parameter, values)) return walk(i + 1);
    for (const value of parameter.values!) {
      values[parameter.name] = value;
      if (!walk(i + 1)) return false;
    }
    delete values[parameter.name];
    return true;
  };
  walk(0);
}

export function countGrid(parameters: readonly Parameter[]): number {
  let count = 0;
  walkGrid(parameters, () => ++count > 0);
  return count;
}

function gridPoint(parameters: readonly Parameter[], n: number): Values {
  let left = n;
  let found: Values = {};
  walkGrid(parameters, (values) => {
    if (left-- > 0) return true;
    found = { ...values };
    return false;
  });
  return found;
}
