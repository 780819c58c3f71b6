/** How data was read, for people and in JSON. */
import type { OpenedData } from "../../data/readers/open.ts";
import type { Terminal } from "../terminal.ts";
import { inLine } from "./visible.ts";

type Noted = Pick<OpenedData, "notes">;

/** What was read and how, and what was left out: a sentence a line. */
export const noteLines = ({ notes = [] }: Noted, { dim }: Pick<Terminal, "dim">): string[] =>
  notes.map((note) => dim(inLine(note)));

/** The same in JSON. */
export const notesOf = ({ notes = [] }: Noted): { notes?: readonly string[] } =>
  notes.length > 0 ? { notes } : {};

/** Of the columns of a table: a line for all plain numbers together, and one for each other column. */
export function readingLines({ readings = [] }: OpenedData): string[] {
  const isPlain = ({ as }: (typeof readings)[number]): boolean => as === "number";
  const numbers = readings.filter(isPlain).map(({ column }) => column);
  const shown =
    numbers.length > 12
      ? `${numbers.slice(0, 12).map(inLine).join(", ")}, … (${numbers.length})`
      : numbers.map(inLine).join(", ");
  return [
    ...(numbers.length > 0 && numbers.length < readings.length ? [`numbers: ${shown}`] : []),
    ...readings.filter((reading) => !isPlain(reading)).map(({ column, as }) => inLine(`${column}: ${as}`)),
  ];
}
