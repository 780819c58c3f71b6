/** Points on a canvas: a colour and a shape for each class, so that they differ not only in colour. */
import { signed } from "../../ui/canvas.tsx";
import { type ColourName, colour, rgb } from "../../ui/theme.ts";
import type { Points } from "../engine/fields.ts";
import { EXTENT } from "../state/points.ts";

/** From the plane to pixels of a square of this side, and back. */
export const toPixel = (v: number, side: number): number => ((v + EXTENT) / (2 * EXTENT)) * side;
export const toPlane = (pixel: number, side: number): number => (pixel / side) * 2 * EXTENT - EXTENT;

/** One mark's outline around (x, y), about `r` in each direction. */
function outline(context: CanvasRenderingContext2D, label: number, x: number, y: number, r: number): void {
  const polygon = (corners: number, turn: number, size: number): void => {
    for (let i = 0; i < corners; i++) {
      const angle = turn + (2 * Math.PI * i) / corners;
      context.lineTo(x + size * Math.cos(angle), y + size * Math.sin(angle));
    }
    context.closePath();
  };
  context.beginPath();
  if (label === 0) context.arc(x, y, r, 0, 2 * Math.PI);
  else if (label === 1) context.rect(x - r * 0.9, y - r * 0.9, r * 1.8, r * 1.8);
  else if (label === 2) polygon(3, -Math.PI / 2, r * 1.35);
  else if (label === 3) polygon(4, 0, r * 1.3);
  else if (label === 4) polygon(3, Math.PI / 2, r * 1.35);
  else polygon(6, 0, r * 1.15);
}

/** A value as minus – zero – plus, as the surface shows it. */
export function valueColour(value: number): string {
  const [r, g, b] = signed(value, rgb("minus"), rgb("zero"), rgb("plus")).map(Math.round);
  return `rgb(${r} ${g} ${b})`;
}

/**
 * Draws points on a square canvas of `side` CSS pixels.
 * @param hollow rings, for points the net is not trained on
 */
export function drawPoints(
  context: CanvasRenderingContext2D,
  side: number,
  { places, labels, values }: Points,
  hollow: boolean,
  /** Whether values are shown as colours. */
  valued = false,
): void {
  const r = Math.max(2.2, Math.min(4, side / 110)) * (labels.length > 800 ? 0.75 : 1);
  for (let i = 0; i < labels.length; i++) {
    const value = valued && values ? values[i] : undefined;
    const own = value === undefined ? colour(`class-${labels[i]}` as ColourName) : valueColour(value);
    // sign by shape as well
    const shape = value === undefined ? labels[i] : value < 0 ? 1 : 0;
    outline(context, shape, toPixel(places[2 * i], side), side - toPixel(places[2 * i + 1], side), r);
    if (hollow) {
      context.lineWidth = 4.5;
      context.strokeStyle = value === undefined ? colour("paper", 0.85) : colour("ink", 0.75);
      context.stroke();
      context.lineWidth = 2;
      context.strokeStyle = own;
      context.stroke();
    } else {
      context.lineWidth = 1.5;
      context.strokeStyle = value === undefined ? colour("paper", 0.95) : colour("ink", 0.75);
      context.stroke();
      context.fillStyle = own;
      context.fill();
    }
  }
}
