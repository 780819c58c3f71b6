/** Play, pause, step, reset, speed; where training stands; the link. On a phone the first of it also at the lower edge. */

import { planeText } from "../../text/plane.ts";
import { short } from "../../ui/chart.tsx";
import { Button, Choice, Segments } from "../../ui/controls.tsx";
import { Dock } from "../../ui/dock.tsx";
import { announce, notify } from "../../ui/messages.tsx";
import {
  change,
  chooseSpeed,
  empty,
  figures,
  onPage,
  pause,
  play,
  playing,
  reset,
  SPEEDS,
  speed,
  state,
  step,
  writeLink,
} from "../page/session.ts";

const speedLabel = (value: number): string =>
  value === Number.POSITIVE_INFINITY ? "As fast as it goes" : `${value.toLocaleString("en")} steps/s`;

async function copyLink(): Promise<void> {
  const link = writeLink();
  try {
    await navigator.clipboard.writeText(link);
    announce("Link copied.");
    notify("info", "Link copied. It opens exactly this training.");
  } catch {
    notify("info", `The browser does not allow copying here; the link is in the address bar: ${link}`);
  }
}

/** Whether nothing can be trained, or no more. */
const still = (): boolean => empty.value || (figures.value?.over ?? false);

function Play() {
  const on = playing.value && !still();
  return (
    <Button kind="primary" onClick={on ? pause : play} disabled={still()}>
      <svg class="glyph" viewBox="0 0 16 16" aria-hidden="true">
        <path d={on ? "M3 2h4v12H3zM9 2h4v12H9z" : "M4 2l10 6-10 6z"} />
      </svg>
      {on ? "Pause" : "Train"}
    </Button>
  );
}

const OneStep = () => (
  <Button onClick={() => step(1)} disabled={still()} title="One batch">
    Step
  </Button>
);

export function PlayBar() {
  const said = planeText.dock;
  const now = figures.value;
  const shown = (value: number | undefined): string => (value === undefined ? "–" : short(value));
  const own = now?.standings[0];
  // of a race the curves tell, each runner has its own
  const values = state.value.race
    ? []
    : [
        { name: said.training, text: shown(own?.loss) },
        { name: said.test, text: shown(own?.testLoss) },
      ];
  return (
    <Dock
      label={said.label}
      values={[{ name: said.epoch, text: (now?.epoch ?? 0).toLocaleString("en") }, ...values]}
    >
      <Play />
      <OneStep />
    </Dock>
  );
}

export function Transport() {
  return (
    <section class="panel transport" aria-label="Play, step and speed">
      <div class="row">
        <Play />
        <OneStep />
        <Button onClick={() => step("epoch")} disabled={still()} title="To the end of the epoch">
          Epoch
        </Button>
        <Button onClick={reset} title="Back to the first weights">
          Reset
        </Button>
      </div>
      <Choice
        label="Speed"
        help="speed"
        value={String(speed.value)}
        options={SPEEDS.map((value) => ({ value: String(value), label: speedLabel(value) }))}
        onChange={(value) => chooseSpeed(Number(value))}
      />
      <Standing />
      <Segments
        label="Who trains"
        help="who"
        value={state.value.race ? "race" : "one"}
        options={[
          { value: "one", label: "One net" },
          { value: "race", label: "Race of four" },
        ]}
        onChange={(value) => change({ race: value === "race" })}
      />
      <Button onClick={copyLink}>Copy link</Button>
    </section>
  );
}

function Standing() {
  const { epoch = 0, step: steps = 0, pace = 0, over = false } = figures.value ?? {};
  return (
    <dl class="standing figures">
      <div>
        <dt>Epoch</dt>
        <dd>{epoch.toLocaleString("en")}</dd>
      </div>
      <div>
        <dt>Step</dt>
        <dd>{steps.toLocaleString("en")}</dd>
      </div>
      <div>
        <dt>Steps/s</dt>
        <dd>{over ? "over" : pace > 0 ? Math.round(pace).toLocaleString("en") : "–"}</dd>
      </div>
      {onPage.value && <p class="small muted">No worker here: training shares this page’s thread.</p>}
    </dl>
  );
}
