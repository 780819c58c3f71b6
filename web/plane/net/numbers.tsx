/** The numbers of one unit: its weights, its bias and their gradients. Each may be typed anew, and that undone. */
import { computed, type ReadonlySignal, signal } from "@preact/signals";
import { useEffect, useRef, useState } from "preact/hooks";
import { num } from "../../microscope/steps.ts";
import { planeText } from "../../text/plane.ts";
import { fill } from "../../text/words.ts";
import { Button } from "../../ui/controls.tsx";
import { announce } from "../../ui/messages.tsx";
import { editWeight, undo } from "../page/changing.ts";
import { inputOf, unitOf, weightOf } from "../page/saying.ts";
import { chosen, figures, focused, lastEdit, linked, state } from "../page/signals.ts";
import { pause } from "../page/training.ts";
import { MOST_WEIGHT, readWeight } from "../state/changes.ts";
import type { WeightPlace } from "../state/planeState.ts";
import { outputsOf } from "../state/state.ts";

const said = planeText.numbers;

/** Two decimals, as they fit on a unit. */
export const brief = (value: number): string =>
  (Math.abs(value) < 10 ? value.toFixed(2) : value.toPrecision(2)).replace("-", "−");

/** What a step takes of a weight, as its number is called: the perceptron's rule is no gradient. */
const slopeOf = (isBias: boolean, slope: number | undefined): string => {
  const names = state.value.loss === "perceptron" ? said.rules : said.slopes;
  return `${isBias ? names.bias : names.weight} ${slope === undefined ? "…" : num(slope)}`;
};

/** The weight that is being typed. */
const typing = signal<WeightPlace | undefined>(undefined);
const same = (a: WeightPlace | undefined, b: WeightPlace): boolean =>
  a !== undefined && a.layer === b.layer && a.part === b.part && a.index === b.index;

/** Whose numbers are shown: of the unit that is pointed at, else of the chosen one. While a weight is typed, of no other. */
const shown = computed(() => {
  const unit = (typing.value ? undefined : focused.value) ?? chosen.value;
  const layer = unit && figures.value?.layers[unit.layer];
  return unit && layer && unit.unit < layer.bias.length ? unit : undefined;
});

/** Chooses the unit that a link leads to, and opens that weight to be typed. */
export function chooseWeight(layer: number, index: number): void {
  const units = [...state.peek().net, outputsOf(state.peek())][layer];
  chosen.value = { layer, unit: index % units };
  type({ layer, part: "kernel", index });
}

/** Moves the focus to the first number of the chosen unit. */
export function showNumbers(): void {
  focused.value = undefined;
  requestAnimationFrame(() => document.querySelector<HTMLElement>(".numbers .value")?.focus());
}

function type(place: WeightPlace): void {
  // what is trained on moves while it is typed
  pause();
  typing.value = place;
}

export function Numbers() {
  const unit = shown.value;
  const last = lastEdit.value;
  return (
    <div class="numbers">
      {unit ? <Unit {...unit} /> : <p class="small muted">{said.hint}</p>}
      {last && (
        <Button
          onClick={() => {
            undo();
            announce(fill(said.undone, { name: weightOf(last), value: num(last.value) }));
          }}
        >
          {fill(said.undo, { name: weightOf(last), value: num(last.value) })}
        </Button>
      )}
    </div>
  );
}

function Unit({ layer, unit }: { layer: number; unit: number }) {
  const view = figures.value!.layers[layer];
  const units = view.bias.length;
  const name = unitOf(layer, unit);
  const places: WeightPlace[] = [
    ...Array.from(
      { length: view.kernel.length / units },
      (_, k): WeightPlace => ({ layer, part: "kernel", index: k * units + unit }),
    ),
    { layer, part: "bias", index: unit },
  ];
  return (
    <section aria-label={fill(said.of, { unit: name })}>
      <header class="row">
        <h3>{name}</h3>
        {chosen.value && (
          <Button
            kind="quiet"
            onClick={() => {
              chosen.value = typing.value = undefined;
            }}
          >
            {said.close}
          </Button>
        )}
      </header>
      <ul>
        {places.map((place) => (
          <Weight
            key={`${place.part}${place.index}`}
            place={place}
            value={view[place.part][place.index]}
            slope={view.gradient?.[place.part][place.index]}
          />
        ))}
      </ul>
      <p class="small muted">{state.value.loss === "perceptron" ? said.rule : said.mean}</p>
    </section>
  );
}

function Weight({ place, value, slope }: { place: WeightPlace; value: number; slope: number | undefined }) {
  const { layer, part, index } = place;
  const units = figures.value!.layers[layer].bias.length;
  const isBias = part === "bias";
  const open = same(typing.value, place);
  const button = useRef<HTMLButtonElement>(null);
  const close = (): void => {
    typing.value = undefined;
    requestAnimationFrame(() => button.current?.focus());
  };
  const name = weightOf(place);
  return (
    <li class={isBias ? "own" : ""}>
      <span class="small muted">
        {isBias ? said.bias : fill(said.from, { input: inputOf(layer, Math.floor(index / units)) })}
      </span>
      {open ? (
        <Typed place={place} value={value} name={name} close={close} />
      ) : (
        <button
          ref={button}
          type="button"
          class="value figures"
          aria-label={fill(said.edit, { name, value: num(value) })}
          onClick={() => {
            chosen.value ??= { layer, unit: isBias ? index : index % units };
            type(place);
          }}
        >
          {num(value)}
        </button>
      )}
      <span class="small figures slope">{slopeOf(isBias, slope)}</span>
    </li>
  );
}

function Typed(props: { place: WeightPlace; value: number; name: string; close: () => void }) {
  const { place, value, name, close } = props;
  const input = useRef<HTMLInputElement>(null);
  const offered = useRef("");
  const [wrong, setWrong] = useState(false);
  useEffect(() => {
    // the steps that were under way when it was opened still change the value
    if (input.current!.value !== offered.current) return;
    input.current!.value = offered.current = num(value).replace("−", "-");
    input.current!.focus();
    input.current!.select();
  }, [value]);
  const read = (): number | undefined => readWeight(input.current!.value);
  const take = (): boolean => {
    const typed = read();
    if (typed === undefined) return false;
    // what was only looked at keeps all its digits
    if (input.current!.value.trim() !== offered.current) {
      editWeight({ ...place, value: typed });
      announce(fill(said.done, { name, value: num(typed) }));
    }
    return true;
  };
  return (
    <>
      <input
        ref={input}
        class="figures"
        inputMode="decimal"
        autocomplete="off"
        aria-label={fill(said.typed, { name })}
        aria-invalid={wrong}
        onInput={() => setWrong(read() === undefined)}
        onKeyDown={(event) => {
          if (event.key === "Enter" && take()) close();
          else if (event.key === "Escape") close();
          else return;
          event.preventDefault();
        }}
        onBlur={() => {
          if (!same(typing.peek(), place)) return;
          take();
          typing.value = undefined;
        }}
      />
      {wrong && (
        <span class="small problem" role="alert">
          {fill(said.range, { least: `−${MOST_WEIGHT}`, most: String(MOST_WEIGHT) })}
        </span>
      )}
    </>
  );
}

/** What the link at the pointer weighs. */
export function LinkNumbers({ at }: { at: ReadonlySignal<{ readonly x: number; readonly y: number }> }) {
  const link = linked.value;
  const layer = link && figures.value?.layers[link.layer];
  const value = layer?.kernel[link!.index];
  if (!link || !layer || value === undefined) return null;
  const slope = layer.gradient?.kernel[link.index];
  const units = layer.bias.length;
  return (
    <div
      class="tip small figures"
      aria-hidden="true"
      style={{ "--x": `${at.value.x}px`, "--y": `${at.value.y}px` }}
    >
      <span class="muted">
        {inputOf(link.layer, Math.floor(link.index / units))} → {unitOf(link.layer, link.index % units)}
      </span>
      <strong>w {num(value)}</strong>
      <span>{slopeOf(false, slope)}</span>
    </div>
  );
}
