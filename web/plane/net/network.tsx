/** The net as columns of units, each with what it makes of the plane; links show weights. */
import { useComputed, useSignal, useSignalEffect } from "@preact/signals";
import { useEffect, useLayoutEffect, useRef } from "preact/hooks";
import { planeText } from "../../text/plane.ts";
import { fill } from "../../text/words.ts";
import { Panel } from "../../ui/controls.tsx";
import { colour } from "../../ui/theme.ts";
import { UNIT_SIDE } from "../engine/protocol.ts";
import { change } from "../page/changing.ts";
import { Pixels } from "../page/pixels.tsx";
import { unitOf } from "../page/saying.ts";
import { chosen, data, figures, focused, frame, linked, state } from "../page/signals.ts";
import { FEATURES, type FeatureName, isCurve, MAX_LAYERS, MAX_UNITS, OF_X } from "../state/choices.ts";
import { outputsOf } from "../state/state.ts";
import { drawLinks, linkAt, type Place, placesIn } from "./links.ts";
import { brief, chooseWeight, LinkNumbers, Numbers, showNumbers } from "./numbers.tsx";

const said = planeText.net;

/** − and + around a number. */
export function Stepper(props: {
  value: number;
  min: number;
  max: number;
  /** What there are so many of: "hidden layers". */
  what: string;
  onChange: (value: number) => void;
}) {
  const { value, min, max, what, onChange } = props;
  return (
    <fieldset class="stepper" aria-label={what}>
      <button
        type="button"
        aria-label={fill(said.fewer, { what })}
        disabled={value <= min}
        onClick={() => onChange(value - 1)}
      >
        −
      </button>
      <output class="figures" aria-label={what}>
        {value}
      </output>
      <button
        type="button"
        aria-label={fill(said.more, { what })}
        disabled={value >= max}
        onClick={() => onChange(value + 1)}
      >
        +
      </button>
    </fieldset>
  );
}

export function LayersStepper() {
  const { net, loss } = state.value;
  return (
    <div class="row">
      <span class="small muted">{said.layers}</span>
      <Stepper
        what={said.hidden}
        value={net.length}
        min={0}
        max={loss === "perceptron" ? 0 : MAX_LAYERS}
        onChange={(count) =>
          change({ net: count < net.length ? net.slice(0, count) : [...net, net.at(-1) ?? 4] })
        }
      />
    </div>
  );
}

export function UnitsStepper({ layer }: { layer: number }) {
  const { net } = state.value;
  return (
    <Stepper
      what={fill(said.units, { layer: String(layer + 1) })}
      value={net[layer]}
      min={1}
      max={MAX_UNITS}
      onChange={(units) => change({ net: net.map((old, i) => (i === layer ? units : old)) })}
    />
  );
}

export function NetworkPanel() {
  const { net, features, data: set } = state.value;
  const box = useRef<HTMLDivElement>(null);
  const canvas = useRef<HTMLCanvasElement>(null);
  const size = useSignal({ width: 0, height: 0 });
  useEffect(() => {
    const observer = new ResizeObserver(([entry]) => {
      const { width, height } = entry.contentRect;
      size.value = { width: Math.round(width), height: Math.round(height) };
    });
    observer.observe(box.current!);
    return () => observer.disconnect();
  }, [size]);
  const places = useRef<Place[][]>([]);
  // after every change of the net's form, which is when this component is redrawn, and of its size
  useLayoutEffect(() => {
    places.current = placesIn(box.current!, net.length + 1);
  });
  useSignalEffect(() => {
    if (size.value.width > 0) places.current = placesIn(box.current!, state.peek().net.length + 1);
  });
  useSignalEffect(() => {
    const { width, height } = size.value;
    // as often as numbers: hundreds of dashed curves cost the page as much as all else of a picture
    const now = figures.value;
    const context = canvas.current?.getContext("2d");
    if (!context || !now || width === 0) return;
    const colours = { plus: colour("plus"), minus: colour("minus") };
    drawLinks(context, places.current, width, height, now.layers, colours, linked.value);
    for (const unit of box.current!.querySelectorAll<HTMLElement>("[data-layer]")) {
      const dead = now.layers[Number(unit.dataset.layer)]?.dead[Number(unit.dataset.unit)] ?? false;
      unit.classList.toggle("dead", dead);
    }
  });
  const outputs = outputsOf(state.value);
  const layers = [...net, outputs];
  const at = useSignal({ x: 0, y: 0 });
  const point = (event: MouseEvent): void => {
    const { left, top } = box.current!.getBoundingClientRect();
    const [x, y] = [event.clientX - left, event.clientY - top];
    const found = (event.target as Element).closest("button, fieldset")
      ? undefined
      : linkAt(places.current, x, y);
    const before = linked.peek();
    if (found?.layer !== before?.layer || found?.index !== before?.index) linked.value = found;
    if (found) at.value = { x, y };
  };
  return (
    <Panel title={said.title} help="net" actions={<LayersStepper />}>
      <div class="scroller">
        {/* biome-ignore lint/a11y/useKeyWithClickEvents: every link is among the numbers of its unit, which has the keyboard */}
        {/* biome-ignore lint/a11y/noStaticElementInteractions: the same */}
        <div
          class="net"
          ref={box}
          style={{ "--columns": String(layers.length + 1) }}
          onPointerMove={point}
          onPointerLeave={() => {
            linked.value = undefined;
          }}
          onClick={(event) => {
            point(event);
            const link = linked.peek();
            if (link) chooseWeight(link.layer, link.index);
          }}
        >
          <canvas class="links" ref={canvas} />
          <div class="column">
            <h3>{said.inputs}</h3>
            {FEATURES.filter(({ value }) => !isCurve(set) || OF_X.includes(value)).map(({ value, label }) => (
              <Feature key={value} name={value} label={label} at={features.indexOf(value)} />
            ))}
          </div>
          {layers.map((units, layer) => (
            <div class="column" key={layer}>
              {layer < net.length ? (
                <UnitsStepper layer={layer} />
              ) : (
                <h3>{outputs === 1 ? said.output : said.outputs}</h3>
              )}
              {Array.from({ length: units }, (_, unit) => (
                <Unit key={unit} layer={layer} unit={unit} />
              ))}
            </div>
          ))}
          <LinkNumbers at={at} />
        </div>
      </div>
      <Numbers />
    </Panel>
  );
}

function Feature({ name, label, at }: { name: FeatureName; label: string; at: number }) {
  const on = at >= 0;
  return (
    <button
      type="button"
      class="feature"
      aria-pressed={on}
      aria-label={fill(said.input, { label })}
      {...(on && { "data-feature": at })}
      onClick={() => {
        const { features } = state.peek();
        const next = on ? features.filter((other) => other !== name) : [...features, name];
        if (next.length > 0) change({ features: next });
      }}
    >
      {on && <Pixels side={UNIT_SIDE} pixels={() => data.value?.features[at]} />}
      <span>{label}</span>
    </button>
  );
}

function Unit({ layer, unit }: { layer: number; unit: number }) {
  const look = () => {
    focused.value = { layer, unit };
  };
  const leave = () => {
    focused.value = undefined;
  };
  const name = unitOf(layer, unit);
  const bias = useComputed(() => figures.value?.layers[layer]?.bias[unit]);
  const shown = useComputed(() => (bias.value === undefined ? "" : brief(bias.value)));
  // a name that changes all the time is read by nobody
  const label = useComputed(() =>
    bias.value === undefined || figures.value?.playing
      ? name
      : fill(planeText.numbers.says, { name, bias: brief(bias.value) }),
  );
  const isChosen = chosen.value?.layer === layer && chosen.value.unit === unit;
  return (
    <button
      type="button"
      class="unit"
      data-layer={layer}
      data-unit={unit}
      aria-label={label}
      aria-pressed={isChosen}
      onClick={(event) => {
        chosen.value = isChosen && event.detail > 0 ? undefined : { layer, unit };
        // with the keyboard the numbers are what comes next
        if (event.detail === 0) showNumbers();
      }}
      onPointerEnter={look}
      onPointerLeave={leave}
      onFocus={look}
      onBlur={leave}
    >
      <Pixels side={UNIT_SIDE} pixels={() => frame.value?.layers[layer]?.units[unit]} />
      <span class="bias figures" aria-hidden="true">
        {shown}
      </span>
      <span class="mark" aria-hidden="true">
        {said.dead}
      </span>
    </button>
  );
}
