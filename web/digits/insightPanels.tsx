/** Curves, weights, maps and mistakes: what one sees of a network beside its answers. */
import { signal, useSignal, useSignalEffect } from "@preact/signals";
import type { ComponentType } from "preact";
import { buffersFor } from "../../src/data/dataset.ts";
import { digitsText } from "../text/digits.ts";
import { Chart, percent, short } from "../ui/chart.tsx";
import { Button, Panel } from "../ui/controls.tsx";
import { notifyError } from "../ui/messages.tsx";
import { shape } from "./drawing.ts";
import type { Examination, Mistake } from "./examine.ts";
import { firstWeights, layerMaps, paintMap, paintRow, paintWeights, spot } from "./insight.ts";
import { show } from "./readingPanel.tsx";
import { examination, readsReady, subject } from "./session.ts";
import { classNames, type Source } from "./source.ts";
import { Tiles } from "./tiles.tsx";

export function CurvesPanel() {
  const now = subject.value;
  if (!now) return null;
  const { curves, source } = now;
  const test = source.test ? [{ label: "test", colour: "class-0" as const, points: true }] : [];
  const share = curves.metricName === "accuracy";
  const epochs = (value: number) => `epoch ${Number(value.toFixed(2))}`;
  return (
    <Panel title="Curves" class="curves" help="digitCurves">
      <div class="charts" key={curves as never}>
        <figure>
          <figcaption class="small muted">Loss</figcaption>
          <Chart
            label="Loss over epochs, of training and test"
            data={curves.loss}
            series={[{ label: "training", colour: "accent" }, ...test]}
            format={short}
            formatX={short}
            legendX={epochs}
          />
        </figure>
        <figure>
          <figcaption class="small muted">{share ? "Accuracy" : curves.metricName}</figcaption>
          <Chart
            label={`${share ? "Accuracy" : curves.metricName} over epochs, of training and test`}
            data={curves.metric}
            series={[{ label: "training", colour: "accent" }, ...test]}
            format={share ? percent : short}
            formatX={short}
            legendX={epochs}
          />
        </figure>
      </div>
    </Panel>
  );
}

export function WeightsPanel() {
  const first = firstWeights.value;
  if (!first) return null;
  const { kind, count, of, width, height } = first;
  const what = kind === "filters" ? "filters" : "units";
  return (
    <Panel
      title={kind === "filters" ? "Filters of the first layer" : "Weights of the first layer"}
      help="weights"
    >
      <Tiles
        key={`${first.layer} ${count} ${width}`}
        class={kind === "filters" ? "filters" : count <= 12 ? "templates" : "units"}
        count={count}
        width={width}
        height={height}
        label={`${count} ${what}, ${width} × ${height} weights each`}
        paint={paintWeights}
      />
      <p class="small muted key">
        {count < of ? `The first ${count} of ${of} ${what}. ` : ""}
        Ink on <b class="plus">blue</b> speaks for the {kind === "filters" ? "filter" : "unit"}, on{" "}
        <b class="minus">orange</b> against it.{readsReady.value && ` ${digitsText.reading.yours}`}
      </p>
    </Panel>
  );
}

export function MapsPanel() {
  if (!shape.value) return null;
  const maps = layerMaps.value;
  return (
    <Panel title="What the layers make of the drawing" help="maps">
      {maps.length === 0 ? (
        <p class="muted">
          {subject.value?.model.layers.length === 1 || subject.value?.settings.network === "logistic"
            ? "This network has no hidden layers."
            : "Draw something, and each layer shows what it finds in it."}
        </p>
      ) : (
        <div class="stack">
          {readsReady.value && <p class="small muted">{digitsText.reading.readyMaps}</p>}
          <Inspecting />
          {maps.map((each, layer) => (
            <figure
              key={`${each.layer} ${each.count}`}
              onPointerMove={(event) => point(event, layer)}
              onPointerDown={(event) => point(event, layer)}
            >
              <figcaption class="small muted">{each.title}</figcaption>
              <Tiles
                class={each.width === 1 ? "cells" : each.width > 16 ? "maps" : "maps small-maps"}
                count={each.count}
                width={each.width}
                height={each.height}
                label={`${each.title}, for this drawing`}
                paint={(tile, pixels) => {
                  const latest = layerMaps.value.find(({ layer }) => layer === each.layer);
                  if (latest) paintMap(latest, tile, pixels);
                }}
              />
            </figure>
          ))}
        </div>
      )}
    </Panel>
  );
}

const inspector = signal<ComponentType | undefined>(undefined);
const inspecting = signal(false);

/** Loads what works one number out when someone asks. */
function Inspecting() {
  const said = digitsText.inspector;
  const Inspector = inspecting.value ? inspector.value : undefined;
  const toggle = async (): Promise<void> => {
    inspecting.value = !inspecting.peek();
    try {
      inspector.value ??= (await import("./inspector.tsx")).Inspector;
    } catch (error) {
      notifyError(error, said.failed);
    }
  };
  return (
    <>
      <div class="row">
        <Button onClick={() => void toggle()} pressed={inspecting.value}>
          {said.open}
        </Button>
        {inspecting.value && <span class="small muted">{said.help}</span>}
      </div>
      {Inspector && <Inspector />}
    </>
  );
}

/** The place of a map that a pointer is on. */
function point(event: PointerEvent, layer: number): void {
  if (!inspecting.peek() || !(event.target instanceof HTMLCanvasElement)) return;
  const canvas = event.target;
  const { left, top, width, height } = canvas.getBoundingClientRect();
  spot.value = {
    layer,
    map: [...canvas.parentElement!.children].indexOf(canvas),
    row: Math.max(0, Math.floor(((event.clientY - top) / height) * canvas.height)),
    column: Math.max(0, Math.floor(((event.clientX - left) / width) * canvas.width)),
  };
}

export function MistakesPanel() {
  const found = examination.value;
  const now = subject.value;
  if (now?.source.train.target.kind !== "class") return null;
  const { source } = now;
  const labels = classNames(source.train);
  const part = source.test ? "test" : "training";
  return (
    <Panel
      title="Mistakes"
      help="mistakes"
      class="mistakes"
      actions={
        found && (
          <span class="small muted figures" data-testid="accuracy">
            {percent(found.right / found.rows)} of {found.rows.toLocaleString("en")} {part} rows right
          </span>
        )
      }
    >
      {!found ? (
        <p class="muted">
          After each epoch the rows it gets wrong are shown here, the surest mistakes first.
        </p>
      ) : found.mistakes.length === 0 ? (
        <p>None: every row of the {part} part is right.</p>
      ) : (
        <Wrong found={found} source={source} labels={labels} />
      )}
      {found && labels.length <= 12 && <Confusion found={found} labels={labels} />}
    </Panel>
  );
}

function Wrong(props: { found: Examination; source: Source; labels: readonly string[] }) {
  const { found, source, labels } = props;
  const size = shape.value;
  const data = source.test ?? source.train;
  const values = useSignal<readonly Uint8Array[]>([]);
  const shown = found.mistakes.slice(0, 24);
  useSignalEffect(() => {
    const mistakes = examination.value?.mistakes.slice(0, 24) ?? [];
    void read(data, mistakes).then((rows) => {
      values.value = rows;
    });
  });
  const text = ({ truth, said, confidence }: Mistake): string =>
    `${labels[truth]} read as ${labels[said]}, ${Math.round(100 * confidence)} % sure`;
  return (
    <ul class="wrong">
      {shown.map((mistake, i) => (
        <li key={mistake.row}>
          <button
            type="button"
            // rows that are no pictures have no pad
            disabled={!size}
            onClick={() => void show(mistake.row)}
            title={size ? `${text(mistake)}: put it on the pad` : text(mistake)}
          >
            {size && (
              <Tiles
                class="one"
                count={1}
                width={size.width}
                height={size.height}
                paint={(_, pixels) => {
                  const row = values.value[i];
                  if (row) paintRow(row, size.channels, pixels);
                }}
              />
            )}
            <span class="small figures">
              {labels[mistake.truth]} <span class="unseen">read as</span>
              <span class="muted" aria-hidden="true">
                →
              </span>{" "}
              <b>{labels[mistake.said]}</b>
            </span>
          </button>
        </li>
      ))}
    </ul>
  );
}

async function read(data: Source["train"], mistakes: readonly Mistake[]): Promise<Uint8Array[]> {
  if (mistakes.length === 0) return [];
  const { x, y } = buffersFor(data, mistakes.length);
  await data.read(
    Uint32Array.from(mistakes, ({ row }) => row),
    x,
    y,
  );
  const width = x.length / mistakes.length;
  return mistakes.map((_, i) =>
    Uint8Array.from(x.subarray(i * width, (i + 1) * width), (v) => (x instanceof Uint8Array ? v : 255 * v)),
  );
}

function Confusion({ found, labels }: { found: Examination; labels: readonly string[] }) {
  const most = Math.max(1, ...found.confusion.flatMap((row, t) => row.filter((_, s) => s !== t)));
  return (
    <details class="confusion">
      <summary>What is mistaken for what</summary>
      <div class="scroll">
        <table class="figures small">
          <thead>
            <tr>
              <th scope="col">is \ read as</th>
              {labels.map((label) => (
                <th key={label} scope="col">
                  {label}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {found.confusion.map((row, truth) => (
              <tr key={labels[truth]}>
                <th scope="row">{labels[truth]}</th>
                {row.map((count, said) => (
                  <td
                    key={labels[said]}
                    class={truth === said ? "right" : count > 0 ? "off" : ""}
                    style={{ "--share": String(truth === said ? 0 : count / most) }}
                  >
                    {count || "·"}
                  </td>
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </details>
  );
}
