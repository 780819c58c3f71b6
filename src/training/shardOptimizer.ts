/**
 * An optimizer whose slots are split over ranks: each keeps and updates those of a part of the parameters, then all gather the weights. Each
 * value is updated by itself, so weights have the bits of one process; clipping comes before, of the whole gradient, on all ranks.
 *
 * A slot has its whole range in memory, of which other ranks' parts hold nothing: the system has these pages back. For what saves or follows,
 * the parts of all are put together. It imports no code but errors.
 */
import { NablaError } from "../errors.ts";
import type { Network } from "../network/network.ts";
import type { PlanBuilder } from "../plan/builder.ts";
import type { OwnRate, Update } from "../plan/plan.ts";
import { partsOf, type Ranks } from "./ranks.ts";

/** Memory goes back in multiples of the largest pages there are. */
const PAGE = 65536;

/** What is kept of each slot, in bytes from its start. */
export class Split {
  readonly at: number;
  readonly bytes: number;
  /** The instruction after the optimizer's passes, of the plan that was made last. */
  passed = 0;
  private readonly lengths: readonly number[];
  /** Whether slots have nothing of other ranks' parts from this step on. */
  private stale = false;
  /** Whether memory of other ranks' parts was given back. */
  private lean = false;
  /** A callback that nobody waits for any more may have begun it. */
  private assembling: Promise<void> | undefined;

  constructor(
    private readonly network: Network,
    private readonly ranks: Ranks,
  ) {
    const starts = partsOf(network.bytes, ranks.size);
    this.lengths = Array.from({ length: ranks.size }, (_, rank) => starts[rank + 1]! - starts[rank]!);
    this.at = starts[ranks.rank]!;
    this.bytes = this.lengths[ranks.rank]!;
    network.kept = this;
  }

  /** Puts an update on the tape whose passes go over the part of this rank alone. What follows them, an average of weights, is of all. */
  emit(builder: PlanBuilder, update: Update["update"]): readonly OwnRate[] | undefined {
    const { at, bytes } = this;
    const { w, dw, slots } = this.network.flat;
    this.passed = 0;
    const whole = builder.emit;
    const emit = (kernel: string, fields: Record<string, unknown>): void => {
      const put = (of: Record<string, unknown>) => whole.call(builder, kernel as never, of as never);
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
    if (this.lean) return;
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

  private async gather(place: number): Promise<void> {
    const { core, bytes } = this.network;
    const all = await this.ranks.gather(core.u8(place + this.at, this.bytes).slice(), this.lengths);
    core.u8(place, bytes).set(all);
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
        "the optimizer's state is split over the ranks (shardOptimizer), and is not put together now: save by modelCheckpoint, in onEpochEnd, or after fit(). Where fit() has failed, go on from the last checkpoint, or compile() for a new optimizer",
      );
  }

  /** The training is over. */
  end(): void {
    if (!this.stale) this.network.kept = undefined;
  }
}
