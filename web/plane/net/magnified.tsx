/** The microscope on Plane's net: the weights as they are now, and the point that was picked. */
import { useSignal } from "@preact/signals";
import { useLayoutEffect, useRef } from "preact/hooks";
import { Microscope } from "../../microscope/microscope.tsx";
import type { Case } from "../../microscope/trace.ts";
import { planeText } from "../../text/plane.ts";
import { fill } from "../../text/words.ts";
import { Slider } from "../../ui/controls.tsx";
import { inputsOf } from "../engine/data.ts";
import type { Points } from "../engine/fields.ts";
import type { Frame, LayerView } from "../engine/protocol.ts";
import { unsettled } from "../page/hearing.ts";
import { data, figures, picked, state } from "../page/signals.ts";
import { isCurve, isSingle, OUTPUTS } from "../state/choices.ts";
import type { PlaneState } from "../state/planeState.ts";
import { activationOf } from "../state/state.ts";

/** A step of plain descent, without penalties and dropout: what the lectures work out by hand. */
export function caseOf(
  state: PlaneState,
  layers: readonly Omit<LayerView, "units" | "dead">[],
  { places, labels, values }: Points,
  point: number,
): Case {
  const { features, classes, loss, rate } = state;
  return {
    layers: layers.map(({ kernel, bias }, i) => ({
      kernel,
      bias,
      activation: i < layers.length - 1 ? activationOf(state, i) : OUTPUTS[loss],
    })),
    // of one output they are the same
    loss: loss === "binaryCrossentropy" ? "crossEntropy" : loss,
    x: [...inputsOf(places.subarray(2 * point, 2 * point + 2), features)],
    y: values
      ? [values[point]]
      : isSingle(loss)
        ? [labels[point]]
        : Array.from({ length: classes }, (_, c) => (c === labels[point] ? 1 : 0)),
    rate,
  };
}

const said = planeText.microscope;

export function Magnified() {
  const at = useSignal(0);
  // of one net: while another one is on its way, what there is of it does not fit the numbers of the last
  const held = useRef<{ now?: Frame; points?: Points; of: PlaneState }>({ of: state.peek() });
  const current = { now: figures.value, points: data.value?.train, of: state.value };
  if (!unsettled.value) held.current = current;
  const { now, points, of } = held.current;
  // the same number is another step in a net of another shape
  const shape = now?.layers.map(({ bias }) => bias.length).join();
  useLayoutEffect(() => {
    at.value = 0;
  }, [shape]);
  if (!now || !points || points.labels.length === 0 || now.layers.length === 0)
    return <p class="muted">{said.nothing}</p>;
  const point = Math.min(picked.value ?? 0, points.labels.length - 1);
  const [x, y] = points.places.subarray(2 * point, 2 * point + 2);
  return (
    <div class="stack">
      <Slider
        label={said.point}
        help="picked"
        value={point + 1}
        min={1}
        max={points.labels.length}
        format={(n) =>
          fill(isCurve(of.data) ? said.on : points.values ? said.valued : said.is, {
            point: String(n),
            x: x.toFixed(2),
            y: y.toFixed(2),
            label: String(points.labels[point] + 1),
            value: (points.values?.[point] ?? 0).toFixed(2),
          })
        }
        onChange={(n) => {
          picked.value = n - 1;
        }}
      />
      <Microscope
        net={caseOf(of, now.layers, points, point)}
        at={at.value}
        onAt={(step) => {
          at.value = step;
        }}
      />
      <p class="small muted">{said.plain}</p>
    </div>
  );
}
