// Sums over very many values. One value after the other, a float32 sum of millions loses what is small beside it: of a million equal pixels
// the mean was 1 % off. So long sums go in blocks: each is added up by itself, and then to those before it.
//
// Where blocks begin follows from shapes and from what a row of the batch is, never from shares, so bits are the same in any number of
// shares. Rows that are images or sequences are blocks of their own, so bits are the same in any pieces of a batch, too. Other rows are
// added up one after the other as long as a batch has no more than SUM_BLOCK of them: so far pieces give the bits of the batch.

/** Terms that are added one after the other. */
export const SUM_BLOCK: i32 = 1024; // a power of two

/** Fewer rows of matrices than this for each row of the batch are no block: writing its sum took longer than adding it up. */
export const LEAST_BLOCK: i32 = 16;

/** Whether a block ends before item i of a sum. @inline */
export function blockEnds(i: i32): bool {
  return (i & SUM_BLOCK - 1) == 0;
}

/** The same of a row that is added up four columns at a time, i bytes after its first. @inline */
export function quadsEnd(i: usize): bool {
  return (i & ((SUM_BLOCK << 4) - 1)) == 0;
}

/** Rows of a kernel's matrices for each row of the batch, where the kernel runs within EACH. Each thread has globals of its own. */
let perRow: i32 = 1;

/** @inline */
export function rowsOfEach(): i32 {
  return perRow;
}

/** @inline */
export function setRowsOfEach(each: i32): void {
  perRow = each;
}
