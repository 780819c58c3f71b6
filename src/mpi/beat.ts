/** Messages that say that a process is there. */
import type { Library } from "./library.ts";

/** Signs of life to and from another rank. */
export class Beat {
  private sending: Uint8Array | undefined;
  private receiving: Uint8Array | undefined;
  private readonly out = new Uint8Array(new ArrayBuffer(1));
  private readonly in = new Uint8Array(new ArrayBuffer(1));
  /** How many, and how many have come. */
  sent = 0;
  private got = 0;
  private last = false;
  private sentAt = 0;
  private heard = 0;

  constructor(
    private readonly library: Library,
    readonly peer: number,
  ) {}

  send(): void {
    if (this.sending && !this.library.test(this.sending)) return;
    const now = performance.now();
    if (now - this.sentAt < 200) return;
    this.sentAt = now;
    this.put();
  }

  private put(): void {
    this.sent++;
    this.sending = new Uint8Array(new ArrayBuffer(16));
    this.library.send(this.out, this.peer, this.sending);
  }

  /** Sends one more, which who waits for one gets. @param all that the other sends @returns whether they have come, and its own are gone */
  ended(all: number): boolean {
    if (this.sending && !this.library.test(this.sending)) return false;
    if (!this.last) {
      this.last = true;
      this.put();
      return false;
    }
    this.listen(0, all);
    return this.got === all;
  }

  /** @param most that the other sends @returns when it was heard last */
  listen(now: number, most = Number.POSITIVE_INFINITY): number {
    for (let i = 0; i < 1000 && this.got < most; i++) {
      if (!this.receiving) {
        this.receiving = new Uint8Array(new ArrayBuffer(16));
        this.library.receive(this.in, this.peer, this.receiving);
      }
      if (!this.library.test(this.receiving)) break;
      this.receiving = undefined;
      this.got++;
      this.heard = now;
    }
    return this.heard;
  }
}
