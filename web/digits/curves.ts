/** Figures of a training as the columns of charts. */
import { signal } from "@preact/signals";
import type { History, Logs, Progress } from "nabla";
import { figureOf } from "../../src/metrics/metric.ts";
import type { Columns } from "../ui/chart.tsx";

/** More points than a chart has pixels only cost time. */
const MOST = 800;
/** Batches that make up a point. */
const FEWEST = 10;
/** Milliseconds between two pictures. */
const EVERY = 240;

/** How fast something grows, over about the last second. */
export class Pace {
  private marks: { at: number; value: number }[] = [];

  /** @returns units a second, once there is enough to measure */
  add(value: number): number | undefined {
    const at = performance.now();
    this.marks.push({ at, value });
    while (this.marks.length > 2 && at - this.marks[1]!.at > 1000) this.marks.shift();
    const first = this.marks[0]!;
    return at - first.at > 300 ? (1000 * (value - first.value)) / (at - first.at) : undefined;
  }
}

interface Point {
  /** Epochs done, with fractions. */
  x: number;
  loss: number;
  metric: number;
  /** Of the test part, at the ends of epochs. */
  testLoss: number | null;
  testMetric: number | null;
}

type Report = Pick<Progress, "epoch" | "batch" | "batches" | "logs">;

export class Curves {
  readonly loss = signal<Columns>([[], [], []]);
  readonly metric = signal<Columns>([[], [], []]);
  private points: Point[] = [];
  private shown = 0;
  private last: Omit<Report, "batches"> | undefined;

  constructor(readonly metricName: string) {}

  /** Finished epochs of a training that began before. */
  restore({ history }: History): void {
    this.points = (history.loss ?? []).map((loss, epoch) => ({
      x: epoch + 1,
      loss,
      metric: history[this.metricName]?.[epoch] ?? 0,
      testLoss: history.valLoss?.[epoch] ?? null,
      testMetric: history[figureOf("val", this.metricName)]?.[epoch] ?? null,
    }));
    this.last = undefined;
    this.publish();
  }

  /** What a report says happened since the one before. */
  add(progress: Progress): void {
    const { epoch, batch, batches, logs } = progress;
    const x = epoch + batch / batches;
    // addEpoch() comes before the report of an epoch's end
    if (x <= (this.points.at(-1)?.x ?? 0)) return;
    const point = this.since(progress);
    if (!point) return;
    this.points.push({ x, ...point, testLoss: null, testMetric: null });
    this.last = { epoch, batch, logs };
    if (this.points.length > MOST)
      this.points = this.points.filter((each, i) => i % 2 === 1 || each.testLoss !== null);
    // charts are redrawn as a whole: a few times a second is enough for the eye
    if (performance.now() - this.shown > EVERY) this.publish();
  }

  /** Figures of an epoch and, after it, of the test part. Reports leave out epochs that are shorter than the time between them. */
  addEpoch(epoch: number, batches: number, logs: Logs): void {
    const before = this.points.at(-1);
    // the whole epoch's mean beside figures of its last batches would be a jump that never happened
    const { loss, metric } = this.since({ epoch, batch: batches, batches, logs }) ?? before!;
    // the report of the epoch's end may have come before
    if (before?.x === epoch + 1) this.points.pop();
    this.points.push({
      x: epoch + 1,
      loss,
      metric,
      testLoss: logs.valLoss ?? null,
      testMetric: logs[figureOf("val", this.metricName)] ?? null,
    });
    this.publish();
  }

  /** Means over the batches since the last report; undefined of so few that they say more of chance than of the network. */
  private since({ epoch, batch, batches, logs }: Report): { loss: number; metric: number } | undefined {
    const { last } = this;
    const same = last && last.epoch === epoch && last.batch <= batch ? last : undefined;
    if (batch - (same?.batch ?? 0) < Math.min(FEWEST, batches)) return undefined;
    // figures are means over the epoch so far; what happened since is their difference
    const of = (name: string): number => {
      const now = logs[name] ?? 0;
      return same ? (now * batch - (same.logs[name] ?? 0) * same.batch) / (batch - same.batch) : now;
    };
    return { loss: Math.max(0, of("loss")), metric: of(this.metricName) };
  }

  /** What was added since the charts were last brought up to date. */
  flush(): void {
    this.publish();
  }

  private publish(): void {
    const { points } = this;
    this.shown = performance.now();
    const x = points.map((point) => point.x);
    this.loss.value = [x, points.map(({ loss }) => loss), points.map(({ testLoss }) => testLoss)];
    this.metric.value = [x, points.map(({ metric }) => metric), points.map(({ testMetric }) => testMetric)];
  }
}
