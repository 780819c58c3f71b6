/** Ranks within this process: what mpirun's do, without it. */
import type { Ranks } from "../../src/training/ranks.ts";

/** @returns so many ranks, whose gather() waits for all others */
export function ranksHere(size: number): Ranks[] {
  /** What each has given in its first, second, … call, and for whom. */
  interface Given {
    readonly bytes: Uint8Array;
    readonly given?: readonly number[];
    readonly starts?: readonly number[];
  }
  const rounds: { readonly given: (Given | undefined)[]; full(): void; readonly all: Promise<void> }[] = [];
  const round = (n: number) => {
    let full = () => {};
    const all = new Promise<void>((resolve) => {
      full = resolve;
    });
    rounds[n] ??= { given: Array(size).fill(undefined), full, all };
    return rounds[n]!;
  };
  return Array.from({ length: size }, (_, rank) => {
    let calls = 0;
    /** What was given last: its place is another's with the next call. */
    let last: Uint8Array | undefined;
    const give = async (mine: Given): Promise<readonly Given[]> => {
      const { given, full, all } = round(calls++);
      given[rank] = mine;
      if (given.every(Boolean)) full();
      await all;
      return given as Given[];
    };
    return {
      rank,
      size,
      called: (other: number) => `rank ${other}`,
      async exchange(mine, given, starts, into, lengths, places) {
        // libraries take one for the other
        if (mine.buffer === into.buffer && mine.byteOffset === into.byteOffset)
          throw new Error("what is given begins where what comes begins");
        const all = await give({ bytes: mine.slice(), given, starts });
        let at = 0;
        for (const [other, { bytes, given, starts }] of all.entries()) {
          const n = given![rank]!;
          if (n !== lengths[other]) throw new Error(`rank ${other} gave ${n}, not ${lengths[other]}`);
          into.set(bytes.subarray(starts![rank], starts![rank]! + n), places?.[other] ?? at);
          at += n;
        }
      },
      async gather(mine: Uint8Array, lengths: readonly number[], into?: Uint8Array) {
        last?.fill(255);
        last = undefined;
        const given = await give({ bytes: mine.slice() });
        const lengthsSeen = given.map(({ bytes }) => bytes.length);
        if (String(lengthsSeen) !== String(lengths))
          throw new Error(`ranks gave ${lengthsSeen}, not ${lengths}`);
        const out = new Uint8Array(lengths.reduce((a, b) => a + b, 0));
        let at = 0;
        for (const { bytes } of given) {
          out.set(bytes, at);
          at += bytes.length;
        }
        last = out;
        into?.set(out);
        return into ?? out;
      },
    };
  });
}
