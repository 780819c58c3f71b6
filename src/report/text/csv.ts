/** Rows as a table that spreadsheets and other programs read. */

/** Quoted where a cell has what parts cells or lines. */
const cell = (text: string): string => (/[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text);

/** Lines end in a line feed, the last one as well. */
export const csvText = (rows: readonly (readonly (string | number)[])[]): string =>
  rows.map((row) => `${row.map((each) => cell(String(each))).join(",")}\n`).join("");
