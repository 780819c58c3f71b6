/** A loss surface with the ways over it: as a map, or as a hill to turn; with a scale, and a mark one may drag. */
import { type ReadonlySignal, useSignal } from "@preact/signals";
import { useEffect, useRef } from "preact/hooks";
import { planeText } from "../../text/plane.ts";
import { fill } from "../../text/words.ts";
import { Canvas } from "../../ui/canvas.tsx";
import { Segments } from "../../ui/controls.tsx";
import { short } from "../../ui/figures.ts";
import { announce } from "../../ui/messages.tsx";
import { type ColourName, colour } from "../../ui/theme.ts";
import { Key, tonesNow } from "./key.tsx";
import { between, reliefPixels } from "./relief.ts";
import { drawSolid, FIRST_VIEW, turned } from "./solid.ts";

const said = planeText.relief;

/** What is drawn. */
export interface Ground {
  /** [n, n] from the upper left. */
  readonly losses: Float32Array;
  /** Where the left, right, bottom and top borders lie. */
  readonly box: readonly [number, number, number, number];
  /** Places [n, 2], first to last. */
  readonly paths: readonly Float32Array[];
}

interface Props {
  readonly ground: ReadonlySignal<Ground | undefined>;
  /** Of each path. */
  readonly tones: readonly ColourName[];
  readonly label: string;
  /** What is shown where nothing is drawn yet. */
  readonly empty?: string;
  /** Takes the mark to another place; left out where it may not be moved. */
  readonly onMove?: ((u: number, v: number) => void) | undefined;
  /** Where the mark is that is moved; default: the end of the first path. */
  readonly mark?: ReadonlySignal<readonly [number, number] | undefined>;
  /** How places are called. */
  readonly names?: readonly [string, string];
}

const SIDE = 400;
/** CSS pixels that a pointer may miss a mark by; what an arrow key moves it by, as a share of the side. */
const REACH = 28;
const KEY = 0.02;
const TURN = 0.12;

export function SurfaceView({ ground, tones, label, empty, onMove, mark, names }: Props) {
  const solid = useSignal(false);
  const view = useSignal(FIRST_VIEW);
  /** Where the mark is while it is moved. */
  const held = useSignal<readonly [number, number] | undefined>(undefined);
  const from = useRef<{ x: number; y: number } | undefined>(undefined);
  const now = (): readonly [number, number] | undefined => {
    const path = ground.peek()?.paths[0];
    return held.peek() ?? mark?.peek() ?? (path && [path[path.length - 2], path[path.length - 1]]);
  };
  const place = (event: PointerEvent): { x: number; y: number } => {
    const box = (event.currentTarget as HTMLElement).getBoundingClientRect();
    return {
      x: ((event.clientX - box.left) / box.width) * SIDE,
      y: ((event.clientY - box.top) / box.height) * SIDE,
    };
  };
  const drop = (): void => {
    const to = held.peek();
    from.current = undefined;
    if (to && onMove) {
      held.value = undefined;
      onMove(...to);
    }
  };
  // a place over other weights is another one
  const axes = onMove && String(names);
  useEffect(
    () => () => {
      held.value = from.current = undefined;
    },
    [axes],
  );
  const shown = ground.value;
  const at = held.value;
  return (
    <div class="stack">
      <Segments
        label={said.how}
        help="solid"
        value={solid.value ? "solid" : "map"}
        options={[
          { value: "map", label: said.map },
          { value: "solid", label: said.solid },
        ]}
        onChange={(value) => {
          solid.value = value === "solid";
        }}
      />
      <div
        class={`relief ${solid.value ? "solid" : onMove ? "movable" : ""}`}
        role="application"
        // biome-ignore lint/a11y/noNoninteractiveTabindex: it is interactive
        tabIndex={0}
        aria-label={solid.value ? said.turn : onMove ? said.move : label}
        onPointerDown={(event) => {
          const { x, y } = place(event);
          if (!solid.peek()) {
            const mine = now();
            const current = ground.peek();
            if (!onMove || !mine || !current) return;
            const [px, py] = toPixels(current.box, ...mine);
            if (Math.hypot(px - x, py - y) > REACH) return;
          }
          event.currentTarget.setPointerCapture(event.pointerId);
          from.current = { x, y };
        }}
        onPointerMove={(event) => {
          const before = from.current;
          if (!before) return;
          const { x, y } = place(event);
          from.current = { x, y };
          const current = ground.peek();
          if (solid.peek()) view.value = turned(view.peek(), (x - before.x) * 0.012, (y - before.y) * 0.012);
          else if (current) held.value = toPlace(current.box, x, y);
        }}
        onPointerUp={drop}
        onPointerCancel={() => {
          held.value = undefined;
          from.current = undefined;
        }}
        onKeyDown={(event) => {
          const [dx, dy] = ARROWS[event.key] ?? [0, 0];
          const current = ground.peek();
          const mine = now();
          if (solid.peek() && (dx || dy)) view.value = turned(view.peek(), dx * TURN, -dy * TURN);
          else if (!solid.peek() && onMove && current && mine && (dx || dy)) {
            const [left, right, bottom, top] = current.box;
            const far = event.shiftKey ? 5 * KEY : KEY;
            held.value = [mine[0] + dx * far * (right - left), mine[1] + dy * far * (top - bottom)];
          } else if (event.key === "Enter" && held.peek()) {
            const [u, v] = held.peek()!;
            drop();
            announce(fill(said.moved, { u: u.toFixed(3), v: v.toFixed(3), ...namesOf(names) }));
          } else if (event.key === "Escape" && held.peek()) held.value = undefined;
          else return;
          event.preventDefault();
        }}
      >
        {!shown && <p class="small muted">{empty}</p>}
        <Canvas
          width={SIDE}
          height={SIDE}
          label={label}
          paint={(context) => {
            const current = ground.value;
            if (!current) return;
            const own = tones.map((tone) => colour(tone));
            if (solid.value) {
              const ways = current.paths.map((path, i) => ({
                places: across(current.box, path),
                colour: own[i],
              }));
              drawSolid(context, SIDE, current.losses, ways, view.value, tonesNow(), colour("surface"));
            } else drawMap(context, current, own, mark?.value, held.value);
          }}
        />
      </div>
      {shown && <Key losses={shown.losses} />}
      {onMove && !solid.value && (
        <p class="small figures">
          {at
            ? fill(said.here, {
                u: at[0].toFixed(3),
                v: at[1].toFixed(3),
                ...namesOf(names),
                loss: lossAt(shown, at),
              })
            : said.drag}
        </p>
      )}
    </div>
  );
}

const ARROWS: Readonly<Record<string, readonly [number, number]>> = {
  ArrowLeft: [-1, 0],
  ArrowRight: [1, 0],
  ArrowUp: [0, 1],
  ArrowDown: [0, -1],
};

const namesOf = (names: Props["names"]): { first: string; second: string } => ({
  first: names?.[0] ?? "u",
  second: names?.[1] ?? "v",
});

const toPixels = ([left, right, bottom, top]: Ground["box"], u: number, v: number): [number, number] => [
  ((u - left) / (right - left)) * SIDE,
  ((top - v) / (top - bottom)) * SIDE,
];
const toPlace = ([left, right, bottom, top]: Ground["box"], x: number, y: number): [number, number] => {
  const within = (value: number): number => Math.max(0, Math.min(SIDE, value)) / SIDE;
  return [left + within(x) * (right - left), top - within(y) * (top - bottom)];
};
/** From −1 to 1. */
const across = ([left, right, bottom, top]: Ground["box"], path: Float32Array): Float32Array =>
  path.map((value, i) =>
    i % 2 ? ((value - bottom) / (top - bottom)) * 2 - 1 : ((value - left) / (right - left)) * 2 - 1,
  );

function lossAt(ground: Ground | undefined, [u, v]: readonly [number, number]): string {
  if (!ground) return "";
  const [x, y] = toPixels(ground.box, u, v);
  const loss = between(ground.losses, Math.sqrt(ground.losses.length), x / SIDE, y / SIDE);
  return Number.isFinite(loss) ? short(loss) : "–";
}

/** The picture of a surface is computed once for its losses and colours: paths move more often. */
const drawn = new WeakMap<Float32Array, { key: string; picture: HTMLCanvasElement }>();

function reliefOf(losses: Float32Array): HTMLCanvasElement {
  const tones = tonesNow();
  const key = JSON.stringify(tones);
  const known = drawn.get(losses);
  if (known?.key === key) return known.picture;
  const picture = document.createElement("canvas");
  picture.width = picture.height = SIDE;
  picture.getContext("2d")?.putImageData(new ImageData(reliefPixels(losses, SIDE, tones), SIDE), 0, 0);
  drawn.set(losses, { key, picture });
  return picture;
}

function drawMap(
  context: CanvasRenderingContext2D,
  { losses, box, paths }: Ground,
  tones: readonly string[],
  mark: readonly [number, number] | undefined,
  held: readonly [number, number] | undefined,
): void {
  context.drawImage(reliefOf(losses), 0, 0, SIDE, SIDE);
  paths.forEach((path, runner) => {
    context.beginPath();
    for (let i = 0; i < path.length; i += 2) context.lineTo(...toPixels(box, path[i], path[i + 1]));
    context.lineJoin = "round";
    for (const [width, stroke] of [
      [5, colour("surface", 0.9)],
      [2.2, tones[runner]],
    ] as const) {
      context.lineWidth = width;
      context.strokeStyle = stroke;
      context.stroke();
    }
    dot(context, ...toPixels(box, path[0], path[1]), colour("surface"), tones[runner]);
    dot(
      context,
      ...toPixels(box, path[path.length - 2], path[path.length - 1]),
      tones[runner],
      colour("surface"),
    );
  });
  const moved = held ?? mark;
  if (moved) dot(context, ...toPixels(box, ...moved), colour("ink"), colour("surface"), 7);
}

function dot(
  context: CanvasRenderingContext2D,
  x: number,
  y: number,
  fillStyle: string,
  stroke: string,
  r = 5,
): void {
  context.beginPath();
  context.arc(x, y, r, 0, 2 * Math.PI);
  context.fillStyle = fillStyle;
  context.fill();
  context.lineWidth = 2;
  context.strokeStyle = stroke;
  context.stroke();
}
