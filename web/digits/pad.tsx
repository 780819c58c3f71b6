/**
 * The pad: draw with mouse, finger or pen; or with the keyboard: arrow keys move a pen, Space puts it down and lifts it.
 */
import { useSignal, useSignalEffect } from "@preact/signals";
import { useRef } from "preact/hooks";
import { digitsText } from "../text/digits.ts";
import { fill } from "../text/words.ts";
import { announce } from "../ui/messages.tsx";
import { colour, rgb } from "../ui/theme.ts";
import { clear, drawing, isEmpty, prediction, shape, undo } from "./drawing.ts";
import { subject } from "./state.ts";
import { extended, PEN, type Point, paintStrokes, type Stroke } from "./strokes.ts";

const words = digitsText.pad;
/** Pixels of the canvas on a side; it is shown as large as there is room. */
const SIDE = 560;
/** How far an arrow key moves the pen, as a share of the side; with Shift. */
const STEP = 0.04;
const FINE = 0.01;
const ARROWS: Readonly<Record<string, readonly [number, number]>> = {
  ArrowLeft: [-1, 0],
  ArrowRight: [1, 0],
  ArrowUp: [0, -1],
  ArrowDown: [0, 1],
};

const strokesNow = (): readonly Stroke[] => {
  const now = drawing.peek();
  return now.kind === "strokes" ? now.strokes : [];
};
const withLast = (strokes: readonly Stroke[], last: Stroke): void => {
  drawing.value = { kind: "strokes", strokes: [...strokes, last] };
};

export function Pad(props: { labels: readonly string[] }) {
  const canvas = useRef<HTMLCanvasElement>(null);
  /** The pointer that draws; a second finger does nothing. */
  const pointer = useRef<number | undefined>(undefined);
  /** Where the keyboard's pen is, once it was used. */
  const pen = useSignal<{ at: Point; down: boolean } | undefined>(undefined);

  useSignalEffect(() => {
    const context = canvas.current!.getContext("2d");
    if (!context) return;
    const now = drawing.value;
    context.fillStyle = colour("paper");
    context.fillRect(0, 0, SIDE, SIDE);
    if (now.kind === "strokes") paintStrokes(context, now.strokes, SIDE, colour("ink"));
    else if (now.kind === "picture") paintPicture(context, now.picture);
    else paintRow(context, now.values);
    const keys = pen.value;
    if (keys) paintPen(context, keys.at, keys.down);
  });

  const place = (event: PointerEvent): Point => {
    const box = canvas.current!.getBoundingClientRect();
    const share = (at: number, from: number, size: number) => Math.max(0, Math.min(1, (at - from) / size));
    return { x: share(event.clientX, box.left, box.width), y: share(event.clientY, box.top, box.height) };
  };
  const down = (event: PointerEvent): void => {
    if (pointer.current !== undefined || (event.pointerType === "mouse" && event.button !== 0)) return;
    event.preventDefault();
    canvas.current!.focus({ preventScroll: true });
    canvas.current!.setPointerCapture(event.pointerId);
    pointer.current = event.pointerId;
    pen.value = undefined;
    withLast(strokesNow(), [place(event)]);
  };
  const move = (event: PointerEvent): void => {
    if (event.pointerId !== pointer.current) return;
    const strokes = strokesNow();
    // a fast hand leaves several points between two frames
    const passed = event.getCoalescedEvents?.() ?? [];
    let last = strokes.at(-1) ?? [];
    for (const each of passed.length > 0 ? passed : [event]) last = extended(last, place(each));
    if (last !== strokes.at(-1)) withLast(strokes.slice(0, -1), last);
  };
  const up = (event: PointerEvent): void => {
    if (event.pointerId !== pointer.current) return;
    pointer.current = undefined;
    say(props.labels);
  };

  const key = (event: KeyboardEvent): void => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const keys = pen.peek() ?? { at: { x: 0.5, y: 0.5 }, down: false };
    const direction = ARROWS[event.key];
    if (direction) {
      const step = event.shiftKey ? FINE : STEP;
      const clamp = (value: number) => Math.max(PEN / 2, Math.min(1 - PEN / 2, value));
      const at = { x: clamp(keys.at.x + direction[0] * step), y: clamp(keys.at.y + direction[1] * step) };
      if (keys.down) {
        const strokes = strokesNow();
        withLast(strokes.slice(0, -1), extended(strokes.at(-1) ?? [], at));
      }
      pen.value = { ...keys, at };
    } else if (event.key === " " || event.key === "Enter") {
      if (keys.down) say(props.labels);
      else withLast(strokesNow(), [keys.at]);
      pen.value = { at: keys.at, down: !keys.down };
    } else if (event.key === "Backspace") {
      undo();
      pen.value = { at: keys.at, down: false };
    } else if (event.key === "Delete" || event.key === "Escape") {
      clear();
      pen.value = event.key === "Escape" ? undefined : { at: keys.at, down: false };
    } else return;
    event.preventDefault();
  };

  return (
    <div class="pad">
      {/* a drawing is no text: keys are the pad's own while it has the focus */}
      {/* biome-ignore lint/a11y/noInteractiveElementToNoninteractiveRole: a canvas that takes keys is an application */}
      <canvas
        ref={canvas}
        width={SIDE}
        height={SIDE}
        tabIndex={0}
        role="application"
        aria-label={words.name}
        aria-describedby="pad-help"
        onPointerDown={down}
        onPointerMove={move}
        onPointerUp={up}
        onPointerCancel={up}
        onKeyDown={key}
        onBlur={() => {
          pen.value = undefined;
        }}
      />
      {isEmpty.value && !pen.value && (
        <p class="pad-hint" aria-hidden="true">
          {subject.value?.source.kind === "digits" ? words.digitHere : words.here}
        </p>
      )}
      <p class="unseen" id="pad-help">
        {words.keys}
      </p>
    </div>
  );

  function paintPen(context: CanvasRenderingContext2D, { x, y }: Point, isDown: boolean): void {
    context.strokeStyle = colour("accent");
    context.lineWidth = 4;
    context.beginPath();
    context.arc(x * SIDE, y * SIDE, (PEN * SIDE) / 2 + 6, 0, 2 * Math.PI);
    context.stroke();
    if (isDown) return;
    context.beginPath();
    context.moveTo(x * SIDE - 12, y * SIDE);
    context.lineTo(x * SIDE + 12, y * SIDE);
    context.moveTo(x * SIDE, y * SIDE - 12);
    context.lineTo(x * SIDE, y * SIDE + 12);
    context.stroke();
  }
}

/** What the network says of the drawing, for those who cannot see the bars. */
function say(labels: readonly string[]): void {
  const found = prediction.peek();
  if (found)
    announce(
      fill(words.said, {
        said: labels[found.said] ?? String(found.said),
        share: String(Math.round(100 * found.confidence)),
      }),
    );
}

/** Pixels on a canvas of their own size, to be drawn at another. */
function pixels(width: number, height: number, pixel: (i: number) => ArrayLike<number>): HTMLCanvasElement {
  const small = document.createElement("canvas");
  small.width = width;
  small.height = height;
  const image = new ImageData(width, height);
  for (let i = 0; i < width * height; i++) {
    const colours = pixel(i);
    const last = colours.length - 1;
    for (let c = 0; c < 3; c++) image.data[4 * i + c] = colours[Math.min(c, last)] ?? 0;
    image.data[4 * i + 3] = 255;
  }
  small.getContext("2d")?.putImageData(image, 0, 0);
  return small;
}

function paintPicture(
  context: CanvasRenderingContext2D,
  { data, width, height, channels }: { data: Uint8Array; width: number; height: number; channels: number },
): void {
  const small = pixels(width, height, (i) => data.subarray(i * channels, (i + 1) * channels));
  const scale = Math.min(SIDE / width, SIDE / height);
  context.imageSmoothingEnabled = true;
  context.drawImage(
    small,
    (SIDE - width * scale) / 2,
    (SIDE - height * scale) / 2,
    width * scale,
    height * scale,
  );
}

/** A row as ink on paper where it is grey, as it is where it has colours. */
function paintRow(context: CanvasRenderingContext2D, values: Uint8Array): void {
  const size = shape.value;
  if (!size) return;
  const [ink, paper] = [rgb("ink"), rgb("paper")];
  const { width, height, channels } = size;
  const small = pixels(width, height, (i) => {
    if (channels === 3) return values.subarray(3 * i, 3 * i + 3);
    const t = values[i]! / 255;
    return [0, 1, 2].map((c) => paper[c]! + (ink[c]! - paper[c]!) * t);
  });
  context.imageSmoothingEnabled = false;
  const scale = SIDE / Math.max(width, height);
  context.drawImage(small, 0, 0, width * scale, height * scale);
}
