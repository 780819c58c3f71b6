/**
 * An update that is split over ranks: each moves a part of the parameters, by its sums of gradients, then all gather the weights. Each value is
 * updated by itself, so weights have the bits of one process. A norm of gradients is a sum of sums of blocks: each rank has those of its part,
 * and all gather these before gradients are clipped; where parts are smaller than blocks, the gradients.
 *
 * Slots have other ranks' parts as they were when all were put together last, or nothing there where each is to keep its own alone: the system
 * has these pages back. For what saves or follows, the parts of all are put together. It imports no code but errors and parts.
 */
import { NablaError } from "../errors.ts";
import type { Network } from "../network/network.ts";
import type { PlanBuilder, Range } from "../plan/builder.ts";
import type { OwnRate, Update } from "../plan/plan.ts";
import type { Ranks } from "./ranks.ts";
import { Parts, Shares } from "./shardParts.ts";

/** Memory goes back in multiples of the largest pages there are. */
const PAGE = 65536;

/** Bytes of the sum of a block. */
const SUM = 8;

/** Where the sums of a norm's blocks lie: those of this rank's part, and all. */
interface Norm {
  readonly mine: Range;
  readonly all: Range;
  /** The instruction after those of this rank's part. */
  readonly after: number;
}

/** What is kept of each slot, in bytes from its start. */
export class Split extends Parts {
  readonly at: number;
  readonly bytes: number;
  /** The instruction after the optimizer's passes, of the plan that was made last. */
  passed = 0;
  /** Whether it needs gradients' sums of all parts. */
  whole = false;
  /** What ranks tell each other of a norm, where they need to. */
  norm: Norm | undefined;
  private readonly sums: Shares;
  /** Whether slots have nothing new of other ranks' parts from this step on. */
  private stale = false;
  /** Whether memory of other ranks' parts was given back. */
  private lean = false;
  /** A callback that nobody waits for any more may have begun it. */
  private assembling: Promise<void> | undefined;

  constructor(network: Network, ranks: Ranks) {
    super(network, ranks);
    this.at = this.starts[ranks.rank]!;
    this.bytes = this.lengths[ranks.rank]!;
    this.sums = new Shares(
      network.core,
      ranks,
      this.starts.map((start) => Math.ceil(start / this.block) * SUM),
    );
    network.kept = this;
  }

  /** Puts an update on the tape whose passes go over the part of this rank alone. What follows them, an average of weights, is of all. */
  emit(builder: PlanBuilder, update: Update["update"]): readonly OwnRate[] | undefined {
    const { at, bytes } = this;
    const { w, dw, slots } = this.network.flat;
    this.passed = 0;
    this.whole = false;
    this.norm = undefined;
    const whole = builder.emit;
    const emit = (kernel: string, fields: Record<string, unknown>): void => {
      const put = (of: Record<string, unknown>) => whole.call(builder, kernel as never, of as never);
      if (kernel === "NORM" && !this.inBlocks) this.whole = true;
      else if (kernel === "NORM") {
        const all = builder.pin(fields.sums as Range);
        const mine = builder.pin(
          builder.alloc("partial sums of a part's norm", (bytes / this.block + 1) * SUM),
        );
        put({ dw: dw + at, n: bytes / 4, sums: mine });
        this.norm = { mine, all, after: builder.length };
        return;
      }
      if ("mean" in fields) this.passed ||= builder.length;
      if (!("w" in fields) || "mean" in fields) return put(fields);
      const from = (fields.w as number) - w;
      const lo = Math.max(from, at);
      const n = (Math.min(from + 4 * (fields.n as number), at + bytes) - lo) / 4;
      if (n <= 0) return;
      const places = [w, dw, ...slots].map((place) => place + from);
      const moved = Object.entries(fields).map(([name, value]) => [
        name,
        name !== "n" && places.includes(value as number) ? (value as number) + lo - from : value,
      ]);
      put({ ...Object.fromEntries(moved), n });
    };
    builder.emit = emit as typeof builder.emit;
    try {
      return update(builder);
    } finally {
      builder.emit = whole;
      this.passed ||= builder.length;
    }
  }

  /** Before the first step, and after what has put the parts together. */
  shrink(): void {
    this.stale = true;
    if (this.lean || !this.ranks.shardOptimizer) return;
    this.lean = true;
    for (const slot of this.own) {
      this.release(slot, slot + this.at);
      this.release(slot + this.at + this.bytes, slot + this.network.bytes);
    }
  }

  private release(from: number, to: number): void {
    const start = Math.ceil(from / PAGE) * PAGE;
    const n = Math.floor(to / PAGE) * PAGE - start;
    if (n > 0) this.ranks.release?.(this.network.core.u8(start, n));
  }

  /** Before gradients are clipped by their norm: all ranks have the sums of all blocks. */
  norms({ mine, all }: Norm): Promise<void> {
    const { core } = this.network;
    const n = Math.ceil(this.bytes / this.block) * SUM;
    core.u8(all.offset + (this.at / this.block) * SUM, n).set(core.u8(mine.offset, n));
    return this.sums.gather(all.offset);
  }

  /** After the optimizer's passes: all ranks have the weights of all parts. */
  weights(): Promise<void> {
    return this.gather(this.network.flat.w);
  }

  /** All ranks have whole slots, until the next step. All have to call it. */
  assemble(): Promise<void> | undefined {
    if (this.stale) this.assembling ??= this.together();
    return this.assembling;
  }

  private async together(): Promise<void> {
    for (const slot of this.own) await this.gather(slot);
    this.stale = this.lean = false;
    this.assembling = undefined;
  }

  /** Those that are the optimizer's own: weights that are averaged are on all ranks. */
  private get own(): readonly number[] {
    const { slots, w } = this.network.flat;
    return slots.filter((slot) => slot !== w);
  }

  /** @throws NablaError where slots are not whole */
  check(): void {
    if (this.stale)
      throw new NablaError(
        "the optimizer's state is split over the ranks, and is not put together now: save by modelCheckpoint, in a callback's onEpochEnd (without shardOptimizer in onBatchEnd and onProgress, too), or after fit(). Where fit() has failed, go on from the last checkpoint, or compile() for a new optimizer",
      );
  }

  /** The training is over. */
  end(): void {
    if (!this.stale) this.network.kept = undefined;
  }
}
