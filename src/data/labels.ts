/** What makes values labels of classes, in tables and in arrays, and the order of classes. */

/** Few different values, most of which come again: whole numbers like these are labels. */
export const areFew = (distinct: number, rows: number): boolean =>
  distinct <= Math.max(20, Math.sqrt(rows)) && distinct * 2 <= rows;

/** More different texts than can be learned from so few rows. */
export const areTooMany = (distinct: number, rows: number): boolean => distinct > 20 && distinct * 2 > rows;

/** The order of names, which is the same everywhere: no language's alphabet. */
export const byCodeUnit = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

/** Whether names are numbers, all of them. */
export const isNumeric = (names: readonly string[]): boolean =>
  names.every((name) => name.trim() !== "" && Number.isFinite(Number(name)));

/** Names of classes in their order: numbers by size, others by code unit. Sorts in place. */
export const inOrder = (names: string[]): string[] =>
  names.sort(isNumeric(names) ? (a, b) => Number(a) - Number(b) || byCodeUnit(a, b) : byCodeUnit);
