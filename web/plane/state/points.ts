/**
 * Painted points as text: three bytes each (x, y, class), base64 with the URL-safe alphabet. Behind a full stop: points with a value
 * in place of the class.
 */

import { linksText } from "../../text/links.ts";
import { fill } from "../../text/words.ts";
import type { Field } from "../../ui/codec.ts";
import { MAX_POINTS } from "./choices.ts";

const said = linksText.expected;

/** A place in the plane, and a class or a value. */
export interface Point {
  readonly x: number;
  readonly y: number;
  /** 0 where there is a value. */
  readonly label: number;
  /** What is asked for at this place, −1 to 1. */
  readonly value?: number;
}

/** The plane reaches from −EXTENT to EXTENT in both directions. */
export const EXTENT = 2;
const STEPS = 255;

/** Points lie on a grid of 256 × 256 places, so that a link gives the very points that were painted. */
export const snap = (v: number): number => fromByte(toByte(v));
/** The same of a value. */
export const snapValue = (v: number): number => snap(v * EXTENT) / EXTENT;
const toByte = (v: number): number =>
  Math.round(((Math.min(EXTENT, Math.max(-EXTENT, v)) + EXTENT) / (2 * EXTENT)) * STEPS);
const fromByte = (byte: number): number => (byte / STEPS) * 2 * EXTENT - EXTENT;

export const pointsField: Field<readonly Point[]> = {
  initial: [],
  read(text) {
    const valued = text.startsWith(".");
    const body = valued ? text.slice(1) : text;
    if (!/^[\w-]*$/.test(body) || body.length % 4 !== 0 || body.length > MAX_POINTS * 4)
      throw new TypeError(fill(said.points, { most: String(MAX_POINTS) }));
    const bytes = atob(body.replaceAll("-", "+").replaceAll("_", "/"));
    const points: Point[] = [];
    for (let i = 0; i < bytes.length; i += 3) {
      const [x, y, label] = [0, 1, 2].map((k) => bytes.charCodeAt(i + k));
      if (valued) {
        points.push({ x: fromByte(x), y: fromByte(y), label: 0, value: fromByte(label) / EXTENT });
        continue;
      }
      if (label > 5) throw new TypeError(said.pointClasses);
      points.push({ x: fromByte(x), y: fromByte(y), label });
    }
    return points;
  },
  write(points) {
    const valued = points.some(({ value }) => value !== undefined);
    const bytes = points.map(({ x, y, label, value = 0 }) =>
      String.fromCharCode(toByte(x), toByte(y), valued ? toByte(value * EXTENT) : label),
    );
    return (valued ? "." : "") + btoa(bytes.join("")).replaceAll("+", "-").replaceAll("/", "_");
  },
};
