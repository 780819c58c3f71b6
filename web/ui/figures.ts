/** Figures as text. */

/** Three significant digits, without trailing zeros. */
export const short = (value: number): string =>
  value < 1e6 ? String(Number(value.toPrecision(3))) : value.toExponential(1);
export const percent = (value: number): string => `${Number((100 * value).toFixed(1))} %`;
