/** Whether the first row of a table holds names. */
import { show } from "../../fields/fields.ts";
import { isMissing, isNumber, truthOf } from "./cells.ts";
import { dateOf } from "./dates.ts";
import { readNumber } from "./numbers.ts";

/** Where the first row may be names or values: why. */
export interface Doubt {
  readonly doubt: string;
}

type Rows = readonly (readonly string[])[];

/** So many rows are looked at. */
const SAMPLE = 1000;

/** Names of targets by custom. */
export const USUAL_LABELS: readonly string[] = ["label", "class", "target", "y"];

/** Names that targets and ids are given: who reads them, reads a header. */
const USUAL = /* @__PURE__ */ new Set([...USUAL_LABELS, "id", "name", "index"]);

/**
 * The evidence, strongest first:
 * - text on top of a column of numbers, dates or booleans is a name;
 * - whole numbers that count up (0, 1, 2, … as pandas writes them; years) beside such a name, or on top of fractions, are names;
 * - another number on top of a column of numbers is a value;
 * - where all is text, a first row whose cells never come again, in columns whose values do, is names.
 *
 * @param known names that are looked for: a first row with most of them is a header
 */
export function findHeader(rows: Rows, known: readonly string[] = []): boolean | Doubt {
  const [first, ...rest] = rows.slice(0, SAMPLE + 1) as [readonly string[], ...Rows];
  if (holds(first, known)) return true;
  if (rest.length === 0) return first.every((cell) => !isNumber(cell));
  const columns = first.map((cell, column) => ({ cell, column, ...kindOf(rest, column) }));
  const typed = columns.filter(({ kind }) => kind !== undefined);
  const values = typed.filter(({ kind, cell }) => is(kind!, cell));
  const names = typed.filter(({ kind, cell }) => !isMissing(cell) && !is(kind!, cell));
  if (values.length === 0 && names.length > 0) return true;
  const texts = columns.some(
    ({ cell, column }) => USUAL.has(cell.toLowerCase()) && rest.every((row) => row[column] !== cell),
  )
    ? "names"
    : textsOnTop(
        columns.filter(({ kind }) => kind === undefined),
        rest,
      );
  if (values.length > 0) return numbersOnTop(first, rest, { names, values, texts });
  // an index, whose name pandas leaves empty
  if (first[0] === "" && typed.length === 1 && isIndex(rest, 0)) return true;
  return texts === "undecided"
    ? { doubt: `the first row (${shown(first)}) may be names, or values like those below` }
    : texts === "names";
}

interface Top {
  readonly cell: string;
  readonly column: number;
  readonly kind?: Kind;
  /** Whether nearly all cells below are of that kind. */
  readonly sure: boolean;
}

const holds = (first: readonly string[], known: readonly string[]): boolean => {
  if (known.length === 0) return false;
  const cells = new Set(first.map(nameOf));
  return known.filter((name) => cells.has(nameOf(name))).length * 2 > known.length;
};

/** Names that look the same are the same. */
export const nameOf = (name: string): string => name.normalize("NFC").trim();

const KINDS = ["number", "date", "boolean"] as const;
type Kind = (typeof KINDS)[number];

const is = (kind: Kind, cell: string): boolean =>
  kind === "number"
    ? readNumber(cell) !== undefined || readNumber(cell, ",") !== undefined
    : kind === "date"
      ? dateOf(cell, "dmy") !== undefined || dateOf(cell, "mdy") !== undefined
      : truthOf(cell) !== undefined;

/** What at least half of the cells that are there are. */
function kindOf(rows: Rows, column: number): Pick<Top, "kind" | "sure"> {
  let present = 0;
  const counts: Record<Kind, number> = { number: 0, date: 0, boolean: 0 };
  for (const row of rows) {
    const cell = row[column]!;
    if (isMissing(cell)) continue;
    present++;
    if (is("number", cell)) counts.number++;
    else if (is("date", cell)) counts.date++;
    else if (is("boolean", cell)) counts.boolean++;
  }
  const kind = KINDS.find((each) => present > 0 && counts[each] * 2 >= present);
  return { ...(kind && { kind }), sure: kind !== undefined && counts[kind] * 10 >= present * 9 };
}

/** Numbers on top of columns of numbers: values, unless they count up as names do. */
function numbersOnTop(
  first: readonly string[],
  rest: Rows,
  { names, values, texts }: { names: readonly Top[]; values: readonly Top[]; texts: Texts },
): boolean | Doubt {
  const numbers = values.map(({ cell }) => Number(cell));
  const row = `the first row (${shown(first)})`;
  const name = names.find(({ sure }) => sure);
  if (values.every(({ kind, cell }) => kind === "number" && /^\d+$/.test(cell)) && counting(numbers)) {
    const fractions = (cells: readonly string[]) =>
      values.every(({ column }) => isMissing(cells[column]!) || /[.,]/.test(cells[column]!));
    const index = first[0] === "" && values.length === first.length - 1 && isIndex(rest, 0);
    if (name || index || (numbers.length > 1 && rest.every(fractions))) return true;
    if (texts === "values") return false;
    const below = rest.some((cells) => values.some(({ column }) => areYears([Number(cells[column])])));
    if (areYears(numbers) && !below)
      return texts === "names" || { doubt: `${row} may be years as names, or values` };
    if (numbers.length < 3) return false;
    if (texts === "names" || (numbers[0] === 0 && values.length === first.length))
      return (
        (numbers[0] === 0 && texts === "names") || { doubt: `${row} counts up as names do, or is values` }
      );
    return false;
  }
  // nobody calls a column 5.1
  if (!name || values.some(({ cell }) => /\D/.test(cell))) return false;
  return { doubt: `${row} may be names, or values of which ${show(name.cell)} is no ${name.kind}` };
}

/** Whole numbers, all different. */
export const isIndex = (rows: Rows, column: number): boolean =>
  rows.every((row) => /^\d{1,15}$/.test(row[column]!)) &&
  new Set(rows.map((row) => row[column]!)).size === rows.length;

const shown = (cells: readonly string[]): string =>
  cells
    .slice(0, 5)
    .map((cell) => (cell.length > 24 ? `${cell.slice(0, 24)}…` : cell))
    .join(", ") + (cells.length > 5 ? ", …" : "");

/** 0, 1, 2, … or 1, 2, 3, …, or years in equal steps. */
function counting(numbers: readonly number[]): boolean {
  const step = numbers.length > 1 ? numbers[1]! - numbers[0]! : 1;
  if (step <= 0 || !numbers.every((value, i) => value === numbers[0]! + i * step)) return false;
  return (numbers[0]! <= 1 && step === 1) || areYears(numbers) || numbers.length > 3;
}

const areYears = (numbers: readonly number[]): boolean =>
  numbers.every((value) => value >= 1800 && value <= 2200);

type Texts = "names" | "values" | "undecided";

/** Of columns of text whose values come again: whether those of the first row do. */
function textsOnTop(columns: readonly Top[], rest: Rows): Texts {
  let texts: Texts = "undecided";
  for (const { cell, column } of columns) {
    const values = new Set(rest.map((row) => row[column]!));
    if (values.size * 2 > rest.length) continue;
    if (values.has(cell)) return "values";
    texts = "names";
  }
  return texts;
}
