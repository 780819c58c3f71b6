/** Names of weights and changes, as the page says them. */
import { num } from "../../microscope/steps.ts";
import { planeText } from "../../text/plane.ts";
import { fill } from "../../text/words.ts";
import { BATCHES, FEATURES, OPTIMIZERS, SCHEDULES } from "../state/choices.ts";
import type { Change } from "../state/planeState.ts";
import { LIVE, type WeightPlace } from "../state/planeState.ts";
import { outputsOf } from "../state/state.ts";
import type { Past } from "./past.ts";
import { state } from "./signals.ts";

/** Behind a narrow space that does not break. */
export const percent = (value: number): string => `${Math.round(value)}\u202f%`;

/** A share, with one decimal. */
export const percentOf = (share: number): string => `${(100 * share).toFixed(1)} %`;

/** What goes into a unit, by its number: "x²", "unit 3". */
export function inputOf(layer: number, k: number): string {
  const { features } = state.peek();
  if (layer > 0) return fill(planeText.numbers.unitFrom, { unit: String(k + 1) });
  return FEATURES.find(({ value }) => value === features[k])?.label ?? "";
}

export function unitOf(layer: number, unit: number): string {
  const { net } = state.peek();
  const said = planeText.numbers;
  return fill(layer < net.length ? said.unit : said.output, {
    layer: String(layer + 1),
    unit: String(unit + 1),
  });
}

/** The whole name of a weight: "Layer 1, unit 2: w from x". */
export function weightOf({ layer, part, index }: WeightPlace): string {
  const { net } = state.peek();
  const units = [...net, outputsOf(state.peek())][layer];
  const said = planeText.numbers;
  if (part === "bias") return `${unitOf(layer, index)}: ${said.bias}`;
  return `${unitOf(layer, index % units)}: ${fill(said.weight, { input: inputOf(layer, Math.floor(index / units)) })}`;
}

const labels: { readonly [key: string]: readonly { readonly value: string; readonly label: string }[] } = {
  optimizer: OPTIMIZERS,
  schedule: SCHEDULES,
  batch: BATCHES.map(({ value, label }) => ({ value: String(value), label })),
};

/** What an undo brings back. */
export function sayPast(last: Past): string {
  if (last.kind === "training") return planeText.transport.training;
  if (last.kind === "setting") return sayChange({ step: 0, set: last.set });
  return last.weights.map((weight) => sayChange({ step: 0, weight })).join(", ");
}

export function sayChange({ set, weight }: Change): string {
  const said = planeText.changes;
  if (weight) return fill(said.weight, { name: weightOf(weight), value: num(weight.value) });
  const key = LIVE.find((each) => set && each in set)!;
  const value = String(set![key]);
  return fill(said.set, {
    name: said.names[key],
    value: labels[key]?.find((choice) => choice.value === value)?.label ?? value,
  });
}
