/** The instructions that add shards' sums along their tree: one place for each level. */
import type { Network } from "../network/network.ts";
import type { PlanBuilder, Range } from "../plan/builder.ts";

/** Where the plan has what adds sums. */
export interface Tree {
  /** Two instructions for each level: gradients += the sum that is kept there, and the sum += gradients. What a shard runs ends here. */
  readonly adds: number;
  readonly sums: readonly Range[];
  /** Where they get the rate −1 from: they are steps of SGD, and w − (−1) · dw is w + dw, exactly. */
  readonly rate: Range;
  /** The first instruction after them. */
  readonly after: number;
  /** The one after the optimizer's passes, where ranks have to gather the weights first. */
  readonly passed: number;
}

/** The logarithm of a power of two. */
export const levelOf = (shards: number): number => 31 - Math.clz32(shards);

/** Emits the two instructions of each level. @param flat where gradients are */
export function emitTree(
  builder: PlanBuilder,
  { dw, n }: Network["flat"],
  shards: number,
): Omit<Tree, "passed"> {
  const adds = builder.length;
  const rate = builder.pin(builder.alloc("the rate −1", 4));
  const sums = Array.from({ length: levelOf(shards) }, (_, level) =>
    builder.pin(builder.alloc(`sum of ${1 << level} shards`, n * 4)),
  );
  for (const sum of sums) {
    builder.emit("SGD", { w: dw, dw: sum, n, step: rate });
    builder.emit("SGD", { w: sum, dw, n, step: rate });
  }
  return { adds, sums, rate, after: builder.length };
}
