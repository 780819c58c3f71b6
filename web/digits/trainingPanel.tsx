/** Choices before a training, buttons during it, figures of it. */

import type { Progress } from "nabla";
import { digitsText } from "../text/digits.ts";
import { fill } from "../text/words.ts";
import { short } from "../ui/chart.tsx";
import { Button, Choice, Meter, NumberField, Panel, Segments } from "../ui/controls.tsx";
import { Dock } from "../ui/dock.tsx";
import { later } from "../ui/later.tsx";
import { kept } from "./keeping.ts";
import {
  busy,
  change,
  diverged,
  networkName,
  pause,
  phase,
  progress,
  reset,
  settings,
  speed,
  stale,
  stop,
  subject,
  train,
} from "./session.ts";
import { AUGMENTATIONS, LIMITS, NETWORKS, type NetworkName } from "./settings.ts";
import { imageShape, own } from "./source.ts";

const NETWORK_LABELS: Record<NetworkName, string> = {
  logistic: "Linear",
  mlp: "Dense",
  cnn: "CNN",
  built: "Build",
};
const NETWORK_HINTS: Record<NetworkName, string> = {
  logistic: "Softmax regression: a template for each class.",
  mlp: "Two hidden layers of 100 and 50 ReLUs.",
  cnn: "Two convolutions with pooling, 128 ReLUs.",
  built: "Layers, activation and optimizer of your own.",
};
const Builder = later(async () => (await import("./parts.ts")).Builder, digitsText.inspector.failed);
const AUGMENT_LABELS = {
  none: "None",
  light: "Light: moved and turned",
  strong: "Strong: also scaled and leaning",
} as const;
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
    <Panel title="Training" class="training" help="digitTraining">
      <div class="stack">
        <Segments
          label="Network"
          help="network"
          value={chosen.network}
          options={NETWORKS.filter((value) => image || !subject.value || value !== "cnn").map((value) => ({
            value,
            label: NETWORK_LABELS[value],
          }))}
          hint={`${number && chosen.network === "logistic" ? digitsText.linear : NETWORK_HINTS[chosen.network]}${
            shown ? ` ${fill(digitsText.shown, { network: networkName(shown) })}` : ""
          }`}
          disabled={locked}
          onChange={(network) => change({ network })}
        />
        {chosen.network === "built" && <Builder pictures={image !== undefined} disabled={locked} />}
        <div class="pair">
          {own.value ? (
            <div class="field">
              <span class="small muted">Rows</span>
              <output class="fixed">{own.value.train.length.toLocaleString("en")}</output>
            </div>
          ) : (
            <Choice
              label="Digits to train on"
              help="digitSamples"
              value={String(chosen.samples)}
              options={samples.map((n) => ({ value: String(n), label: n.toLocaleString("en") }))}
              disabled={locked}
              onChange={(value) => change({ samples: Number(value) })}
            />
          )}
          <NumberField
            label="Epochs"
            help="epochs"
            value={chosen.epochs}
            min={LIMITS.epochs[0]}
            max={LIMITS.epochs[1]}
            whole
            disabled={locked}
            onChange={(epochs) => change({ epochs })}
          />
          <NumberField
            label="Learning rate"
            help="rate"
            value={chosen.rate}
            min={LIMITS.rate[0]}
            max={LIMITS.rate[1]}
            disabled={locked}
            onChange={(rate) => change({ rate })}
          />
          <NumberField
            label="Seed"
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
            label="Augmentation"
            help="augment"
            value={chosen.augment}
            options={AUGMENTATIONS.map((value) => ({ value, label: AUGMENT_LABELS[value] }))}
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
      Pause
    </Button>
  ) : (
    <Button kind="primary" onClick={() => void train()} disabled={!subject.value}>
      {now === "paused" ? "Continue" : now === "done" ? "Train anew" : "Train"}
    </Button>
  );
}

/** What of it is always in sight on a phone. */
export function PlayBar() {
  const said = digitsText.dock;
  const report = progress.value;
  const history = subject.value?.model.history;
  const epochs = report?.epochs ?? settings.value.epochs;
  const at = report ? Math.min(report.epochs, report.epoch + 1) : (history?.epoch.length ?? 0);
  const loss = report?.logs.loss ?? history?.history.loss?.at(-1);
  return (
    <Dock
      label={said.label}
      values={[
        { name: said.epoch, text: `${at} / ${epochs}` },
        { name: said.loss, text: loss === undefined ? "–" : short(loss) },
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
        Stop
      </Button>
      <Button onClick={() => void reset()} disabled={now === "fresh"}>
        Reset
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
      <span>Diverged: the loss is {short(loss)}, worse than guessing. The steps are too long.</span>
      <Button
        onClick={() => {
          change({ rate });
          void train();
        }}
      >
        Learning rate {rate}
      </Button>
    </div>
  );
}

const KEPT = {
  no: "",
  saving: "Saving…",
  kept: "Saved in this browser",
  elsewhere: "Not saved: another tab is",
  failed: "Not saved",
} as const;

/** What the rest takes at this speed: seconds, or minutes where there are many. */
export function timeLeft({ epoch, epochs, batch, batches }: Progress, rows: number, speed: number): string {
  const seconds = Math.ceil(((epochs - epoch - batch / batches) * rows) / speed);
  return seconds < 100 ? `${seconds} s` : `${Math.ceil(seconds / 60)} min`;
}

function Figures() {
  const report = progress.value;
  const now = phase.value;
  const epochs = report?.epochs ?? settings.value.epochs;
  const done = subject.value?.model.history.epoch.length ?? 0;
  const share = report ? (report.epoch + report.batch / report.batches) / report.epochs : done / epochs;
  const at = report ? Math.min(epochs, report.epoch + 1) : done;
  const says = {
    fresh: "Not trained yet",
    starting: "Starting…",
    running: `Epoch ${at} of ${epochs}`,
    paused: `Paused in epoch ${Math.min(epochs, report ? at : done + 1)} of ${epochs}`,
    done:
      diverged.value === undefined
        ? `Finished after ${done} ${done === 1 ? "epoch" : "epochs"}`
        : `Diverged in epoch ${(report?.epoch ?? done) + 1}`,
  }[now];
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
      <Meter share={now === "fresh" ? 0 : share} label="Progress of the training" text={says} />
      <span class="small muted">{KEPT[kept.value]}</span>
    </div>
  );
}
