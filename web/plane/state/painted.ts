/** What painting does to points: no page is needed for it. */
import { MAX_POINTS } from "./choices.ts";
import { type Point, snap, snapValue } from "./points.ts";

/** Distance of points along a stroke, and the eraser's reach. */
export const APART = 0.14;
/** Values one may paint. */
export const BRUSHES = [-1, -0.5, 0, 0.5, 1];
export const sayValue = (value: number): string => `${value > 0 ? "+" : ""}${value}`.replace("-", "−");

/**
 * Adds a point of a class, or removes those nearby (class −1). Returns the same points if nothing changes.
 * @param value in place of a class
 */
export function painted(
  points: readonly Point[],
  x: number,
  y: number,
  label: number,
  value?: number,
): readonly Point[] {
  const near = (point: Point): boolean => Math.hypot(point.x - x, point.y - y) < APART;
  if (label < 0) return points.some(near) ? points.filter((point) => !near(point)) : points;
  if (points.length >= MAX_POINTS) return points;
  if (value !== undefined && label >= 0)
    return [...points, { x: snap(x), y: snap(y), label: 0, value: snapValue(value) }];
  return [...points, { x: snap(x), y: snap(y), label }];
}
