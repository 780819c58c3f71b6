/** Numbers to choose from. */
import { planeText } from "../../text/plane.ts";
import { Choice } from "../../ui/controls.tsx";
import { type Choice as Named, RATES } from "../state/choices.ts";

/** Numbers to choose from, and the one a link brought that is not among them. */
export function numbers(values: readonly number[], now: number): Named<string>[] {
  const all = values.includes(now) ? values : [...values, now].sort((a, b) => a - b);
  return all.map((value) => ({
    value: String(value),
    label: value === 0 ? planeText.training.none : String(value),
  }));
}

export function RateChoice(props: { label: string; value: number; onChange: (value: number) => void }) {
  return (
    <Choice
      label={props.label}
      help="rate"
      value={String(props.value)}
      options={numbers(RATES, props.value)}
      onChange={(value) => props.onChange(Number(value))}
    />
  );
}
