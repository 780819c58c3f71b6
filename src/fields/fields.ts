/**
 * A small language for saying what a document's fields are. One specification gives the check with its error
 * messages, the defaults, the JSON Schema for editors, and the TypeScript types.
 *
 *     const layer = variant("type", { dense: object({ units: int({ min: 1 }) }), flatten: object({}) });
 *     layer.check({ type: "dense", units: -3 }, "layers[1]");   // layers[1].units: expected a whole number ≥ 1, got -3
 *     type Layer = Infer<typeof layer>;                         // { type: "dense"; units: number } | { type: "flatten" }
 *
 * `check` copies: what it returns has every default filled in and its fields in the order of the specification.
 */
import { didYouMean, NablaError } from "../errors.ts";
import { tagOf } from "../tags.ts";

export type JsonSchema = Record<string, unknown>;
/** What happens when the field is not there: refused, replaced by its default, or left out. */
export type Presence = "required" | "defaulted" | "optional";

/** `Out` is what `check` returns, `In` what may be written (defaults left out, names for whole objects). */
export interface Field<Out = unknown, In = Out, P extends Presence = Presence> {
  readonly presence: P;
  /** What stands for a missing field; itself checked, so it may be in short form. */
  readonly fallback?: In;
  /** What is wanted, to follow the word "expected". */
  readonly expected: string;
  /** Returns the value with defaults filled in; throws a NablaError beginning with `path` when it does not fit. */
  check(value: unknown, path?: string): Out;
  /** JSON Schema, draft 2020-12. With `defs`, what `shared` names is put there and referred to. Only where DOCS is true. */
  jsonSchema(defs?: Record<string, JsonSchema>): JsonSchema;
}

export interface Common<T> {
  default?: T;
  /** One sentence, shown by editors. */
  doc?: string;
}
type Given<O> = O extends { default: unknown } ? "defaulted" : "required";
/** The same type, written out for readable hints. */
export type Simple<T> = { [K in keyof T]: T[K] } & unknown;
type Optional<F, P> = {
  [K in keyof F]: F[K] extends Field<unknown, unknown, infer Q> ? (Q extends P ? K : never) : never;
}[keyof F];
export type Infer<F> = F extends Field<infer Out, unknown> ? Out : never;
export type Input<F> = F extends Field<unknown, infer In> ? In : never;
export type Fields = Readonly<Record<string, Field>>;
/** What comes in kinds (layers, losses, …) says its fields when asked, so that loading a module makes none. */
export interface Kind {
  readonly fields: () => ObjectField<Fields>;
}
// `as`, not Exclude: so the comment over a field is shown by editors for the option as well
type OutOf<F> = Simple<
  { [K in keyof F as K extends Optional<F, "optional"> ? never : K]: Infer<F[K]> } & {
    [K in keyof F as K extends Optional<F, "optional"> ? K : never]?: Infer<F[K]>;
  }
>;
type InOf<F> = Simple<
  { [K in keyof F as K extends Optional<F, "required"> ? K : never]: Input<F[K]> } & {
    [K in keyof F as K extends Optional<F, "required"> ? never : K]?: Input<F[K]>;
  }
>;
export interface ObjectField<F extends Fields> extends Field<OutOf<F>, InOf<F>, "required"> {
  readonly fields: F;
}

/** The place of `key` within `path`: `model.layers`, `layers[2]`, or `key` alone at the top. */
export function within(path: string, key: string | number): string {
  if (typeof key === "number") return `${path}[${key}]`;
  return path === "" ? key : `${path}.${key}`;
}

/** A value as an error message shows it: JSON, cut short. Of what is long, only a beginning is looked at. */
export function show(value: unknown): string {
  if (typeof value === "number" || value === undefined) return String(value);
  if (typeof value === "bigint") return "a bigint";
  let text: string;
  try {
    // strings and arrays of any kind can be sliced
    text =
      JSON.stringify(value, (_, v) => (typeof v === "bigint" ? `${v}n` : (v?.slice?.(0, MOST) ?? v))) ??
      `a ${typeof value}`;
  } catch {
    text = `a deep ${tagOf(value)}`; // it holds itself, or is nested too deeply
  }
  return text.length <= MOST ? text : `${text.slice(0, MOST - 3)}...`;
}

const MOST = 80;

function refuse(path: string, expected: string, got: unknown, hint = ""): never {
  throw new NablaError(`${path || "document"}: expected ${expected}, got ${show(got)}${hint}`, {
    details: { path },
  });
}

interface Rule<Out> {
  expected: string;
  check(value: unknown, path: string): Out;
  jsonSchema(defs?: Record<string, JsonSchema>): JsonSchema;
}

function field<Out, In, P extends Presence>(rule: Rule<Out>, options: Common<In> = {}): Field<Out, In, P> {
  const { default: fallback, doc } = options;
  const notes = DOCS && {
    ...(doc !== undefined && { description: doc }),
    ...(fallback !== undefined && { default: fallback }),
  };
  return {
    presence: (fallback === undefined ? "required" : "defaulted") as P,
    expected: rule.expected,
    ...(fallback !== undefined && { fallback }),
    check: (value, path = "") => rule.check(value, path),
    jsonSchema: DOCS && ((defs) => ({ ...rule.jsonSchema(defs), ...notes })),
  };
}

export interface Bounds {
  min?: number;
  max?: number;
  exclusiveMin?: number;
  exclusiveMax?: number;
  /** Of whole numbers: whether they may be larger than the core counts. */
  wide?: boolean;
}

/** What the core counts with: 32 bits and a sign. A larger size would be another one there. */
const LARGEST = 2 ** 31 - 1;

function numeric<P extends Presence>(
  whole: boolean,
  options: Bounds & Common<number>,
): Field<number, number, P> {
  const { exclusiveMin, exclusiveMax } = options;
  const reach = whole ? (options.wide ? Number.MAX_SAFE_INTEGER : LARGEST) : undefined;
  const { min = reach && -reach, max = reach } = options;
  const bounds = [
    options.min !== undefined && `≥ ${options.min}`,
    exclusiveMin !== undefined && `> ${exclusiveMin}`,
    options.max !== undefined && `≤ ${options.max}`,
    exclusiveMax !== undefined && `< ${exclusiveMax}`,
  ].filter(Boolean);
  const expected = [whole ? "a whole number" : "a finite number", bounds.join(" and ")].join(" ").trim();
  const fits = (n: number) =>
    (whole ? Number.isSafeInteger(n) : Number.isFinite(n)) &&
    (min === undefined || n >= min) &&
    (max === undefined || n <= max) &&
    (exclusiveMin === undefined || n > exclusiveMin) &&
    (exclusiveMax === undefined || n < exclusiveMax);
  return field(
    {
      expected,
      check: (value, path) => {
        const n = typeof value === "number" ? value : Number.NaN;
        return fits(n) ? n : refuse(path, n > reach! ? `${expected} and ≤ ${max}` : expected, value);
      },
      jsonSchema:
        DOCS &&
        (() => ({
          type: whole ? "integer" : "number",
          ...(min !== undefined && { minimum: min }),
          ...(max !== undefined && { maximum: max }),
          ...(exclusiveMin !== undefined && { exclusiveMinimum: exclusiveMin }),
          ...(exclusiveMax !== undefined && { exclusiveMaximum: exclusiveMax }),
        })),
    },
    options,
  );
}

/** A whole number, at most 2^31 - 1 either way, or with `wide` 2^53 - 1. */
export function int<O extends Bounds & Common<number>>(
  options: O = {} as O,
): Field<number, number, Given<O>> {
  return numeric(true, options);
}

/** A finite number. */
export function number<O extends Bounds & Common<number>>(
  options: O = {} as O,
): Field<number, number, Given<O>> {
  return numeric(false, options);
}

export function bool<O extends Common<boolean>>(options: O = {} as O): Field<boolean, boolean, Given<O>> {
  const expected = "true or false";
  return field(
    {
      expected,
      check: (value, path) => (typeof value === "boolean" ? value : refuse(path, expected, value)),
      jsonSchema: DOCS && (() => ({ type: "boolean" })),
    },
    options,
  );
}

/** A string. `expected` describes `pattern` for errors ("letters and digits"). */
export function string<O extends Common<string> & { pattern?: RegExp; expected?: string }>(
  options: O = {} as O,
): Field<string, string, Given<O>> {
  const { pattern, expected = pattern ? `a string like ${pattern}` : "a string" } = options;
  return field(
    {
      expected,
      check: (value, path) =>
        typeof value === "string" && (!pattern || pattern.test(value))
          ? value
          : refuse(path, expected, value),
      jsonSchema: DOCS && (() => ({ type: "string", ...(pattern && { pattern: pattern.source }) })),
    },
    options,
  );
}

/** One of some strings; a near miss is told what it was near. */
export function choice<const T extends string, O extends Common<NoInfer<T>>>(
  values: readonly T[],
  options: O = {} as O,
): Field<T, T, Given<O>> {
  const expected = values.length === 1 ? JSON.stringify(values[0]) : `one of ${values.join(", ")}`;
  return field(
    {
      expected,
      check: (value, path) =>
        values.find((candidate) => candidate === value) ??
        refuse(path, expected, value, typeof value === "string" ? didYouMean(value, values) : ""),
      jsonSchema: DOCS && (() => (values.length === 1 ? { const: values[0] } : { enum: [...values] })),
    },
    options,
  );
}

/** Exactly this value, as for a format's version. */
export function exactly<const T extends number | boolean>(wanted: T): Field<T, T, "required"> {
  return field({
    expected: String(wanted),
    check: (value, path) => (value === wanted ? wanted : refuse(path, String(wanted), value)),
    jsonSchema: DOCS && (() => ({ const: wanted })),
  });
}

/** Anything that JSON can hold; returned as it is, not copied. */
export function anything(options: { doc?: string } = {}): Field<unknown, unknown, "required"> {
  return field({ expected: "a value", check: (value) => value, jsonSchema: DOCS && (() => ({})) }, options);
}

export function list<Out, In, O extends Common<In[]> & { min?: number; max?: number }>(
  of: Field<Out, In>,
  options: O = {} as O,
): Field<Out[], In[], Given<O>> {
  const { min = 0, max = Number.POSITIVE_INFINITY } = options;
  const count =
    min === max ? ` of ${min}` : min > 0 ? ` of at least ${min}` : max < Infinity ? ` of at most ${max}` : "";
  const expected = `an array${count}, each ${of.expected}`;
  return field(
    {
      expected,
      check(value, path) {
        if (!Array.isArray(value) || value.length < min || value.length > max)
          return refuse(path, expected, value);
        return Array.from(value, (item, i) => of.check(item, within(path, i)));
      },
      jsonSchema:
        DOCS &&
        ((defs) => ({
          type: "array",
          items: of.jsonSchema(defs),
          ...(min > 0 && { minItems: min }),
          ...(max < Infinity && { maxItems: max }),
        })),
    },
    options,
  );
}

/** Two whole numbers, height and width; one number stands for both. */
export function pair<O extends Bounds & Common<number>>(
  options: O = {} as O,
): Field<[number, number], number | readonly [number, number], Given<O>> {
  const { default: fallback, doc: _, ...range } = options;
  const one = int(range as Bounds);
  const expected = `${one.expected}, or [height, width]`;
  return field(
    {
      expected,
      check(value, path): [number, number] {
        if (!Array.isArray(value)) {
          if (typeof value !== "number") return refuse(path, expected, value);
          const both = one.check(value, path);
          return [both, both];
        }
        if (value.length !== 2) return refuse(path, expected, value);
        return [one.check(value[0], within(path, 0)), one.check(value[1], within(path, 1))];
      },
      jsonSchema:
        DOCS &&
        (() => ({
          anyOf: [one.jsonSchema(), { type: "array", items: one.jsonSchema(), minItems: 2, maxItems: 2 }],
        })),
    },
    options as Common<number>,
  );
}
