/** How the columns of a table were read, for people. */
import type { OpenedData } from "../../node/dataFiles.ts";

/** A line for all plain numbers together, and one for each other column. */
export function readingLines({ readings = [] }: OpenedData): string[] {
  const isPlain = ({ as }: (typeof readings)[number]): boolean => as === "number";
  const numbers = readings.filter(isPlain).map(({ column }) => column);
  const shown =
    numbers.length > 12 ? `${numbers.slice(0, 12).join(", ")}, … (${numbers.length})` : numbers.join(", ");
  return [
    ...(numbers.length > 0 && numbers.length < readings.length ? [`numbers: ${shown}`] : []),
    ...readings.filter((reading) => !isPlain(reading)).map(({ column, as }) => `${column}: ${as}`),
  ];
}
