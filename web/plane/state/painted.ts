/** What painting does to points: no page is needed for it. */
import { MAX_POINTS } from "./choices.ts";
import { type Point, snap } from "./points.ts";

/** Distance of points along a stroke, and the eraser's reach. */
export const APART = 0.14;
/** Adds a point of a class, or removes those nearby (class −1). Returns the same points if nothing changes. */
export function painted(points: readonly Point[], x: number, y: number, label: number): readonly Point[] {
  const near = (point: Point): boolean => Math.hypot(point.x - x, point.y - y) < APART;
  if (label < 0) return points.some(near) ? points.filter((point) => !near(point)) : points;
  if (points.length >= MAX_POINTS) return points;
  return [...points, { x: snap(x), y: snap(y), label }];
}
