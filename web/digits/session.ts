/** The network on this page and its training: everything the buttons do. */
import { batch } from "@preact/signals";
import { type FitOptions, type Model, NablaError } from "nabla";
import { figureOf } from "../../src/metrics/metric.ts";
import { internalsOf } from "../../src/model/internals.ts";
import { digitsText } from "../text/digits.ts";
import { fill } from "../text/words.ts";
import { hasDiverged } from "../ui/diverged.ts";
import { announce, notifyError } from "../ui/messages.tsx";
import { start, type Training } from "../ui/trainer.ts";
import { Curves, Pace } from "./curves.ts";
import { claim, keep, release } from "./keeping.ts";
import { forgetLook, look, lookSoon } from "./look.ts";
import { makeModel } from "./network.ts";
import { fromSaved, rateOf, type Settings } from "./settings.ts";
import { absent, added, generated, own, type Source, withDrawn } from "./source.ts";
import {
  busy,
  diverged,
  type Phase,
  phase,
  progress,
  type Subject,
  settings,
  slowTick,
  speed,
  subject,
  tick,
} from "./state.ts";

const said = digitsText.training;
let training: Training | undefined;
/** Counts trainings, and what puts an end to one that has not begun. */
let turn = 0;
let slowAt = 0;
/** Milliseconds between two pictures of what is expensive to paint. */
const SLOW = 250;

export const sourceOf = (chosen: Settings): Source =>
  withDrawn(own.peek() ?? generated(chosen.samples), added.peek());

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
  turn++;
  batch(() => {
    subject.value = next;
    phase.value = at;
    progress.value = diverged.value = undefined;
    forgetLook();
    tick.value++;
    slowTick.value++;
  });
}

/** A model from storage or a file. It continues training where it stopped, if its data is here. */
export function open(model: Model): void {
  const saved = savedWith(model);
  const chosen = fromSaved(saved.settings);
  if (!internalsOf(model).state.compiled) throw new NablaError(digitsText.noLoss);
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
    announce(said.announced[bad ? "diverged" : ended === "held" ? "held" : "ended"]);
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
  const at = String(epoch + 1);
  return test === undefined || name !== "accuracy"
    ? fill(said.announced.epoch, { at })
    : fill(said.announced.right, { at, share: (100 * test).toFixed(1) });
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
