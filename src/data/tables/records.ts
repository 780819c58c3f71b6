/**
 * Text to records of cells: as RFC 4180 says, and as files are. Line ends of any kind, also mixed; quotes within cells; columns
 * aligned with blanks. One pass. What rows and cells take is counted as they are made, so that a small text of many cells ends in an error
 * and not in a process that has no memory left. A cell of more than 12 characters shares the memory of the text.
 *
 * Our own, because errors need the line a record begins on, and a general parser that says it takes five times the memory.
 */
import { NablaError } from "../../errors.ts";

/** The delimiter of columns that runs of blanks separate. */
export const BLANKS = " ";

export interface Records {
  readonly rows: string[][];
  /** The line on which each begins. */
  readonly lines: number[];
}

/** Bytes of a row, of a cell, and of a cell's text where it is not one of the characters that an engine has anyway; as measured in V8. */
const [ROW, CELL, TEXT] = [88, 8, 32];
/** What is known of a column of a table takes so many bytes, about. */
const COLUMN = 1500;
/** Engines have no lists of more than 2²⁷ elements, and end where one is asked for. */
const MOST_ROWS = 5e7;
/** What rows and cells may take, unless somebody says otherwise: 1 GiB. */
export const MOST_CELLS = 2 ** 30;

/** Bytes that so many rows and columns take, about, of cells that are no single characters. */
export const memoryOf = (rows: number, columns: number): number =>
  rows * (ROW + columns * (CELL + TEXT)) + columns * COLUMN;

export interface RecordOptions {
  /** Bytes that rows and cells may take; default 1 GiB. */
  maxBytes?: number;
  /** The line on which the text begins; default 1. */
  line?: number;
  /**
   * To look at how a text is written: at most so many records. What is cut off at the end is left out, and quoted cells
   * are "": what they hold tells nothing.
   */
  sample?: number;
}

const TAB = 9;
const LF = 10;
const CR = 13;
const SPACE = 32;
const QUOTE = 34;
const NBSP = 160;

/** @throws NablaError with `name` and line, for a quoted cell that does not end, and for more cells than there may be memory for */
export function readRecords(
  text: string,
  delimiter: string,
  name: string,
  { line = 1, sample, maxBytes = MOST_CELLS }: RecordOptions = {},
): Records {
  const rows: string[][] = [];
  const lines: number[] = [];
  const end = text.length;
  const separator = delimiter.charCodeAt(0);
  const single = delimiter.length === 1;
  const blanks = delimiter === BLANKS;
  const isBlank = (c: number) => (c === SPACE || c === TAB || c === NBSP) && (blanks || c !== separator);
  const isLineEnd = (c: number) => c === LF || c === CR;
  const isEnd = (c: number, i: number) =>
    c === LF ||
    c === CR ||
    (c === separator && (single || text.startsWith(delimiter, i))) ||
    (blanks && c === TAB);
  const refuse = (what: string) => new NablaError(`${name}: line ${line}: ${what}`, { details: { line } });
  let at = 0;
  let taken = 0;
  const take = (bytes: number) => {
    taken += bytes;
    if (taken > maxBytes)
      throw refuse(
        `rows and cells take more than ${maxBytes} bytes from here on (${at} of ${end} characters); take a part of the table, or allow more with maxBytes`,
      );
  };

  const bare = (): string => {
    const start = at;
    for (; at < end; at++) if (isEnd(text.charCodeAt(at), at)) break;
    let stop = at;
    while (stop > start && isBlank(text.charCodeAt(stop - 1))) stop--;
    return text.slice(start, stop);
  };

  /** undefined where a sample ends within it. */
  const quoted = (): string | undefined => {
    const start = at;
    let close = start;
    for (;;) {
      close = text.indexOf('"', close + 1);
      if (close < 0 || text.charCodeAt(close + 1) !== QUOTE) break;
      close++;
    }
    if (close < 0) {
      if (sample !== undefined) return undefined;
      throw refuse(
        'a cell opens with " and no other " closes it; write "" for a quote at the start of a cell',
      );
    }
    let next = close + 1;
    while (next < end && isBlank(text.charCodeAt(next))) next++;
    const inner = text.slice(start + 1, close);
    const ended = next >= end || isEnd(text.charCodeAt(next), next) || (blanks && next > close + 1);
    const breaks = lineEnds(inner);
    if (ended) {
      at = next;
      line += breaks;
      return sample === undefined ? unquoted(inner) : "";
    }
    if (breaks > 0) {
      if (sample !== undefined) return undefined;
      throw refuse(
        'a cell opens with ", goes on over several lines, and has text behind its closing "; write "" for a quote in it',
      );
    }
    // "5" disk" is 5" disk, and "5" disk is itself
    at = next;
    bare();
    let stop = at;
    while (isBlank(text.charCodeAt(stop - 1))) stop--;
    const whole = text.slice(start, stop);
    return whole.endsWith('"') ? unquoted(whole.slice(1, -1)) : whole;
  };

  while (at < end) {
    // most rows are as wide as those before: no room is left over
    const row: string[] = new Array(rows.at(-1)?.length ?? 0);
    let cells = 0;
    const first = line;
    let marked = false;
    for (;;) {
      while (at < end && isBlank(text.charCodeAt(at))) at++;
      const begins = at < end ? text.charCodeAt(at) : LF;
      // blanks before the end of a line begin no cell
      if (blanks && isLineEnd(begins)) break;
      if (begins === QUOTE) {
        const cell = quoted();
        if (cell === undefined) return { rows, lines };
        marked = true;
        row[cells] = cell;
      } else row[cells] = bare();
      take(row[cells++]!.length > 1 ? CELL + TEXT : CELL);
      if (cells * COLUMN > maxBytes)
        throw refuse(
          `it has ${cells} cells and more: so many columns take more than ${maxBytes} bytes; expected a row on each line: take a part of the columns, or allow more with maxBytes`,
        );
      if (at >= end || isLineEnd(text.charCodeAt(at))) break;
      if (!blanks) at += delimiter.length;
    }
    if (at < end) {
      at += text.charCodeAt(at) === CR && text.charCodeAt(at + 1) === LF ? 2 : 1;
      line++;
    } else if (sample !== undefined && rows.length > 0) break;
    // a line with nothing on it is no record
    if (cells === 0 || (cells === 1 && row[0] === "" && !marked)) continue;
    if (row.length > cells) row.length = cells;
    take(ROW);
    if (rows.length >= MOST_ROWS) throw refuse(`expected at most ${MOST_ROWS} rows, got more; take a part`);
    rows.push(row);
    lines.push(first);
    if (rows.length === sample) break;
  }
  return { rows, lines };
}

/** How many there are, of any kind. */
export function lineEnds(text: string, end = text.length): number {
  let count = 0;
  for (let i = 0; i < end; i++) {
    const c = text.charCodeAt(i);
    if (c === LF || (c === CR && text.charCodeAt(i + 1) !== LF)) count++;
  }
  return count;
}

const unquoted = (inner: string): string => (inner.includes('""') ? inner.replaceAll('""', '"') : inner);
