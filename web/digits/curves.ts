/** Figures of a training as the columns of charts. */
import { signal } from "@preact/signals";
import type { History, Progress } from "nabla";
import { valName } from "../../src/train.ts";
import type { Columns } from "../ui/chart.tsx";

/** More points than a chart has pixels only cost time. */
const MOST = 800;
/** Milliseconds between two pictures. */
const EVERY = 240;

/** How fast something grows, over about the last second. */
export class Pace {
  private marks: { at: number; value: number }[] = [];

  /** @returns units a second, once there is something to tell it from */
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
      testMetric: history[valName(this.metricName)]?.[epoch] ?? null,
    }));
    this.last = undefined;
    this.publish();
  }

  add(progress: Progress): void {
    const { epoch, batch, batches, logs } = progress;
    const { last } = this;
    // figures are means over the epoch so far; what happened since the last report is their difference
    const same = last && last.epoch === epoch && last.batch < batch ? last : undefined;
    const since = (name: string): number => {
      const now = logs[name] ?? 0;
      return same ? (now * batch - (same.logs[name] ?? 0) * same.batch) / (batch - same.batch) : now;
    };
    if (last && last.epoch === epoch && last.batch === batch && logs.valLoss === undefined) return;
    const x = epoch + batch / batches;
    const tests = {
      testLoss: logs.valLoss ?? null,
      testMetric: logs[valName(this.metricName)] ?? null,
    };
    const end = this.points.at(-1);
    // the same step again, now with the test part's figures
    if (end && end.x >= x) Object.assign(end, tests);
    else this.points.push({ x, loss: Math.max(0, since("loss")), metric: since(this.metricName), ...tests });
    this.last = progress;
    if (this.points.length > MOST)
      this.points = this.points.filter((point, i) => i % 2 === 1 || point.testLoss !== null);
    // charts are painted anew whole: a few times a second is enough for the eye
    const now = performance.now();
    if (now - this.shown > EVERY || logs.valLoss !== undefined) this.publish();
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
