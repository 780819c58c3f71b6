/** A small picture, cell by cell: one to draw on, one to look at, or one that is only shown. */
import { useId, useRef, useState } from "preact/hooks";
import { num } from "../microscope/steps.ts";
import { announce } from "../ui/messages.tsx";

interface GridProps {
  readonly name: string;
  readonly label: string;
  /** Cells on a side. */
  readonly side: number;
  /** Row by row; the largest is darkest. */
  readonly values: readonly number[];
  /** Cells that are framed: the first and how many on a side. */
  readonly frame?: { readonly at: number; readonly size: number };
  /** The cell that is looked at. */
  readonly chosen?: number;
  /** The values stand in the cells. */
  readonly numbers?: boolean;
  /** How it is used with keys. */
  readonly help?: string;
  /** What is heard of a cell. */
  readonly sayOf?: (cell: number) => string;
  /** The picture after a stroke's cell. Ink is 1, paper 0. */
  readonly onPaint?: (values: readonly number[]) => void;
  readonly onLook?: (cell: number) => void;
  readonly onHover?: (cell: number | undefined) => void;
}

const ARROWS: Readonly<Record<string, readonly [rows: number, columns: number]>> = {
  ArrowLeft: [0, -1],
  ArrowRight: [0, 1],
  ArrowUp: [-1, 0],
  ArrowDown: [1, 0],
};
const CELL = 20;

export function Grid(props: GridProps) {
  const { name, label, side, values, frame, chosen, numbers, help, onPaint, onLook, onHover } = props;
  const id = useId();
  /** What was painted last, which may not be shown yet. */
  const latest = useRef(values);
  latest.current = values;
  /** The pointer that draws, whether with ink, and where it is. */
  const pen = useRef<{ readonly pointer: number; readonly ink: number; readonly at: number } | undefined>(
    undefined,
  );
  const [cursor, setCursor] = useState<number | undefined>(undefined);
  const active = onPaint !== undefined || onLook !== undefined;
  const most = Math.max(...values, 0);
  // what is written on it stays readable
  const darkest = numbers ? 0.35 : 1;
  const column = (cell: number): number => cell % side;
  const row = (cell: number): number => Math.floor(cell / side);

  const cellOf = (event: PointerEvent): number => {
    const box = (event.currentTarget as Element).getBoundingClientRect();
    const place = (at: number, from: number, size: number): number =>
      Math.max(0, Math.min(side - 1, Math.floor(((at - from) / size) * side)));
    return place(event.clientY, box.top, box.height) * side + place(event.clientX, box.left, box.width);
  };
  const paint = (cells: readonly number[], ink: number): void => {
    if (cells.every((cell) => latest.current[cell] === ink)) return;
    latest.current = latest.current.map((v, i) => (cells.includes(i) ? ink : v));
    onPaint?.(latest.current);
  };
  /** The cells on the way to another, and that one: a fast hand leaves out some. */
  const wayTo = (from: number, to: number): number[] => {
    const [rows, columns] = [row(to) - row(from), column(to) - column(from)];
    const steps = Math.max(1, Math.abs(rows), Math.abs(columns));
    return Array.from({ length: steps }, (_, i) => {
      const t = (i + 1) / steps;
      return Math.round(row(from) + t * rows) * side + Math.round(column(from) + t * columns);
    });
  };
  const down = (event: PointerEvent): void => {
    if (pen.current || (event.pointerType === "mouse" && event.button !== 0)) return;
    const cell = cellOf(event);
    onLook?.(cell);
    if (!onPaint) return;
    event.preventDefault();
    const surface = event.currentTarget as SVGElement;
    surface.focus({ preventScroll: true });
    surface.setPointerCapture(event.pointerId);
    setCursor(undefined);
    // a stroke that begins on ink takes ink away
    pen.current = { pointer: event.pointerId, ink: latest.current[cell] ? 0 : 1, at: cell };
    paint([cell], pen.current.ink);
  };
  const move = (event: PointerEvent): void => {
    const cell = cellOf(event);
    if (pen.current?.pointer !== event.pointerId) return onHover?.(cell);
    paint(wayTo(pen.current.at, cell), pen.current.ink);
    pen.current = { ...pen.current, at: cell };
  };
  const up = (event: PointerEvent): void => {
    if (pen.current?.pointer === event.pointerId) pen.current = undefined;
  };
  const say = (cell: number, what: string): void =>
    announce(`${row(cell) + 1}, ${column(cell) + 1}: ${what}`);
  const key = (event: KeyboardEvent): void => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const at = (onPaint ? cursor : chosen) ?? Math.floor(side / 2) * side + Math.floor(side / 2);
    const way = ARROWS[event.key];
    const held = (v: number): number => Math.max(0, Math.min(side - 1, v));
    if (way) {
      const to = held(row(at) + way[0]) * side + held(column(at) + way[1]);
      if (onPaint) setCursor(to);
      onHover?.(undefined);
      onLook?.(to);
      say(to, props.sayOf?.(to) ?? "");
    } else if (onPaint && (event.key === " " || event.key === "Enter")) {
      setCursor(at);
      paint([at], latest.current[at] ? 0 : 1);
    } else return;
    event.preventDefault();
  };

  const cells = values.map((value, i) => (
    <rect
      key={i}
      class="cell"
      x={column(i) * CELL}
      y={row(i) * CELL}
      width={CELL}
      height={CELL}
      fill-opacity={most > 0 ? (darkest * Math.max(0, value)) / most : 0}
    />
  ));
  const ring = (kind: string, cell: number, size: number) => (
    <g class={kind}>
      {["under", "over"].map((part) => (
        <rect
          key={part}
          class={part}
          x={column(cell) * CELL}
          y={row(cell) * CELL}
          width={size * CELL}
          height={size * CELL}
        />
      ))}
    </g>
  );
  return (
    <figure class="cells">
      <figcaption class="small">{name}</figcaption>
      {/* a picture that takes keys is an application, as Digits' pad is; one that takes none is an image */}
      <svg
        viewBox={`-2 -2 ${side * CELL + 4} ${side * CELL + 4}`}
        role={active ? "application" : "img"}
        aria-label={label}
        aria-describedby={help && `${id}-help`}
        tabindex={active ? 0 : undefined}
        class={onPaint ? "paint" : onLook ? "look" : ""}
        onPointerDown={active ? down : undefined}
        onPointerMove={active ? move : undefined}
        onPointerUp={up}
        onPointerCancel={up}
        onPointerLeave={() => onHover?.(undefined)}
        onKeyDown={active ? key : undefined}
        onBlur={() => setCursor(undefined)}
      >
        <g>
          {cells}
          {chosen !== undefined && ring("chosen", chosen, 1)}
          {frame && ring("frame", frame.at, frame.size)}
          {cursor !== undefined && ring("cursor", cursor, 1)}
          {numbers &&
            values.map((value, i) => (
              <text key={i} x={(column(i) + 0.5) * CELL} y={(row(i) + 0.5) * CELL}>
                {num(value)}
              </text>
            ))}
        </g>
      </svg>
      {help && (
        <p class="unseen" id={`${id}-help`}>
          {help}
        </p>
      )}
    </figure>
  );
}
