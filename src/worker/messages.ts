/** In the worker: what comes is looked at before it is believed. A message that nobody of ours can have sent is passed over. */
import type { Inputs, Targets } from "../data/dataset.ts";
import { NablaError } from "../errors.ts";
import { isA, tagOf } from "../tags.ts";
import { type FromPage, type LentBack, PIECE, type SentDataset, type Setup } from "./protocol.ts";

type Piece = Extract<FromPage, { kind: "piece" }>;

const KINDS: Readonly<Record<FromPage["kind"], true>> = {
  piece: true,
  train: true,
  reply: true,
  rows: true,
  result: true,
  seen: true,
  abort: true,
  meddle: true,
};

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === "object" && value !== null;
const isCount = (value: unknown): value is number => Number.isSafeInteger(value) && (value as number) >= 0;

/** The message, where it is one of a page to its worker. */
export const messageOf = (given: unknown): FromPage | undefined =>
  isObject(given) && Object.hasOwn(KINDS, String(given.kind)) && isCount(given.id)
    ? (given as unknown as FromPage)
    : undefined;

/**
 * Puts a piece of an array where it belongs; one that does not fit is left out, and the training says what is missing. A message that
 * has less than a whole piece of values gets no room for more.
 */
export function addPiece(pieces: Map<number, Inputs | Targets>, { number, length, at, values }: Piece): void {
  if (!isCount(length) || !isCount(at) || !ArrayBuffer.isView(values) || isA("DataView", values)) return;
  if (values.length === length) pieces.set(number, values);
  else {
    if (at === 0 && values.byteLength === PIECE)
      pieces.set(number, new (values.constructor as Uint8ArrayConstructor)(length));
    const whole = pieces.get(number);
    if (whole && at + values.length <= whole.length) whole.set(values, at);
  }
}

/** @throws NablaError where what is sent to be trained lacks a part that every training has */
export function checkSetup(setup: Setup): void {
  const {
    topology,
    training,
    settings,
    state,
    callbacks,
    datasets,
    hooks,
    everySteps,
    reading,
    metadata,
    classes,
    samples,
    validationSamples,
    threads,
    shared,
  } = isObject(setup) ? setup : ({} as Partial<Setup>);
  const parts = {
    topology: isObject(topology) && Array.isArray(topology.layers),
    training: isObject(training),
    // without these a training would have no end
    settings: isObject(settings) && [settings.epochs, settings.batchSize].every((n) => isCount(n) && n > 0),
    state:
      isObject(state) &&
      isA("Uint8Array", state.snapshot) &&
      isObject(state.metrics) &&
      isObject(state.run) &&
      [state.run.epoch, state.run.batch, state.run.step].every(isCount),
    reading: reading === undefined || (Array.isArray(reading) && reading.every(isObject)),
    metadata: isObject(metadata),
    classes: classes === undefined || Array.isArray(classes) || ArrayBuffer.isView(classes),
    samples: [samples, validationSamples].every(
      (each) => each === undefined || tagOf(each) === "Float64Array",
    ),
    threads:
      (threads === undefined || threads === "auto" || (isCount(threads) && threads > 0 && threads <= 64)) &&
      (shared === undefined ||
        (isObject(shared) && isA("Uint8Array", shared.bytes) && isCount(shared.pages))),
    callbacks: Array.isArray(callbacks),
    datasets: Array.isArray(datasets) && datasets.every(isObject) && datasets[setup.train] !== undefined,
    hooks: Array.isArray(hooks) && hooks.every((hook) => typeof hook === "string"),
    everySteps: Array.isArray(everySteps) && everySteps.every(isCount),
  };
  for (const [part, there] of Object.entries(parts))
    if (!there) throw new NablaError(`worker: the training that was sent has no ${part} as it should be`);
}

/** What made it impossible to prepare a training, as an error that says so; errors of ours, and of memory, as they are. */
export const unprepared = (error: unknown): unknown =>
  (error as Error).name === "TypeError"
    ? new NablaError(`worker: the training that was sent cannot be prepared: ${(error as Error).message}`, {
        cause: error,
      })
    : error;

/** Rows that were lent, to be sent back. */
export function lentIn(setup: Setup): LentBack[] {
  const datasets: unknown = isObject(setup) ? setup.datasets : undefined;
  if (!Array.isArray(datasets)) return [];
  return datasets.flatMap((entry: SentDataset, dataset) => {
    if (!isObject(entry) || entry.kind !== "arrays" || !isObject(entry.x)) return [];
    const { values, lent } = entry.x as { values?: LentBack["x"]; lent?: boolean };
    return lent && ArrayBuffer.isView(values) ? [{ dataset, x: values }] : [];
  });
}

/** Two datasets may lie in the same memory. */
export const buffersOf = (lent: readonly LentBack[]): Set<ArrayBuffer> =>
  new Set(lent.map(({ x }) => x.buffer));
