/** What changes while a training goes on: settings, and weights that are typed. A link says at which step. */
import { linksText } from "../../text/links.ts";
import { fill } from "../../text/words.ts";
import type { Field, Fields } from "../../ui/codec.ts";
import {
  type Change,
  type Edit,
  LIVE,
  type LiveKey,
  type PlaneState,
  type Settings,
  type WeightPlace,
} from "./planeState.ts";

/** Two different weights of a net that has so many: of another net they may be beyond its last. */
export function axesWithin([a, b]: readonly [number, number], weights: number): readonly [number, number] {
  const [first, second] = [Math.min(a, weights - 1), Math.min(b, weights - 1)];
  return first === second ? [first, first === 0 ? 1 : first - 1] : [first, second];
}

/** A link carries so many. */
export const MAX_CHANGES = 200;
const MOST_STEPS = 1e9;

export const isLive = (patch: object): patch is Settings =>
  Object.keys(patch).every((key) => (LIVE as readonly string[]).includes(key));

/** A patch as changes of one setting each. */
export const changesOf = (step: number, patch: Settings): Change[] =>
  Object.entries(patch).map(([key, value]) => ({ step, set: { [key]: value } }));

const said = linksText.expected;
const expected = (what: string): never => {
  throw new TypeError(what);
};

/** As text: "120:rate:0.1;300:w:0.kernel.3:0.5". */
export function changesField(settings: Pick<Fields<PlaneState>, LiveKey>): Field<readonly Change[]> {
  const read = (text: string, before: number): Change => {
    const [, steps, key, value] = /^(\d+):(\w+):(.+)$/.exec(text) ?? expected(said.changes);
    const step = Number(steps);
    if (step < before || step > MOST_STEPS) expected(said.order);
    if (key === "w") return { step, weight: readEdit(value) };
    const field = LIVE.find((each) => each === key) ?? expected(fill(said.keys, { names: LIVE.join(", ") }));
    return { step, set: { [field]: settings[field].read(value) } };
  };
  const write = ({ step, set, weight }: Change): string[] =>
    weight
      ? [`${step}:w:${weight.layer}.${weight.part}.${weight.index}:${weight.value}`]
      : Object.entries(set!).map(
          ([key, value]) => `${step}:${key}:${(settings[key as LiveKey] as Field<unknown>).write(value)}`,
        );
  return {
    initial: [],
    read(text) {
      const parts = text === "" ? [] : text.split(";");
      if (parts.length > MAX_CHANGES) expected(fill(said.mostChanges, { most: String(MAX_CHANGES) }));
      let before = 0;
      return parts.map((part) => {
        const change = read(part, before);
        before = change.step;
        return change;
      });
    },
    write: (changes) => changes.flatMap(write).join(";"),
  };
}

function readEdit(text: string): Edit {
  const [, layer, part, index, typed] =
    /^(\d)\.(kernel|bias)\.(\d{1,3}):([-+.e\d]+)$/.exec(text) ?? expected(said.weight);
  const value = Number(typed);
  // what was undone may be larger than what may be typed
  if (!Number.isFinite(Math.fround(value))) expected(said.weightNumbers);
  return { layer: Number(layer), part: part as Edit["part"], index: Number(index), value };
}

/** What may be typed for a weight. */
export const MOST_WEIGHT = 1000;

/** What was typed as a weight: a decimal number, with either minus. Undefined for all else. */
export function readWeight(typed: string): number | undefined {
  const text = typed.trim().replace("−", "-");
  if (!/^[-+]?(\d+\.?\d*|\.\d+)(e[-+]?\d+)?$/i.test(text)) return undefined;
  const value = Number(text);
  return Math.abs(value) <= MOST_WEIGHT ? value : undefined;
}

/** Whether a net of this state has that weight. @param outputs units of the last layer */
export function hasWeight(
  { net, features }: Pick<PlaneState, "net" | "features">,
  outputs: number,
  { layer, part, index }: WeightPlace,
): boolean {
  const units = [...net, outputs];
  if (layer >= units.length) return false;
  const inputs = layer === 0 ? features.length : units[layer - 1];
  return index < (part === "bias" ? units[layer] : inputs * units[layer]);
}

/** The state after the first `count` of its changes. */
export function after(state: PlaneState, count: number): PlaneState {
  return Object.assign({ ...state }, ...state.changes.slice(0, count).map(({ set }) => set));
}
