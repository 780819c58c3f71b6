/**
 * A step whose batch is cut into shards: a power of two of them, each some of the batch's rows. What each gives by itself is added along a
 * fixed binary tree, 0 and 1, 2 and 3, …, then those sums, gradients in float32 in the core. So the bits do not depend on who computes which.
 *
 * A shard's gradient is where gradients are. That of a left half is kept in the plan while the other is computed, and what follows it is
 * added there, as long as the sum is a left half itself; so one place for each level of the tree is enough, and only shards are copied.
 * A shard without rows, which a small last batch may have, is left out of the tree. Sums lie in the plan: between shards nothing is waited for
 * but a function of the program's own that is elsewhere, else code of the program could put another plan in their place.
 *
 * Loaded when it is used. It imports types alone: what it shared with others would be files of their own in bundles.
 */
import type { PlanBuilder } from "../plan/builder.ts";
import type { Plan } from "../plan/plan.ts";
import type { BatchRun } from "./diverged.ts";
import type { ScoreRequest } from "./evaluate.ts";
import { gatherAny, largestOf, type Ranks, shardOf, subtreesOf } from "./ranks.ts";
import type { TrainRequest } from "./request.ts";
import type { Scores } from "./scores.ts";
import { SumByParts } from "./shardParts.ts";
import { scoreShards } from "./shardScores.ts";
import { addTo, packed, type Sum, startOf, sumGiven, sumOf, unpacked } from "./shardSums.ts";
import { emitTree, levelOf, type Tree } from "./shardTree.ts";
import type { Ready } from "./source.ts";
import { failTogether, rateDiffers } from "./spread.ts";
import type { Stepper } from "./step.ts";

/** A batch whose rows were read. */
interface Batch {
  readonly indices: Uint32Array;
  /** Of these rows, or of this rank's. */
  readonly ready: Ready | undefined;
  /** The number of the first row that was read. */
  readonly from: number;
}

const trees = new WeakMap<Plan, Tree>();

type Soon<T> = T | Promise<T>;
const isSoon = <T extends Sum | undefined>(value: Soon<T>): value is Promise<T> =>
  value !== undefined && "then" in value;

/** At once, unless it has to be waited for. */
const then = <T extends Sum | undefined>(value: Soon<T>, next: (value: T) => Soon<T>): Soon<T> =>
  isSoon(value) ? value.then(next) : next(value);

/** @param Base the class without shards */
export const shardedStepper = (Base: typeof Stepper): typeof Stepper =>
  class ShardedStepper<M> extends Base<M> {
    /** What ran last. */
    private last: Uint32Array | undefined;
    private parts: TrainRequest<M>["split"];
    private byParts: SumByParts | undefined;

    private get shards(): number {
      return this.request.settings.shards!;
    }

    private get tree(): Tree {
      return trees.get(this.plan)!;
    }

    /** Called by the constructor of the class above as well. @param rows of a batch, or of a piece of one */
    protected override planFor(rows: number): Plan {
      const { train, training, settings, source, ranks } = this.request;
      const batch = Math.max(rows, source ? source.rows : Math.min(settings.batchSize, train.length));
      const most = Math.min(settings.microBatchSize ?? batch, Math.ceil(batch / this.shards));
      let tree: ReturnType<typeof emitTree> | undefined;
      const { parts } = this;
      const update = {
        ...training.update!,
        ...(parts && { update: (builder: PlanBuilder) => parts.emit(builder, training.update!.update) }),
        penalties: (builder: PlanBuilder) => {
          tree = emitTree(builder, this.request.network.flat, this.shards, largestOf(ranks, this.shards));
          training.update!.penalties(builder);
        },
      };
      // it is no plan of a training without shards, though it is called alike
      const plans = this.request.network["plans"];
      const others = [...plans];
      plans.clear();
      const plan = super.planFor(most, { ...training, update });
      plans.clear();
      for (const [key, other] of others) plans.set(key, other);
      const { passed = plan.marks.end, whole = true, norm = undefined } = parts ?? {};
      trees.set(plan, { ...tree!, passed, whole, norm });
      return plan;
    }

    override async take(indices: Uint32Array, ready: Ready | undefined): Promise<void> {
      const { shards, wayBack, request } = this;
      const { network, settings, metrics } = request;
      const rows = indices.length;
      // that all are about the same is known of the plans of whole updates
      const splits = request.split !== this.parts;
      this.parts = request.split;
      if (splits || (settings.microBatchSize === undefined && Math.ceil(rows / shards) > this.plan.rows))
        this.plan = this.planFor(rows);
      this.parts?.shrink();
      const { plan } = this;
      this.beginBatch();
      const { ranks } = request;
      const from = ranks ? startOf(shardOf(ranks.rank, ranks, shards), shards, rows) : 0;
      const batch = { indices, ready, from };
      const sum = ranks ? this.together(batch, ranks) : this.sum(batch, 0, shards);
      const total = (isSoon(sum) ? await sum : sum)!;
      const ran = this.last ?? indices.subarray(0, 1);
      const failed: BatchRun = { plan, dataset: request.train, indices: ran, rowOf: (row) => ran[row] };
      let loss = Math.fround(1 / rows) * total.loss;
      const finish = (from: number, to: number): boolean => {
        network.use(plan);
        this.setStep(rows, 0);
        const told = network.core.f32(plan.step + network.core.record("Step").loss.at, 1);
        told[0] = loss;
        this.lossSum[0] = total.loss;
        const ok = network.run(plan, from, to, ran.length);
        // with penalties
        loss = told[0];
        return ok;
      };
      const { after, passed, norm } = this.tree;
      if (!Number.isFinite(Math.fround(loss)) || !finish(after, norm?.after ?? passed)) wayBack.fail(failed);
      if (norm) {
        await this.parts!.norms(norm);
        finish(norm.after, passed);
      }
      if (this.parts) await this.parts.weights();
      if (passed < plan.marks.end) finish(passed, plan.marks.end);
      if (ranks) await this.share(ranks);
      for (const [i, metric] of metrics.entries()) addTo(metric, total.metrics[i]);
      this.complete(indices, ready);
    }

    /** The sum of all shards, of which this rank computes some: its largest subtrees go to all, and each finishes the tree of a part. */
    private async together(batch: Batch, ranks: Ranks): Promise<Sum> {
      const { shards, counting } = this;
      const { network, asked } = this.request;
      const rows = batch.indices.length;
      const subtrees = Array.from({ length: ranks.size }, (_, rank) =>
        subtreesOf(rank, ranks, shards).filter(
          ([first, count]) => startOf(first, shards, rows) < startOf(first + count, shards, rows),
        ),
      );
      this.last = undefined;
      const own: Sum[] = [];
      const gradients: Uint8Array[] = [];
      const mine = subtrees[ranks.rank];
      let told: ReturnType<typeof packed> = new Uint8Array(0);
      let failed: { readonly error: unknown } | undefined;
      try {
        for (const [i, [first, count]] of mine.entries()) {
          const sum = this.sum(batch, first, count);
          own.push((isSoon(sum) ? await sum : sum)!);
          // the last one stays where it was computed
          if (i + 1 < mine.length) gradients.push(this.placeOf().slice());
        }
        told = packed(own, counting, { stops: asked?.aborted === true, rate: this.run.rate });
      } catch (error) {
        failed = { error };
      }
      this.byParts ??= new SumByParts(network, ranks);
      const { byParts, tree } = this;
      // at once: each wait for all is one more in which the slowest keeps the others
      const [all] = await Promise.all([
        gatherAny(ranks, told),
        tree.blocks && byParts.exchange(gradients, subtrees),
      ]);
      // who has failed gives nothing
      if (all.some(({ length }) => length === 0))
        await failTogether(ranks, failed, () => this.wayBack.restore());
      const given = new Map<string, Sum>();
      const rates: number[] = [];
      let stops = false;
      for (const [rank, theirs] of all.entries()) {
        const got = unpacked(theirs, subtrees[rank].length, counting);
        stops ||= got.stops;
        rates.push(got.rate);
        for (const [i, [first, count]] of subtrees[rank].entries())
          given.set(`${first} ${count}`, got.sums[i]);
      }
      rateDiffers(ranks, rates, this.run);
      if (stops) this.request.stop!();
      // a rank may have had no row, and code of the program may have run meanwhile
      network.use(this.plan);
      if (tree.blocks) byParts.add(this.plan, tree.blocks, gradients, subtrees, shards);
      if (tree.blocks && tree.whole) await byParts.gather(network.flat.dw);
      return sumGiven(counting, given, 0, shards)!;
    }

    override score(request: ScoreRequest): Promise<Scores> {
      return scoreShards(request, (part) => super.score(part), this.shards, this.request.ranks);
    }

    /** What steps change besides trained parameters follows the last shard: the last rank has it. */
    private async share(ranks: Ranks): Promise<void> {
      const { core, architecture, tensors } = this.request.network;
      const changing = new Set(
        architecture.layers
          .flatMap(({ operations }) => operations.filter(({ update }) => update))
          .flatMap(({ parameters }) => parameters),
      );
      const moved = tensors.filter(({ spec }) => changing.has(spec) && !spec.trainable);
      if (moved.length === 0) return;
      const { length: n } = moved;
      const sizes = moved.map(({ value }) => value.bytes);
      const bytes = sizes.reduce((a, b) => a + b, 0);
      const last = ranks.size - 1;
      const mine = new Uint8Array(ranks.rank === last ? bytes : 0);
      let at = 0;
      for (let i = 0; i < n && ranks.rank === last; i++) {
        mine.set(core.u8(moved[i].value.offset, sizes[i]), at);
        at += sizes[i];
      }
      const lengths = Array.from({ length: ranks.size }, (_, rank) => (rank === last ? bytes : 0));
      const all = await ranks.gather(mine, lengths);
      at = 0;
      for (let i = 0; i < n; i++) {
        core.u8(moved[i].value.offset, sizes[i]).set(all.subarray(at, at + sizes[i]));
        at += sizes[i];
      }
    }

    /** A rank reads the rows of its shards alone. */
    override own(indices: Uint32Array): Uint32Array {
      const { ranks } = this.request;
      if (!ranks) return indices;
      const row = (rank: number) => startOf(shardOf(rank, ranks, this.shards), this.shards, indices.length);
      return indices.subarray(row(ranks.rank), row(ranks.rank + 1));
    }

    /**
     * The sum of `count` shards from `first` on; undefined where none of them has rows.
     * @param level whose place gets their gradient; none: where gradients are
     */
    private sum(batch: Batch, first: number, count: number, level?: number): Soon<Sum | undefined> {
      const start = (shard: number) => startOf(shard, this.shards, batch.indices.length);
      if (start(first) === start(first + count)) return undefined;
      if (count === 1)
        return then<Sum | undefined>(this.shard(batch, start(first), start(first + 1)), (sum) => {
          if (level !== undefined) this.placeOf(level).set(this.placeOf());
          return sum;
        });
      const half = count / 2;
      const middle = first + half;
      if (start(first) === start(middle)) return this.sum(batch, middle, half, level);
      if (start(middle) === start(first + count)) return this.sum(batch, first, half, level);
      const kept = level ?? levelOf(half);
      return then(this.sum(batch, first, half, kept), (left) =>
        then(this.sum(batch, middle, half), (right) => {
          const { plan, tree } = this;
          const { network } = this.request;
          network.core.f32(tree.rate.offset, 1)[0] = -1;
          const add = tree.adds + 2 * kept + (level === undefined ? 0 : 1);
          network.run(plan, add, add + 1, 1);
          return sumOf(this.counting, left!, right!);
        }),
      );
    }

    /** Where a gradient lies. @param level none: where gradients are */
    private placeOf(level?: number): Uint8Array {
      const { core, flat, bytes } = this.request.network;
      return core.u8(level === undefined ? flat.dw : this.tree.sums[level].offset, bytes);
    }

    /** One shard: its rows forward and backward, in pieces if need be. @param at the first row that is left to be computed */
    private shard(batch: Batch, from: number, to: number, at = from): Soon<Sum> {
      const { counting, plan, tree } = this;
      const { indices, ready, from: read } = batch;
      if (at === from) for (const metric of counting) metric.reset();
      for (let row = at; row < to; row += plan.rows) {
        const next = row + plan.rows;
        const piece = indices.subarray(row, Math.min(next, to));
        this.last = piece;
        this.shardStart = from;
        const end = next < to ? plan.marks.penalties : tree.adds;
        const wait = this.compute(piece, ready, row - read, indices.length, row - from, end);
        if (wait) return wait.then(() => this.shard(batch, from, to, next));
      }
      return { loss: this.lossSum[0], metrics: counting.map((metric) => [metric.state()]) };
    }

    /** The first row of the shard that runs: what is drawn depends on a row's number in its batch. */
    private shardStart = 0;

    protected override setStep(rows: number, first: number): void {
      super.setStep(rows, first);
      const { core } = this.request.network;
      core.i32(this.plan.step + core.record("Step").shard.at, 1)[0] = this.shardStart;
    }

    /** Σ losses, which the step record carries from piece to piece in double precision. */
    private get lossSum(): Float64Array {
      const { core } = this.request.network;
      return new Float64Array(core.exports.memory.buffer, this.plan.step + core.record("Step").sumLow.at, 1);
    }
  };
