/** What separates the cells of a table. */
import { isMissing } from "./cells.ts";
import { dateOf } from "./dates.ts";
import { readNumber } from "./numbers.ts";
import { BLANKS, readRecords } from "./records.ts";

/** In the order in which they are preferred where nothing else decides. */
const DELIMITERS = [",", "\t", ";", "|", BLANKS] as const;

/** As much of a text is looked at, and so many of its records. */
const SAMPLE = 2 ** 18;
const RECORDS = 500;
/** From this score on, a delimiter makes a table of a text. */
const TABLE = 0.75;

/** How a delimiter is called in a sentence. */
export const delimiterName = (delimiter: string): string =>
  delimiter === "\t" ? "tab" : delimiter === BLANKS ? "blanks" : delimiter;

/**
 * The delimiter that gives most records the same number of cells, more than one, and cells that read as something: a number
 * (with a comma or a point), a date, a word. Judged over up to 500 records, outside quotes; a comma where there is one column.
 */
export function guessDelimiter(text: string): string {
  const sample = text.slice(0, SAMPLE);
  let best = ",";
  let most = 0;
  let widest = 1;
  for (const delimiter of DELIMITERS) {
    // blanks stand between words as well: only where nothing else makes a table of it
    if (delimiter === BLANKS ? most >= TABLE : !sample.includes(delimiter)) continue;
    const { score, width } = judge(sample, delimiter, text.length <= SAMPLE);
    if (score < most || (score === most && width <= widest)) continue;
    [best, most, widest] = [delimiter, score, width];
  }
  return best;
}

function judge(text: string, delimiter: string, whole: boolean): { score: number; width: number } {
  // a newline at the end: then nothing is cut off
  const { rows } = readRecords(whole ? `${text}\n` : text, delimiter, "", { sample: RECORDS });
  const widths = new Map<number, number>();
  for (const { length } of rows) widths.set(length, (widths.get(length) ?? 0) + 1);
  const [width, count] = [...widths].reduce((a, b) => (b[1] > a[1] ? b : a), [1, 0]);
  if (width === 1) return { score: 0, width };
  let [cells, sense] = [0, 0];
  for (const row of rows) {
    if (row.length !== width) continue;
    for (const cell of row) {
      cells++;
      sense += senseOf(cell);
    }
  }
  return { score: (count / rows.length) * (sense / cells), width };
}

/** 1 for what is a value; less for what may hold the values of several cells. */
function senseOf(cell: string): number {
  if (
    isMissing(cell) ||
    readNumber(cell) ||
    readNumber(cell, ",") ||
    dateOf(cell, "dmy") ||
    dateOf(cell, "mdy")
  )
    return 1;
  if (/[,;|\t](?! )/.test(cell) || cell.startsWith('"')) return 0;
  if (/ {2}|\d [\d.,+-]/.test(cell)) return 0.1;
  return /[,;|]/.test(cell) ? 0.5 : 1;
}
