/** The net as a picture, with the numbers that are known by now. */
import { text } from "../text/index.ts";
import { fill } from "../text/words.ts";
import { inputName, num, reached, type Step } from "./steps.ts";
import type { Place, Trace } from "./trace.ts";

const ACROSS = 134;
const DOWN = 100;
const RADIUS = 26;
/** With more units in a layer numbers would lie on each other: only the weights of the unit at hand have theirs. */
const FEW = 2;

export function Drawing(props: {
  trace: Trace;
  y: readonly number[];
  steps: readonly Step[];
  at: number;
  asked: Place | undefined;
}) {
  const { trace, y, steps, at, asked } = props;
  const { layers } = trace;
  const now = steps[at - 1];
  const counts = [layers[0].input.length, ...layers.map(({ bias }) => bias.length)];
  const most = Math.max(...counts);
  const width = ACROSS * (counts.length - 1) + 122;
  const height = DOWN * most + 8;
  const place = (column: number, i: number): [x: number, y: number] => [
    38 + column * ACROSS,
    (height - 18) / 2 + (i - (counts[column] - 1) / 2) * DOWN,
  ];
  const at1 = (phase: Step["phase"], layer: number, unit: number) => reached(steps, at, phase, layer, unit);
  const isNow = (layer: number, unit: number): boolean =>
    now !== undefined && "layer" in now && now.layer === layer && now.unit === unit;
  /** Whether the step at hand looks at the link into unit j from unit k of the layer before. */
  const used = (layer: number, j: number, k: number): boolean =>
    isNow(layer, j) || (now?.phase === "backward" && isNow(layer - 1, k));
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls is scrolled with keys
    <section class="scroller" aria-label={text.microscope.net} tabIndex={0}>
      <svg
        class="net"
        viewBox={`0 0 ${width} ${height}`}
        style={{ "--w": `${width}px` }}
        role="img"
        aria-label={fill(text.microscope.drawing, { form: counts.join(" → ") })}
      >
        {layers.flatMap(({ kernel, dKernel, newKernel, bias }, layer) =>
          Array.from(kernel, (w, index) => {
            const j = index % bias.length;
            const k = Math.floor(index / bias.length);
            const [x1, y1] = place(layer, k);
            const [x2, y2] = place(layer + 1, j);
            const on = used(layer, j, k);
            const hidden = asked?.layer === layer && asked.part === "kernel" && asked.index === index;
            const [value, kind] = at1("update", layer, j)
              ? [hidden ? "?" : num(newKernel[index]), "new"]
              : at1("backward", layer, j)
                ? [`∂ ${hidden ? "?" : num(dKernel[index])}`, "slope"]
                : [num(w), "weight"];
            return (
              <g key={`${layer} ${index}`} class={`link ${w < 0 ? "minus" : "plus"} ${on ? "on" : ""}`}>
                <line x1={x1 + RADIUS} y1={y1} x2={x2 - RADIUS} y2={y2} />
                {(on || most <= FEW) && (
                  <text
                    class={kind}
                    // a slope has a sign of its own before it, and would begin under the unit
                    x={x1 + RADIUS + (kind === "slope" ? 16 : 8) + 0.28 * (x2 - x1 - 2 * RADIUS)}
                    y={y1 + 0.32 * (y2 - y1) - 3}
                  >
                    {value}
                  </text>
                )}
              </g>
            );
          }),
        )}
        {layers[0].input.map((x, k) => {
          const [cx, cy] = place(0, k);
          return (
            <g key={k} class="node input">
              <circle cx={cx} cy={cy} r={RADIUS} />
              <text class={size(num(x))} x={cx} y={cy + 4}>
                {num(x)}
              </text>
              <text x={cx} y={cy + RADIUS + 14}>
                {plainName(inputName(0, k))}
              </text>
            </g>
          );
        })}
        {layers.flatMap(({ z, a, delta, bias }, layer) =>
          Array.from(bias, (_, j) => {
            const [cx, cy] = place(layer + 1, j);
            const forward = at1("forward", layer, j);
            return (
              <g key={`${layer} ${j}`} class={`node ${isNow(layer, j) ? "on" : ""}`}>
                <circle cx={cx} cy={cy} r={RADIUS} />
                <text class={size(forward ? num(a[j]) : "a")} x={cx} y={cy + 4}>
                  {forward ? num(a[j]) : "a"}
                </text>
                <text x={cx} y={cy + RADIUS + 14}>
                  {forward ? `z ${num(z[j])}` : `b ${num(bias[j])}`}
                </text>
                {at1("backward", layer, j) && (
                  <text class="delta" x={cx} y={cy + RADIUS + 28}>
                    δ {num(delta[j])}
                  </text>
                )}
                {layer === layers.length - 1 && (
                  <text class="target" x={cx + RADIUS + 6} y={cy + 4}>
                    y {num(y[j])}
                  </text>
                )}
              </g>
            );
          }),
        )}
        {reached(steps, at, "loss") && (
          <text class={`cost ${now?.phase === "loss" ? "on" : ""}`} x={width - 8} y={14}>
            L {num(trace.loss)}
          </text>
        )}
      </svg>
    </section>
  );
}

/** What fits into a circle. */
const size = (shown: string): string => (shown.length > 6 ? "large long" : "large");

const SUBSCRIPTS = "₀₁₂₃₄₅₆₇₈₉";
/** In a picture: x₁. */
const plainName = (name: string): string =>
  name.replaceAll(/_\{(\d+)\}/g, (_, digits: string) =>
    [...digits].map((d) => SUBSCRIPTS[Number(d)]).join(""),
  );
