/** Loss and accuracy over epochs: of training and test, or of all who race. */
import { computed, signal } from "@preact/signals";
import { Chart, type Columns, percent, type Series, short } from "../ui/chart.tsx";
import { Panel, Segments } from "../ui/controls.tsx";
import { OPTIMIZERS, RACERS } from "./choices.ts";
import type { Sample } from "./protocol.ts";
import { curves, figures, state } from "./session.ts";

type Figure = "loss" | "log" | "accuracy";
const figure = signal<Figure>("loss");

// of itself a signal, so that curves are not redrawn whenever figures change
const stepsPerEpoch = computed(() => figures.value?.stepsPerEpoch ?? 1);
const epochs = computed(() => {
  const each = stepsPerEpoch.value;
  return curves.value.steps.map((step) => step / each);
});

/** The figure's column, or nulls where it is not known. */
const column = (samples: readonly Sample[] | undefined, key: keyof Sample): (number | null)[] =>
  (samples ?? []).map((sample) => finite(sample[key] as number | undefined));
const finite = (value: number | undefined): number | null =>
  value !== undefined && Number.isFinite(value) && !(figure.value === "log" && value <= 0) ? value : null;

const KEYS: Record<Figure, readonly [train: keyof Sample, test: keyof Sample]> = {
  loss: ["loss", "testLoss"],
  log: ["loss", "testLoss"],
  accuracy: ["accuracy", "testAccuracy"],
};

const single = computed((): Columns => {
  const samples = curves.value.samples[0];
  return [epochs.value, ...KEYS[figure.value].map((key) => column(samples, key))];
});
const race = computed(
  (): Columns => [
    epochs.value,
    ...RACERS.map((_, i) => column(curves.value.samples[i], KEYS[figure.value][0])),
  ],
);

const LINES: readonly Series[] = [
  { label: "training", colour: "accent" },
  { label: "test", colour: "wrong", dash: [5, 4] },
];
export const nameOf = (optimizer: string): string =>
  OPTIMIZERS.find(({ value }) => value === optimizer)?.label ?? optimizer;
const RACING: readonly Series[] = RACERS.map((optimizer, i) => ({
  label: nameOf(optimizer),
  colour: `class-${i as 0 | 1 | 2 | 3}`,
}));

export function CurvesPanel() {
  const racing = state.value.race;
  const isLoss = figure.value !== "accuracy";
  const now = figures.value?.standings[0];
  const says = now ? ` Now ${isLoss ? now.loss.toFixed(3) : percent(now.accuracy)}.` : "";
  return (
    <Panel title={isLoss ? "Loss" : "Accuracy"} class="curves">
      <Segments
        label="Figure"
        value={figure.value}
        options={[
          { value: "loss", label: "Loss" },
          { value: "log", label: "Log" },
          { value: "accuracy", label: "Accuracy" },
        ]}
        onChange={(value) => (figure.value = value)}
      />
      <Chart
        key={`${racing}${figure.value}`}
        label={`${isLoss ? "Loss" : "Accuracy"} over epochs.${playingQuietly(says)}`}
        series={racing ? RACING : LINES}
        data={racing ? race : single}
        height={170}
        logarithmic={figure.value === "log"}
        {...(isLoss ? { format: short } : { format: percent, range: [0, 1] as const })}
        legendX={(value) => `epoch ${short(value)}`}
      />
    </Panel>
  );
}

/** A label that changes sixty times a second is read by nobody. */
const playingQuietly = (text: string): string => (figures.value?.playing ? "" : text);
