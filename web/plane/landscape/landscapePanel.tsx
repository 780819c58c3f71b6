/** The loss around the way that training went, and the way itself. */
import { signal } from "@preact/signals";
import { Canvas } from "../../ui/canvas.tsx";
import { Button, Meter, Panel, Segments } from "../../ui/controls.tsx";
import { type ColourName, colour, rgb } from "../../ui/theme.ts";
import { nameOf } from "../curves/curves.tsx";
import type { DirectionKind, Landscape } from "../engine/landscape.ts";
import { empty, figures, landscape, state, survey } from "../page/session.ts";
import { RACERS } from "../state/choices.ts";
import { reliefPixels } from "./relief.ts";

const SIDE = 400;
const directions = signal<DirectionKind>("path");

export function LandscapePanel() {
  const shown = landscape.value;
  const busy = shown !== undefined && shown.rows * shown.rows < shown.losses.length;
  return (
    <Panel title="The path over the loss surface" help="landscape">
      <div class="landscape">
        <div class="stack">
          <p class="small muted">
            A net has as many directions as weights; this is the loss along two of them, as far as training
            has come, and the way it took.
          </p>
          <Segments
            label="Directions"
            help="directions"
            value={directions.value}
            options={[
              { value: "path", label: "Along the path" },
              { value: "random", label: "Random" },
            ]}
            onChange={(value) => {
              directions.value = value;
              if (landscape.peek()) survey(value);
            }}
            hint={
              directions.value === "path"
                ? "The two principal components of the weights along the path."
                : "Drawn by the seed, each unit’s weights scaled to the norm they have."
            }
          />
          <Button
            onClick={() => survey(directions.value)}
            disabled={busy || empty.value || (figures.value?.step ?? 0) === 0}
          >
            {shown ? "Draw again from here" : "Draw the surface"}
          </Button>
          {busy && <Meter share={shown.rows / Math.sqrt(shown.losses.length)} label="Surface drawn" />}
          {shown && !busy && (
            <p class="small">
              {shown.kind === "path" &&
                `${(100 * shown.explained).toFixed(0)} % of the path’s movement lies in this plane. `}
              ○ start, ● now. Full colour is low, and fades as the loss grows; lines are equal loss.
            </p>
          )}
          {shown && shown.paths.length > 1 && (
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
          )}
        </div>
        <div class="relief">
          {!shown && <p class="small muted">Train a little, then draw the surface around the path.</p>}
          <Canvas
            width={SIDE}
            height={SIDE}
            label={shown ? "Loss surface with the path of training" : "The loss surface is not drawn yet"}
            paint={(context) => {
              const now = landscape.value;
              if (now) draw(context, now, state.value.race);
            }}
          />
        </div>
      </div>
    </Panel>
  );
}

function draw(context: CanvasRenderingContext2D, shown: Landscape, race: boolean): void {
  const pixels = reliefPixels(shown.losses, SIDE, {
    low: rgb("accent"),
    high: rgb("paper"),
    line: rgb("ink"),
  });
  const picture = document.createElement("canvas");
  picture.width = picture.height = SIDE;
  picture.getContext("2d")?.putImageData(new ImageData(pixels, SIDE), 0, 0);
  context.drawImage(picture, 0, 0, SIDE, SIDE);
  const [left, right, bottom, top] = shown.box;
  const x = (u: number): number => ((u - left) / (right - left)) * SIDE;
  const y = (v: number): number => ((top - v) / (top - bottom)) * SIDE;
  shown.paths.forEach((path, runner) => {
    const own: ColourName = race ? `class-${runner as 0 | 1 | 2 | 3}` : "class-0";
    context.beginPath();
    for (let i = 0; i < path.length; i += 2) context.lineTo(x(path[i]), y(path[i + 1]));
    context.lineJoin = "round";
    for (const [width, stroke] of [
      [5, colour("surface", 0.9)],
      [2.2, colour(own)],
    ] as const) {
      context.lineWidth = width;
      context.strokeStyle = stroke;
      context.stroke();
    }
    dot(context, x(path[0]), y(path[1]), colour("surface"), colour(own));
    dot(context, x(path[path.length - 2]), y(path[path.length - 1]), colour(own), colour("surface"));
  });
}

function dot(context: CanvasRenderingContext2D, x: number, y: number, fill: string, stroke: string): void {
  context.beginPath();
  context.arc(x, y, 5, 0, 2 * Math.PI);
  context.fillStyle = fill;
  context.fill();
  context.lineWidth = 2;
  context.strokeStyle = stroke;
  context.stroke();
}
