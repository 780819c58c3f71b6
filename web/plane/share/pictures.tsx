/** The plane as a picture, and its training as a short animation, to save. */
import { effect, signal } from "@preact/signals";
import { planeText } from "../../text/plane.ts";
import { fill } from "../../text/words.ts";
import { Button } from "../../ui/controls.tsx";
import { announce, notify } from "../../ui/messages.tsx";
import { colour } from "../../ui/theme.ts";
import { figures, frame, state } from "../page/signals.ts";
import { animatedPng } from "./apng.ts";

const said = planeText.share.pictures;

/** Pixels of a side, of a picture and of an animation. */
const SIDE = 880;
const SMALL = 330;
const MOST_FRAMES = 60;
const PAUSE = 100;

/** What the plane shows now, layer upon layer. Nothing where it is hidden. */
function picture(side: number): HTMLCanvasElement | undefined {
  const layers = [
    ...document.querySelectorAll<HTMLCanvasElement>(".result .surface canvas, .racer .surface canvas"),
  ];
  if (layers.length === 0) return undefined;
  const boxes = [...new Set(layers.map((layer) => layer.closest(".surface")!))];
  const columns = Math.ceil(Math.sqrt(boxes.length));
  const each = side / columns;
  const canvas = document.createElement("canvas");
  canvas.width = side;
  canvas.height = each * Math.ceil(boxes.length / columns);
  const context = canvas.getContext("2d", { willReadFrequently: true })!;
  context.fillStyle = colour("paper");
  context.fillRect(0, 0, canvas.width, canvas.height);
  for (const layer of layers) {
    const at = boxes.indexOf(layer.closest(".surface")!);
    context.drawImage(layer, (at % columns) * each, Math.floor(at / columns) * each, each, each);
  }
  return canvas;
}

export function save(bytes: Blob, name: string): void {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(bytes);
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
}

function savePicture(): void {
  const canvas = picture(SIDE);
  if (!canvas) return notify("info", said.hidden);
  canvas.toBlob((blob) => {
    if (blob) save(blob, `plane-${state.peek().data}-${figures.peek()?.step ?? 0}.png`);
  });
}

/** Pictures so far, while they are taken; every how many steps one is. */
const taken = signal<readonly ImageData[] | undefined>(undefined);
let every = 1;
let last = -1;
let stop: (() => void) | undefined;

function record(): void {
  taken.value = [];
  every = 1;
  last = -1;
  stop = effect(() => {
    const step = frame.value?.step;
    const frames = taken.peek();
    if (step === undefined || !frames || step === last || (last >= 0 && step < last + every)) return;
    last = step;
    // the plane draws itself by the same signal: a moment later it has
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
  save(
    new Blob([animatedPng(frames, PAUSE)], { type: "image/png" }),
    `plane-${state.peek().data}-animated.png`,
  );
  announce(fill(said.saved, { count: String(frames.length) }));
}

export function Pictures() {
  const count = taken.value?.length;
  return (
    <div class="stack">
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
