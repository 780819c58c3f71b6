/** Play, pause, step, reset, speed; where training stands; the link. */

import { Button, Choice, Segments } from "../ui/controls.tsx";
import { announce, notify } from "../ui/messages.tsx";
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
} from "./session.ts";

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

export function Transport() {
  const over = figures.value?.over ?? false;
  const still = empty.value || over;
  const on = playing.value && !still;
  return (
    <section class="panel transport" aria-label="Play, step and speed">
      <div class="row">
        <Button kind="primary" onClick={on ? pause : play} disabled={still}>
          <svg class="glyph" viewBox="0 0 16 16" aria-hidden="true">
            <path d={on ? "M3 2h4v12H3zM9 2h4v12H9z" : "M4 2l10 6-10 6z"} />
          </svg>
          {on ? "Pause" : "Train"}
        </Button>
        <Button onClick={() => step(1)} disabled={still} title="One batch">
          Step
        </Button>
        <Button onClick={() => step("epoch")} disabled={still} title="To the end of the epoch">
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
