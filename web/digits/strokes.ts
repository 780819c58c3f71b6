/**
 * Pen strokes: what a hand, a mouse or the arrow keys draw, and how they become ink. Coordinates are shares of the pad's side, so
 * that a drawing is the same on a phone and on a desk.
 */

export interface Point {
  readonly x: number;
  readonly y: number;
}
export type Stroke = readonly Point[];

/** Width of the pen as a share of the side: about what MNIST's pen is to its box. */
export const PEN = 0.075;
/** Points nearer than this to the last one are left out: the jitter of a hand. */
const NEAR = 0.006;
/** Pixels on a side of the picture that is recognised. */
const INK_SIDE = 140;

/** The stroke with another point, unless it is where the last one was. */
export function extended(stroke: Stroke, point: Point): Stroke {
  const last = stroke.at(-1);
  if (last && Math.hypot(point.x - last.x, point.y - last.y) < NEAR) return stroke;
  return [...stroke, point];
}

/** Strokes as round lines through the middles between points: corners of a polyline become curves. */
export function paintStrokes(
  context: CanvasRenderingContext2D | OffscreenCanvasRenderingContext2D,
  strokes: readonly Stroke[],
  side: number,
  colour: string,
): void {
  context.strokeStyle = colour;
  context.fillStyle = colour;
  context.lineWidth = PEN * side;
  context.lineCap = "round";
  context.lineJoin = "round";
  for (const stroke of strokes) {
    const [first, ...rest] = stroke;
    if (!first) continue;
    context.beginPath();
    if (rest.length === 0) {
      context.arc(first.x * side, first.y * side, (PEN * side) / 2, 0, 2 * Math.PI);
      context.fill();
      continue;
    }
    context.moveTo(first.x * side, first.y * side);
    for (let i = 1; i + 1 < stroke.length; i++) {
      const [a, b] = [stroke[i]!, stroke[i + 1]!];
      context.quadraticCurveTo(a.x * side, a.y * side, ((a.x + b.x) / 2) * side, ((a.y + b.y) / 2) * side);
    }
    const last = stroke.at(-1)!;
    context.lineTo(last.x * side, last.y * side);
    context.stroke();
  }
}

let surface: HTMLCanvasElement | undefined;

/** Strokes as a grey picture, white ink on black. Undefined where the engine gives no canvas. */
export function inkOf(
  strokes: readonly Stroke[],
): { data: Uint8Array; width: number; height: number; channels: 1 } | undefined {
  if (!surface) {
    surface = document.createElement("canvas");
    surface.width = surface.height = INK_SIDE;
  }
  const context = surface.getContext("2d", { willReadFrequently: true });
  if (!context) return undefined;
  context.fillStyle = "black";
  context.fillRect(0, 0, INK_SIDE, INK_SIDE);
  paintStrokes(context, strokes, INK_SIDE, "white");
  const { data } = context.getImageData(0, 0, INK_SIDE, INK_SIDE);
  const grey = Uint8Array.from({ length: INK_SIDE * INK_SIDE }, (_, i) => data[4 * i]!);
  return { data: grey, width: INK_SIDE, height: INK_SIDE, channels: 1 };
}
