/**
 * How ranks finish the tree of shards' sums together: each adds a part of the gradient, then all gather the sums. What each gets is twice a
 * gradient, however many they are. A value's tree is its own, so the bits are those of adding whole gradients.
 *
 * A part is added in blocks that stay in the processor's cache, each along the whole tree. Nothing but errors and what ranks share is imported.
 */

import type { Core } from "../core/core.ts";
import { NablaError } from "../errors.ts";
import type { Network } from "../network/network.ts";
import type { PlanBuilder, Range } from "../plan/builder.ts";
import type { Plan } from "../plan/plan.ts";
import { partsOf, type Ranks } from "./ranks.ts";

const BLOCK = 65536;

/** Where the plan has what adds blocks: of each depth of the tree one place, and one instruction, place += the place after it. */
export interface Blocks {
  readonly adds: number;
  readonly rate: Range;
  readonly places: readonly Range[];
}

/** @param rate −1, as in shardTree.ts @param depth levels of the tree */
export function emitBlocks(builder: PlanBuilder, rate: Range, depth: number): Blocks {
  const places = Array.from({ length: depth + 1 }, (_, i) =>
    builder.pin(builder.alloc(`block ${i} of sums`, BLOCK)),
  );
  const adds = builder.length;
  for (let i = 0; i < depth; i++)
    builder.emit("SGD", { w: places[i]!, dw: places[i + 1]!, n: BLOCK / 4, step: rate });
  return { adds, rate, places };
}

/** A rank's largest subtrees of shards: first shard and number. Those without rows are left out. */
export type Subtrees = readonly (readonly [number, number])[];

export class SumByParts {
  private readonly starts: readonly number[];
  private readonly lengths: readonly number[];
  /** What came, for each of the subtrees that a rank may have. */
  private readonly rooms: Uint8Array<ArrayBuffer>[] = [];
  private readonly summed: Uint8Array<ArrayBuffer>;

  constructor(
    private readonly network: Network,
    private readonly ranks: Ranks,
  ) {
    this.starts = partsOf(network.bytes, ranks.size);
    this.lengths = Array.from({ length: ranks.size }, (_, i) => this.starts[i + 1]! - this.starts[i]!);
    this.summed = new Uint8Array(this.lengths[ranks.rank]!);
  }

  /**
   * Leaves the sum of all subtrees where gradients are.
   *
   * @param own gradients of this rank's subtrees but the last, which is where gradients are
   * @param subtrees of each rank
   */
  async add(
    plan: Plan,
    { adds, rate, places }: Blocks,
    own: readonly Uint8Array[],
    subtrees: readonly Subtrees[],
    shards: number,
  ): Promise<void> {
    const { network, ranks, starts, lengths, summed } = this;
    const { core, bytes, flat } = network;
    const { rank } = ranks;
    if (ranks.size === 1) return;
    const [from, to] = [starts[rank]!, starts[rank + 1]!];
    const gradient = () => core.u8(flat.dw, bytes);
    const leaves = new Map<string, Uint8Array>();
    const name = ([first, count]: readonly [number, number]) => `${first} ${count}`;
    const most = Math.max(...subtrees.map(({ length }) => length));
    for (let k = 0; k < most; k++) {
      const has = (other: number) => other !== rank && k < subtrees[other]!.length;
      const mine = k < subtrees[rank]!.length;
      const given = lengths.map((length, other) => (mine && other !== rank ? length : 0));
      const coming = lengths.map((_, other) => (has(other) ? to - from : 0));
      const room = this.roomOf(k, coming);
      await lent(core, () => ranks.exchange(own[k] ?? gradient(), given, starts.slice(0, -1), room, coming));
      let at = 0;
      for (const [other, length] of coming.entries()) {
        if (has(other)) leaves.set(name(subtrees[other]![k]!), room.subarray(at, at + length));
        at += length;
      }
    }
    // code of the program may have run meanwhile
    network.use(plan);
    core.f32(rate.offset, 1)[0] = -1;
    const all = gradient();
    for (const [k, subtree] of subtrees[rank]!.entries())
      leaves.set(name(subtree), (own[k] ?? all).subarray(from, to));
    const place = places.map(({ offset }) => core.u8(offset, BLOCK));
    let at = 0;
    let n = 0;
    /** The block's sum along the tree, left in the place of its depth; false where no shard has rows. */
    const sum = (first: number, count: number, depth: number): boolean => {
      const leaf = leaves.get(name([first, count]));
      if (leaf) place[depth]!.set(leaf.subarray(at, at + n));
      if (leaf || count === 1) return leaf !== undefined;
      const half = count / 2;
      if (!sum(first, half, depth)) return sum(first + half, half, depth);
      if (sum(first + half, half, depth + 1)) network.run(plan, adds + depth, adds + depth + 1, 1);
      return true;
    };
    for (; at < to - from; at += n) {
      n = Math.min(BLOCK, to - from - at);
      sum(0, shards, 0);
      summed.set(place[0]!.subarray(0, n), at);
    }
    await lent(core, () => ranks.gather(summed, lengths, all));
  }

  private roomOf(k: number, coming: readonly number[]): Uint8Array<ArrayBuffer> {
    const n = coming.reduce((a, b) => a + b, 0);
    const room = this.rooms[k];
    if (room && room.length >= n) return room.subarray(0, n);
    this.rooms[k] = new Uint8Array(n);
    return this.rooms[k]!;
  }
}

/**
 * Keeps the core's memory where it is while ranks read and write it: growing detaches views, and an engine may move what is grown.
 * Code of the program that runs meanwhile may use what memory there is.
 */
async function lent<T>(core: Core, work: () => Promise<T>): Promise<T> {
  const kept = core as { reserve?: Core["reserve"] };
  kept.reserve = (bytes) => {
    if (bytes > core.exports.memory.buffer.byteLength)
      throw new NablaError(
        "the model needs more memory for this while fit() exchanges gradients with other ranks; ask it for fewer rows at once, in a callback, or after fit()",
      );
  };
  try {
    return await work();
  } finally {
    // that of the class again
    delete kept.reserve;
  }
}
