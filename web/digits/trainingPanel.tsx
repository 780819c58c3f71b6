/** Choices before a training, buttons during it, figures of it. */

import type { Progress } from "nabla";
import { digitsText } from "../text/digits.ts";
import { fill } from "../text/words.ts";
import { Button, Choice, Meter, NumberField, Panel, Segments } from "../ui/controls.tsx";
import { Dock } from "../ui/dock.tsx";
import { short } from "../ui/figures.ts";
import { later } from "../ui/later.tsx";
import { kept } from "./keeping.ts";
import { change, pause, reset, stop, train } from "./session.ts";
import { AUGMENTATIONS, LIMITS, NETWORKS } from "./settings.ts";
import { imageShape, own } from "./source.ts";
import { busy, diverged, networkName, phase, progress, settings, speed, stale, subject } from "./state.ts";

const said = digitsText.training;
const Builder = later(async () => (await import("./parts.ts")).Builder, digitsText.failed);
const SAMPLES = [1000, 5000, 10_000, 20_000, 60_000, 100_000];

export function TrainingPanel() {
  const chosen = settings.value;
  const locked = busy.value || phase.value === "paused";
  const shown = stale.value?.shown;
  const image = subject.value ? imageShape(subject.value.source.train.inputShape) : undefined;
  const number = subject.value?.source.train.target.kind === "values";
  const samples = SAMPLES.includes(chosen.samples)
    ? SAMPLES
    : [...SAMPLES, chosen.samples].sort((a, b) => a - b);
  return (
    <Panel title={said.title} class="training" help="digitTraining">
      <div class="stack">
        <Segments
          label={said.network}
          help="network"
          value={chosen.network}
          options={NETWORKS.filter((value) => image || !subject.value || value !== "cnn").map((value) => ({
            value,
            label: said.names[value],
          }))}
          hint={`${number && chosen.network === "logistic" ? digitsText.linear : said.hints[chosen.network]}${
            shown ? ` ${fill(digitsText.shown, { network: networkName(shown) })}` : ""
          }`}
          disabled={locked}
          onChange={(network) => change({ network })}
        />
        {chosen.network === "built" && <Builder pictures={image !== undefined} disabled={locked} />}
        <div class="pair">
          {own.value ? (
            <div class="field">
              <span class="small muted">{said.rows}</span>
              <output class="fixed">{own.value.train.length.toLocaleString("en")}</output>
            </div>
          ) : (
            <Choice
              label={said.samples}
              help="digitSamples"
              value={String(chosen.samples)}
              options={samples.map((n) => ({ value: String(n), label: n.toLocaleString("en") }))}
              disabled={locked}
              onChange={(value) => change({ samples: Number(value) })}
            />
          )}
          <NumberField
            label={said.epochs}
            help="epochs"
            value={chosen.epochs}
            min={LIMITS.epochs[0]}
            max={LIMITS.epochs[1]}
            whole
            disabled={locked}
            onChange={(epochs) => change({ epochs })}
          />
          <NumberField
            label={said.rate}
            help="rate"
            value={chosen.rate}
            min={LIMITS.rate[0]}
            max={LIMITS.rate[1]}
            disabled={locked}
            onChange={(rate) => change({ rate })}
          />
          <NumberField
            label={said.seed}
            help="seed"
            value={chosen.seed}
            min={LIMITS.seed[0]}
            max={LIMITS.seed[1]}
            whole
            disabled={locked}
            onChange={(seed) => change({ seed })}
          />
        </div>
        {image && (
          <Choice
            label={said.augment}
            help="augment"
            value={chosen.augment}
            options={AUGMENTATIONS.map((value) => ({ value, label: said.augments[value] }))}
            disabled={locked}
            onChange={(augment) => change({ augment })}
          />
        )}
        <Buttons />
        <Figures />
        <Diverged />
      </div>
    </Panel>
  );
}

function Play() {
  const now = phase.value;
  return busy.value ? (
    <Button kind="primary" onClick={pause} disabled={now === "starting"}>
      {said.pause}
    </Button>
  ) : (
    <Button kind="primary" onClick={() => void train()} disabled={!subject.value}>
      {now === "paused" ? said.goOn : now === "done" ? said.anew : said.train}
    </Button>
  );
}

/** What of it is always in sight on a phone. */
export function PlayBar() {
  const words = digitsText.dock;
  const report = progress.value;
  const history = subject.value?.model.history;
  const epochs = report?.epochs ?? settings.value.epochs;
  const at = report ? Math.min(report.epochs, report.epoch + 1) : (history?.epoch.length ?? 0);
  const loss = report?.logs.loss ?? history?.history.loss?.at(-1);
  return (
    <Dock
      label={words.label}
      values={[
        { name: words.epoch, text: `${at} / ${epochs}` },
        { name: words.loss, text: loss === undefined ? "–" : short(loss) },
      ]}
    >
      <Play />
    </Dock>
  );
}

function Buttons() {
  const now = phase.value;
  return (
    <div class="buttons">
      <Play />
      <Button onClick={() => void stop()} disabled={now === "fresh" || now === "done"}>
        {said.stop}
      </Button>
      <Button onClick={() => void reset()} disabled={now === "fresh"}>
        {said.reset}
      </Button>
    </div>
  );
}

/** What went wrong, and a button that does what helps. */
function Diverged() {
  const loss = diverged.value;
  const used = subject.value?.settings.rate;
  if (loss === undefined || !used) return null;
  const rate = Number((used / 10).toPrecision(1));
  return (
    <div class="message error">
      <span>{fill(said.diverged, { loss: short(loss) })}</span>
      <Button
        onClick={() => {
          change({ rate });
          void train();
        }}
      >
        {fill(said.lower, { rate: String(rate) })}
      </Button>
    </div>
  );
}

/** What the rest takes at this speed: seconds, or minutes where there are many. */
export function timeLeft({ epoch, epochs, batch, batches }: Progress, rows: number, speed: number): string {
  const seconds = Math.ceil(((epochs - epoch - batch / batches) * rows) / speed);
  return seconds < 100
    ? fill(said.seconds, { n: String(seconds) })
    : fill(said.minutes, { n: String(Math.ceil(seconds / 60)) });
}

function Figures() {
  const report = progress.value;
  const now = phase.value;
  const epochs = report?.epochs ?? settings.value.epochs;
  const done = subject.value?.model.history.epoch.length ?? 0;
  const share = report ? (report.epoch + report.batch / report.batches) / report.epochs : done / epochs;
  const at = {
    fresh: 0,
    starting: 0,
    running: report ? Math.min(epochs, report.epoch + 1) : done,
    paused: Math.min(epochs, report ? report.epoch + 1 : done + 1),
    done,
    doneOne: done,
    diverged: (report?.epoch ?? done) + 1,
  };
  const key =
    now !== "done" ? now : diverged.value !== undefined ? "diverged" : done === 1 ? "doneOne" : "done";
  const says = fill(said.says[key], { at: String(at[key]), epochs: String(epochs) });
  const pace =
    now === "running" && report && speed.value
      ? fill(digitsText.pace, {
          speed: Math.round(speed.value).toLocaleString("en"),
          left: timeLeft(report, subject.value!.source.train.length, speed.value),
        })
      : "";
  return (
    <div class="progress">
      <div class="head small figures">
        <span>{says}</span>
        <span class="muted">{pace}</span>
      </div>
      <Meter share={now === "fresh" ? 0 : share} label={said.progress} text={says} />
      <span class="small muted">{said.kept[kept.value]}</span>
    </div>
  );
}
