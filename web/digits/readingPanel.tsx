/** The pad and what the network reads in it. */
import { useEffect } from "preact/hooks";
import { buffersFor } from "../../src/data/dataset.ts";
import { digitsText } from "../text/digits.ts";
import { Button, Panel } from "../ui/controls.tsx";
import { clear, drawing, input, isEmpty, type Prediction, prediction, shape, undo } from "./drawing.ts";
import { paintRow } from "./insight.ts";
import { Pad } from "./pad.tsx";
import { getReady, phase, readsReady, subject } from "./session.ts";
import { classNames } from "./source.ts";
import { Tiles } from "./tiles.tsx";

const said = digitsText.reading;

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
      title="Draw"
      help="draw"
      class="reading"
      actions={
        <>
          {train.length > 0 && (
            <Button kind="quiet" onClick={() => void another()}>
              Take a {subject.value?.source.kind === "digits" ? "test digit" : "row"}
            </Button>
          )}
          {kind === "strokes" && (
            <Button kind="quiet" onClick={undo} disabled={isEmpty.value}>
              Undo
            </Button>
          )}
          <Button kind="quiet" onClick={clear} disabled={isEmpty.value}>
            Clear
          </Button>
        </>
      }
    >
      <div class="draw">
        <Pad labels={labels} />
        <Verdict labels={labels} />
      </div>
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

export async function show(row: number): Promise<void> {
  const source = subject.peek()?.source;
  if (!source) return;
  const data = source.test ?? source.train;
  const { x, y } = buffersFor(data, 1);
  await data.read(Uint32Array.of(row), x, y);
  const values = x instanceof Uint8Array ? x : Uint8Array.from(x, (value) => Math.round(255 * value));
  drawing.value = { kind: "row", name: `row ${row}`, values };
}

function Verdict({ labels }: { labels: readonly string[] }) {
  const found = prediction.value;
  const size = shape.value!;
  const row = input.value;
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
              label={`The drawing as the network receives it: ${size.width} × ${size.height} pixels`}
              paint={(_, pixels) => {
                const now = input.value;
                if (now && !now.problem) paintRow(now.values, shape.value?.channels ?? 1, pixels);
              }}
            />
            <figcaption class="small muted">as it is seen</figcaption>
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
    <ul class="bars" aria-label="Confidence for each class">
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
