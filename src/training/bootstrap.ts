/** Confidence intervals of figures: they are computed again on rows that are drawn from those evaluated, with repetition (Efron 1979). */

import { NablaError } from "../errors.ts";
import { show } from "../fields/fields.ts";
import { checkWhole } from "../fields/options.ts";
import { STREAMS, Words } from "../math/words.ts";
import type { Metric, Scored } from "../metrics/metric.ts";
import type { Network } from "../network/network.ts";
import type { EvaluateOptions } from "./options.ts";
import { maskOf } from "./padding.ts";

/** Of each figure, where it lies: [lower end, upper end]. */
export type Intervals = Readonly<Record<string, readonly [low: number, high: number]>>;

/** Rows that were evaluated, in memory: 4 bytes for each output, target and loss. */
interface Recorded {
  readonly like: Scored;
  /** Values of one row of the data set: pixels count. */
  readonly each: number;
  readonly outputs: Float32Array[];
  readonly targets: (Float32Array | Int32Array)[];
  readonly losses: Float32Array[];
  /** Where 0 stands for what is padding; none where nothing is. */
  readonly masks: Float32Array[];
}

/** Keeps batches. */
export class Recorder {
  private readonly all: Recorded[] = [];
  private readonly losses: Float32Array[] = [];

  /** @param core where masks of batches lie; not needed where they have none */
  constructor(private readonly core?: Network["core"]) {}

  /** @param losses of the rows, of all outputs together */
  add(batch: Scored, losses: Float32Array): void {
    this.losses.push(losses.slice());
    for (const [k, like] of (batch.all ?? [batch]).entries()) {
      const { rows, units, stride } = like;
      const outputs = new Float32Array(rows * units);
      for (let r = 0; r < rows; r++)
        outputs.set(like.outputs.subarray(r * stride, r * stride + units), r * units);
      this.all[k] ??= { like, each: rows / losses.length, outputs: [], targets: [], losses: [], masks: [] };
      this.all[k].outputs.push(outputs);
      this.all[k].targets.push((like.labels ?? like.values!).slice(0, like.labels ? rows : rows * units));
      this.all[k].losses.push(like.losses!.slice(0, rows));
      const mask = like.mask && maskOf(like, this.core!);
      if (mask) this.all[k].masks.push(mask.slice());
    }
  }

  /**
   * @param metrics made for this: they are asked for the figures of every drawing
   * @param penalties what the loss has besides the mean over rows
   * @param pause gives others a turn
   */
  async intervals(
    metrics: readonly Metric[],
    penalties: number,
    { bootstrap = 0, confidence = 0.95, seed = 0 }: EvaluateOptions,
    pause: () => void | Promise<void>,
  ): Promise<Intervals> {
    const losses = joined(this.losses);
    const n = losses.length;
    const outputs = this.all.map((of) => new Drawing(of));
    const drawn: Record<string, number[]> = { loss: [] };
    for (const { name } of metrics) drawn[name] = [];
    const rows = new Uint32Array(n);
    for (let b = 0; b < bootstrap; b++) {
      const random = new Words(seed, STREAMS.bootstrap, b);
      let sum = 0;
      for (let r = 0; r < n; r++) {
        rows[r] = random.int(n);
        sum += losses[rows[r]];
      }
      drawn.loss.push(sum / n + penalties);
      const all = outputs.map((output) => output.of(rows));
      const batch = all.length === 1 ? all[0] : { ...all[0], all };
      for (const metric of metrics) {
        metric.reset();
        const wait = metric.add(batch);
        if (wait) await wait;
        drawn[metric.name].push(metric.result());
      }
      const turn = pause();
      if (turn) await turn;
    }
    const beyond = (1 - confidence) / 2;
    return Object.fromEntries(
      Object.entries(drawn).map(([name, values]) => {
        const sorted = Float64Array.from(values.filter((value) => !Number.isNaN(value))).sort();
        return [name, [quantile(sorted, beyond), quantile(sorted, 1 - beyond)]];
      }),
    );
  }
}

/** One output's rows, as they are drawn: in the same memory every time. */
class Drawing {
  private readonly outputs: Float32Array;
  private readonly targets: Float32Array | Int32Array;
  private readonly losses: Float32Array;
  private readonly mask: Float32Array | undefined;
  private readonly batch: Scored;

  constructor(private readonly from: Recorded) {
    const { like } = from;
    this.outputs = joined(from.outputs);
    this.targets = joined(from.targets);
    this.losses = joined(from.losses);
    this.mask = from.masks.length > 0 ? joined(from.masks) : undefined;
    const { units } = like;
    const targets = this.targets.slice();
    this.batch = {
      ...like,
      all: undefined,
      rows: this.losses.length,
      stride: units,
      outputs: this.outputs.slice(),
      losses: this.losses.slice(),
      ...(this.mask && { mask: { values: this.mask.slice() } }),
      ...(like.labels ? { labels: targets as Int32Array } : { values: targets as Float32Array }),
    };
  }

  of(rows: Uint32Array): Scored {
    const { batch, from } = this;
    for (const [values, to] of [
      [this.outputs, batch.outputs],
      [this.targets, batch.labels ?? batch.values!],
      [this.losses, batch.losses!],
      ...(this.mask ? [[this.mask, batch.mask!.values!] as const] : []),
    ] as const) {
      const width = (values.length / this.losses.length) * from.each;
      for (let r = 0; r < rows.length; r++)
        for (let c = 0; c < width; c++) to[r * width + c] = values[rows[r] * width + c];
    }
    // another object each time: what is known of a batch is known by that
    return { ...batch };
  }
}

function joined<T extends Float32Array | Int32Array>(parts: readonly T[]): T {
  const length = parts.reduce((sum, part) => sum + part.length, 0);
  const whole = new (parts[0].constructor as new (length: number) => T)(length);
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}

/** Between the two nearest values, as numpy's default. NaN where there are none. */
function quantile(sorted: Float64Array, share: number): number {
  const at = share * (sorted.length - 1);
  const below = Math.floor(at);
  const low = sorted[below] ?? Number.NaN;
  return below + 1 < sorted.length ? low + (at - below) * (sorted[below + 1] - low) : low;
}

/** @throws NablaError for values that make no sense */
export function checkBootstrap({ bootstrap, confidence, seed }: EvaluateOptions): void {
  if (bootstrap !== undefined) checkWhole("evaluate: bootstrap", bootstrap);
  else if (confidence !== undefined || seed !== undefined)
    throw new NablaError(
      `evaluate: ${confidence === undefined ? "seed" : "confidence"} is for intervals; give bootstrap: 1000, too`,
    );
  if (confidence !== undefined && !(Number.isFinite(confidence) && confidence > 0 && confidence < 1))
    throw new NablaError(`evaluate: confidence: expected a number between 0 and 1, got ${show(confidence)}`);
}
