/** The instructions that add shards' sums along their tree: one place for each level. */
import type { Network } from "../network/network.ts";
import type { PlanBuilder, Range } from "../plan/builder.ts";
import type { Split } from "./shardOptimizer.ts";
import { type Blocks, emitBlocks } from "./shardParts.ts";

/** Where the plan has what adds sums. */
export interface Tree {
  /** Two instructions for each level: gradients += the sum that is kept there, and the sum += gradients. What a shard runs ends here. */
  readonly adds: number;
  readonly sums: readonly Range[];
  /** What finishes the tree where ranks have its subtrees. */
  readonly blocks: Blocks | undefined;
  /** Where they get the rate −1 from: they are steps of SGD, and w − (−1) · dw is w + dw, exactly. */
  readonly rate: Range;
  /** The first instruction after them. */
  readonly after: number;
  /** The one after the optimizer's passes, where ranks have to gather the weights first. */
  readonly passed: number;
  /** Whether ranks gather the sums of all parts before. */
  readonly whole: boolean;
  /** What they tell each other of a norm before gradients are clipped by it. */
  readonly norm: Split["norm"];
}

/** The logarithm of a power of two. */
export const levelOf = (shards: number): number => 31 - Math.clz32(shards);

/**
 * Emits the two instructions of each level.
 * @param flat where gradients are @param largest how many shards the largest subtree has that is added here, shard by shard
 */
export function emitTree(
  builder: PlanBuilder,
  { dw, n }: Network["flat"],
  shards: number,
  largest: number,
): Pick<Tree, "adds" | "sums" | "blocks" | "rate" | "after"> {
  const adds = builder.length;
  const rate = builder.pin(builder.alloc("the rate −1", 4));
  const sums = Array.from({ length: levelOf(largest) }, (_, level) =>
    builder.pin(builder.alloc(`sum of ${1 << level} shards`, n * 4)),
  );
  for (const sum of sums) {
    builder.emit("SGD", { w: dw, dw: sum, n, step: rate });
    builder.emit("SGD", { w: sum, dw, n, step: rate });
  }
  const blocks = largest < shards ? emitBlocks(builder, rate, levelOf(shards)) : undefined;
  return { adds, sums, rate, blocks, after: builder.length };
}
