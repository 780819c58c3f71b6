/** The net as columns of units, each with what it makes of the plane; links show weights. */
import { useSignal, useSignalEffect } from "@preact/signals";
import { useEffect, useLayoutEffect, useRef } from "preact/hooks";
import { Panel } from "../ui/controls.tsx";
import { colour } from "../ui/theme.ts";
import { FEATURES, type FeatureName, MAX_LAYERS, MAX_UNITS } from "./choices.ts";
import { drawLinks, type Place, placesIn } from "./links.ts";
import { Pixels } from "./pixels.tsx";
import { UNIT_SIDE } from "./protocol.ts";
import { change, data, focused, frame, state } from "./session.ts";

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
        aria-label={`Fewer ${what}`}
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
        aria-label={`More ${what}`}
        disabled={value >= max}
        onClick={() => onChange(value + 1)}
      >
        +
      </button>
    </fieldset>
  );
}

export function LayersStepper() {
  const { net } = state.value;
  return (
    <div class="row">
      <span class="small muted">Hidden layers</span>
      <Stepper
        what="hidden layers"
        value={net.length}
        min={0}
        max={MAX_LAYERS}
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
      what={`units in layer ${layer + 1}`}
      value={net[layer]}
      min={1}
      max={MAX_UNITS}
      onChange={(units) => change({ net: net.map((old, i) => (i === layer ? units : old)) })}
    />
  );
}

export function NetworkPanel() {
  const { net, features, classes } = state.value;
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
    const now = frame.value;
    const context = canvas.current?.getContext("2d");
    if (!context || !now || width === 0) return;
    drawLinks(context, places.current, width, height, now.layers, {
      plus: colour("plus"),
      minus: colour("minus"),
    });
    for (const unit of box.current!.querySelectorAll<HTMLElement>("[data-layer]")) {
      const dead = now.layers[Number(unit.dataset.layer)]?.dead[Number(unit.dataset.unit)] ?? false;
      unit.classList.toggle("dead", dead);
    }
  });
  const layers = [...net, classes];
  return (
    <Panel title="Net" actions={<LayersStepper />}>
      <div class="scroller">
        <div class="net" ref={box} style={{ "--columns": String(layers.length + 1) }}>
          <canvas class="links" ref={canvas} />
          <div class="column">
            <h3>Inputs</h3>
            {FEATURES.map(({ value, label }) => (
              <Feature key={value} name={value} label={label} at={features.indexOf(value)} />
            ))}
          </div>
          {layers.map((units, layer) => (
            <div class="column" key={layer}>
              {layer < net.length ? (
                <UnitsStepper layer={layer} />
              ) : (
                <h3>{classes === 1 ? "Output" : "Outputs"}</h3>
              )}
              {Array.from({ length: units }, (_, unit) => (
                <Unit key={unit} layer={layer} unit={unit} />
              ))}
            </div>
          ))}
        </div>
      </div>
      <p class="small muted key">
        <span class="plus">━</span> positive, <span class="minus">━</span> negative weights and values; the
        thicker, the larger. Point at a unit to see it large.
      </p>
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
      aria-label={`Input ${label}`}
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
  const isOutput = layer === state.value.net.length;
  const name = isOutput ? `Output of class ${unit + 1}` : `Layer ${layer + 1}, unit ${unit + 1}`;
  return (
    <button
      type="button"
      class="unit"
      data-layer={layer}
      data-unit={unit}
      aria-label={name}
      onPointerEnter={look}
      onPointerLeave={leave}
      onFocus={look}
      onBlur={leave}
    >
      <Pixels side={UNIT_SIDE} pixels={() => frame.value?.layers[layer]?.units[unit]} />
      <span class="mark" aria-hidden="true">
        dead
      </span>
    </button>
  );
}
