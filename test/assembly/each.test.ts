/** EACH: a kernel on several rows of a matrix for each row of the batch. */
import { expect, test } from "vitest";
import { Bed, ld, values } from "../support/kernel.ts";

const [rows, each, units] = [3, 5, 7];

/** softmax of [rows · each, units], by EACH or by the kernel alone. */
function softmax(parts: number, through: boolean): Float32Array {
  const bed = new Bed();
  const n = rows * each;
  const z = bed.matrix("z", n, units, values(n * units, 4));
  const a = bed.matrix("a", n, units);
  if (!through) {
    bed.run("SOFTMAX_FORWARD", { a, z, units, alpha: 0 }, n, parts);
    return bed.read(a, n, units);
  }
  const layout = bed.core.record("SOFTMAX_FORWARD");
  const record = bed.alloc("inner record", 16);
  for (const [name, value] of Object.entries({ a, z, units }))
    bed.core.i32(record + layout[name as "a"].at, 1)[0] = value;
  bed.core.f32(record + layout.alpha.at, 1)[0] = 0;
  bed.run("EACH", { kernel: bed.core.kernel("SOFTMAX_FORWARD"), record, each }, rows, parts);
  return bed.core.f32(a, n * ld(units)).some(Number.isNaN) ? new Float32Array(0) : bed.read(a, n, units);
}

test.each([1, 2, 3, 4, 20])("in %i shares: every row, and no other", (parts) => {
  expect(softmax(parts, true)).toEqual(softmax(1, false));
});
