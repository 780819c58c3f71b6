/** Ranks within this process: what mpirun's do, without it. */
import type { Ranks } from "../../src/training/ranks.ts";

/** @returns so many ranks, whose gather() waits for all others */
export function ranksHere(size: number): Ranks[] {
  /** What each has given in its first, second, … call. */
  const rounds: { readonly given: (Uint8Array | undefined)[]; full(): void; readonly all: Promise<void> }[] =
    [];
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
    return {
      rank,
      size,
      called: (other: number) => `rank ${other}`,
      async exchange(mine, given, starts, into, lengths) {
        // all get all, and take what is for them
        const head = Uint8Array.from(JSON.stringify({ given, starts }).padEnd(1000), (c) => c.charCodeAt(0));
        const heads = await this.gather(head, Array(size).fill(1000));
        const told = Array.from({ length: size }, (_, r) =>
          JSON.parse(String.fromCharCode(...heads.subarray(1000 * r, 1000 * (r + 1)))),
        );
        const sizes = told.map(({ given, starts }) =>
          Math.max(...given.map((n: number, i: number) => (n > 0 ? starts[i] + n : 0))),
        );
        const all = await this.gather(mine.subarray(0, sizes[rank]), sizes);
        let from = 0;
        let at = 0;
        for (const [other, { given, starts }] of told.entries()) {
          const n = given[rank];
          if (n !== lengths[other]) throw new Error(`rank ${other} gave ${n}, not ${lengths[other]}`);
          into.set(all.subarray(from + starts[rank], from + starts[rank] + n), at);
          at += n;
          from += sizes[other];
        }
      },
      async gather(mine: Uint8Array, lengths: readonly number[], into?: Uint8Array) {
        const { given, full, all } = round(calls++);
        given[rank] = mine.slice();
        last?.fill(255);
        if (given.every(Boolean)) full();
        await all;
        const lengthsSeen = given.map((bytes) => bytes!.length);
        if (String(lengthsSeen) !== String(lengths))
          throw new Error(`ranks gave ${lengthsSeen}, not ${lengths}`);
        const out = new Uint8Array(lengths.reduce((a, b) => a + b, 0));
        let at = 0;
        for (const bytes of given) {
          out.set(bytes!, at);
          at += bytes!.length;
        }
        last = out;
        into?.set(out);
        return into ?? out;
      },
    };
  });
}
