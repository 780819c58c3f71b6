/** A small plot in SVG: lines, dots and two axes, in the theme's colours. */

export interface PlotLine {
  readonly name: string;
  readonly points: readonly (readonly [x: number, y: number])[];
  /** Which of the classes' colours, and how it is dashed. */
  readonly tone: 0 | 1 | 2 | 3;
  /** Not in the legend. */
  readonly unnamed?: boolean;
}
export interface PlotDot {
  readonly at: readonly [x: number, y: number];
  readonly tone: 0 | 1 | 2 | 3;
  readonly hollow?: boolean;
  readonly small?: boolean;
  readonly text?: string;
}

interface PlotProps {
  readonly label: string;
  readonly x: readonly [number, number];
  readonly y: readonly [number, number];
  readonly xName?: string;
  readonly yName?: string;
  readonly lines?: readonly PlotLine[];
  readonly dots?: readonly PlotDot[];
  readonly height?: number;
}

const WIDTH = 440;
const EDGE = { left: 44, right: 16, top: 10, bottom: 34 };

/** A step of 1, 2 or 5 times a power of ten that gives about four ticks. */
function ticksOf([from, to]: readonly [number, number]): number[] {
  const rough = (to - from) / 4;
  const power = Number(`1e${Math.floor(Math.log10(rough))}`);
  const step = [1, 2, 5, 10].map((m) => m * power).find((s) => s >= rough)!;
  const found: number[] = [];
  for (let i = Math.ceil(from / step - 1e-9); i * step <= to + step * 1e-9; i++)
    found.push(Number((i * step).toPrecision(6)));
  return found;
}

export function Plot({ label, x, y, xName, yName, lines = [], dots = [], height = 250 }: PlotProps) {
  // the name of the axis is above what is drawn
  const top = yName ? EDGE.top + 12 : EDGE.top;
  const sx = (v: number) => EDGE.left + ((v - x[0]) / (x[1] - x[0])) * (WIDTH - EDGE.left - EDGE.right);
  const sy = (v: number) =>
    height - EDGE.bottom - ((v - y[0]) / (y[1] - y[0])) * (height - top - EDGE.bottom);
  const named = lines.filter(({ unnamed }) => !unnamed);
  // what leaves the plot goes on a little beyond its edge, and is cut off there
  const far = (v: number) => Math.max(-1e4, Math.min(1e4, v));
  return (
    <figure class="plot">
      <svg viewBox={`0 0 ${WIDTH} ${height}`} role="img" aria-label={label}>
        {ticksOf(x).map((v) => (
          <g key={`x${v}`} class="tick">
            <line x1={sx(v)} x2={sx(v)} y1={top} y2={height - EDGE.bottom} />
            <text x={sx(v)} y={height - EDGE.bottom + 14} text-anchor="middle">
              {String(v).replace("-", "−")}
            </text>
          </g>
        ))}
        {ticksOf(y).map((v) => (
          <g key={`y${v}`} class="tick">
            <line x1={EDGE.left} x2={WIDTH - EDGE.right} y1={sy(v)} y2={sy(v)} />
            <text x={EDGE.left - 6} y={sy(v) + 4} text-anchor="end">
              {String(v).replace("-", "−")}
            </text>
          </g>
        ))}
        {xName && (
          <text class="axis" x={WIDTH - EDGE.right} y={height - 4} text-anchor="end">
            {xName}
          </text>
        )}
        {yName && (
          <text class="axis" x={EDGE.left} y={EDGE.top + 3}>
            {yName}
          </text>
        )}
        <svg
          aria-hidden="true"
          x={EDGE.left}
          y={top}
          width={WIDTH - EDGE.left - EDGE.right}
          height={height - top - EDGE.bottom}
          viewBox={`${EDGE.left} ${top} ${WIDTH - EDGE.left - EDGE.right} ${height - top - EDGE.bottom}`}
        >
          {lines.map(({ name, points, tone }) => (
            <polyline
              key={name}
              class={`tone-${tone}`}
              points={points
                .filter(([a, b]) => Number.isFinite(a) && Number.isFinite(b))
                .map(([a, b]) => `${far(sx(a)).toFixed(1)},${far(sy(b)).toFixed(1)}`)
                .join(" ")}
            />
          ))}
        </svg>
        {dots
          .filter(({ at: [a, b] }) => a >= x[0] && a <= x[1] && b >= y[0] && b <= y[1])
          .map(({ at: [a, b], tone, hollow, small, text }, i) => (
            <g key={i} class={`dot tone-${tone} ${hollow ? "hollow" : ""}`}>
              <circle cx={sx(a)} cy={sy(b)} r={small ? 2.5 : 6} />
              {text && (
                <text x={sx(a) + 10} y={sy(b) - 8}>
                  {text}
                </text>
              )}
            </g>
          ))}
      </svg>
      {named.length > 1 && (
        <figcaption class="legend small">
          {named.map(({ name, tone }) => (
            <span key={name}>
              <svg viewBox="0 0 24 6" aria-hidden="true">
                <polyline class={`tone-${tone}`} points="0,3 24,3" />
              </svg>
              {name}
            </span>
          ))}
        </figcaption>
      )}
    </figure>
  );
}
