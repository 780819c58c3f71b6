/** Windows over the ids of a text as rows of a data set: read from one copy of the ids. */

import { STREAMS, Words } from "../../math/words.ts";
import type { Dataset, DatasetHeader, Inputs, Targets } from "../dataset.ts";
import { portable, type TextSource } from "../portable.ts";

/** One window of so many is shown without its beginning, so that short prompts are nothing new. */
const ONE_OF = 8;

/**
 * Inputs [length, width], 1 at each step's id, or [length] ids as float32; targets the id behind the window, or [length] ids, each the one
 * behind its step. While training one window in eight of "next" begins with nothing, up to a place that follows from (epoch, row) alone.
 */
export function textRows(header: DatasetHeader & Pick<Dataset, "apart">, source: TextSource): Dataset {
  const { ids, starts, length, width, targets } = source;
  const dataset: Dataset = {
    ...header,
    inOrder: true,
    read(indices: Uint32Array, x: Inputs, y: Targets, epoch?: number) {
      if (width > 0) x.fill(0, 0, indices.length * length * width);
      for (let row = 0; row < indices.length; row++) {
        const index = indices[row]!;
        const start = starts[index]!;
        const from =
          epoch !== undefined && width > 0 && targets === "next" ? hidden(epoch, index, length) : 0;
        for (let i = 0; i < length; i++) {
          const at = row * length + i;
          const id = ids[start + i]!;
          if (width === 0) x[at] = id;
          else if (i >= from) x[at * width + id] = 1;
          if (targets === "each") y[at] = ids[start + i + 1]!;
        }
        if (targets === "next") y[row] = ids[start + length]!;
      }
    },
  };
  return portable(dataset, () => ({ kind: "text", header, source }));
}

function hidden(epoch: number, row: number, length: number): number {
  const words = new Words(row, STREAMS.shorter, epoch);
  return words.next() % ONE_OF === 0 ? words.next() % length : 0;
}
