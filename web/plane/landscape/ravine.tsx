/** All optimizers go down the same ravine, from the same place. */
import { computed, signal, useSignalEffect } from "@preact/signals";
import { useEffect } from "preact/hooks";
import { nabla } from "../../course/lib.ts";
import { descend, heightAt, type Place } from "../../ravine/ravine.ts";
import { planeText } from "../../text/plane.ts";
import { fill } from "../../text/words.ts";
import { Button, Slider } from "../../ui/controls.tsx";
import { short } from "../../ui/figures.ts";
import { notifyError } from "../../ui/messages.tsx";
import { reducedMotion } from "../../ui/theme.ts";
import { change } from "../page/changing.ts";
import { state } from "../page/signals.ts";
import { RateChoice } from "../settings/rateChoice.tsx";
import { OPTIMIZERS, type OptimizerName } from "../state/choices.ts";
import { type Ground, SurfaceView } from "./surfaceView.tsx";

const said = planeText.ravine;

const STEPS = 400;
const BOX = [-1, 8, -4.5, 1.5] as const;
const SIDE = 88;
/** Plain descent, momentum and Nesterov take the gradient as it is; the others scale it, and need other rates. */
const PLAIN: readonly OptimizerName[] = ["sgd", "momentum", "nesterov"];
const HEAVY: readonly OptimizerName[] = ["momentum", "nesterov"];
const TONES = ["class-0", "class-1", "class-2", "class-3", "class-4", "class-5", "ink"] as const;

/** J in the middle of each cell, as the cost of the neuron is there: the formula that its data makes. */
const heights = Float32Array.from({ length: SIDE * SIDE }, (_, i) =>
  heightAt([
    BOX[0] + (((i % SIDE) + 0.5) / SIDE) * (BOX[1] - BOX[0]),
    BOX[3] - ((Math.floor(i / SIDE) + 0.5) / SIDE) * (BOX[3] - BOX[2]),
  ]),
);

interface Way {
  readonly optimizer: OptimizerName;
  readonly path: readonly Place[];
  readonly reached: number | undefined;
}

const ways = signal<readonly Way[]>([]);
/** So far they are shown. */
const at = signal(STEPS);
const running = signal(false);

/** The same array until one of these is changed. */
const wanted = computed(() => state.value.ravine);
const start = computed((): Place => [state.value.ravine[3], state.value.ravine[4]]);
const ground = computed(
  (): Ground => ({
    losses: heights,
    box: BOX,
    paths: ways.value.map(({ path }) => Float32Array.from(path.slice(0, at.value + 1).flat())),
  }),
);

/** Only what was asked last counts. */
let asked = 0;
async function compute([rate, adaptive, beta, w1, w2]: readonly number[]): Promise<void> {
  const own = ++asked;
  const found: Way[] = [];
  for (const { value: optimizer } of OPTIMIZERS) {
    const way = await descend(nabla, {
      optimizer,
      rate: PLAIN.includes(optimizer) ? rate : adaptive,
      ...(HEAVY.includes(optimizer) && { momentum: beta }),
      from: [w1, w2],
      steps: STEPS,
    });
    if (own !== asked) return;
    found.push({ optimizer, ...way });
  }
  ways.value = found;
}

function race(): void {
  if (reducedMotion.peek()) {
    at.value = STEPS;
    return;
  }
  at.value = 0;
  // it runs already, and begins again
  if (running.peek()) return;
  running.value = true;
  const go = (): void => {
    if (!running.peek()) return;
    at.value = Math.min(STEPS, at.peek() + (at.peek() < 60 ? 1 : 4));
    if (at.peek() < STEPS) requestAnimationFrame(go);
    else running.value = false;
  };
  requestAnimationFrame(go);
}

export function Ravine() {
  const { ravine } = state.value;
  const [rate, adaptive, beta] = ravine;
  useSignalEffect(() => {
    compute(wanted.value).catch((error) => notifyError(error));
  });
  useEffect(
    () => () => {
      running.value = false;
    },
    [],
  );
  const set = (place: number, value: number): void =>
    change({ ravine: ravine.map((old, i) => (i === place ? value : old)) });
  return (
    <div class="landscape">
      <div class="stack">
        <div class="pair">
          <RateChoice label={said.rate} value={rate} onChange={(value) => set(0, value)} />
          <RateChoice label={said.adaptive} value={adaptive} onChange={(value) => set(1, value)} />
        </div>
        <Slider
          label={said.beta}
          help="momentum"
          value={beta}
          min={0}
          max={0.99}
          step={0.01}
          onChange={(value) => set(2, value)}
        />
        <div class="row">
          <Button kind="primary" onClick={race} disabled={ways.value.length === 0}>
            {said.race}
          </Button>
        </div>
        <Slider
          label={said.step}
          help="ravineStep"
          value={at.value}
          min={0}
          max={STEPS}
          onChange={(value) => {
            running.value = false;
            at.value = value;
          }}
        />
        <Standings />
      </div>
      <SurfaceView
        ground={ground}
        tones={TONES}
        label={said.label}
        names={["w₁", "w₂"]}
        mark={start}
        onMove={(u, v) => {
          const round = (value: number): number => Math.round(value * 1000) / 1000;
          change({ ravine: [rate, adaptive, beta, round(u), round(v)] });
        }}
      />
    </div>
  );
}

function Standings() {
  const now = at.value;
  return (
    <table class="scores figures">
      <thead>
        <tr>
          <th scope="col">{said.optimizer}</th>
          <th scope="col">J</th>
          <th scope="col">{said.reached}</th>
        </tr>
      </thead>
      <tbody>
        {ways.value.map(({ optimizer, path, reached }, i) => {
          const J = heightAt(path[Math.min(now, path.length - 1)]);
          const broke = path.length <= STEPS && now >= path.length;
          return (
            <tr key={optimizer} data-optimizer={optimizer}>
              <th scope="row">
                <span class={TONES[i]} aria-hidden="true">
                  ●
                </span>{" "}
                {OPTIMIZERS.find(({ value }) => value === optimizer)?.label}
              </th>
              <td>{broke || !Number.isFinite(J) ? said.broke : short(J)}</td>
              <td>
                {reached === undefined
                  ? fill(said.never, { steps: String(STEPS) })
                  : reached <= now
                    ? String(reached)
                    : "–"}
              </td>
            </tr>
          );
        })}
      </tbody>
    </table>
  );
}
