/** Batches from an iterator: opened, read, checked. Nothing is read ahead, so a batch may depend on the step before it. */
import { buffersFor, type Dataset, range, targetSize } from "../data/dataset.ts";
import { messageOf, NablaError } from "../errors.ts";
import { showShape, sizeOf } from "../shape.ts";
import { type DataArgument, isDataset, type ToDataset } from "./arguments.ts";
import { checkBatchNames, namesAfter } from "./called.ts";
import { pairOf } from "./meant.ts";
import type { Batch, Batches, BatchSource, Place, Ready, Source } from "./source.ts";
import { checkSamples } from "./weighting.ts";

export interface StreamOptions extends ToDataset {
  /** What the model calls its classes. */
  readonly classes: readonly string[] | undefined;
  /** What begins errors. */
  readonly who: string;
  /** Where to begin. */
  readonly place: Place;
  /** Epochs before those that errors count. None: there are no epochs. */
  readonly firstEpoch?: number;
  /** Batches of an epoch, where the iterator does not say it by ending. */
  readonly steps?: number;
}

export class BatchStream implements Source {
  rows = 0;
  private iterator: Iterator<Batch> | AsyncIterator<Batch> | undefined;
  /** Read to know what batches are like, and not taken yet. */
  private first: Ready | undefined;
  /** The epoch to begin in has no more batches. */
  private over = false;
  private like: Dataset | undefined;

  constructor(
    private readonly source: BatchSource,
    private readonly options: StreamOptions,
  ) {}

  /** Reads the first batch. @returns it, with what all others must be like */
  async begin(): Promise<Dataset> {
    const { who, place } = this.options;
    const first = await this.next(place);
    // stopped after the last batch of an epoch, before that was known
    this.first = first ?? (await this.next({ epoch: place.epoch + 1, batch: 0 }));
    this.over = !first;
    if (!this.like) throw new NablaError(`${who}: the iterator gave no batch`);
    this.rows = this.like.length;
    return this.like;
  }

  async next(place: Place): Promise<Ready | undefined> {
    const { first, over } = this;
    if (over) {
      this.over = false;
      return undefined;
    }
    this.first = undefined;
    if (first) return first;
    const opened = this.iterator === undefined;
    let item = await this.take(place);
    // the batches of a function, or of what can be passed again, may end with an epoch that has a length of its own
    if (item.done && place.batch === 0 && !opened && this.again) {
      this.iterator = undefined;
      item = await this.take(place);
    }
    if (!item.done) return this.read(item.value, place);
    this.iterator = undefined;
    this.checkEnd(place);
    return undefined;
  }

  /** Tells an iterator that was opened here that no more is wanted. @param failed whether an error is on its way already */
  async close(failed: boolean): Promise<void> {
    if (!this.again) return;
    const closed = Promise.resolve().then(() => this.iterator?.return?.());
    // it may be waiting for what never comes
    if (failed) closed.catch(() => {});
    else await closed;
  }

  /** Whether it can begin anew: an iterator cannot. */
  private get again(): boolean {
    return typeof this.source === "function" || !("next" in this.source);
  }

  private async take(place: Place): Promise<IteratorResult<Batch>> {
    const { source } = this;
    try {
      this.iterator ??= iteratorOf(
        typeof source === "function" ? await source({ epoch: place.epoch, batch: place.batch }) : source,
      );
      return await this.iterator.next();
    } catch (cause) {
      if (cause instanceof NablaError) throw cause;
      const why = messageOf(cause);
      throw new NablaError(`${this.at(place)}: reading it: ${why}`, {
        cause,
        details: { batch: place.batch },
      });
    }
  }

  /** @throws NablaError where an end is none of an epoch */
  private checkEnd({ epoch, batch }: Place): void {
    const { who, steps } = this.options;
    if (steps === undefined && batch > 0) return;
    const came = `after ${batch} ${batch === 1 ? "batch" : "batches"}${steps === undefined ? "" : ` of ${steps}`}`;
    const advice = this.again
      ? "let it give as many as an epoch has"
      : "an iterator passes once: give a function that returns one for each epoch";
    throw new NablaError(
      `${who}: the iterator ended${this.inEpoch(epoch, "in")} ${came}; ${advice}. Nothing is lost: the model is as it was before`,
      { details: { epoch, batch } },
    );
  }

  private async read(batch: Batch, place: Place): Promise<Ready> {
    const name = this.at(place);
    const { like } = this;
    const { datasetOf, classes } = this.options;
    const [data, weights] = partsOf(batch, name);
    const known = like && namesAfter(like, classes);
    const dataset = datasetOf(data as DataArgument, name, like?.target.kind, known);
    if (like) {
      checkLike(dataset, like, name);
      checkBatchNames(dataset, like, classes, name);
    }
    this.like ??= dataset;
    const rows = dataset.length;
    const { x, y } = buffersFor(dataset, rows);
    await dataset.read(range(rows), x, y);
    if (!weights) return { x, y };
    checkSamples(name, rows, weights);
    return { x, y, samples: Float64Array.from(weights) };
  }

  private at({ epoch, batch }: Place): string {
    return `batch ${batch + 1}${this.inEpoch(epoch, "of")}`;
  }

  private inEpoch(epoch: number, of: "in" | "of"): string {
    const { firstEpoch } = this.options;
    return firstEpoch === undefined ? "" : ` ${of} epoch ${epoch - firstEpoch + 1}`;
  }
}

function iteratorOf(batches: Batches): Iterator<Batch> | AsyncIterator<Batch> {
  if (typeof batches === "object" && batches !== null) {
    if ("next" in batches) return batches;
    if (Symbol.asyncIterator in batches) return batches[Symbol.asyncIterator]();
    if (Symbol.iterator in batches) return batches[Symbol.iterator]();
  }
  throw new NablaError(`expected an iterator of batches from the function, got ${show(batches)}`);
}

const show = (value: unknown): string => (value === null ? "null" : typeof value);

/** What fit() takes, and factors of the loss. */
function partsOf(
  batch: Batch,
  name: string,
): [data: Dataset | readonly unknown[], weights?: ArrayLike<number>] {
  if (isDataset(batch)) return [batch];
  const pair = pairOf(name, batch);
  if (pair) {
    if (typeof pair[1] === "number")
      throw new NablaError(
        `${name}: { xs, ys } is a single row: an iterator gives batches, { xs: [row, …], ys: [target, …] }`,
      );
    return [pair.slice(0, 2), pair[2]];
  }
  const got = Array.isArray(batch) ? `${batch.length} values` : show(batch);
  throw new NablaError(`${name}: expected { x, y }, [x, y] or [x, y, sampleWeight], got ${got}`);
}

function checkLike(dataset: Dataset, like: Dataset, name: string): void {
  const differs = (what: string, is: string, was: string) => {
    if (is !== was) throw new NablaError(`${name}: ${what} ${is}, in the first batch ${was}`);
  };
  const shape = ({ inputShape }: Dataset) =>
    sizeOf(inputShape) === sizeOf(like.inputShape) ? like : { inputShape };
  differs("a row of x is", showShape(shape(dataset).inputShape), showShape(like.inputShape));
  differs("x is", dataset.inputType, like.inputType);
  differs("uint8 values are multiplied by", String(dataset.inputScale), String(like.inputScale));
  differs(
    "y has",
    dataset.target.kind === "class" ? "labels" : "values",
    like.target.kind === "class" ? "labels" : "values",
  );
  differs("target values of a row:", String(targetSize(dataset.target)), String(targetSize(like.target)));
}
