/**
 * With how many threads runs of one kind are fastest: tried in turns, so that what else the machine does falls on all alike, and tried
 * again from time to time, because that changes. No result depends on it.
 */

/** Milliseconds that a block of runs takes at least, so that the clock can tell blocks apart. */
const BLOCK = 2;
/** Blocks of each candidate that are compared. The first of each only warms up. */
const BLOCKS = 5;
/** Milliseconds after which fewer do, where single runs are long. */
const ENOUGH = 400;
const FEWEST = 2;
/** What more threads have to be better than: they take other programs' time. */
const MARGIN = 0.95;
/** Milliseconds of runs until it is tried again. */
const AGAIN = 4000;

export class Choice {
  /** How many threads the next run has. */
  parts: number;
  private readonly candidates: readonly number[];
  /** Milliseconds of a run, of each block so far. */
  private times: number[][];
  private turn = 0;
  private runs = 0;
  private spent = 0;
  private all = 0;
  private deciding = true;

  /** @param most how many there may be */
  constructor(most: number) {
    // of many, half may be as fast: they are often two for one processor
    this.candidates = most > 3 ? [1, most, most >> 1] : [1, most];
    this.times = this.candidates.map(() => []);
    this.parts = 1;
  }

  /** Is told how long a run took, with as many threads as it was said to have. */
  ran(milliseconds: number): void {
    this.all += milliseconds;
    if (!this.deciding) {
      if (this.all > AGAIN) this.begin();
      return;
    }
    this.runs++;
    this.spent += milliseconds;
    if (this.spent < BLOCK) return;
    this.times[this.turn].push(this.spent / this.runs);
    this.runs = this.spent = 0;
    this.turn = (this.turn + 1) % this.candidates.length;
    this.parts = this.candidates[this.turn];
    const blocks = this.times[this.candidates.length - 1].length - 1;
    if (this.turn === 0 && (blocks >= BLOCKS || (blocks >= FEWEST && this.all > ENOUGH))) this.decide();
  }

  private begin(): void {
    this.times = this.candidates.map(() => []);
    this.all = this.turn = 0;
    this.parts = this.candidates[0];
    this.deciding = true;
  }

  private decide(): void {
    const typical = this.times.map((times) => {
      const sorted = times.slice(1).sort((a, b) => a - b);
      return sorted[sorted.length >> 1];
    });
    let best = 0;
    for (let i = 1; i < typical.length; i++)
      if (typical[i] < typical[best] * (best === 0 ? MARGIN : 1)) best = i;
    this.parts = this.candidates[best];
    this.deciding = false;
    this.all = 0;
  }
}
