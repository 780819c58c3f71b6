/** Where the batches of an Arrow file or stream lie, without reading them. */
import { joined } from "../../../checkpoint/safetensors.ts";
import { latin } from "../../readers/content.ts";
import type { FileParts } from "../../readers/reader.ts";
import { BODY, byteOf, FILE, fieldOf, longOf, messageAt, SCHEMA, TYPE, viewOf } from "./arrowMessages.ts";

/** A file's magic is filled up to so many bytes, and another closes it, behind the footer and its size. */
const [MAGIC, CLOSING] = [8, 10];
/** A message's header, and what a message is besides a schema. */
const [HEADER, DICTIONARY, BATCH] = [8, 2, 3];
/** Fields of a header: of a batch the number of its rows; of a dictionary its number, and whether it is added to what is there. */
const [ROWS, ID, IS_DELTA] = [4, 4, 8];

/** A place in a file. */
interface Place {
  readonly from: number;
  readonly to: number;
}
interface Batch extends Place {
  readonly rows: number;
  /** What its codes stand for. */
  readonly dictionaries: readonly Place[];
}

/** Where the parts of a file lie. */
export interface Messages {
  readonly batches: readonly Batch[];
  /** Whether it says that it is at its end: a stream may not. */
  readonly ended: boolean;
  /** A batch as a file, or as a stream, of its own. */
  read(batch: Batch): Promise<Uint8Array>;
}

/** @throws RangeError, and any error of `parts`, for a damaged file */
export async function messagesOf(parts: FileParts): Promise<Messages> {
  const start = await parts.read(0, Math.min(parts.size, MAGIC));
  return latin(start).startsWith(FILE) ? inFile(parts, start) : inStream(parts);
}

/** One after the other, to the last that is there. */
async function inStream(parts: FileParts): Promise<Messages> {
  const end = parts.size;
  let schema: Place | undefined;
  let ended = false;
  const batches: Batch[] = [];
  const known = new Map<number, Place[]>();
  for (let from = 0; from < end; ) {
    const prefix = await parts.read(from, Math.min(end, from + 8));
    const { at, size } = messageAt(viewOf(prefix), 0);
    ended = size === 0;
    if (ended) break;
    const behind = from + at + size;
    const view = behind > end ? undefined : viewOf(await parts.read(from + at, behind));
    const to = view ? behind + longOf(view, 0, BODY) : behind;
    if (!view || to > end) throw new RangeError(`it ends within what begins at byte ${from}`);
    const kind = byteOf(view, 0, TYPE);
    const header = fieldOf(view, 0, HEADER) ?? 0;
    if (kind === SCHEMA && schema) throw new RangeError("it has a second schema");
    if (kind === SCHEMA) schema = { from, to };
    if (kind === DICTIONARY) {
      const id = longOf(view, header, ID);
      const before = byteOf(view, header, IS_DELTA) ? (known.get(id) ?? []) : [];
      known.set(id, [...before, { from, to }]);
    }
    if (kind === BATCH)
      batches.push({ from, to, rows: longOf(view, header, ROWS), dictionaries: [...known.values()].flat() });
    from = to;
  }
  if (!schema) throw new RangeError("it begins without a schema");
  return {
    batches,
    ended,
    async read(batch) {
      const pieces = await piecesAt(parts, [schema!, ...batch.dictionaries, batch]);
      return joined([...pieces, new Uint8Array([255, 255, 255, 255, 0, 0, 0, 0])]);
    },
  };
}

async function piecesAt(parts: FileParts, places: readonly Place[]): Promise<Uint8Array[]> {
  const pieces: Uint8Array[] = [];
  for (const { from, to } of places) pieces.push(await parts.read(from, to));
  return pieces;
}

/** Lists of a footer, and what an entry of them says: where a message begins, its bytes, those after it. */
const [DICTIONARIES, BATCHES] = [8, 10];
const [ENTRY, OFFSET, META, BYTES] = [24, 0, 8, 16];

/** By the footer, which has the schema too. */
async function inFile(parts: FileParts, start: Uint8Array): Promise<Messages> {
  const closes = Math.max(0, parts.size - CLOSING);
  const closing = await parts.read(closes, parts.size);
  if (latin(closing.subarray(4)) !== FILE) throw new RangeError("it is cut off");
  const footerAt = closes - viewOf(closing).getInt32(0, true);
  if (footerAt < MAGIC || footerAt > closes) throw new RangeError("its footer is not where it should be");
  const footer = await parts.read(footerAt, closes);
  const view = viewOf(footer);
  const listed = (field: number) => {
    const list = fieldOf(view, 0, field);
    const at = list === undefined ? undefined : list + view.getUint32(list, true);
    const length = at === undefined ? 0 : view.getUint32(at, true);
    if (length * ENTRY > footer.length) throw new RangeError("its footer is cut off");
    return { at: at ?? 0, places: Array.from({ length }, (_, i) => placeAt(at! + 4 + i * ENTRY)) };
  };
  const placeAt = (entry: number): Place => {
    const from = Number(view.getBigUint64(entry + OFFSET, true));
    const to = from + view.getInt32(entry + META, true) + Number(view.getBigUint64(entry + BYTES, true));
    if (!(to >= from && to <= footerAt)) throw new RangeError(`it ends within what begins at byte ${from}`);
    return { from, to };
  };
  const { at: dictionariesAt, places: dictionaries } = listed(DICTIONARIES);
  const { at: batchesAt, places } = listed(BATCHES);
  const told = [...dictionaries, ...places].reduce((sum, { from, to }) => sum + to - from, 0);
  if (told > footerAt) throw new RangeError("its parts lie in each other");
  const batches: Batch[] = [];
  for (const [i, place] of places.entries()) {
    const meta = view.getInt32(batchesAt + 4 + i * ENTRY + META, true);
    const message = viewOf(await parts.read(place.from, place.from + meta));
    const { at } = messageAt(message, 0);
    batches.push({ ...place, rows: longOf(message, fieldOf(message, at, HEADER) ?? 0, ROWS), dictionaries });
  }
  return {
    batches,
    ended: true,
    async read(batch) {
      // the same footer, whose list of batches has one, and whose places are the new ones
      const own = footer.slice();
      const one = viewOf(own);
      one.setUint32(batchesAt, 1, true);
      const entry = batchesAt + 4 + ENTRY * batches.indexOf(batch);
      own.copyWithin(batchesAt + 4, entry, entry + ENTRY);
      let offset = start.length;
      const put = (entry: number, { from, to }: Place): void => {
        one.setBigUint64(entry + OFFSET, BigInt(offset), true);
        offset += to - from;
      };
      dictionaries.forEach((place, i) => put(dictionariesAt + 4 + i * ENTRY, place));
      put(batchesAt + 4, batch);
      return joined([start, ...(await piecesAt(parts, [...dictionaries, batch])), own, closing]);
    },
  };
}
