/** Points painted by hand: pointers, fingers and keys. */
import { useSignal } from "@preact/signals";
import type { RefObject } from "preact";
import { useRef } from "preact/hooks";
import { planeText } from "../../text/plane.ts";
import { fill } from "../../text/words.ts";
import { announce, notify } from "../../ui/messages.tsx";
import { change } from "../page/changing.ts";
import { toPlane } from "../page/marks.ts";
import { brush, state } from "../page/signals.ts";
import { isField, MAX_POINTS } from "../state/choices.ts";
import { APART, BRUSHES, painted, sayValue } from "../state/painted.ts";
import { EXTENT } from "../state/points.ts";

/** How far an arrow key goes; with Shift five times as far. */
const KEY = 0.05;

/** The class that is painted: a set may have fewer than the one before. */
const labelNow = (): number => Math.min(brush.peek(), choicesNow() - 1);
const choicesNow = (): number => (isField(state.peek().data) ? BRUSHES.length : state.peek().classes);
const valued = (): boolean => isField(state.peek().data);
/** What the brush paints, as it is said. */
const nameOf = (label: number): string =>
  valued()
    ? fill(said.value, { value: sayValue(BRUSHES[label]) })
    : fill(said.class, { label: String(label + 1) });
const said = planeText.painting;
const clamp = (v: number): number => Math.max(-EXTENT, Math.min(EXTENT, v));

function apply(x: number, y: number, label: number): void {
  const { points } = state.peek();
  const next = painted(points, x, y, label, valued() ? BRUSHES[label] : undefined);
  if (next !== points) change({ points: next });
  else if (label >= 0) notify("info", fill(said.full, { most: String(MAX_POINTS) }));
}

export function usePainting(element: RefObject<HTMLElement | null>) {
  const cursor = useSignal({ x: 0, y: 0 });
  const last = useRef<{ x: number; y: number } | undefined>(undefined);
  const place = (event: PointerEvent): { x: number; y: number } => {
    const box = element.current!.getBoundingClientRect();
    return {
      x: clamp(toPlane(event.clientX - box.left, box.width)),
      y: clamp(-toPlane(event.clientY - box.top, box.height)),
    };
  };
  const stroke = (at: { x: number; y: number }): void => {
    last.current = at;
    cursor.value = at;
    apply(at.x, at.y, labelNow());
  };
  return {
    cursor,
    onPointerDown(event: PointerEvent): void {
      if (event.button !== 0) return;
      element.current!.setPointerCapture(event.pointerId);
      stroke(place(event));
    },
    onPointerMove(event: PointerEvent): void {
      if (!last.current) return;
      const at = place(event);
      const erase = brush.peek() < 0;
      if (erase || Math.hypot(at.x - last.current.x, at.y - last.current.y) >= APART) stroke(at);
    },
    onPointerUp(): void {
      last.current = undefined;
    },
    onPointerCancel(): void {
      last.current = undefined;
    },
    onKeyDown(event: KeyboardEvent): void {
      const far = event.shiftKey ? KEY * 5 : KEY;
      const { x, y } = cursor.peek();
      const { key } = event;
      const moves: Record<string, [number, number]> = {
        ArrowLeft: [-far, 0],
        ArrowRight: [far, 0],
        ArrowUp: [0, far],
        ArrowDown: [0, -far],
      };
      if (Object.hasOwn(moves, key)) {
        cursor.value = { x: clamp(x + moves[key][0]), y: clamp(y + moves[key][1]) };
      } else if (key === " " || key === "Enter") {
        apply(x, y, labelNow());
        tell(brush.peek() < 0 ? said.erased : nameOf(labelNow()));
      } else if (key === "Delete" || key === "Backspace") {
        apply(x, y, -1);
        tell(said.erased);
      } else if (/^[1-6]$/.test(key) && Number(key) <= choicesNow()) {
        brush.value = Number(key) - 1;
        announce(fill(said.brush, { what: nameOf(Number(key) - 1) }));
      } else return;
      event.preventDefault();
    },
  };
  function tell(what: string): void {
    const { x, y } = cursor.peek();
    const { points } = state.peek();
    announce(fill(said.at, { what, x: x.toFixed(2), y: y.toFixed(2), points: String(points.length) }));
  }
}
