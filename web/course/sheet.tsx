/** A sheet to write on with mouse, finger or keys, with a frame around each piece of what is written. */
import { useId, useRef, useState } from "preact/hooks";
import { hasRoom, PEN, type PenStroke, type Place, SHEET } from "./strokes.ts";

const ARROWS: Readonly<Record<string, Place>> = {
  ArrowLeft: [-1, 0],
  ArrowRight: [1, 0],
  ArrowUp: [0, -1],
  ArrowDown: [0, 1],
};
/** Pixels that an arrow key moves the pen; with Shift one. */
const STEP = 3;
const { width, height } = SHEET;
const within = ([x, y]: Place): Place => [
  Math.max(2, Math.min(width - 3, Math.round(x))),
  Math.max(2, Math.min(height - 3, Math.round(y))),
];

export function Sheet(props: {
  name: string;
  label: string;
  help: string;
  strokes: readonly PenStroke[];
  /** Columns where each piece begins and ends. */
  pieces: readonly (readonly [from: number, to: number])[];
  onWrite: (strokes: readonly PenStroke[]) => void;
}) {
  const { name, label, help, pieces, onWrite } = props;
  const id = useId();
  /** What was written last, which may not be shown yet. */
  const latest = useRef(props.strokes);
  latest.current = props.strokes;
  const pointer = useRef<number | undefined>(undefined);
  const [keys, setKeys] = useState<{ readonly at: Place; readonly down: boolean } | undefined>(undefined);

  const write = (strokes: readonly PenStroke[]): void => {
    latest.current = strokes;
    onWrite(strokes);
  };
  const begin = (at: Place): void => {
    if (hasRoom(latest.current)) write([...latest.current, [at]]);
  };
  const go = (to: Place): void => {
    const last = latest.current.at(-1) ?? [];
    const [x, y] = last.at(-1) ?? [-1, -1];
    if ((x === to[0] && y === to[1]) || !hasRoom(latest.current)) return;
    write([...latest.current.slice(0, -1), [...last, to]]);
  };
  const placeOf = (event: PointerEvent): Place => {
    const box = (event.currentTarget as Element).getBoundingClientRect();
    return within([
      ((event.clientX - box.left) / box.width) * width,
      ((event.clientY - box.top) / box.height) * height,
    ]);
  };
  const down = (event: PointerEvent): void => {
    if (pointer.current !== undefined || (event.pointerType === "mouse" && event.button !== 0)) return;
    event.preventDefault();
    (event.currentTarget as SVGElement).focus({ preventScroll: true });
    (event.currentTarget as Element).setPointerCapture(event.pointerId);
    pointer.current = event.pointerId;
    setKeys(undefined);
    begin(placeOf(event));
  };
  const up = (event: PointerEvent): void => {
    if (event.pointerId === pointer.current) pointer.current = undefined;
  };
  const key = (event: KeyboardEvent): void => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const now = keys ?? { at: [9, height >> 1] as Place, down: false };
    const direction = ARROWS[event.key];
    if (direction) {
      const step = event.shiftKey ? 1 : STEP;
      const at = within([now.at[0] + step * direction[0], now.at[1] + step * direction[1]]);
      if (now.down) go(at);
      setKeys({ ...now, at });
    } else if (event.key === " " || event.key === "Enter") {
      if (!now.down) begin(now.at);
      setKeys({ ...now, down: !now.down });
    } else if (event.key === "Backspace") {
      write(latest.current.slice(0, -1));
      setKeys({ ...now, down: false });
    } else if (event.key === "Delete") {
      write([]);
      setKeys({ ...now, down: false });
    } else return;
    event.preventDefault();
  };

  return (
    <figure class="sheet">
      <figcaption class="small muted">{name}</figcaption>
      <svg
        viewBox={`0 0 ${width} ${height}`}
        role="application"
        aria-label={label}
        aria-describedby={id}
        // biome-ignore lint/a11y/noNoninteractiveTabindex: a sheet one writes on takes keys
        tabindex={0}
        onPointerDown={down}
        onPointerMove={(event) => {
          if (event.pointerId === pointer.current) go(placeOf(event));
        }}
        onPointerUp={up}
        onPointerCancel={up}
        onKeyDown={key}
        onBlur={() => setKeys(undefined)}
      >
        {props.strokes.map((stroke, i) => (
          <polyline
            key={i}
            class="pen"
            stroke-width={PEN}
            // a dot is a line to where it begins
            points={[...stroke, stroke[0]!]
              .slice(0, stroke.length === 1 ? 2 : stroke.length)
              .map(([x, y]) => `${x + 0.5},${y + 0.5}`)
              .join(" ")}
          />
        ))}
        {pieces.map(([from, to]) => (
          <rect key={from} class="piece" x={from} y={0.5} width={to - from} height={height - 1} />
        ))}
        {keys && (
          <circle
            class={keys.down ? "at down" : "at"}
            cx={keys.at[0] + 0.5}
            cy={keys.at[1] + 0.5}
            r={PEN / 2 + 0.8}
          />
        )}
      </svg>
      <p class="unseen" id={id}>
        {help}
      </p>
    </figure>
  );
}
