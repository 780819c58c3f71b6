/**
 * Whether what an Arrow file or stream says of itself lies in it. Its package believes any number: a list of two thousand million columns
 * in a file of two thousand bytes keeps it busy for hours, and so do a column that lies in itself, and a batch that is none.
 */
import { latin } from "../../readers/content.ts";
import { BODY, byteOf, FILE, fieldOf, longOf, messageAt, SCHEMA, TYPE, viewOf } from "./arrowMessages.ts";

/**
 * What fields of a table of FlatBuffers refer to: a field's place among them, the bytes of an item where it is a list (a text is one of
 * bytes, tables are listed by 4 bytes each; 0: a table by itself), and what these tables refer to. All other fields are plain numbers.
 */
type Refers = readonly (readonly [field: number, item: number, to?: To])[];
/** By the table itself, whose place stands at `at`. */
type To = (view: DataView, at: number) => Refers;

const plain = (): Refers => [];
const pair = (): Refers => [
  [4, 1],
  [6, 1],
];
const encoding = (): Refers => [[6, 0, plain]];
/** Times have a zone, and values of several types the numbers of these. */
const OF_TYPES: Readonly<Record<number, Refers>> = { 10: [[6, 1]], 14: [[6, 4]] };
const [COLUMN_TYPE, COLUMN_OF] = [8, 10];
const column = (): Refers => [
  [4, 1],
  [COLUMN_OF, 0, (view, at) => OF_TYPES[byteOf(view, at, COLUMN_TYPE)] ?? []],
  [12, 0, encoding],
  [14, 4, column],
  [16, 4, pair],
];
const schema = (): Refers => [
  [6, 4, column],
  [8, 4, pair],
  [10, 8],
];
const batch = (): Refers => [
  [6, 16],
  [8, 16],
  [10, 0, plain],
  [12, 8],
];
const codes = (): Refers => [[6, 0, batch]];
const [DICTIONARIES, BATCHES] = [8, 10];
const footer = (): Refers => [
  [6, 0, schema],
  [DICTIONARIES, 24],
  [BATCHES, 24],
  [12, 4, pair],
];
const [DICTIONARY, BATCH] = [2, 3];
/** What a message is, by its type. */
const HEADERS = new Map([
  [SCHEMA, schema],
  [DICTIONARY, codes],
  [BATCH, batch],
]);
const message = (header: () => Refers): Refers => [
  [8, 0, header],
  [12, 4, pair],
];

/** Nothing is written twice, so what is looked at is no more than the file. Some writers keep texts that are the same once. */
const TIMES = 16;

/**
 * @returns whether it says that it is at its end: a stream may not
 * @throws RangeError where something lies beyond the file, or is not what it should be
 */
export function checkArrow(bytes: Uint8Array): boolean {
  try {
    return checked(bytes);
  } catch (cause) {
    // of a DataView
    if (!/^(Offset|Invalid)/.test((cause as Error).message)) throw cause;
    throw new RangeError("something in it lies beyond its end", { cause });
  }
}

function checked(bytes: Uint8Array): boolean {
  let left = TIMES * bytes.length;
  const charge = (cost: number): void => {
    left -= cost;
    if (left < 0) throw new RangeError("its parts lie in each other");
  };
  /** @param at where the table's place stands */
  const check = (view: DataView, at: number, refers: Refers): void => {
    charge(4);
    for (const [field, item, to] of refers) {
      const place = fieldOf(view, at, field);
      if (place === undefined) continue;
      if (item === 0) {
        check(view, place, to!(view, at));
        continue;
      }
      const list = place + view.getUint32(place, true);
      const count = view.getUint32(list, true);
      if (list + 4 + count * item > view.byteLength)
        throw new RangeError(`a list of ${count} is longer than what it is in`);
      charge(count * item);
      if (to) for (let i = 0; i < count; i++) check(view, list + 4 + 4 * i, to(view, at));
    }
  };
  /** @returns what it is, and where its bytes end */
  const checkMessage = (from: number): { type: number; to: number } => {
    const { at: begins, size } = messageAt(viewOf(bytes), from);
    if (size === 0) return { type: 0, to: from };
    const view = viewOf(part(bytes, begins, begins + size));
    const type = byteOf(view, 0, TYPE);
    const header = HEADERS.get(type);
    if (!header) throw new RangeError(`what begins at byte ${from} is of type ${type}`);
    check(view, 0, message(header));
    const to = begins + size + longOf(view, 0, BODY);
    if (!(to <= bytes.length)) throw new RangeError(`it ends within what begins at byte ${from}`);
    return { type, to };
  };
  if (latin(bytes.subarray(0, FILE.length)) !== FILE) return checkStream(bytes, checkMessage);
  const closes = Math.max(0, bytes.length - 10);
  if (latin(bytes.subarray(closes + 4)) !== FILE) throw new RangeError("it is cut off");
  const view = viewOf(part(bytes, closes - viewOf(bytes).getInt32(closes, true), closes));
  check(view, 0, footer());
  for (const [field, type] of [
    [DICTIONARIES, DICTIONARY],
    [BATCHES, BATCH],
  ] as const) {
    const list = fieldOf(view, 0, field);
    const at = list === undefined ? 0 : list + view.getUint32(list, true);
    const count = list === undefined ? 0 : view.getUint32(at, true);
    for (let i = 0; i < count; i++) {
      const from = Number(view.getBigUint64(at + 4 + 24 * i, true));
      const found = checkMessage(from);
      // where there is another message, the package reads it again and again
      if (found.type !== type) throw new RangeError(`what begins at byte ${from} is of type ${found.type}`);
    }
  }
  return true;
}

function checkStream(
  bytes: Uint8Array,
  checkMessage: (from: number) => { type: number; to: number },
): boolean {
  for (let from = 0; from < bytes.length; ) {
    const { type, to } = checkMessage(from);
    if (type === 0) return true;
    if ((type === SCHEMA) !== (from === 0))
      throw new RangeError(from === 0 ? "it begins without a schema" : "it has a second schema");
    from = to;
  }
  return false;
}

/** @throws RangeError for what does not lie in the bytes */
function part(bytes: Uint8Array, from: number, to: number): Uint8Array {
  if (!(from >= 0 && from <= to && to <= bytes.length))
    throw new RangeError(`it ends within what begins at byte ${from}`);
  return bytes.subarray(from, to);
}
