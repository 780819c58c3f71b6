/** Pen strokes on a grid of whole numbers, as ink and as text in a link: the same bits in a page and in a test. */
import { linksText } from "../text/links.ts";
import { fill } from "../text/words.ts";
import type { Field } from "../ui/codec.ts";

export type Place = readonly [x: number, y: number];
export type PenStroke = readonly Place[];

/** Pixels of the sheet, and of the pen. */
export const SHEET = { width: 120, height: 40 } as const;
export const PEN = 3.5;
/** Places that a link has room for. */
const MOST_PLACES = 400;

/** Ink from 0 to 255 in the sheet's pixels: by the distance of each from the nearest line, a soft rim of one pixel. */
export function inkOf(strokes: readonly PenStroke[]): Uint8Array {
  const { width, height } = SHEET;
  const ink = new Uint8Array(width * height);
  const reach = Math.ceil(PEN / 2) + 1;
  for (const stroke of strokes)
    stroke.forEach((from, i) => {
      // a single place is a dot
      const to = stroke[i + 1] ?? (stroke.length === 1 ? from : undefined);
      if (!to) return;
      const [x0, x1] = [Math.min(from[0], to[0]) - reach, Math.max(from[0], to[0]) + reach];
      const [y0, y1] = [Math.min(from[1], to[1]) - reach, Math.max(from[1], to[1]) + reach];
      for (let y = Math.max(0, y0); y <= Math.min(height - 1, y1); y++)
        for (let x = Math.max(0, x0); x <= Math.min(width - 1, x1); x++) {
          const share = Math.max(0, Math.min(1, PEN / 2 + 0.5 - distance([x, y], from, to)));
          ink[y * width + x] = Math.max(ink[y * width + x], Math.round(255 * share));
        }
    });
  return ink;
}

/** Of a place from a line between two others. */
function distance([x, y]: Place, [ax, ay]: Place, [bx, by]: Place): number {
  const [dx, dy] = [bx - ax, by - ay];
  const length = dx * dx + dy * dy;
  const t = length === 0 ? 0 : Math.max(0, Math.min(1, ((x - ax) * dx + (y - ay) * dy) / length));
  const [u, v] = [x - ax - t * dx, y - ay - t * dy];
  return Math.sqrt(u * u + v * v);
}

const hex = (value: number): string => value.toString(16).padStart(2, "0");

/** Four hexadecimal digits for each place, a hyphen between strokes; "none" without any. */
export const strokesField = (initial: readonly PenStroke[]): Field<readonly PenStroke[]> => ({
  initial,
  read(text) {
    if (text === "none") return [];
    const words = { width: String(SHEET.width), height: String(SHEET.height) };
    const wanted = fill(linksText.expected.strokes, words);
    if (text.length > 5 * MOST_PLACES || !/^[0-9a-f-]+$/.test(text)) throw new TypeError(wanted);
    return text.split("-").map((part) => {
      if (part === "" || part.length % 4 !== 0) throw new TypeError(wanted);
      return Array.from({ length: part.length / 4 }, (_, i): Place => {
        const x = Number.parseInt(part.slice(4 * i, 4 * i + 2), 16);
        const y = Number.parseInt(part.slice(4 * i + 2, 4 * i + 4), 16);
        if (x >= SHEET.width || y >= SHEET.height) throw new TypeError(wanted);
        return [x, y];
      });
    });
  },
  write: (strokes) =>
    strokes.length === 0
      ? "none"
      : strokes.map((stroke) => stroke.map(([x, y]) => hex(x) + hex(y)).join("")).join("-"),
});

/** Whether a link has room for another place. */
export const hasRoom = (strokes: readonly PenStroke[]): boolean =>
  strokes.reduce((sum, { length }) => sum + length, 0) < MOST_PLACES;
