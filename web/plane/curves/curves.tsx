/** Loss and accuracy over epochs: of training and test, or of all who race. */
import { computed, signal } from "@preact/signals";
import { planeText } from "../../text/plane.ts";
import { fill } from "../../text/words.ts";
import { Chart, type Columns, percent, type Series, short } from "../../ui/chart.tsx";
import { Panel, Segments } from "../../ui/controls.tsx";
import type { Sample } from "../engine/protocol.ts";
import { sayChange } from "../page/saying.ts";
import { changed, curves, figures, state } from "../page/session.ts";
import { isRegression, OPTIMIZERS, RACERS } from "../state/choices.ts";

type Figure = "loss" | "log" | "accuracy";
const asked = signal<Figure>("loss");
/** Regression has no accuracy. */
const figure = computed<Figure>(() =>
  isRegression(state.value.data) && asked.value === "accuracy" ? "loss" : asked.value,
);

const epochs = computed(() => curves.value.epochs);
const marks = computed(() => changed.value.map(({ epoch }) => epoch));

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
    <Panel title={isLoss ? "Loss" : "Accuracy"} class="curves" help="curves">
      <Segments
        label="Figure"
        help="figure"
        value={figure.value}
        options={[
          { value: "loss", label: "Loss" },
          { value: "log", label: "Log" },
          ...(isRegression(state.value.data) ? [] : [{ value: "accuracy" as const, label: "Accuracy" }]),
        ]}
        onChange={(value) => (asked.value = value)}
      />
      <Chart
        key={`${racing}${figure.value}`}
        label={`${isLoss ? "Loss" : "Accuracy"} over epochs.${playingQuietly(says)}`}
        series={racing ? RACING : LINES}
        data={racing ? race : single}
        marks={marks}
        height={170}
        logarithmic={figure.value === "log"}
        {...(isLoss ? { format: short } : { format: percent, range: [0, 1] as const })}
        legendX={(value) => `epoch ${short(value)}`}
      />
      <Changes />
    </Panel>
  );
}

/** What was changed on the way; the curve has a line at each. */
function Changes() {
  const all = changed.value;
  if (all.length === 0) return null;
  const said = planeText.changes;
  return (
    <div class="small changes">
      <h3>{said.title}</h3>
      <ol>
        {all.slice(-SHOWN).map(({ change, epoch }, i) => (
          <li key={i}>{fill(said.at, { epoch: short(epoch), what: sayChange(change) })}</li>
        ))}
      </ol>
    </div>
  );
}
/** The last of them. */
const SHOWN = 6;

/** A label that changes sixty times a second is read by nobody. */
const playingQuietly = (text: string): string => (figures.value?.playing ? "" : text);
