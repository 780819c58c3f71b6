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
   * @param lengths bytes that each gives @returns bytes of its own, valid until the next call
   */
  gather(mine: Uint8Array, lengths: readonly number[]): Promise<Uint8Array>;
  /** Whether the optimizer's state is split over them: each keeps that of a part of the parameters. */
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

/** gather() of bytes of which only the giver knows how many they are. @returns those of each, valid until the next call */
export async function gatherAny(ranks: Ranks, mine: Uint8Array): Promise<Uint8Array[]> {
  const length = new Float64Array([mine.length]);
  const told = await ranks.gather(new Uint8Array(length.buffer), Array(ranks.size).fill(8));
  const lengths = [...new Float64Array(told.slice().buffer)];
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
