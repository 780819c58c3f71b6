/** Play, pause, step, reset, speed; where training stands; the link. On a phone the first of it also at the lower edge. */

import { useEffect } from "preact/hooks";
import { planeText } from "../../text/plane.ts";
import { fill } from "../../text/words.ts";
import { Button, Choice, Segments } from "../../ui/controls.tsx";
import { Dock } from "../../ui/dock.tsx";
import { short } from "../../ui/figures.ts";
import { announce, notify } from "../../ui/messages.tsx";
import { useHelp } from "../../ui/what.tsx";
import { change, undo } from "../page/changing.ts";
import { writeLink } from "../page/link.ts";
import { past } from "../page/past.ts";
import { sayPast } from "../page/saying.ts";
import { empty, figures, locked, onPage, playing, SPEEDS, speed, state } from "../page/signals.ts";
import { chooseSpeed, pause, play, reset, step } from "../page/training.ts";

const said = planeText.transport;

const speedLabel = (value: number): string =>
  value === Number.POSITIVE_INFINITY
    ? said.fastest
    : fill(said.speeds, { steps: value.toLocaleString("en") });

async function copyLink(): Promise<void> {
  const link = writeLink();
  try {
    await navigator.clipboard.writeText(link);
    announce(said.copied);
    notify("info", said.copied);
  } catch {
    notify("info", fill(said.forbidden, { link }));
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
      {on ? said.pause : said.train}
    </Button>
  );
}

const OneStep = () => (
  <Button onClick={() => step(1)} disabled={still()} title={said.stepHint}>
    {said.step}
  </Button>
);

/** Takes back what was changed last: a setting, a weight, or what began anew. */
function Undo() {
  const last = past.value.at(-1);
  useEffect(() => {
    const onKey = (event: KeyboardEvent): void => {
      const typing = (event.target as Partial<Element> | null)?.closest?.(
        "input:not([type='range'], [type='radio'], [type='checkbox']), textarea",
      );
      if (event.key !== "z" || !(event.ctrlKey || event.metaKey) || event.shiftKey || typing) return;
      event.preventDefault();
      if (past.peek().length > 0) undo();
    };
    addEventListener("keydown", onKey);
    return () => removeEventListener("keydown", onKey);
  }, []);
  return (
    <Button
      onClick={undo}
      disabled={!last || locked.value}
      title={last ? fill(said.undoHint, { what: sayPast(last) }) : said.nothing}
    >
      {said.undo}
    </Button>
  );
}

export function PlayBar() {
  const dock = planeText.dock;
  const now = figures.value;
  const shown = (value: number | undefined): string => (value === undefined ? "–" : short(value));
  const own = now?.standings[0];
  // of a race the curves tell, each runner has its own
  const values = state.value.race
    ? []
    : [
        { name: dock.training, text: shown(own?.loss) },
        { name: dock.test, text: shown(own?.testLoss) },
      ];
  return (
    <Dock
      label={dock.label}
      values={[{ name: dock.epoch, text: (now?.epoch ?? 0).toLocaleString("en") }, ...values]}
    >
      <Play />
      <OneStep />
    </Dock>
  );
}

export function Transport() {
  const [ask, answer] = useHelp("transport", said.title);
  return (
    <section class="panel transport" aria-label={said.title}>
      <div class="row">
        <Play />
        <OneStep />
        <Button onClick={() => step("epoch")} disabled={still()} title={said.epochHint}>
          {said.epoch}
        </Button>
        <Button onClick={reset} title={said.resetHint}>
          {said.reset}
        </Button>
        <Undo />
        {ask}
      </div>
      <Choice
        label={said.speed}
        help="speed"
        value={String(speed.value)}
        options={SPEEDS.map((value) => ({ value: String(value), label: speedLabel(value) }))}
        onChange={(value) => chooseSpeed(Number(value))}
      />
      <Standing />
      <Segments
        label={said.who}
        help="who"
        value={state.value.race ? "race" : "one"}
        options={[
          { value: "one", label: said.one },
          { value: "race", label: said.race },
        ]}
        onChange={(value) => change({ race: value === "race" })}
      />
      <Button onClick={() => void copyLink()}>{said.copy}</Button>
      {answer}
    </section>
  );
}

function Standing() {
  const { epoch = 0, step: steps = 0, pace = 0, over = false } = figures.value ?? {};
  return (
    <dl class="standing figures">
      <div>
        <dt>{said.epoch}</dt>
        <dd>{epoch.toLocaleString("en")}</dd>
      </div>
      <div>
        <dt>{said.step}</dt>
        <dd>{steps.toLocaleString("en")}</dd>
      </div>
      <div>
        <dt>{said.pace}</dt>
        <dd>{over ? said.over : pace > 0 ? Math.round(pace).toLocaleString("en") : "–"}</dd>
      </div>
      {onPage.value && <p class="small muted">{said.onPage}</p>}
    </dl>
  );
}
