/** Rows in memory, by their numbers. */
import type { Dataset, Inputs, Targets } from "./dataset.ts";

/** Rows of fewer values are copied one by one, which takes less time than to make a view of them. */
const NARROW = 48;

/** Copies the rows `rows` of a matrix [n, width] one after the other into `to`. */
export function gather(from: Inputs | Targets, width: number, rows: Uint32Array, to: Inputs | Targets): void {
  for (let r = 0; r < rows.length; r++) {
    const at = rows[r]! * width;
    const put = r * width;
    if (width > NARROW) to.set(from.subarray(at, at + width), put);
    else for (let i = 0; i < width; i++) to[put + i] = from[at + i]!;
  }
}

/** Rows of a data set that lie in memory, and which of them they are where it is not all. */
export interface InMemory {
  readonly x: Inputs;
  readonly y: Targets;
  readonly rows?: Uint32Array;
}

/** What is loaded later has a copy of this module. */
const KEY = /* @__PURE__ */ Symbol.for("nabla.rows");
type Read = Dataset["read"] & { [KEY]?: () => InMemory | undefined | false };

/**
 * A `read` that does nothing but gather rows: who asks inMemory() need not call it. Said of the function and not of the data set, so
 * that it is not said of `{ ...dataset, read }`.
 *
 * @param of what it gathers; undefined while that is not here
 */
export function gathering(read: Dataset["read"], of: () => InMemory | undefined | false): Dataset["read"] {
  (read as Read)[KEY] = of;
  return read;
}

/** What a data set's `read` does nothing but gather; undefined where it does anything else. */
export const inMemory = ({ read }: Pick<Dataset, "read">): InMemory | undefined | false =>
  (read as Read)[KEY]?.();
