/** Fields of a state as text in a link: each reads its text or says what it expected. */
import { linksText } from "../text/links.ts";
import { fill } from "../text/words.ts";

export interface Field<T> {
  readonly initial: T;
  /** @throws TypeError whose message says what was expected */
  read(text: string): T;
  write(value: T): string;
}

const said = linksText.expected;
const expected = (what: string): never => {
  throw new TypeError(what);
};

export function numberField(initial: number, min: number, max: number, whole = false): Field<number> {
  return {
    initial,
    read(text) {
      const value = Number(text);
      const fits = text.trim() !== "" && value >= min && value <= max && (!whole || Number.isInteger(value));
      const words = { min: String(min), max: String(max) };
      return fits ? value : expected(fill(whole ? said.whole : said.number, words));
    },
    write: String,
  };
}

export function choiceField<T extends string>(
  initial: T,
  choices: readonly { readonly value: T }[],
): Field<T> {
  const values = choices.map(({ value }) => value);
  return {
    initial,
    read: (text) =>
      values.find((value) => value === text) ?? expected(fill(said.oneOf, { names: values.join(", ") })),
    write: String,
  };
}

/** Texts between commas. An empty list is "none", so that it differs from a value left out. */
export function listField<T>(
  initial: readonly T[],
  item: Pick<Field<T>, "read" | "write">,
  { min, max, distinct = false }: { min: number; max: number; distinct?: boolean },
): Field<readonly T[]> {
  return {
    initial,
    read(text) {
      const values = text === "none" ? [] : text.split(",").map((part) => item.read(part));
      const words = { n: String(min), min: String(min), max: String(max) };
      if (values.length < min || values.length > max)
        expected(fill(min === max ? said.values : said.valuesFrom, words));
      if (distinct && new Set(values).size < values.length) expected(said.different);
      return values;
    },
    write: (values) => (values.length === 0 ? "none" : values.map((value) => item.write(value)).join(",")),
  };
}

export const flagField: Field<boolean> = {
  initial: false,
  read: (text) => text === "1" || (text === "0" ? false : expected(said.flag)),
  write: (value) => (value ? "1" : "0"),
};

export type Fields<S> = { readonly [K in keyof S]: Field<S[K]> };

export const initialOf = <S>(fields: Fields<S>): S =>
  Object.fromEntries(Object.entries<Field<unknown>>(fields).map(([key, { initial }]) => [key, initial])) as S;

/** Only what differs from the initial value, in the order of the fields. */
export function write<S>(fields: Fields<S>, state: S): string {
  const parameters = new URLSearchParams();
  for (const [key, field] of Object.entries<Field<unknown>>(fields)) {
    const text = field.write(state[key as keyof S]);
    if (text !== field.write(field.initial)) parameters.set(key, text);
  }
  // commas, colons and semicolons may stand in a fragment as they are, and the link stays readable
  return parameters.toString().replaceAll("%2C", ",").replaceAll("%3A", ":").replaceAll("%3B", ";");
}

/** Never fails: an impossible value is replaced by the initial one, with a notice. */
export function read<S>(fields: Fields<S>, query: string): { state: S; notices: string[] } {
  const state = initialOf(fields);
  const notices: string[] = [];
  for (const [key, text] of new URLSearchParams(query)) {
    if (!Object.hasOwn(fields, key)) {
      notices.push(fill(linksText.unknown, { key: brief(key) }));
      continue;
    }
    const field = fields[key as keyof S];
    try {
      state[key as keyof S] = field.read(text);
    } catch (error) {
      if (!(error instanceof TypeError)) throw error;
      const used = field.write(field.initial);
      const words = { key, text: brief(text), expected: error.message, used };
      notices.push(fill(used === "" ? linksText.leftOut : linksText.used, words));
    }
  }
  return { state, notices };
}

const brief = (text: string): string => (text.length > 40 ? `${text.slice(0, 39)}…` : text);
