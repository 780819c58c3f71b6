// How the weights w[k, columns] of a matrix product lie: *packed*, in panels of PANEL columns. A panel has its columns next to each other
// for each of the k rows, so a register tile reads it from beginning to end. A last panel of at most NARROW columns is NARROW wide;
// columns beyond the last are zeros.
//
//   k = 3, columns = 10:  panel 0: w00 … w07 | w10 … w17 | w20 … w27   panel 1: w08 w09 0 0 | w18 w19 0 0 | w28 w29 0 0
//
// Element [i, c] is float  (c >> 3) · PANEL · k + i · panelWidth(columns, c) + (c & 7).

/** Columns of a panel. @inline */
export const PANEL: i32 = 8;
/** The same, among the core's exports. */
export const PANEL_COLUMNS: i32 = PANEL;
/** Columns of a narrow last panel. @inline */
export const NARROW: i32 = 4;
/** The same as a number of bits, and what is left of a column's number within its panel. @inline */
const PANEL_BITS: i32 = 3;
/** @inline */
const WITHIN: i32 = 7;
/** Bytes of one row of a panel. @inline */
export const PANEL_ROW: usize = 32;
/** @inline */
export const NARROW_ROW: usize = 16;

/** How many panels so many columns make. @inline */
export function panelsOf(columns: i32): i32 {
  return (columns + WITHIN) >> PANEL_BITS;
}

/** A column's number within its panel. @inline */
export function withinPanel(c: i32): i32 {
  return c & WITHIN;
}

/** The first column of the panel that holds column `c`. @inline */
export function panelStart(c: i32): i32 {
  return c & ~WITHIN;
}

/** How wide the panel is that holds column `c` of `columns`. @inline */
export function panelWidth(columns: i32, c: i32): i32 {
  return columns - (c & ~WITHIN) > NARROW ? PANEL : NARROW;
}

/** Bytes before the panel that holds column `c` of a matrix with k rows. @inline */
export function panelAt(c: i32, k: i32): usize {
  return <usize>(c >> PANEL_BITS) * <usize>k * PANEL_ROW;
}
