/** Batches of rows that lie in memory: gathered straight into linear memory, and not read into buffers first. */
import { type Dataset, type Inputs, targetSize } from "../data/dataset.ts";
import { gather, type InMemory, inMemory } from "../data/gather.ts";
import type { Scored } from "../metrics/metric.ts";
import type { Network } from "../network/network.ts";
import type { Plan } from "../plan/plan.ts";
import { sizeOf } from "../shape.ts";
import { isBytes } from "../tags.ts";
import { BatchLoader } from "./batch.ts";
import type { Goal } from "./goals.ts";
import type { Ready } from "./source.ts";
import type { Weighting } from "./weighting.ts";

export class GatheringLoader extends BatchLoader {
  private readonly stored: InMemory | undefined;
  /** The numbers that a batch's rows have where they lie. */
  private numbers = new Uint32Array(0);
  /** Values of a row of inputs, and of targets. */
  private readonly width: number;
  private readonly size: number;

  constructor(network: Network, dataset: Dataset, goals: readonly Goal[], weighting?: Weighting) {
    super(network, dataset, goals, weighting);
    this.width = sizeOf(dataset.inputShape);
    this.size = targetSize(dataset.target);
    const stored = dataset.parts ? undefined : inMemory(dataset);
    this.stored = stored ? { ...stored, x: plain(stored.x) } : undefined;
  }

  /** Whether rows need not be read. Not where they were handed to another thread. */
  get gathers(): boolean {
    return this.stored !== undefined && this.stored.x.length > 0;
  }

  /**
   * Nothing is allocated, and no row is copied twice: a batch of few values would take a tenth longer.
   *
   * @param ready undefined where rows are gathered
   */
  override copy(plan: Plan, indices: Uint32Array, ready: Ready | undefined, first = 0): void {
    if (ready) return super.copy(plan, indices, ready, first);
    const { network, stored, width, size } = this;
    const { core } = network;
    const { x: from, y, rows } = stored!;
    network.use(plan);
    let at = indices;
    if (rows) {
      if (this.numbers.length !== indices.length) this.numbers = new Uint32Array(indices.length);
      at = this.numbers;
      for (let i = 0; i < at.length; i++) at[i] = rows[indices[i]];
    }
    const [{ kind, x }] = plan.inputs;
    const n = indices.length * width;
    gather(from, width, at, kind.type === "uint8" ? core.u8(x.offset, n) : core.f32(x.offset, n));
    const targets = this.outputs[0].view(plan, indices.length);
    gather(y, size, at, targets);
    this.move?.(targets);
    this.outputs[0].finish(plan, indices, targets, this.weighting);
  }

  override scored(plan: Plan, rows: number): Scored {
    return this.outputs.length > 1 ? super.scored(plan, rows) : this.outputs[0].scored(plan, rows);
  }
}

/** The same values in an array of the language's own class: what a program has made of it may take more time, or do more. */
const plain = (x: Inputs): Inputs =>
  isBytes(x)
    ? new Uint8Array(x.buffer, x.byteOffset, x.length)
    : new Float32Array(x.buffer, x.byteOffset, x.length);
