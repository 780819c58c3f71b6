/** The messages that an Arrow file or stream is made of. */
import { attempt } from "../../../host.ts";

export const FILE = "ARROW1";
/** A stream's first message is the schema, of at most so many bytes. */
const MOST_SCHEMA = 1 << 24;

/** Whether a stream begins here: with a mark and the size of its first message, or, before version 0.15 of the format, without the mark. */
export function beginsStream(head: Uint8Array): boolean {
  if (head.length < 16) return false;
  const view = viewOf(head);
  const { size, at, marked } = messageAt(view, 0);
  if (size < 16 || size >= MOST_SCHEMA) return false;
  // the old form has no mark that other files lack, so its message has to be a schema
  return marked ? size % 8 === 0 : size % 8 === 4 && attempt(() => byteOf(view, at, TYPE)) === SCHEMA;
}

export const viewOf = ({ buffer, byteOffset, length }: Uint8Array) =>
  new DataView(buffer, byteOffset, length);

/** Where a message lies whose prefix is at `from`, and how large it is; the last has no size. */
export function messageAt(view: DataView, from: number) {
  const marked = view.getUint32(from, true) === 0xffffffff;
  return { marked, at: from + (marked ? 8 : 4), size: view.getUint32(from + (marked ? 4 : 0), true) };
}

/** A message is a table of FlatBuffers: where it lists the places of its second field, what the message is, and its fourth, the bytes after it. */
export const [TYPE, BODY] = [6, 10];
/** What the first one is. */
export const SCHEMA = 1;

/** Where a field of a table lies; undefined where it has its default. @param at where the table's place stands @throws beyond the end */
export function fieldOf(view: DataView, at: number, field: number): number | undefined {
  const table = at + view.getUint32(at, true);
  const places = table - view.getInt32(table, true);
  const place = view.getInt16(places, true) > field ? view.getInt16(places + field, true) : 0;
  // before its table: readers of FlatBuffers would go there
  if (place < 0) throw new RangeError("a field lies before what it is of");
  return place > 0 ? table + place : undefined;
}
export function byteOf(view: DataView, message: number, field: number): number {
  const at = fieldOf(view, message, field);
  return at === undefined ? 0 : view.getUint8(at);
}
export function longOf(view: DataView, message: number, field: number): number {
  const at = fieldOf(view, message, field);
  return at === undefined ? 0 : Number(view.getBigUint64(at, true));
}
