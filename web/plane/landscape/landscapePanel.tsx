/** The loss around the way that training went, and the way itself. */
import { computed, signal } from "@preact/signals";
import { planeText } from "../../text/plane.ts";
import { fill } from "../../text/words.ts";
import { Button, Choice, Meter, Panel, Segments, Switch } from "../../ui/controls.tsx";
import { nameOf } from "../curves/curves.tsx";
import type { DirectionKind } from "../engine/landscape.ts";
import { editWeights } from "../page/changing.ts";
import { percent, weightOf } from "../page/saying.ts";
import { empty, figures, frame, landscape, state } from "../page/signals.ts";
import { survey, unsurvey } from "../page/training.ts";
import { axesWithin } from "../state/changes.ts";
import { RACERS } from "../state/choices.ts";
import type { WeightPlace } from "../state/planeState.ts";
import { outputsOf } from "../state/state.ts";
import { type Ground, SurfaceView } from "./surfaceView.tsx";

const said = planeText.landscape;

const directions = signal<DirectionKind>("path");
const live = signal(false);

/** The weights that are the axes, by their number among all. */
const axes = signal<readonly [number, number]>([0, 1]);

/** All weights of the net, in the order of its parameters. */
const places = computed((): WeightPlace[] => {
  const { net, features } = state.value;
  const units = [...net, outputsOf(state.value)];
  return units.flatMap((own, layer) => {
    const inputs = layer === 0 ? features.length : units[layer - 1];
    const of = (part: WeightPlace["part"], count: number) =>
      Array.from({ length: count }, (_, index): WeightPlace => ({ layer, part, index }));
    return [...of("kernel", inputs * own), ...of("bias", own)];
  });
});

const axesNow = (): readonly [number, number] => axesWithin(axes.peek(), places.peek().length);

/** With where each is now, where the engine says it. */
const ground = computed((): Ground | undefined => {
  const shown = landscape.value;
  if (!shown) return undefined;
  const at = frame.value?.at;
  if (!at || at.length !== shown.paths.length) return shown;
  return { ...shown, paths: shown.paths.map((path, i) => Float32Array.of(...path, ...at[i])) };
});

const ask = (): void =>
  survey({
    directions: directions.peek(),
    live: live.peek(),
    ...(directions.peek() === "weights" && { axes: axesNow() }),
  });

export function LandscapePanel() {
  const shown = landscape.value;
  const busy = shown !== undefined && shown.rows * shown.rows < shown.losses.length;
  const { race } = state.value;
  const two = shown?.kind === "weights" && shown.axes;
  const named = two && (two.map((i) => weightOf(places.value[i] ?? places.value[0])) as [string, string]);
  return (
    <Panel title={said.title} help="landscape" class="terrain">
      <div class="landscape">
        <div class="stack">
          <p class="small muted">{said.lead}</p>
          <Segments
            label={said.directions}
            help="directions"
            value={directions.value}
            options={[
              { value: "path", label: said.path },
              { value: "random", label: said.random },
              { value: "weights", label: said.weights },
            ]}
            onChange={(value) => {
              directions.value = value;
              if (landscape.peek()) ask();
            }}
            hint={said.hints[directions.value]}
          />
          {directions.value === "weights" && <Axes />}
          <Switch
            label={said.live}
            help="live"
            checked={live.value}
            onChange={(on) => {
              live.value = on;
              if (on) ask();
              else unsurvey();
            }}
          />
          <Button onClick={ask} disabled={busy || empty.value || (figures.value?.step ?? 0) === 0}>
            {shown ? said.again : said.draw}
          </Button>
          {busy && <Meter share={shown.rows / Math.sqrt(shown.losses.length)} label={said.progress} />}
          {shown && !busy && (
            <p class="small">
              {shown.kind === "path" && `${fill(said.explained, { share: percent(100 * shown.explained) })} `}
              {said.key}
            </p>
          )}
          {shown && shown.paths.length > 1 && <Racers />}
        </div>
        <SurfaceView
          ground={ground}
          tones={race ? RACERS.map((_, i) => `class-${i as 0 | 1 | 2 | 3}` as const) : ["class-0"]}
          label={shown ? said.label : said.nothing}
          empty={said.empty}
          {...(two &&
            named &&
            !race && {
              names: named,
              onMove: (u: number, v: number) => {
                const [a, b] = two.map((i) => places.peek()[i]);
                if (a && b)
                  editWeights([
                    { ...a, value: u },
                    { ...b, value: v },
                  ]);
              },
            })}
        />
      </div>
    </Panel>
  );
}

/** Which weights the surface is over. */
function Axes() {
  const options = places.value.map((place, i) => ({ value: String(i), label: weightOf(place) }));
  const now = axesNow();
  void axes.value;
  return (
    <div class="axes">
      {([0, 1] as const).map((k) => (
        <Choice
          key={k}
          label={k === 0 ? said.first : said.second}
          help="axes"
          value={String(now[k])}
          options={options.filter((_, i) => i !== now[1 - k])}
          onChange={(value) => {
            axes.value = k === 0 ? [Number(value), now[1]] : [now[0], Number(value)];
            if (landscape.peek()) ask();
          }}
        />
      ))}
    </div>
  );
}

function Racers() {
  return (
    <ul class="legend small">
      {RACERS.map((optimizer, i) => (
        <li key={optimizer}>
          <span class={`class-${i}`} aria-hidden="true">
            ●
          </span>{" "}
          {nameOf(optimizer)}
        </li>
      ))}
    </ul>
  );
}
