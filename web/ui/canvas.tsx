/** Pictures painted by code: sharp on any screen, repainted when what they read changes, with a description for screen readers. */
import { useSignalEffect } from "@preact/signals";
import { useRef } from "preact/hooks";
import type { Rgb } from "./theme.ts";

/**
 * A canvas of `width` × `height` CSS pixels (by default drawn at the screen's own resolution).
 * `paint` may read signals (the theme's colours are such): it runs again when they change, at most once a frame.
 */
export function Canvas(props: {
  width: number;
  height: number;
  label: string;
  paint: (context: CanvasRenderingContext2D, width: number, height: number) => void;
  class?: string;
  /** Device pixels for a CSS pixel. Default: the screen's, at most 3. 1 and `class="pixels"` show pixels as squares. */
  ratio?: number;
}) {
  const element = useRef<HTMLCanvasElement>(null);
  const { width, height, paint } = props;
  const latest = useRef(paint);
  latest.current = paint;
  const ratio = props.ratio ?? Math.min(3, devicePixelRatio || 1);
  useSignalEffect(() => {
    const canvas = element.current!;
    const context = canvas.getContext("2d");
    if (!context) return;
    context.setTransform(ratio, 0, 0, ratio, 0, 0);
    context.clearRect(0, 0, width, height);
    latest.current(context, width, height);
  });
  return (
    <canvas
      ref={element}
      class={props.class}
      width={Math.round(width * ratio)}
      height={Math.round(height * ratio)}
      role="img"
      aria-label={props.label}
    />
  );
}

/** Between two colours, t from 0 to 1. */
export const mix = (a: Rgb, b: Rgb, t: number): Rgb => [
  a[0] + (b[0] - a[0]) * t,
  a[1] + (b[1] - a[1]) * t,
  a[2] + (b[2] - a[2]) * t,
];

/** A signed value between −1 and 1 as a colour: minus – zero – plus. */
export function signed(value: number, minus: Rgb, zero: Rgb, plus: Rgb): Rgb {
  const t = Math.max(-1, Math.min(1, value));
  return t < 0 ? mix(zero, minus, -t) : mix(zero, plus, t);
}
