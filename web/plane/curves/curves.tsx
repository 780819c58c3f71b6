/** Loss and accuracy over epochs: of training and test, or of all who race. */
import { computed, signal } from "@preact/signals";
import { planeText } from "../../text/plane.ts";
import { fill } from "../../text/words.ts";
import { Chart, type Columns, type Series } from "../../ui/chart.tsx";
import { Button, Panel, Segments } from "../../ui/controls.tsx";
import { percent, short } from "../../ui/figures.ts";
import type { Sample } from "../engine/protocol.ts";
import { unsettled } from "../page/hearing.ts";
import { sayChange } from "../page/saying.ts";
import { changed, curves, figures, state } from "../page/signals.ts";
import { isRegression, OPTIMIZERS, RACERS } from "../state/choices.ts";
import { differences, type Pin, pinRun, pins, unpin } from "./pins.ts";

const said = planeText.curves;

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
  const own = KEYS[figure.value].map((key) => column(samples, key));
  const kept = pins.value;
  if (kept.length === 0) return [epochs.value, ...own];
  // one axis for all: the places of every run, in order
  const all = [...new Set([epochs.value, ...kept.map((pin) => pin.epochs)].flat())].sort((a, b) => a - b);
  const on = (places: readonly number[], values: readonly (number | null)[]): (number | null)[] => {
    const known = new Map(places.map((place, i) => [place, values[i]]));
    return all.map((place) => known.get(place) ?? null);
  };
  return [
    all,
    ...own.map((values) => on(epochs.value, values)),
    ...kept.map((pin) => on(pin.epochs, column(pin.samples, KEYS[figure.value][0]))),
  ];
});
const race = computed(
  (): Columns => [
    epochs.value,
    ...RACERS.map((_, i) => column(curves.value.samples[i], KEYS[figure.value][0])),
  ],
);

const LINES: readonly Series[] = [
  { label: planeText.curves.training, colour: "accent" },
  { label: planeText.curves.test, colour: "wrong", dash: [5, 4] },
];
const PINNED = ["class-2", "class-3", "class-4"] as const;
const linesOf = (kept: readonly Pin[]): readonly Series[] => [
  ...LINES,
  ...kept.map(
    ({ number }, i): Series => ({
      label: fill(planeText.pins.run, { number: String(number) }),
      colour: PINNED[i],
      dash: [2, 3],
    }),
  ),
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
  const says = now
    ? ` ${fill(said.now, { value: isLoss ? now.loss.toFixed(3) : percent(now.accuracy) })}`
    : "";
  return (
    <Panel title={isLoss ? said.loss : said.accuracy} class="curves" help="curves">
      <Segments
        label={said.figure}
        help="figure"
        value={figure.value}
        options={[
          { value: "loss", label: said.loss },
          { value: "log", label: said.log },
          ...(isRegression(state.value.data) ? [] : [{ value: "accuracy" as const, label: said.accuracy }]),
        ]}
        onChange={(value) => (asked.value = value)}
      />
      <Chart
        key={`${racing}${figure.value}${racing ? "" : pins.value.map(({ number }) => number)}`}
        label={fill(said.label, { figure: isLoss ? said.loss : said.accuracy }) + playingQuietly(says)}
        series={racing ? RACING : linesOf(pins.value)}
        data={racing ? race : single}
        marks={marks}
        height={170}
        logarithmic={figure.value === "log"}
        {...(isLoss ? { format: short } : { format: percent, range: [0, 1] as const })}
        legendX={(value) => fill(said.epoch, { epoch: short(value) })}
      />
      {!racing && <Pins />}
      <Changes />
    </Panel>
  );
}

/** The runs that are kept, and how they stand. */
function Pins() {
  const said = planeText.pins;
  const now = figures.value;
  // figures of one net and settings of another are no run
  const none = (now?.step ?? 0) === 0 || unsettled.value;
  return (
    <div class="small pins">
      <Button onClick={pinRun} disabled={none}>
        {said.pin}
      </Button>
      {pins.value.length > 0 && (
        <ul>
          {pins.value.map((pin, i) => (
            <li key={pin.number}>
              <span class={PINNED[i]} aria-hidden="true">
                ┅
              </span>{" "}
              {fill(said.stands, {
                number: String(pin.number),
                epoch: pin.epoch.toLocaleString("en"),
                loss: short(pin.standing.loss),
                test: pin.standing.testLoss === undefined ? "–" : short(pin.standing.testLoss),
              })}{" "}
              <span class="muted">{differences(pin).join(", ") || said.same}</span>{" "}
              <Button
                kind="quiet"
                onClick={() => unpin(pin.number)}
                label={fill(said.unpinRun, { number: String(pin.number) })}
              >
                {said.unpin}
              </Button>
            </li>
          ))}
        </ul>
      )}
      {pins.value.length > 0 && <p class="muted">{said.stays}</p>}
    </div>
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
