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

export class Curves {
  readonly loss = signal<Columns>([[], [], []]);
  readonly metric = signal<Columns>([[], [], []]);
  private points: Point[] = [];
  private shown = 0;
  private last: Progress | undefined;

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
    const { last } = this;
    // figures are means over the epoch so far; what happened since the last report is their difference
    const same = last && last.epoch === epoch && last.batch <= batch ? last : undefined;
    // of a few batches they would say more of chance than of the network
    if (batch - (same?.batch ?? 0) < Math.min(FEWEST, batches)) return;
    const since = (name: string): number => {
      const now = logs[name] ?? 0;
      return same ? (now * batch - (same.logs[name] ?? 0) * same.batch) / (batch - same.batch) : now;
    };
    const x = epoch + batch / batches;
    const figures = { loss: Math.max(0, since("loss")), metric: since(this.metricName) };
    const end = this.points.at(-1);
    // addEpoch() comes before the report of an epoch's end
    if (end?.x === x) Object.assign(end, figures);
    else this.points.push({ x, ...figures, testLoss: null, testMetric: null });
    this.last = progress;
    if (this.points.length > MOST)
      this.points = this.points.filter((point, i) => i % 2 === 1 || point.testLoss !== null);
    // charts are redrawn as a whole: a few times a second is enough for the eye
    if (performance.now() - this.shown > EVERY) this.publish();
  }

  /** Figures of the test part after an epoch. Reports leave out epochs that are shorter than the time between them. */
  addEpoch(epoch: number, logs: Logs): void {
    const x = epoch + 1;
    const tests = {
      testLoss: logs.valLoss ?? null,
      testMetric: logs[figureOf("val", this.metricName)] ?? null,
    };
    let end = this.points.length - 1;
    while (end >= 0 && this.points[end]!.x > x) end--;
    const last = this.points[end];
    if (last?.x === x) Object.assign(last, tests);
    else
      this.points.splice(end + 1, 0, {
        x,
        loss: logs.loss,
        metric: logs[this.metricName] ?? 0,
        ...tests,
      });
    this.publish();
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
