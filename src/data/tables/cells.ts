/**
 * What one cell of a table is: missing, a number, a boolean, or text. Dates are in dates.ts; how the numbers of a whole
 * column are written (decimal comma, currency, …) is in numbers.ts. Every function takes time linear in the cell.
 */

/** Digits, a point, an exponent. No part of the pattern can match what another one gave back, so it is linear. */
const PLAIN = /^[+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?$/;

/** Whether a cell is written as programs write numbers. As a feature, 007 and 1e3 are numbers as well. */
export const isNumber = (cell: string): boolean => PLAIN.test(cell);

/**
 * What a cell is as a label. `1.0` is `1`; everything else is itself: 007, 1e3, +1, and numbers beyond 2⁵³, for none of
 * which writing the number gives the cell back.
 */
export function labelOf(cell: string): string {
  if (!cell.endsWith(".0")) return cell;
  const whole = cell.slice(0, -2);
  return isExact(whole) && Number.isSafeInteger(Number(whole)) ? whole : cell;
}

/** Whether writing the number gives the cell back. */
export const isExact = (cell: string): boolean => isNumber(cell) && String(Number(cell)) === cell;

/** Digits that are no quantity: a zero in front, or more of them than a number holds. */
export const isCode = (cell: string): boolean => /^\d+$/.test(cell) && !isExact(cell);

/** What spreadsheets, R, pandas and SQL write where there is no value; in lower case. */
const MISSING: ReadonlySet<string> = /* @__PURE__ */ new Set([
  ...["", "na", "n/a", "n.a.", "#n/a", "#na", "#n/a n/a", "<na>", "nan", "-nan", "null", "none", "nil"],
  ...["1.#ind", "-1.#ind", "1.#qnan", "-1.#qnan", "?", "-", "--", "−", "–", "—", "."],
]);
const LONGEST = 9;

/** Whether a cell says that there is no value. */
export const isMissing = (cell: string): boolean =>
  cell.length <= LONGEST && (MISSING.has(cell) || MISSING.has(cell.toLowerCase()));

const TRUE = /^(?:true|yes|y|t|on)$/i;
const FALSE = /^(?:false|no|n|f|off)$/i;

/** True, yes, y, t, on or their opposites, in any case; undefined for what is neither. */
export const truthOf = (cell: string): boolean | undefined =>
  TRUE.test(cell) ? true : FALSE.test(cell) ? false : undefined;
