/** Weights and maps: what is inside the network. Loaded once the view is there. */
import { signal } from "@preact/signals";
import type { ComponentType } from "preact";
import { digitsText } from "../text/digits.ts";
import { partsText } from "../text/digitsParts.ts";
import { pieces } from "../text/pieces.ts";
import { fill } from "../text/words.ts";
import { Beside, Button, Panel } from "../ui/controls.tsx";
import { notifyError } from "../ui/messages.tsx";
import { rgb } from "../ui/theme.ts";
import { shape } from "./drawing.ts";
import { firstWeights, layerMaps, paintKernels, paintMap, paintWeights, spot } from "./insight.ts";
import { chosenOf } from "./inspect.ts";
import { networkName, readsReady, stale, subject } from "./state.ts";
import { Tiles, write } from "./tiles.tsx";

/** Whose weights these are, after another network was chosen. */
function Stale() {
  const of = stale.value;
  if (!of) return null;
  const words = { shown: networkName(of.shown), chosen: networkName(of.chosen) };
  return <p class="small stale">{fill(partsText.weights.stale, words)}</p>;
}

export function WeightsPanel() {
  const first = firstWeights.value;
  if (!first) return null;
  const { kind, count, of, width, height } = first;
  const said = partsText.weights;
  const filters = kind === "filters";
  const numbers = { n: String(count), of: String(of), width: String(width), height: String(height) };
  const key = { blue: <b class="plus">{said.blue}</b>, orange: <b class="minus">{said.orange}</b> };
  return (
    <Panel title={filters ? said.filters : said.units} help="weights">
      <Stale />
      <Tiles
        key={`${first.layer} ${count} ${width}`}
        class={filters ? "filters" : count <= 12 ? "templates" : "units"}
        count={count}
        width={width}
        height={height}
        label={fill(filters ? said.filtersOf : said.unitsOf, numbers)}
        paint={paintWeights}
      />
      <p class="small muted key">
        {count < of && fill(filters ? said.firstFilters : said.firstUnits, numbers)}
        {pieces(filters ? said.filterKey : said.unitKey, key)}
        {readsReady.value && ` ${said.yours}`}
      </p>
    </Panel>
  );
}

export function MapsPanel() {
  const said = partsText.inspector;
  const words = partsText.maps;
  if (!shape.value) return null;
  const maps = layerMaps.value;
  return (
    <Panel title={words.title} help="maps">
      {maps.length === 0 ? (
        <p class="muted">
          {subject.value?.model.layers.length === 1 || subject.value?.settings.network === "logistic"
            ? words.none
            : words.empty}
        </p>
      ) : (
        <div class="stack">
          <Stale />
          {readsReady.value && <p class="small muted">{words.ready}</p>}
          <Inspecting />
          {maps.map((each, layer) => (
            <figure
              key={`${each.layer} ${each.count}`}
              onPointerMove={(event) => point(event, layer)}
              onPointerDown={(event) => point(event, layer)}
            >
              <figcaption class="small muted">{each.title}</figcaption>
              <Tiles
                class={each.width === 1 ? "cells" : each.width > 16 ? "maps" : "maps small-maps"}
                count={each.count}
                width={each.width}
                height={each.height}
                label={fill(words.drawn, { title: each.title })}
                paint={(tile, pixels) => {
                  const latest = layerMaps.value.find(({ layer }) => layer === each.layer);
                  if (!latest) return;
                  paintMap(latest, tile, pixels);
                  if (inspecting.value) mark(layer, tile, pixels);
                }}
                {...(each.kernels && {
                  beside: { ...each.kernels, paint: (tile, pixels) => paintKernels(each, tile, pixels) },
                })}
              />
              {each.kernels && (
                <p class="small muted">
                  {each.kernels.of === 1
                    ? said.kernelBeside
                    : fill(said.kernelsBeside, { of: String(each.kernels.of) })}
                </p>
              )}
            </figure>
          ))}
        </div>
      )}
    </Panel>
  );
}

const inspector = signal<ComponentType | undefined>(undefined);
const inspecting = signal(false);

/** Loads what works one number out when someone asks. */
function Inspecting() {
  const said = partsText.inspector;
  const Inspector = inspecting.value ? inspector.value : undefined;
  const toggle = async (): Promise<void> => {
    inspecting.value = !inspecting.peek();
    try {
      inspector.value ??= (await import("./inspector.tsx")).Inspector;
    } catch (error) {
      notifyError(error, digitsText.failed);
    }
  };
  return (
    <>
      <div class="row">
        <Beside of={{ label: said.open, help: "inspect" }}>
          <Button onClick={() => void toggle()} pressed={inspecting.value}>
            {said.open}
          </Button>
        </Beside>
        {inspecting.value && <span class="small muted">{said.help}</span>}
      </div>
      {Inspector && <Inspector />}
    </>
  );
}

/** The place of a map that a pointer is on. */
function point(event: PointerEvent, layer: number): void {
  if (!inspecting.peek() || !(event.target instanceof HTMLCanvasElement)) return;
  const canvas = event.target;
  // the kernel beside a map chooses the map
  const map = Number(canvas.dataset.tile);
  if (canvas.classList.contains("beside")) {
    spot.value = { ...spot.peek(), layer, map };
    return;
  }
  const { left, top, width, height } = canvas.getBoundingClientRect();
  spot.value = {
    layer,
    map,
    row: Math.max(0, Math.floor(((event.clientY - top) / height) * canvas.height)),
    column: Math.max(0, Math.floor(((event.clientX - left) / width) * canvas.width)),
  };
}

/** What is looked at, and what pooling chose for it, in a colour that maps do not have. */
function mark(layer: number, tile: number, pixels: Uint8ClampedArray): void {
  const at = chosenOf(layerMaps.value, spot.value, layer);
  if (!at || at.map !== tile) return;
  const { width } = layerMaps.value[layer]!;
  write(pixels, at.row * width + at.column, rgb("wrong"));
}
