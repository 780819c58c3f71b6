/** Sequences as programs and JSON write them: arrays of steps, or records with a label. */
import { NablaError } from "../../errors.ts";
import { isObject } from "../../fields/expected.ts";
import { show } from "../../fields/fields.ts";
import type { StepKind } from "./sequencesInfo.ts";
import { usualLabel } from "./usualLabel.ts";

/** Sequences as they were given, before it is said how many steps a row has. */
export interface RawSequences {
  readonly name: string;
  readonly kind: StepKind;
  /** Names of the numbers of a step; none for ids and words. */
  readonly features: readonly string[];
  /** Steps one after the other, NaN for what is missing; or a text, or its words. */
  readonly rows: readonly (Float64Array | string | readonly string[])[];
  /** What each row is to be told as. */
  readonly labels?: readonly unknown[];
  readonly label?: string;
  /** Of a table. */
  readonly sequence?: string;
  readonly time?: string;
  /** What errors call a row: "row 3". */
  place(row: number): string;
  /** The same with a step. */
  placeOf(row: number, step: number): string;
  readonly notes: readonly string[];
}

/** How they are read. */
export interface RawReading {
  readonly name: string;
  /** Whether a step is an id. */
  readonly ids?: boolean;
  readonly labels?: ArrayLike<unknown>;
  /** The key of the target in records. */
  readonly label?: string;
  /** Keys of records to leave out. */
  readonly ignore?: readonly string[];
  /** Features of rows that were read before; other keys are left out. */
  readonly known?: readonly string[];
  /** Whether one sequence may stand alone, as where it is to be predicted from. */
  readonly alone?: boolean;
}

type Steps = ArrayLike<unknown>;

const isList = (value: unknown): value is Steps =>
  Array.isArray(value) || (ArrayBuffer.isView(value) && "length" in value);

const isShaped = (value: object): value is { data: Steps; shape: readonly number[] } =>
  "data" in value && "shape" in value && isList(value.data) && Array.isArray(value.shape);

const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  isObject(value) && !isList(value) && !isShaped(value);

/** @throws NablaError with row and step, for what is no sequence, and for rows that are not alike */
export function rawSequences(given: unknown, reading: RawReading): RawSequences {
  const { name } = reading;
  const { rows, labels } = listsIn(given, reading);
  if (rows.length === 0) throw new NablaError(`${name}: expected at least one sequence, got ${show([])}`);
  const place = (row: number) => `row ${row}`;
  const placeOf = (row: number, step: number) => `row ${row}: step ${step}`;
  const both = { name, place, placeOf, notes: [] as string[] };
  if (isRecord(rows[0])) return { ...both, ...ofRecords(rows, labels, reading, both.notes) };
  const read = ofValues(rows, "value", reading);
  return { ...both, ...read, ...(labels && { labels: labelsFor(labels, rows.length, name) }) };
}

/** Whether it is the steps of one: numbers, as many numbers as a step has, or objects of them. */
function isOne(given: Steps, known: readonly string[] | undefined): boolean {
  const first = given[0];
  if (typeof first === "number" || typeof first === "bigint") return true;
  if (!known || !isObject(first)) return false;
  if (isList(first)) return known.length > 1 && first.length === known.length && typeof first[0] === "number";
  return isRecord(first) && known.every((key) => typeof first[key] === "number");
}

function listsIn(
  given: unknown,
  { name, labels, alone = false, known }: RawReading,
): { rows: unknown[]; labels?: Steps } {
  const told = labels && { labels };
  if (isList(given)) return { rows: alone && isOne(given, known) ? [given] : Array.from(given), ...told };
  if (alone && (typeof given === "string" || (isObject(given) && isShaped(given)))) return { rows: [given] };
  if (isRecord(given)) {
    const { sequences, labels: own } = given;
    if (!isList(sequences)) return { rows: [given], ...told };
    if (own !== undefined && !isList(own))
      throw new NablaError(`${name}: labels: expected an array, got ${show(own)}`);
    return { rows: Array.from(sequences), ...(own !== undefined ? { labels: own } : told) };
  }
  throw new NablaError(
    `${name}: expected an array of sequences, or { sequences, labels }, got ${show(given)}`,
  );
}

function labelsFor(labels: Steps, rows: number, name: string): unknown[] {
  if (!isList(labels) || labels.length !== rows)
    throw new NablaError(
      `${name}: labels: expected one for each of ${rows} sequences, got ${isList(labels) ? labels.length : show(labels)}`,
    );
  return Array.from(labels);
}

function ofRecords(
  rows: readonly unknown[],
  labels: Steps | undefined,
  { name, label: asked, ignore = [], ids, known }: RawReading,
  notes: string[],
) {
  const first = Object.keys(rows[0] as object);
  const label = asked ?? usualLabel(name, first, ignore, known);
  const out = new Set([label, ...ignore]);
  let keys = first.filter((key) => !out.has(key));
  // a single key may hold all features under any name
  if (known?.every((key) => keys.includes(key))) {
    const left = keys.filter((key) => !known.includes(key));
    if (left.length > 0) notes.push(`not used: ${left.join(", ")}`);
    keys = [...known];
  }
  if (keys.length === 0)
    throw new NablaError(
      `${name}: row 0: expected a sequence${label === undefined ? "" : ` besides ${show(label)}`}, got ${show(first)}`,
    );
  const records = rows.map((row, r) => {
    const record = isRecord(row) ? row : {};
    const lost = keys.find((key) => record[key] === undefined);
    const more = known ? undefined : Object.keys(record).find((key) => !out.has(key) && !keys.includes(key));
    if (lost === undefined && more === undefined) return record;
    throw new NablaError(
      `${name}: row ${r}: ${
        !isRecord(row)
          ? `expected a record with ${keys.join(", ")} as in row 0, got ${show(row)}`
          : more !== undefined
            ? `${show(more)} is not in row 0; leave it out with ignore (--ignore), or give it in every row`
            : `${show(lost)} is missing; expected the same keys as in row 0`
      }`,
    );
  });
  const told = label === undefined || labels ? labels : records.map((record) => record[label]);
  const all = told && {
    labels: labelsFor(told, rows.length, name),
    ...(label !== undefined && { label }),
  };
  const single = (key: string) => {
    for (const [r, record] of records.entries())
      if (!isList(record[key]) && typeof record[key] !== "string" && !isObject(record[key]))
        throw new NablaError(
          `${name}: row ${r}: ${show(key)}: expected a sequence, got ${show(record[key])}; leave it out with ignore (--ignore)`,
        );
    return records.map((record) => record[key]);
  };
  if (keys.length === 1) return { ...ofValues(single(keys[0]!), keys[0]!, { name, ids }), ...all };
  // a sequence of numbers for each feature
  const columns = keys.map((key) => ofValues(single(key), key, { name }));
  const odd = columns.findIndex(({ kind, features }) => kind !== "vectors" || features.length !== 1);
  if (odd >= 0)
    throw new NablaError(
      `${name}: row 0: ${show(keys[odd])}: expected one number a step, as there are several keys: ${keys.join(", ")}; leave others out with ignore (--ignore)`,
    );
  if (ids)
    throw new NablaError(
      `${name}: ids: expected one sequence of ids, got ${keys.join(", ")}; leave others out with ignore (--ignore)`,
    );
  const joined = records.map((_, r) => {
    const parts = columns.map(({ rows: of }) => of[r] as Float64Array);
    const { length } = parts[0]!;
    const other = parts.findIndex((part) => part.length !== length);
    if (other >= 0)
      throw new NablaError(
        `${name}: row ${r}: ${show(keys[other])} has ${parts[other]!.length} steps, but ${show(keys[0])} has ${length}; expected as many`,
      );
    return Float64Array.from(
      { length: length * parts.length },
      (_, i) => parts[i % parts.length]![Math.floor(i / parts.length)]!,
    );
  });
  return { kind: "vectors" as const, features: keys, rows: joined, ...all };
}

/** Of rows without names: texts, lists of words, numbers, arrays of numbers, or objects of numbers by name. */
function ofValues(
  given: readonly unknown[],
  called: string,
  { name, ids }: Pick<RawReading, "name" | "ids">,
): Pick<RawSequences, "kind" | "features" | "rows"> {
  if (typeof given[0] === "string") {
    const odd = given.findIndex((row) => typeof row !== "string");
    if (odd >= 0)
      throw new NablaError(`${name}: row ${odd}: expected a text as in row 0, got ${show(given[odd])}`);
    if (ids)
      throw new NablaError(`${name}: ids: expected whole numbers, got the text ${show(given[0])} in row 0`);
    return { kind: "words", features: [], rows: given as string[] };
  }
  if (isList(given[0]) && typeof given[0][0] === "string")
    return {
      kind: "words",
      features: [],
      rows: given.map((row, r) => wordsIn(row, ids, `${name}: row ${r}`)),
    };
  let features: readonly string[] | undefined;
  const rows = given.map((row, r) => {
    const steps = isObject(row) && isShaped(row) ? stepsIn(row, `${name}: row ${r}`) : row;
    if (!isList(steps))
      throw new NablaError(`${name}: row ${r}: expected an array of steps, got ${show(row)}`);
    if (steps.length === 0)
      throw new NablaError(`${name}: row ${r}: an empty sequence; expected at least one step`);
    features ??= featuresOf(steps[0], called, `${name}: row ${r}: step 0`);
    return numbersOf(steps, features, called, `${name}: row ${r}`);
  });
  if (ids && features!.length !== 1)
    throw new NablaError(
      `${name}: row 0: step 0: expected an id, a whole number, got ${features!.length} numbers`,
    );
  return ids ? { kind: "ids", features: [], rows } : { kind: "vectors", features: features!, rows };
}

/** Words that are a list already. */
function wordsIn(row: unknown, ids: boolean | undefined, where: string): string[] {
  if (ids) throw new NablaError(`${where}: ids: expected whole numbers, got the words ${show(row)}`);
  if (!isList(row)) throw new NablaError(`${where}: expected a list of words as in row 0, got ${show(row)}`);
  if (row.length === 0) throw new NablaError(`${where}: an empty sequence; expected at least one word`);
  return Array.from(row, (word, t) => {
    if (typeof word === "string" && word.trim() !== "") return word;
    throw new NablaError(`${where}: step ${t}: expected a word, got ${show(word)}`);
  });
}

/** { data, shape } as arrays of steps. */
function stepsIn({ data, shape }: { data: Steps; shape: readonly number[] }, where: string): Steps {
  const [steps = 0, width = 1] = shape;
  if (shape.length < 1 || shape.length > 2 || steps * width !== data.length)
    throw new NablaError(
      `${where}: expected { data, shape } with the shape [steps, features], got [${shape.join(", ")}] for ${data.length} values`,
    );
  const all = Array.from(data);
  return Array.from({ length: steps }, (_, t) => all.slice(t * width, (t + 1) * width));
}

function featuresOf(step: unknown, called: string, where: string): string[] {
  if (isRecord(step)) {
    const keys = Object.keys(step);
    if (keys.length > 0) return keys;
  } else if (!isList(step)) return [called];
  else if (step.length > 0)
    return step.length === 1 ? [called] : Array.from({ length: step.length }, (_, i) => `${called} ${i + 1}`);
  throw new NablaError(`${where}: expected at least one number, got ${show(step)}`);
}

function numbersOf(steps: Steps, features: readonly string[], called: string, where: string): Float64Array {
  const width = features.length;
  const values = new Float64Array(steps.length * width);
  for (let t = 0; t < steps.length; t++) {
    const step = steps[t];
    const at = `${where}: step ${t}`;
    if (isRecord(step)) {
      const keys = Object.keys(step);
      const lost = features.find((key) => !(key in step)) ?? keys.find((key) => !features.includes(key));
      if (lost !== undefined)
        throw new NablaError(`${at}: expected ${features.join(", ")}, got ${keys.join(", ") || "nothing"}`);
      features.forEach((key, i) => {
        values[t * width + i] = numberIn(step[key], `${at}: ${show(key)}`);
      });
    } else if (isList(step)) {
      if (step.length !== width)
        throw new NablaError(
          `${at}: expected ${width} number${width === 1 ? "" : "s"} as in the first step, got ${step.length}`,
        );
      for (let i = 0; i < width; i++) values[t * width + i] = numberIn(step[i], at);
    } else {
      if (width !== 1 || features[0] !== called)
        throw new NablaError(`${at}: expected ${width} numbers as in the first step, got ${show(step)}`);
      values[t] = numberIn(step, at);
    }
  }
  return values;
}

/** NaN for what is missing. */
function numberIn(value: unknown, where: string): number {
  if (value === null || value === undefined) return NaN;
  if (typeof value !== "number" && typeof value !== "bigint")
    throw new NablaError(`${where}: expected a number, got ${show(value)}`);
  const number = Number(value);
  // float32 is what a network is given
  if (Number.isNaN(number) || Number.isFinite(Math.fround(number))) return number;
  throw new NablaError(`${where}: expected a finite float32 number, got ${value}`);
}
