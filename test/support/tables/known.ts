/** Random tables of known values: what a column holds, apart from how a file writes it. */
import fc from "fast-check";

/** A value as it is meant; undefined where it is missing. */
export type Value = number | string | boolean | undefined;

export type Kind =
  | "integer"
  | "decimal"
  | "tiny"
  | "unix"
  | "money"
  | "percent"
  | "thousands"
  | "boolean"
  | "category"
  | "date";

export interface KnownColumn {
  readonly name: string;
  readonly kind: Kind;
  readonly values: readonly Value[];
}

export type LabelKind = "words" | "codes" | "whole" | "signs" | "truth" | "quantity" | "float";

export interface KnownLabel {
  readonly name: string;
  readonly kind: LabelKind;
  /** Quantities as numbers, classes as the names they are to have. */
  readonly values: readonly (number | string)[];
}

export interface KnownTable {
  readonly rows: number;
  readonly columns: readonly KnownColumn[];
  readonly label: KnownLabel;
}

/** Numbers from 0 to 1 that follow from a seed: so that a failure shrinks to fewer rows, not to other values. */
export function randomOf(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), state | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}

const KINDS: readonly Kind[] = [
  "integer",
  "decimal",
  "tiny",
  "unix",
  "money",
  "percent",
  "thousands",
  "boolean",
  "category",
  "date",
];
const LABELS: readonly LabelKind[] = ["words", "codes", "whole", "signs", "truth", "quantity", "float"];

/** Words that hold what a careless reader trips over. */
const WORDS = [
  ["red", "green", "blue"],
  ["Zürich", "São Paulo", "東京"],
  ["a, b", "c; d", "e | f"],
  ['5" pipe', 'say "yes"', "it's"],
  ["new york", "Los Angeles", "chicago"],
  ["1st", "2nd", "3rd"],
  ["x1", "1x", "e5"],
  ["-", "a-b", "#c"].slice(1),
  ["low\nhigh", "mid", "top"],
];

/** Names of columns, with what makes them hard to name. */
const NAMES = [
  "age",
  "Weight, kg",
  "größe",
  "x",
  "a b",
  'the "size"',
  "2019",
  "col;1",
  "Île",
  "price ($)",
  "is_ok",
  "n°",
];

/** What a table holds. A column has at most as many missing values as half its rows. */
export const knownTable: fc.Arbitrary<KnownTable> = fc
  .record({
    rows: fc.integer({ min: 8, max: 30 }),
    seed: fc.nat(),
    names: fc.shuffledSubarray(NAMES, { minLength: NAMES.length }),
    columns: fc.array(
      fc.record({
        kind: fc.constantFrom(...KINDS),
        missing: fc.constantFrom(0, 0, 0, 0.1, 0.3),
        words: fc.constantFrom(...WORDS),
        digits: fc.integer({ min: 1, max: 6 }),
      }),
      { minLength: 1, maxLength: 5 },
    ),
    label: fc.record({ kind: fc.constantFrom(...LABELS), words: fc.constantFrom(...WORDS.slice(0, 6)) }),
  })
  .map(({ rows, seed, names, columns, label }) => {
    const random = randomOf(seed);
    const pick = <T>(list: readonly T[]): T => list[Math.floor(random() * list.length)]!;
    /** Every one of them at least twice, so that they are classes and categories and not texts. */
    const cycled = <T>(list: readonly T[]): T[] => {
      const values = Array.from({ length: rows }, (_, row) =>
        row < 2 * list.length ? list[row % list.length]! : pick(list),
      );
      for (let i = rows - 1; i > 0; i--) {
        const j = Math.floor(random() * (i + 1));
        [values[i], values[j]] = [values[j]!, values[i]!];
      }
      return values;
    };
    const whole = (max: number) => Math.floor(random() * max);
    const fixed = (size: number, digits: number) => Number((size * (2 * random() - 1)).toFixed(digits));
    const one = (kind: Kind, digits: number): Value => {
      switch (kind) {
        case "integer":
          return whole(2000) - 500;
        case "decimal":
          return fixed(1000, digits === 3 ? 2 : digits);
        case "tiny":
          return Number(((random() + 0.1) * 10 ** -(4 + whole(6))).toPrecision(digits + 1));
        case "unix":
          return 1_600_000_000 + whole(100_000);
        case "money":
          return Number((random() * 90_000 + 1).toFixed(2));
        case "percent":
          return Number((random() * 100).toFixed(1));
        case "thousands":
          return 1000 + whole(9_000_000);
        case "date":
          return new Date(Date.UTC(1950, 0, 1) + whole(40_000) * 86_400_000).toISOString().slice(0, 10);
        default:
          return undefined;
      }
    };
    const made = columns.map(({ kind, missing, words, digits }, i): KnownColumn => {
      const full: Value[] =
        kind === "boolean"
          ? cycled([true, false])
          : kind === "category"
            ? cycled(words)
            : Array.from({ length: rows }, () => one(kind, digits));
      // two rows of each kind stay, so that a column does not become empty or constant
      const values = full.map((value, row) => (row > 5 && random() < missing ? undefined : value));
      return { name: names[i]!, kind, values };
    });
    const labels = (): readonly (number | string)[] => {
      switch (label.kind) {
        case "words":
          return cycled(label.words);
        case "codes":
          return cycled(["007", "7", "0700", "90210"].slice(0, 2 + whole(3)));
        case "whole":
          return cycled(["0", "1", "2", "10"].slice(0, 2 + whole(3)));
        case "signs":
          return cycled(["-1", "1"]);
        case "truth":
          return cycled(["True", "False"]);
        case "quantity":
          return Array.from({ length: rows }, () => fixed(500, 2) || 0.25);
        case "float":
          return Array.from({ length: rows }, (_, row) =>
            Number((random() * 10 ** (row % 5)).toPrecision(5)),
          );
      }
    };
    return {
      rows,
      columns: made,
      label: { name: pick(["label", "outcome", "Klasse", "y, target"]), kind: label.kind, values: labels() },
    };
  });
