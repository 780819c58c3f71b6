/** What the data is, and how the net is trained. */
import { Button, Choice, NumberField, Panel, Slider } from "../../ui/controls.tsx";
import { change, data, state } from "../page/session.ts";
import {
  ACTIVATIONS,
  BATCHES,
  CLASSES,
  DATA,
  type DataName,
  INITIALIZERS,
  isCurve,
  isPainted,
  isSingle,
  LOSSES,
  MAX_POINTS,
  type Choice as Named,
  OPTIMIZERS,
  PENALTIES,
  RATES,
  SCHEDULES,
} from "../state/choices.ts";
import { snap } from "../state/points.ts";
import { choosing } from "../state/state.ts";
import { SetPicture } from "./setPicture.tsx";

/** Numbers to choose from, and the one a link brought that is not among them. */
export function numbers(values: readonly number[], now: number): Named<string>[] {
  const all = values.includes(now) ? values : [...values, now].sort((a, b) => a - b);
  return all.map((value) => ({ value: String(value), label: value === 0 ? "None" : String(value) }));
}

/** The sizes to choose from, and the one a link brought. */
function batches(now: number): Named<string>[] {
  const all = BATCHES.some(({ value }) => value === now)
    ? BATCHES
    : [...BATCHES, { value: now, label: String(now) }].sort((a, b) => a.value - b.value);
  return all.map(({ value, label }) => ({ value: String(value), label }));
}

export function RateChoice(props: { label: string; value: number; onChange: (value: number) => void }) {
  return (
    <Choice
      label={props.label}
      help="rate"
      value={String(props.value)}
      options={numbers(RATES, props.value)}
      onChange={(value) => props.onChange(Number(value))}
    />
  );
}

export function DataPanel() {
  const { data: name, classes, samples, noise, test, seed } = state.value;
  const [least, most] = CLASSES[name];
  return (
    <Panel title="Data" help={isCurve(name) ? "curveData" : "data"}>
      <div class="stack">
        <fieldset class="sets">
          <legend class="unseen">Set</legend>
          {DATA.map(({ value, label }) => (
            <label key={value}>
              <input
                type="radio"
                name="set"
                value={value}
                checked={value === name}
                onChange={() => change(choosing(value as DataName, state.peek()))}
              />
              <span>
                <SetPicture name={value} />
                {label}
              </span>
            </label>
          ))}
        </fieldset>
        {least < most && !isSingle(state.value.loss) && (
          <Slider
            label="Classes"
            help="classes"
            value={classes}
            min={least}
            max={most}
            onChange={(value) => change({ classes: value })}
          />
        )}
        {isPainted(name) ? (
          <Painting />
        ) : (
          <>
            <Slider
              label="Points"
              help="samples"
              value={samples}
              min={20}
              max={2000}
              step={20}
              onChange={(value) => change({ samples: value })}
            />
            <Slider
              label="Noise"
              help="noise"
              value={noise}
              min={0}
              max={100}
              step={5}
              onChange={(value) => change({ noise: value })}
            />
          </>
        )}
        <Slider
          label="Kept for testing"
          help="test"
          value={test}
          min={0}
          max={90}
          step={5}
          format={(value) => `${value} %`}
          onChange={(value) => change({ test: value })}
        />
        <NumberField
          label="Seed"
          help="seed"
          value={seed}
          min={0}
          max={4294967295}
          whole
          onChange={(value) => change({ seed: value })}
        />
        {!isPainted(name) && <Button onClick={paintOver}>Edit these points by hand</Button>}
      </div>
    </Panel>
  );
}

function Painting() {
  const { points } = state.value;
  return (
    <>
      <p class="small muted">
        Click or drag on the large surface. With the keyboard: focus it, move with the arrow keys, Space
        paints, Delete erases, digits choose the class. {points.length} of {MAX_POINTS} points; the link
        carries them.
      </p>
      <Button onClick={() => change({ points: [] })} disabled={points.length === 0}>
        Clear all points
      </Button>
    </>
  );
}

/** The points that are shown, as painted ones. */
function paintOver(): void {
  const shown = data.peek();
  if (!shown) return;
  const points = [shown.train, shown.test].flatMap(({ places, labels }) =>
    Array.from(labels, (label, i) => ({ x: snap(places[2 * i]), y: snap(places[2 * i + 1]), label })),
  );
  change({ data: isCurve(state.peek().data) ? "curve" : "painted", points: points.slice(0, MAX_POINTS) });
}

export function TrainingPanel() {
  const now = state.value;
  const { race, rate, l1, l2, dropout, batch } = now;
  return (
    <Panel title="Training" help="training">
      <div class="stack">
        {!race && (
          <>
            <Choice
              label="Optimizer"
              help="optimizer"
              value={now.optimizer}
              options={OPTIMIZERS}
              onChange={(optimizer) => change({ optimizer })}
            />
            <RateChoice label="Learning rate" value={rate} onChange={(value) => change({ rate: value })} />
            {(now.optimizer === "momentum" || now.optimizer === "nesterov") && (
              <Slider
                label="Momentum β"
                help="momentum"
                value={now.momentum}
                min={0}
                max={0.99}
                step={0.01}
                onChange={(value) => change({ momentum: value })}
              />
            )}
          </>
        )}
        <Choice
          label="Schedule"
          help="schedule"
          value={now.schedule}
          options={SCHEDULES}
          onChange={(schedule) => change({ schedule })}
        />
        <Choice
          label="Loss and output"
          help="loss"
          value={now.loss}
          options={LOSSES.filter(({ value }) => !isCurve(now.data) || value === "meanSquaredError")}
          onChange={(loss) => change({ loss })}
        />
        {now.net.length > 0 && (
          <Choice
            label="Activation"
            help="activation"
            value={now.activation}
            options={ACTIVATIONS}
            onChange={(activation) => change({ activation })}
          />
        )}
        <Choice
          label="First weights"
          help="init"
          value={now.init}
          options={INITIALIZERS}
          onChange={(init) => change({ init })}
        />
        <div class="pair">
          <Choice
            label="L1 penalty"
            help="l1"
            value={String(l1)}
            options={numbers(PENALTIES, l1)}
            onChange={(value) => change({ l1: Number(value) })}
          />
          <Choice
            label="L2 penalty"
            help="l2"
            value={String(l2)}
            options={numbers(PENALTIES, l2)}
            onChange={(value) => change({ l2: Number(value) })}
          />
        </div>
        <Slider
          label="Dropout"
          help="dropout"
          value={dropout}
          min={0}
          max={0.9}
          step={0.05}
          format={(value) => `${Math.round(value * 100)} %`}
          onChange={(value) => change({ dropout: value })}
        />
        <Choice
          label="Batch size"
          help="batch"
          value={String(batch)}
          options={batches(batch)}
          onChange={(value) => change({ batch: Number(value) })}
        />
      </div>
    </Panel>
  );
}
