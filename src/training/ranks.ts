/** Processes that train one model together. What joins them is elsewhere: src/mpi. */

export interface Ranks {
  /** Which of them this is, from 0. */
  readonly rank: number;
  /** How many there are. */
  readonly size: number;
  /** What errors call one of them: "rank 2 on node-7". */
  called(rank: number): string;
  /**
   * What all of them give, one after the other. All have to call it, in the same order.
   * @param lengths bytes that each gives @param into where they go @returns this, or bytes of its own, valid until the next call
   */
  gather(mine: Uint8Array, lengths: readonly number[], into?: Uint8Array): Promise<Uint8Array>;
  /**
   * What each of them gives to each. All have to call it, in the same order.
   * @param given bytes of mine for each of them @param starts where these begin
   * @param into where what they give to this one goes @param lengths its bytes
   * @param places where that of each begins. Default: one after the other
   */
  exchange(
    mine: Uint8Array,
    given: readonly number[],
    starts: readonly number[],
    into: Uint8Array,
    lengths: readonly number[],
    places?: readonly number[],
  ): Promise<void>;
  /** Whether each keeps the optimizer's state of a part of the parameters alone. Otherwise it has room for all. */
  readonly shardOptimizer?: boolean;
  /** Gives memory back to the system that holds nothing which is needed. What it holds afterwards is anybody's guess. */
  release?(bytes: Uint8Array): void;
}

/** The first shard of a rank; of the one after the last, how many shards there are. */
export const shardOf = (rank: number, { size }: Pick<Ranks, "size">, shards: number): number =>
  Math.floor((rank * shards) / size);

/** The largest subtrees that a rank has all shards of, from left to right: first shard and number. */
export function subtreesOf(rank: number, ranks: Pick<Ranks, "size">, shards: number): [number, number][] {
  const found: [number, number][] = [];
  const end = shardOf(rank + 1, ranks, shards);
  for (let at = shardOf(rank, ranks, shards); at < end; ) {
    let count = shards;
    while (at % count !== 0 || at + count > end) count /= 2;
    found.push([at, count]);
    at += count;
  }
  return found;
}

/** How many shards the largest subtree of any rank has. */
export function largestOf(ranks: Pick<Ranks, "size"> | undefined, shards: number): number {
  if (!ranks) return shards;
  const all = Array.from({ length: ranks.size }, (_, rank) => subtreesOf(rank, ranks, shards)).flat();
  return all.reduce((most, [, count]) => Math.max(most, count), 0);
}

/** Cuts so many bytes into a part for each rank. @param grain parts begin at its multiples @returns where each begins, and the end */
export function partsOf(bytes: number, size: number, grain: number): number[] {
  const grains = Math.ceil(bytes / grain);
  return Array.from({ length: size + 1 }, (_, rank) =>
    Math.min(bytes, Math.floor((rank * grains) / size) * grain),
  );
}

/** Bytes of a first message: how many there are, and as many of them as have room. */
const HEAD = 256;
const LENGTH = 8;

/** gather() of bytes of which only the giver knows how many they are. @returns those of each, valid until the next call */
export async function gatherAny(ranks: Ranks, mine: Uint8Array): Promise<Uint8Array[]> {
  const head = new Uint8Array(HEAD);
  head.set(new Uint8Array(new Float64Array([mine.length]).buffer));
  head.set(mine.subarray(0, HEAD - LENGTH), LENGTH);
  const told = (await ranks.gather(head, Array(ranks.size).fill(HEAD))).slice();
  const lengths = Array.from(
    { length: ranks.size },
    (_, i) => new Float64Array(told.buffer, i * HEAD, 1)[0]!,
  );
  if (lengths.every((n) => n <= HEAD - LENGTH))
    return lengths.map((n, i) => told.subarray(i * HEAD + LENGTH, i * HEAD + LENGTH + n));
  const all = await ranks.gather(mine, lengths);
  let at = 0;
  return lengths.map((n) => {
    at += n;
    return all.subarray(at - n, at);
  });
}

/** The same of plain JSON. Numbers that are none become null. */
export async function gatherJson<T>(ranks: Ranks, mine: T): Promise<T[]> {
  const all = await gatherAny(ranks, new TextEncoder().encode(JSON.stringify(mine)));
  return all.map((bytes) => JSON.parse(new TextDecoder().decode(bytes)) as T);
}
