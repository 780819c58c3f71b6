/** The pad and what the network reads in it. */
import { useEffect } from "preact/hooks";
import { digitsText } from "../text/digits.ts";
import { fill } from "../text/words.ts";
import { Button, Panel } from "../ui/controls.tsx";
import { later } from "../ui/later.tsx";
import { clear, drawing, input, isEmpty, type Prediction, prediction, shape, undo } from "./drawing.ts";
import { Pad } from "./pad.tsx";
import { show, verdictOf } from "./rowOnPad.ts";
import { classNames } from "./source.ts";
import { getReady, phase, readsReady, subject } from "./state.ts";
import { paintRow, Tiles } from "./tiles.tsx";

const said = digitsText.reading;
const words = digitsText.pad;

/** What one can do with a drawing. */
const Tools = later(async () => (await import("./parts.ts")).PadTools, digitsText.failed);

/** Classes with a bar of their own; of more, the likeliest. */
const BARS = 10;

export function ReadingPanel() {
  useEffect(() => void getReady(), []);
  const train = subject.value?.source.train;
  if (!train || !shape.value) return null;
  const labels = classNames(train);
  const { kind } = drawing.value;
  return (
    <Panel
      title={words.title}
      help="draw"
      class="reading"
      actions={
        <>
          {train.length > 0 && (
            <Button kind="quiet" onClick={() => void another()}>
              {subject.value?.source.kind === "digits" ? words.takeDigit : words.takeRow}
            </Button>
          )}
          {kind === "strokes" && (
            <Button kind="quiet" onClick={undo} disabled={isEmpty.value}>
              {words.undo}
            </Button>
          )}
          <Button kind="quiet" onClick={clear} disabled={isEmpty.value}>
            {words.clear}
          </Button>
        </>
      }
    >
      <div class="draw">
        <Pad labels={labels} />
        <Verdict labels={labels} />
      </div>
      {input.value && !input.value.problem && <Tools labels={labels} />}
    </Panel>
  );
}

let taken = 0;

/** Puts a row of the test part on the pad, another one each time. */
async function another(): Promise<void> {
  const source = subject.peek()?.source;
  if (!source) return;
  const data = source.test ?? source.train;
  // neighbours in order are of neighbouring classes: a stride without common factors shows all sorts
  taken = (taken + 1237) % data.length;
  await show(taken);
}

function Verdict({ labels }: { labels: readonly string[] }) {
  const found = prediction.value;
  const size = shape.value!;
  const row = input.value;
  const now = drawing.value;
  const truth = found && now.kind === "row" ? verdictOf(labels, found.said) : undefined;
  return (
    <div class="verdict">
      <div class="said">
        {row?.problem ? (
          <p class="problem">{row.problem}</p>
        ) : found ? (
          <>
            <strong class={(labels[found.said] ?? "").length > 2 ? "word" : ""} data-testid="said">
              {labels[found.said] ?? found.said}
            </strong>
            <span class="figures muted">
              {(100 * found.confidence).toFixed(found.confidence > 0.9995 ? 0 : 1)} %
              {truth && (
                <em
                  class={now.kind === "row" && now.truth === found.said ? "good" : "bad"}
                  data-testid="truth"
                >
                  {truth}
                </em>
              )}
              {phase.value === "fresh" && <em>{readsReady.value ? said.ready : said.guess}</em>}
            </span>
          </>
        ) : (
          <p class="muted">
            {readsReady.value ? said.drawReady : phase.value === "fresh" ? said.trainFirst : said.draw}
          </p>
        )}
        {row && !row.problem && (
          <figure class="seen">
            <Tiles
              class="one"
              count={1}
              width={size.width}
              height={size.height}
              label={fill(words.received, { width: String(size.width), height: String(size.height) })}
              paint={(_, pixels) => {
                const now = input.value;
                if (now && !now.problem) paintRow(now.values, shape.value?.channels ?? 1, pixels);
              }}
            />
            <figcaption class="small muted">{words.seen}</figcaption>
          </figure>
        )}
      </div>
      <Bars labels={labels} found={found} />
    </div>
  );
}

function Bars({ labels, found }: { labels: readonly string[]; found: Prediction | undefined }) {
  const all = labels.map((label, c) => ({ label, p: found?.probabilities[c] ?? 0, c }));
  const shown = labels.length <= BARS ? all : [...all].sort((a, b) => b.p - a.p).slice(0, BARS);
  return (
    <ul class="bars" aria-label={words.bars}>
      {shown.map(({ label, p, c }) => (
        <li key={c} class={found?.said === c ? "best" : ""} style={{ "--share": String(p) }}>
          <span class="label">{label}</span>
          <span class="bar-line" aria-hidden="true">
            <i />
          </span>
          <span class="value figures">{found ? `${(100 * p).toFixed(1)} %` : "–"}</span>
        </li>
      ))}
    </ul>
  );
}
