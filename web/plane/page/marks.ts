/** Points on a canvas: a colour and a shape for each class, so that they differ not only in colour. */
import { type ColourName, colour } from "../../ui/theme.ts";
import type { Points } from "../engine/data.ts";
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

/**
 * Draws points on a square canvas of `side` CSS pixels.
 * @param hollow rings, for points the net is not trained on
 */
export function drawPoints(
  context: CanvasRenderingContext2D,
  side: number,
  { places, labels }: Points,
  hollow: boolean,
): void {
  const r = Math.max(2.2, Math.min(4, side / 110)) * (labels.length > 800 ? 0.75 : 1);
  for (let i = 0; i < labels.length; i++) {
    const own = `class-${labels[i]}` as ColourName;
    outline(context, labels[i], toPixel(places[2 * i], side), side - toPixel(places[2 * i + 1], side), r);
    if (hollow) {
      context.lineWidth = 4.5;
      context.strokeStyle = colour("paper", 0.85);
      context.stroke();
      context.lineWidth = 2;
      context.strokeStyle = colour(own);
      context.stroke();
    } else {
      context.lineWidth = 1.5;
      context.strokeStyle = colour("paper", 0.95);
      context.stroke();
      context.fillStyle = colour(own);
      context.fill();
    }
  }
}
