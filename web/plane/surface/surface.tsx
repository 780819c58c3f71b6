/** The decision surface with the points on it; where points are painted, also what one paints on. */
import { useSignalEffect } from "@preact/signals";
import { useRef } from "preact/hooks";
import { planeText } from "../../text/plane.ts";
import { fill } from "../../text/words.ts";
import { Canvas } from "../../ui/canvas.tsx";
import { Panel, Segments, Switch } from "../../ui/controls.tsx";
import { short } from "../../ui/figures.ts";
import { colour } from "../../ui/theme.ts";
import { SURFACE_SIDE, UNIT_SIDE } from "../engine/protocol.ts";
import { drawPoints, toPixel, toPlane } from "../page/marks.ts";
import { Pixels } from "../page/pixels.tsx";
import { percentOf, unitOf } from "../page/saying.ts";
import {
  brush,
  data,
  empty,
  figures,
  focused,
  frame,
  picked,
  sharp,
  showTest,
  state,
} from "../page/signals.ts";
import { isCurve, isField, isPainted, isRegression } from "../state/choices.ts";
import { BRUSHES, sayValue } from "../state/painted.ts";
import { usePainting } from "./painting.ts";

const said = planeText.surface;

/** CSS pixels the points are drawn in; the page scales them. */
const SIDE = 440;

export function SurfacePanel() {
  const { data: set } = state.value;
  const painted = isPainted(set);
  const picking = !painted && picked.value !== undefined;
  return (
    <Panel
      title={
        focused.value
          ? unitOf(focused.value.layer, focused.value.unit)
          : isCurve(set)
            ? said.curve
            : isField(set)
              ? said.field
              : said.plane
      }
      help={isCurve(set) ? "curveSurface" : isField(set) ? "fieldSurface" : "surface"}
    >
      <div class="stack">
        {painted && <BrushChoice />}
        <div
          class={`surface ${picking ? "picking" : ""}`}
          {...(picking && { onPointerDown: (event: PointerEvent) => pick(event) })}
        >
          <Pixels class="below" side={SURFACE_SIDE} pixels={() => frame.value?.surfaces[0]} />
          {focused.value && (
            <Pixels
              class="below"
              side={UNIT_SIDE}
              pixels={() => {
                const unit = focused.value;
                return unit && frame.value?.layers[unit.layer]?.units[unit.unit];
              }}
            />
          )}
          <PointsLayer />
          <LineLayer runner={0} />
          {painted && <PaintLayer />}
          {empty.value && <p class="hint">{isField(set) ? said.hintValue : said.hint}</p>}
        </div>
        <Scores />
        <div class="row switches">
          <Switch
            label={said.test}
            help="testPoints"
            checked={showTest.value}
            onChange={(on) => (showTest.value = on)}
          />
          {!isCurve(set) && (
            <Switch
              label={isField(set) ? said.bands : said.sharp}
              help={isField(set) ? "bands" : "sharp"}
              checked={sharp.value}
              onChange={(on) => (sharp.value = on)}
            />
          )}
        </div>
      </div>
    </Panel>
  );
}

/** Puts the training point that is nearest to the pointer under the microscope. */
function pick(event: PointerEvent): void {
  const points = data.peek()?.train;
  if (!points) return;
  const box = (event.currentTarget as HTMLElement).getBoundingClientRect();
  const x = toPlane(event.clientX - box.left, box.width);
  const y = -toPlane(event.clientY - box.top, box.height);
  let best = 0;
  let least = Number.POSITIVE_INFINITY;
  points.labels.forEach((_, i) => {
    const far = Math.hypot(points.places[2 * i] - x, points.places[2 * i + 1] - y);
    if (far < least) [best, least] = [i, far];
  });
  picked.value = best;
}

/** The controls of painting, next to the surface, also on a phone. */
function BrushChoice() {
  const { classes, data: set } = state.value;
  const values = isField(set);
  const brushes = Array.from({ length: values ? BRUSHES.length : classes }, (_, c) => ({
    value: String(c),
    label: values ? sayValue(BRUSHES[c]) : classes === 1 ? said.points : String(c + 1),
  }));
  return (
    <Segments
      label={values ? said.penValue : classes === 1 ? said.pen : said.brush}
      help="brush"
      value={String(Math.min(brush.value, brushes.length - 1))}
      options={[...brushes, { value: "-1", label: said.erase }]}
      onChange={(value) => {
        brush.value = Number(value);
      }}
    />
  );
}

export function PointsLayer() {
  const shown = data.value;
  const { data: set, classes } = state.value;
  const points = shown ? shown.train.labels.length + shown.test.labels.length : 0;
  return (
    <Canvas
      class="above"
      width={SIDE}
      height={SIDE}
      label={fill(isCurve(set) ? said.curveLabel : isField(set) ? said.fieldLabel : said.label, {
        points: String(points),
        classes: String(classes),
      })}
      paint={(context) => {
        context.strokeStyle = colour("ink", 0.18);
        context.lineWidth = 1;
        context.beginPath();
        context.moveTo(SIDE / 2, 0);
        context.lineTo(SIDE / 2, SIDE);
        context.moveTo(0, SIDE / 2);
        context.lineTo(SIDE, SIDE / 2);
        context.stroke();
        const now = data.value;
        if (!now) return;
        if (showTest.value) drawPoints(context, SIDE, now.test, true, isField(state.value.data));
        drawPoints(context, SIDE, now.train, false, isField(state.value.data));
        const at = picked.value;
        if (at === undefined || at >= now.train.labels.length) return;
        context.strokeStyle = colour("ink");
        context.lineWidth = 2.5;
        context.beginPath();
        const [x, y] = now.train.places.subarray(2 * at, 2 * at + 2);
        context.arc(toPixel(x, SIDE), SIDE - toPixel(y, SIDE), 10, 0, 2 * Math.PI);
        context.stroke();
      }}
    />
  );
}

/** What the net says of each x, where that is what is asked. */
export function LineLayer({ runner }: { runner: number }) {
  if (!isCurve(state.value.data)) return null;
  return (
    <Canvas
      class="above"
      width={SIDE}
      height={SIDE}
      label={said.line}
      paint={(context) => {
        const line = frame.value?.lines[runner];
        if (!line) return;
        context.strokeStyle = colour("plus");
        context.lineWidth = 3;
        context.lineJoin = "round";
        context.beginPath();
        line.forEach((y, i) => context.lineTo(((i + 0.5) / line.length) * SIDE, SIDE - toPixel(y, SIDE)));
        context.stroke();
      }}
    />
  );
}

/** Takes pointers and keys; shows where the keyboard's brush is. */
function PaintLayer() {
  const element = useRef<HTMLDivElement>(null);
  const { cursor, ...handlers } = usePainting(element);
  useSignalEffect(() => {
    const { x, y } = cursor.value;
    const cross = element.current?.querySelector<SVGElement>("svg");
    cross?.style.setProperty("left", `${toPixel(x, 100)}%`);
    cross?.style.setProperty("top", `${100 - toPixel(y, 100)}%`);
  });
  return (
    <div
      ref={element}
      class="paint"
      role="application"
      // biome-ignore lint/a11y/noNoninteractiveTabindex: it is interactive
      tabIndex={0}
      aria-label={said.painting}
      {...handlers}
    >
      <svg viewBox="0 0 20 20" aria-hidden="true">
        <path d="M10 0v7M10 13v7M0 10h7M13 10h7" />
      </svg>
    </div>
  );
}

function Scores() {
  const now = figures.value?.standings[0];
  const regression = isRegression(state.value.data);
  const test = now?.testLoss !== undefined;
  const text = (value: number | undefined): string =>
    value === undefined ? "–" : value < 1000 ? value.toFixed(3) : short(value);
  const share = (value: number | undefined): string =>
    value === undefined || Number.isNaN(value) ? "–" : percentOf(value);
  return (
    <>
      <table class="scores figures">
        <thead>
          <tr>
            <th>
              <span class="unseen">{said.scores.points}</span>
            </th>
            <th scope="col">{regression ? said.scores.mse : said.scores.loss}</th>
            {!regression && <th scope="col">{said.scores.accuracy}</th>}
          </tr>
        </thead>
        <tbody>
          <tr>
            <th scope="row">{said.scores.training}</th>
            <td title={now && String(now.loss)}>{text(now?.loss)}</td>
            {!regression && <td>{share(now?.accuracy)}</td>}
          </tr>
          <tr>
            <th scope="row">{said.scores.test}</th>
            <td title={test ? String(now?.testLoss) : undefined}>{test ? text(now?.testLoss) : "–"}</td>
            {!regression && <td>{test ? share(now?.testAccuracy) : "–"}</td>}
          </tr>
        </tbody>
      </table>
      {now?.failed && <p class="failed small">{said.broke}</p>}
    </>
  );
}
