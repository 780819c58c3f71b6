/** On the page: data sets on their way to the worker. */

import type { Inputs, Targets } from "../data/dataset.ts";
import type { Lendable, Portable } from "../data/portable.ts";
import { isA, isBytes } from "../tags.ts";
import { pauser } from "../training/pause.ts";
import { type FromPage, PIECE, type SentDataset, type SentValues } from "./protocol.ts";

/** What is sent a piece at a time; who sends it knows which training it is for. */
export type DatasetPiece = Omit<Extract<FromPage, { kind: "piece" }>, "kind" | "id">;

export interface Sent {
  datasets: SentDataset[];
  /** By the numbers of their data sets: rows to be moved along with the description, which are still here. */
  lent: Map<number, Lendable>;
  moved: Set<ArrayBuffer>;
}

/**
 * Sends rows in memory ahead, in copied pieces between which others have their turn.
 *
 * @param transfer move rows instead, if nobody else uses their memory
 * @param post sends one piece; throws where there is nothing more to be done
 */
export async function sendDatasets(
  portables: readonly Portable[],
  transfer: boolean,
  post: (piece: DatasetPiece) => void,
): Promise<Sent> {
  const sent: Sent = { datasets: [], lent: new Map(), moved: new Set() };
  const pause = pauser();
  let pieces = 0;
  const send = async (values: Inputs | Targets): Promise<SentValues> => {
    if (!isA("ArrayBuffer", values.buffer)) return { values };
    const number = pieces++;
    const { length } = values;
    const step = PIECE / values.BYTES_PER_ELEMENT;
    for (let at = 0; at < length; at += step) {
      const part = values.subarray(at, at + step);
      // Node's Buffer has a slice() that copies nothing
      post({ number, length, at, values: isBytes(part) ? new Uint8Array(part) : part.slice() });
      await pause();
    }
    return { piece: number };
  };
  for (const [number, entry] of portables.entries()) {
    if (entry.kind !== "arrays") {
      sent.datasets.push(entry);
      continue;
    }
    const { x, y, rows, exact: _, ...rest } = entry;
    const { buffer } = x;
    // others' views would lose their memory as well
    if (transfer && isA("ArrayBuffer", buffer) && x.byteLength === buffer.byteLength) {
      sent.lent.set(number, rows);
      sent.moved.add(buffer);
      sent.datasets.push({ ...rest, x: { values: x, lent: true }, y: await send(y) });
    } else sent.datasets.push({ ...rest, x: await send(x), y: await send(y) });
  }
  return sent;
}
