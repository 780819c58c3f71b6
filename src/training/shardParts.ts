/**
 * How ranks finish the tree of shards' sums together: each adds a part of the gradient, and has it where gradients are. What each gets is less
 * than a gradient, however many they are. A value's tree is its own, so the bits are those of adding whole gradients.
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

/** How ranks give each other their parts of a range, where it is. */
export class Shares {
  /** Bytes of this rank's for each other, and where they begin; bytes that these have, and where they go. */
  private readonly given: readonly number[];
  private readonly from: readonly number[];
  private readonly coming: readonly number[];
  private readonly to: readonly number[];
  /** Where what comes begins. */
  private readonly first: number;
  private readonly length: number;

  /** @param starts of each part, and the end, in bytes */
  constructor(
    private readonly core: Core,
    private readonly ranks: Ranks,
    private readonly starts: readonly number[],
  ) {
    const { rank, size } = ranks;
    const lengths = Array.from({ length: size }, (_, i) => starts[i + 1]! - starts[i]!);
    this.length = lengths[rank]!;
    this.given = lengths.map((_, other) => (other === rank ? 0 : this.length));
    this.from = lengths.map(() => 0);
    this.coming = lengths.map((length, other) => (other === rank ? 0 : length));
    this.first = starts[this.coming.findIndex((n) => n > 0)] ?? starts[size]!;
    // where nothing comes from, nothing goes
    this.to = this.coming.map((n, other) => (n > 0 ? starts[other]! - this.first : 0));
  }

  /**
   * All ranks get what each has. All have to call it. A library takes what begins where its result begins for the result: a part that is given
   * and what comes do not.
   *
   * @param place of the range
   */
  async gather(place: number): Promise<void> {
    const { core, ranks, given, from, coming, to, first, starts, length } = this;
    const { rank, size } = ranks;
    if (size === 1) return;
    const mine = length > 0 ? core.u8(place + starts[rank]!, length) : new Uint8Array(0);
    const others = core.u8(place + first, starts[size]! - first);
    await lent(core, () => ranks.exchange(mine, given, from, others, coming, to));
  }
}

/** Parts begin at multiples of so many bytes, as ranges do. */
const GRAIN = 64;

/** A part of each range that is as large as the parameters, for each rank. */
export class Parts {
  /** Where each begins, and the end. */
  readonly starts: readonly number[];
  readonly lengths: readonly number[];
  /** Whether each has whole blocks of what a norm is summed up in, and at least one. */
  readonly inBlocks: boolean;
  /** Bytes of such a block. */
  protected readonly block: number;
  private readonly shares: Shares;

  constructor(
    protected readonly network: Network,
    protected readonly ranks: Ranks,
  ) {
    const { core, bytes } = network;
    const { size } = ranks;
    this.block = core.constant("NORM_BLOCK") * 4;
    this.inBlocks = bytes >= size * this.block;
    this.starts = partsOf(bytes, size, this.inBlocks ? this.block : GRAIN);
    this.lengths = Array.from({ length: size }, (_, i) => this.starts[i + 1]! - this.starts[i]!);
    this.shares = new Shares(core, ranks, this.starts);
  }

  /** All ranks get what each has of its part of a range, where it is. All have to call it. @param place of the range */
  gather(place: number): Promise<void> {
    return this.shares.gather(place);
  }
}

export class SumByParts extends Parts {
  /** What came, for each of the subtrees that a rank may have. */
  private readonly rooms: Uint8Array<ArrayBuffer>[] = [];

  /**
   * Begins to give others their parts of this rank's subtrees, and to get its own of theirs.
   *
   * @param own gradients of this rank's subtrees but the last, which is where gradients are. One that has failed gives whatever is there
   * @param subtrees of each rank
   */
  async exchange(own: readonly Uint8Array[], subtrees: readonly Subtrees[]): Promise<void> {
    const { ranks, starts, lengths } = this;
    const { core, bytes, flat } = this.network;
    const { rank, size } = ranks;
    if (size === 1) return;
    const most = Math.max(...subtrees.map(({ length }) => length));
    const begun: Promise<void>[] = [];
    for (let k = 0; k < most; k++) {
      const mine = k < subtrees[rank]!.length;
      const given = lengths.map((length, other) => (mine && other !== rank ? length : 0));
      const coming = subtrees.map(({ length }, other) => (other !== rank && k < length ? lengths[rank]! : 0));
      const gradient = own[k] ?? core.u8(flat.dw, bytes);
      const room = this.roomOf(k, coming);
      begun.push(lent(core, () => ranks.exchange(gradient, given, starts.slice(0, -1), room, coming)));
    }
    await Promise.all(begun);
  }

  /** Leaves the sum of all subtrees, which were exchanged, where this rank's part of gradients is. The plan is in memory. */
  add(
    plan: Plan,
    { adds, rate, places }: Blocks,
    own: readonly Uint8Array[],
    subtrees: readonly Subtrees[],
    shards: number,
  ): void {
    const { network, ranks, starts, lengths, rooms } = this;
    const { core, bytes, flat } = network;
    const { rank, size } = ranks;
    if (size === 1) return;
    const [from, to] = [starts[rank]!, starts[rank + 1]!];
    const leaves = new Map<string, Uint8Array>();
    const name = ([first, count]: readonly [number, number]) => `${first} ${count}`;
    const all = core.u8(flat.dw, bytes);
    for (const [k, subtree] of subtrees[rank]!.entries())
      leaves.set(name(subtree), (own[k] ?? all).subarray(from, to));
    const ends = rooms.map(() => 0);
    for (const [other, theirs] of subtrees.entries())
      if (other !== rank)
        for (const [k, subtree] of theirs.entries()) {
          const at = ends[k]!;
          ends[k] = at + lengths[rank]!;
          leaves.set(name(subtree), rooms[k]!.subarray(at, ends[k]));
        }
    core.f32(rate.offset, 1)[0] = -1;
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
      // a leaf's block is not read again
      all.set(place[0]!.subarray(0, n), from + at);
    }
  }

  private roomOf(k: number, coming: readonly number[]): Uint8Array<ArrayBuffer> {
    const n = coming.reduce((a, b) => a + b, 0);
    const room = this.rooms[k];
    if (room && room.length >= n) return room.subarray(0, n);
    this.rooms[k] = new Uint8Array(n);
    return this.rooms[k]!;
  }
}

/** How many of what runs now have a core's memory. */
const lendings = new WeakMap<Core, number>();

/**
 * Keeps the core's memory where it is while ranks read and write it: growing detaches views, and an engine may move what is grown.
 * Code of the program that runs meanwhile may use what memory there is.
 */
async function lent<T>(core: Core, work: () => Promise<T>): Promise<T> {
  const kept = core as { reserve?: Core["reserve"] };
  const count = (by: number) => lendings.set(core, (lendings.get(core) ?? 0) + by).get(core);
  count(1);
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
    if (count(-1) === 0) delete kept.reserve;
  }
}
