/** The plane or the loss surface as a picture, and how it changes as a short animation, to save. */
import { effect, signal } from "@preact/signals";
import { planeText } from "../../text/plane.ts";
import { fill } from "../../text/words.ts";
import { Button, Segments } from "../../ui/controls.tsx";
import { announce, notify } from "../../ui/messages.tsx";
import { colour } from "../../ui/theme.ts";
import { figures, frame, landscape, state } from "../page/signals.ts";
import { animatedPng } from "./apng.ts";

const said = planeText.share.pictures;

/** Pixels of a side, of a picture and of an animation. */
const SIDE = 880;
const SMALL = 330;
const MOST_FRAMES = 60;
const PAUSE = 100;

type Subject = "plane" | "surface";
const subject = signal<Subject>("plane");

/** Where each is drawn on the page: boxes with layers of canvases. */
const BOXES: Readonly<Record<Subject, string>> = {
  plane: ":is(.result, .racer) .surface",
  surface: ".terrain .relief",
};

/** What the page shows now, layer upon layer. Nothing where that is hidden, or not drawn yet. */
function picture(side: number): HTMLCanvasElement | undefined {
  const of = subject.peek();
  const boxes = [...document.querySelectorAll(BOXES[of])];
  const layers = boxes.flatMap((box) => [...box.querySelectorAll("canvas")]);
  if (layers.length === 0 || (of === "surface" && !isWhole())) return undefined;
  const columns = Math.ceil(Math.sqrt(boxes.length));
  const each = side / columns;
  const canvas = document.createElement("canvas");
  canvas.width = side;
  canvas.height = each * Math.ceil(boxes.length / columns);
  const context = canvas.getContext("2d", { willReadFrequently: true })!;
  context.fillStyle = colour(of === "plane" ? "paper" : "surface");
  context.fillRect(0, 0, canvas.width, canvas.height);
  for (const layer of layers) {
    const at = boxes.indexOf(layer.closest(BOXES[of])!);
    context.drawImage(layer, (at % columns) * each, Math.floor(at / columns) * each, each, each);
  }
  return canvas;
}

/** Whether the loss surface is drawn to its last row. */
function isWhole(): boolean {
  const shown = landscape.peek();
  return shown !== undefined && shown.rows ** 2 === shown.losses.length;
}

const nameNow = (): string => `${subject.peek() === "plane" ? "plane" : "loss-surface"}-${state.peek().data}`;
const missing = (): void => notify("info", subject.peek() === "plane" ? said.hidden : said.undrawn);

export function save(bytes: Blob, name: string): void {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(bytes);
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
}

function savePicture(): void {
  const canvas = picture(SIDE);
  if (!canvas) return missing();
  canvas.toBlob((blob) => {
    if (blob) save(blob, `${nameNow()}-${figures.peek()?.step ?? 0}.png`);
  });
}

/** Pictures so far, while they are taken; every how many steps one is. */
const taken = signal<readonly ImageData[] | undefined>(undefined);
let every = 1;
let last = -1;
let stop: (() => void) | undefined;

function record(): void {
  if (!picture(SMALL)) return missing();
  taken.value = [];
  every = 1;
  last = -1;
  let ground = landscape.peek();
  stop = effect(() => {
    const step = frame.value?.step;
    // at the same step another surface may be drawn
    const other = subject.peek() === "surface" && landscape.value !== ground;
    const frames = taken.peek();
    // a smaller step is that of a new beginning
    if (step === undefined || !frames || (!other && step >= last && last >= 0 && step < last + every)) return;
    last = step;
    ground = landscape.peek();
    // what is shown draws itself by the same signals: a moment later it has
    requestAnimationFrame(() => {
      const canvas = picture(SMALL);
      const now = taken.peek();
      if (!canvas || !now) return;
      const image = canvas.getContext("2d")!.getImageData(0, 0, canvas.width, canvas.height);
      if (now[0] && now[0].height !== image.height) return;
      const next = [...now, image];
      // as long as it runs, every second is left out
      if (next.length > MOST_FRAMES) every = Math.max(1, every * 2);
      taken.value = next.length > MOST_FRAMES ? next.filter((_, i) => i % 2 === 0) : next;
    });
  });
}

function finish(): void {
  stop?.();
  stop = undefined;
  const frames = taken.peek() ?? [];
  taken.value = undefined;
  if (frames.length < 2) return notify("info", said.still);
  save(new Blob([animatedPng(frames, PAUSE)], { type: "image/png" }), `${nameNow()}-animated.png`);
  announce(fill(said.saved, { count: String(frames.length) }));
}

export function Pictures() {
  const count = taken.value?.length;
  return (
    <div class="stack">
      <Segments
        label={said.of}
        help="pictureOf"
        value={subject.value}
        options={[
          { value: "plane", label: said.plane },
          { value: "surface", label: said.surface },
        ]}
        // a recording is of one thing
        disabled={count !== undefined}
        onChange={(value) => {
          subject.value = value;
        }}
      />
      <div class="row">
        <Button onClick={savePicture}>{said.picture}</Button>
        {count === undefined ? (
          <Button onClick={record}>{said.record}</Button>
        ) : (
          <Button kind="primary" onClick={finish}>
            {fill(said.finish, { count: String(count) })}
          </Button>
        )}
      </div>
      <p class="small muted">{said.hint}</p>
    </div>
  );
}
