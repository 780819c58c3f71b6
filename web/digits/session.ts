/** The network on this page and its training: everything the buttons do. */

import { batch, computed, signal } from "@preact/signals";
import { type FitOptions, type Model, NablaError, type Progress } from "nabla";
import { figureOf } from "../../src/metrics/metric.ts";
import { internalsOf } from "../../src/model/internals.ts";
import { digitsText } from "../text/digits.ts";
import { fill } from "../text/words.ts";
import { hasDiverged } from "../ui/diverged.ts";
import { announce, notify, notifyError } from "../ui/messages.tsx";
import { start, type Training } from "../ui/trainer.ts";
import { Curves, Pace } from "./curves.ts";
import { type Examination, examine } from "./examine.ts";
import { claim, keep, release } from "./keeping.ts";
import { makeModel } from "./network.ts";
import { DEFAULTS, fromSaved, rateOf, type Settings, sameNetwork } from "./settings.ts";
import { absent, added, generated, own, type Source, withDrawn } from "./source.ts";

/** "fresh": weights as they were drawn; "running"; "paused": can continue; "done". */
export type Phase = "fresh" | "starting" | "running" | "paused" | "done";

export const settings = signal<Settings>(DEFAULTS);
export const phase = signal<Phase>("fresh");
export const progress = signal<Progress | undefined>(undefined);
/** Samples a second, over about the last second. */
export const speed = signal<number | undefined>(undefined);
/** The loss of a training that was ended because it had diverged. */
export const diverged = signal<number | undefined>(undefined);
export const examination = signal<Examination | undefined>(undefined);
/** Counts reports of the training. A component that reads it is drawn again with new weights. */
export const tick = signal(0);
/** The same, at most a few times a second, for what is expensive to paint. */
export const slowTick = signal(0);
const SLOW = 250;

interface Subject {
  readonly model: Model;
  readonly fit: FitOptions;
  readonly source: Source;
  readonly curves: Curves;
  /** What it was made with; the controls may have changed since. */
  readonly settings: Settings;
}

export const subject = signal<Subject | undefined>(undefined);
/** The network that comes with the page, once it is loaded. */
const ready = signal<Model | undefined>(undefined);
/** Whether it reads the pad: before the first training, where the data is what it knows. */
export const readsReady = computed(
  () => phase.value === "fresh" && subject.value?.source.kind === "digits" && ready.value !== undefined,
);
/** The network that reads the pad. */
export const reader = computed(() => (readsReady.value ? ready.value : subject.value?.model));

/** Loads it, when there is a pad to draw on. */
export async function getReady(): Promise<void> {
  if (ready.peek() || phase.peek() !== "fresh") return;
  try {
    ready.value = (await import("./ready.ts")).readyModel();
  } catch (error) {
    notifyError(error, "The network that comes with the page could not be loaded");
  }
}

export const busy = computed(() => phase.value === "running" || phase.value === "starting");

let training: Training | undefined;
/** Counts trainings, and what puts an end to one that has not begun. */
let turn = 0;
let examining: AbortController | undefined;
let slowAt = 0;

export const sourceOf = (chosen: Settings): Source =>
  withDrawn(own.peek() ?? generated(chosen.samples), added.peek());

/** What a network is called in a sentence. */
export const networkName = ({ network, layers }: Settings): string =>
  network === "built"
    ? fill(digitsText.networks.built, { layers: layers || "–" })
    : digitsText.networks[network];

/** Of which network the pictures are, where another one was chosen since. */
export const stale = computed(() => {
  const shown = subject.value?.settings;
  const chosen = settings.value;
  return phase.value === "done" && shown && !sameNetwork(shown, chosen) ? { shown, chosen } : undefined;
});

export function change(part: Partial<Settings>): void {
  const next = { ...settings.peek(), ...part };
  const other = part.network !== undefined || part.optimizer !== undefined;
  settings.value = { ...next, ...(other && part.rate === undefined && { rate: rateOf(next) }) };
  if (phase.peek() === "fresh") renew();
}

/** A new network by the settings. It replaces the old one. */
export function renew(): void {
  const chosen = settings.peek();
  try {
    const source = sourceOf(chosen);
    const { model, fit } = makeModel(chosen, source);
    adopt({ model, fit, source, settings: chosen, curves: curvesOf(model) }, "fresh");
  } catch (error) {
    // data there is no such network for: its own message says what to do
    batch(() => {
      subject.value = undefined;
      phase.value = "fresh";
    });
    notifyError(error);
  }
}

function curvesOf(model: Model): Curves {
  const [metric] = internalsOf(model).state.required.config.metrics;
  return new Curves(typeof metric === "string" ? metric : (metric?.name ?? "accuracy"));
}

function adopt(next: Subject, at: Phase): void {
  examining?.abort();
  turn++;
  batch(() => {
    subject.value = next;
    phase.value = at;
    progress.value = diverged.value = undefined;
    examination.value = undefined;
    looking = false;
    lookedAt = Number.NEGATIVE_INFINITY;
    tick.value++;
    slowTick.value++;
  });
}

/** A model from storage or a file. It continues training where it stopped, if its data is here. */
export function open(model: Model): void {
  const saved = savedWith(model);
  const chosen = fromSaved(saved.settings);
  if (!internalsOf(model).state.compiled)
    throw new NablaError("this model was saved without its loss, so the page cannot train or examine it");
  const source = sourceFor(model, saved.data, chosen);
  const done = model.history.epoch.length >= chosen.epochs || model.history.stopped !== undefined;
  const resumable = source.kind === saved.data && internalsOf(model).state.settings !== undefined;
  const next: Subject = { model, fit: fitOf(source), source, settings: chosen, curves: curvesOf(model) };
  next.curves.restore(model.history);
  settings.value = chosen;
  adopt(next, done || !resumable ? "done" : "paused");
  void look();
}

/** The data a model was trained on, if it can be had; only visitors know whether their own data is the same. */
function sourceFor(model: Model, data: unknown, chosen: Settings): Source {
  const found = data === "digits" ? generated(chosen.samples) : (own.peek() ?? generated(chosen.samples));
  const fits = String(found.train.inputShape) === String(model.inputShape);
  return fits ? found : absent(model);
}

const fitOf = ({ test }: Source): FitOptions => (test ? { validationData: test } : {});

/** What the page wrote into a model's metadata. */
export function savedWith(model: Model): { settings?: unknown; data?: unknown } {
  const found = model.metadata.extra?.playground;
  return typeof found === "object" && found !== null ? found : {};
}

/** Trains, or continues training. */
export async function train(): Promise<void> {
  if (busy.peek()) return;
  if (phase.peek() === "done") renew();
  const now = subject.peek();
  if (!now) return;
  const resume = phase.peek() === "paused";
  phase.value = "starting";
  const { model, source, curves } = now;
  const pace = new Pace();
  speed.value = undefined;
  model.metadata = {
    ...model.metadata,
    extra: {
      ...model.metadata.extra,
      playground: { settings: { ...now.settings }, data: source.drawn ? "drawn" : source.kind },
    },
  };
  const mine = ++turn;
  await claim();
  // stopped, or replaced by another, before it had begun
  if (mine !== turn) return;
  try {
    training = start(
      model,
      source.train,
      { ...now.fit, ...(resume && { resume: true }) },
      {
        onProgress: (report) => {
          endIfDiverged(now, report.logs.loss);
          batch(() => {
            if (phase.peek() === "starting") phase.value = "running";
            progress.value = report;
            speed.value =
              pace.add(report.step * (internalsOf(model).state.settings?.batchSize ?? 1)) ?? speed.peek();
            curves.add(report);
            moved();
            lookSoon();
          });
        },
        onEpochEnd: (epoch, logs, { batchesPerEpoch }) => {
          curves.addEpoch(epoch, batchesPerEpoch, logs);
          moved(true);
          if (endIfDiverged(now, logs.loss)) return;
          keep(model);
          announce(epochSays(now, epoch));
          void look();
        },
      },
    );
    const ended = await training.ended;
    if (subject.peek() !== now) return;
    const bad = diverged.peek() !== undefined;
    phase.value = ended === "held" && !bad ? "paused" : "done";
    announce(`Training ${bad ? "has diverged" : ended === "held" ? "is paused" : "is finished"}.`);
  } catch (error) {
    if (subject.peek() !== now) return;
    phase.value = model.history.epoch.length > 0 ? "done" : "fresh";
    notifyError(error);
  } finally {
    training = undefined;
  }
  curves.flush();
  moved(true);
  if (diverged.peek() === undefined) keep(model);
  await look();
}

/** Further steps would only go further astray, and what they leave is not worth keeping. */
function endIfDiverged({ source, curves }: Subject, loss = 0): boolean {
  const { target } = source.train;
  // that of a network which gives all classes the same chance; of numbers whose variance is 1, of one that always says their mean
  const guess =
    target.kind === "class"
      ? Math.log(Math.max(2, target.classes))
      : Math.max(source.train.targetScale ? 1 : 0, curves.loss.peek()[1]![0] ?? loss);
  if (!hasDiverged(guess, loss)) return false;
  diverged.value = loss;
  training?.hold();
  return true;
}

function epochSays({ model, curves }: Subject, epoch: number): string {
  const { history } = model.history;
  const name = curves.metricName;
  const test = history[figureOf("val", name)]?.[epoch];
  return test === undefined || name !== "accuracy"
    ? `Epoch ${epoch + 1} is finished.`
    : `Epoch ${epoch + 1}: ${(100 * test).toFixed(1)} % of the test digits are right.`;
}

function moved(now = false): void {
  tick.value++;
  const time = performance.now();
  if (!now && time - slowAt < SLOW) return;
  slowAt = time;
  slowTick.value++;
}

/** Pauses the training between two steps; train() continues it, bit for bit. */
export function pause(): void {
  training?.hold();
}

/** Ends the training where it is. */
export async function stop(): Promise<void> {
  const held = training;
  turn++;
  held?.hold();
  await held?.ended.catch(() => {});
  if (phase.peek() === "running" || phase.peek() === "paused" || phase.peek() === "starting")
    phase.value = held || subject.peek()?.model.history.epoch.length ? "done" : "fresh";
}

/** Forgets the network and begins with a new one. */
export async function reset(): Promise<void> {
  const held = training;
  held?.hold();
  await held?.ended.catch(() => {});
  release();
  renew();
}

/** Rows that are examined while an epoch is under way, and milliseconds until the next time. */
const SOME = 500;
const AGAIN = 1000;
let lookedAt = Number.NEGATIVE_INFINITY;
let looking = false;

/** Some of the test part, so that mistakes are seen from the first second. */
function lookSoon(): void {
  if (looking || performance.now() - lookedAt < AGAIN) return;
  void look(SOME);
}

/** Examines the network with the test part, or with other rows if there is none. @param most rows */
async function look(most?: number): Promise<void> {
  const now = subject.peek();
  if (!now) return;
  examining?.abort();
  const control = (examining = new AbortController());
  looking = true;
  try {
    const found = await examine(now.model, now.source.test ?? now.source.train, control.signal, most);
    if (found && subject.peek() === now && examining === control) examination.value = found;
  } catch (error) {
    notify("error", `The test part could not be examined: ${error instanceof Error ? error.message : error}`);
  } finally {
    if (examining === control) {
      looking = false;
      lookedAt = performance.now();
    }
  }
}
