/** How the net is trained. */
import { planeText } from "../../text/plane.ts";
import { fill } from "../../text/words.ts";
import { Choice, Panel, Slider, Switch } from "../../ui/controls.tsx";
import { change } from "../page/changing.ts";
import { percent } from "../page/saying.ts";
import { locked, state } from "../page/signals.ts";
import {
  ACTIVATIONS,
  type ActivationName,
  BATCHES,
  INITIALIZERS,
  isRegression,
  LOSSES,
  type Choice as Named,
  OPTIMIZERS,
  PENALTIES,
  SCHEDULES,
} from "../state/choices.ts";
import { activationOf } from "../state/state.ts";
import { numbers, RateChoice } from "./rateChoice.tsx";

const said = planeText.training;

/** The sizes to choose from, and the one a link brought. */
function batches(now: number): Named<string>[] {
  const all = BATCHES.some(({ value }) => value === now)
    ? BATCHES
    : [...BATCHES, { value: now, label: String(now) }].sort((a, b) => a.value - b.value);
  return all.map(({ value, label }) => ({ value: String(value), label }));
}

export function TrainingPanel() {
  const now = state.value;
  const { race, rate, l1, l2, dropout, batch } = now;
  return (
    <Panel title={said.title} help="training">
      <fieldset class="stack locks" disabled={locked.value}>
        {!race && (
          <>
            <Choice
              label={said.optimizer}
              help="optimizer"
              value={now.optimizer}
              options={OPTIMIZERS}
              onChange={(optimizer) => change({ optimizer })}
            />
            <RateChoice label={said.rate} value={rate} onChange={(value) => change({ rate: value })} />
            {(now.optimizer === "momentum" || now.optimizer === "nesterov") && (
              <Slider
                label={said.momentum}
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
          label={said.schedule}
          help="schedule"
          value={now.schedule}
          options={SCHEDULES}
          onChange={(schedule) => change({ schedule })}
        />
        <Choice
          label={said.loss}
          help="loss"
          value={now.loss}
          options={LOSSES.filter(({ value }) => !isRegression(now.data) || value === "meanSquaredError")}
          onChange={(loss) => change({ loss })}
        />
        <Activation />
        <Choice
          label={said.init}
          help="init"
          value={now.init}
          options={INITIALIZERS}
          onChange={(init) => change({ init })}
        />
        <div class="pair">
          <Choice
            label={said.l1}
            help="l1"
            value={String(l1)}
            options={numbers(PENALTIES, l1)}
            onChange={(value) => change({ l1: Number(value) })}
          />
          <Choice
            label={said.l2}
            help="l2"
            value={String(l2)}
            options={numbers(PENALTIES, l2)}
            onChange={(value) => change({ l2: Number(value) })}
          />
        </div>
        <Slider
          label={said.dropout}
          help="dropout"
          value={dropout}
          min={0}
          max={0.9}
          step={0.05}
          format={(value) => percent(100 * value)}
          onChange={(value) => change({ dropout: value })}
        />
        <Choice
          label={said.batch}
          help="batch"
          value={String(batch)}
          options={batches(batch)}
          onChange={(value) => change({ batch: Number(value) })}
        />
        <Switch
          label={said.converge}
          help="converge"
          checked={now.converge}
          onChange={(converge) => change({ converge })}
        />
      </fieldset>
    </Panel>
  );
}

/** Of all hidden layers at once, and of each. */
function Activation() {
  const now = state.value;
  const { net, activation, activations } = now;
  if (net.length === 0) return null;
  const mixed = activations.length > 0;
  const options: readonly Named<ActivationName | "mixed">[] = mixed
    ? [{ value: "mixed", label: said.mixed }, ...ACTIVATIONS]
    : ACTIVATIONS;
  return (
    <>
      <Choice<ActivationName | "mixed">
        label={said.activation}
        help="activation"
        value={mixed ? "mixed" : activation}
        options={options}
        onChange={(value) => {
          if (value !== "mixed") change({ activation: value, activations: [] });
        }}
      />
      {net.length > 1 && (
        <details class="layers" open={mixed}>
          <summary class="small">{said.each}</summary>
          <div class="stack">
            {net.map((_, layer) => (
              <Choice
                key={layer}
                label={fill(said.activationOf, { layer: String(layer + 1) })}
                help="activation"
                value={activationOf(now, layer)}
                options={ACTIVATIONS}
                onChange={(value) =>
                  change({
                    activations: net.map((_, i) => (i === layer ? value : activationOf(state.peek(), i))),
                  })
                }
              />
            ))}
          </div>
        </details>
      )}
    </>
  );
}
