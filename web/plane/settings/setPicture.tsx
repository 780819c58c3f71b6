/** A small picture of each set, drawn from a few dots. */
import { type DataName, isField, isPainted } from "../state/choices.ts";

type Dot = readonly [x: number, y: number, label: number];

const turn = (n: number, dot: (t: number, i: number) => Dot): Dot[] =>
  Array.from({ length: n }, (_, i) => dot(i / n, i));
const around = (x: number, y: number, radius: number, t: number): readonly [number, number] => [
  x + radius * Math.cos(2 * Math.PI * t),
  y + radius * Math.sin(2 * Math.PI * t),
];
const cloud = (x: number, y: number, label: number): Dot[] =>
  turn(5, (t, i) => [...around(x, y, i === 0 ? 0 : 2.6, t), label]);

const PEAKS = [
  [6, 8, 0],
  [14, 8, 1],
  [22, 8, 0],
  [6, 20, 1],
  [14, 20, 0],
  [22, 20, 1],
] as const;
const valued = (x: number, y: number, value: (x: number, y: number) => number): Dot => [
  x,
  y,
  value(x, y) > 0 ? 0 : 1,
];

const DOTS: Readonly<Record<DataName, readonly Dot[]>> = {
  moons: turn(18, (_, i) =>
    i % 2 ? [...around(11, 14, 6, 0.5 + i / 36), 0] : [...around(17, 11, 6, i / 36), 1],
  ),
  spirals: turn(22, (_, i) => [...around(14, 14, 2 + i * 0.42, i / 16 + (i % 2) / 2), i % 2]),
  circles: turn(22, (t, i) => (i % 3 ? [...around(14, 14, 10, t), 1] : [...around(14, 14, 4, t), 0])),
  xor: [...cloud(8, 8, 0), ...cloud(20, 20, 0), ...cloud(20, 8, 1), ...cloud(8, 20, 1)],
  blobs: [...cloud(14, 7, 0), ...cloud(7, 19, 1), ...cloud(21, 19, 2)],
  painted: [],
  sine: turn(14, (t) => [3 + 23 * t, 14 + 8 * Math.sin(2 * Math.PI * (t + 0.5)), 0]),
  cubic: turn(14, (t) => [3 + 23 * t, 15 - 22 * (8 * (t - 0.5) ** 3 - (t - 0.5)) * 0.5, 0]),
  curve: [],
  plane: turn(20, (_, i) => valued(4 + ((i * 7) % 20), 4 + ((i * 11) % 21), (x, y) => x - y)),
  gaussian: PEAKS.flatMap(([x, y, label]) => cloud(x, y, label)),
  values: [],
};

export function SetPicture({ name }: { name: DataName }) {
  return (
    <svg viewBox="0 0 28 28" aria-hidden="true">
      {DOTS[name].map(([x, y, label], i) => (
        <circle
          key={i}
          class={isField(name) ? (label === 0 ? "plus" : "minus") : `class-${label}`}
          cx={x}
          cy={y}
          r={1.5}
        />
      ))}
      {isPainted(name) && <path class="pen" d="M6 22l2-6L18 6l4 4-10 10zM16 8l4 4" />}
    </svg>
  );
}
