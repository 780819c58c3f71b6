/** Controls: native elements with a label each, so that keyboard and screen readers find what they know. */
import type { ComponentChildren } from "preact";
import { useId, useLayoutEffect, useRef, useState } from "preact/hooks";
import type { HelpName } from "../text/help.ts";
import { pageText } from "../text/page.ts";
import { fill } from "../text/words.ts";
import { useHelp } from "./what.tsx";

export function Panel(props: {
  title: string;
  /** Buttons at the right of the title. */
  actions?: ComponentChildren;
  class?: string;
  /** What is said of it where someone asks. */
  help?: HelpName;
  children: ComponentChildren;
}) {
  const id = useId();
  const [ask, said] = useHelp(props.help, props.title);
  return (
    <section class={`panel ${props.class ?? ""}`} aria-labelledby={id}>
      <header>
        <div class="title">
          <h2 id={id}>{props.title}</h2>
          {ask}
        </div>
        {props.actions && <div class="row">{props.actions}</div>}
      </header>
      {said}
      {props.children}
    </section>
  );
}

export function Button(props: {
  onClick: () => void;
  kind?: "primary" | "plain" | "quiet";
  disabled?: boolean;
  /** Where the text alone does not say what is meant. */
  label?: string;
  pressed?: boolean;
  title?: string;
  children: ComponentChildren;
}) {
  return (
    <button
      type="button"
      class={`button ${props.kind ?? "plain"}`}
      onClick={props.onClick}
      disabled={props.disabled}
      aria-label={props.label}
      aria-pressed={props.pressed}
      title={props.title}
    >
      {props.children}
    </button>
  );
}

export interface Option<T extends string> {
  readonly value: T;
  readonly label: string;
}

interface ChoiceProps<T extends string> {
  label: string;
  value: T;
  options: readonly Option<T>[];
  onChange: (value: T) => void;
  disabled?: boolean;
  hint?: string;
  help?: HelpName;
}

const fieldClass = (help: HelpName | undefined): string => (help ? "field helped" : "field");

/** One of many. */
export function Choice<T extends string>(props: ChoiceProps<T>) {
  const id = useId();
  return (
    <div class={fieldClass(props.help)}>
      <label for={id}>{props.label}</label>
      <select
        id={id}
        value={props.value}
        disabled={props.disabled}
        onChange={(event) => props.onChange(event.currentTarget.value as T)}
      >
        {props.options.map(({ value, label }) => (
          <option key={value} value={value} selected={value === props.value}>
            {label}
          </option>
        ))}
      </select>
      {props.hint && <span class="hint">{props.hint}</span>}
      <Help of={props} choice={props.value} />
    </div>
  );
}

/** The button that asks what a control is, and the answer. */
function Help(props: { of: { label: string; help?: HelpName }; choice?: string }) {
  const [ask, said] = useHelp(props.of.help, props.of.label, props.choice);
  return (
    <>
      {ask}
      {said}
    </>
  );
}

/** One of a few, all of them seen. */
export function Segments<T extends string>(props: ChoiceProps<T>) {
  const name = useId();
  const field = (
    <fieldset class="field" disabled={props.disabled}>
      <legend>{props.label}</legend>
      <div class="segments">
        {props.options.map(({ value, label }) => (
          <label key={value}>
            <input
              type="radio"
              name={name}
              value={value}
              checked={value === props.value}
              onChange={() => props.onChange(value)}
            />
            <span>{label}</span>
          </label>
        ))}
      </div>
      {props.hint && <span class="hint">{props.hint}</span>}
    </fieldset>
  );
  if (!props.help) return field;
  return (
    <div class="helped">
      {field}
      <Help of={props} choice={props.value} />
    </div>
  );
}

interface NumberProps {
  label: string;
  value: number;
  min: number;
  max: number;
  step?: number;
  onChange: (value: number) => void;
  disabled?: boolean;
  hint?: string;
  help?: HelpName;
}

export function Slider(props: NumberProps & { format?: (value: number) => string }) {
  const id = useId();
  const text = props.format ? props.format(props.value) : String(props.value);
  return (
    <div class={fieldClass(props.help)}>
      <div class="head">
        <label for={id}>{props.label}</label>
        <output for={id}>{text}</output>
      </div>
      <input
        id={id}
        type="range"
        min={props.min}
        max={props.max}
        step={props.step ?? 1}
        value={props.value}
        disabled={props.disabled}
        aria-valuetext={text}
        onInput={(event) => props.onChange(event.currentTarget.valueAsNumber)}
      />
      {props.hint && <span class="hint">{props.hint}</span>}
      <Help of={props} />
    </div>
  );
}

/** A number that is typed, and stays as it is typed until the field is left. What is out of range is said, and not handed on. */
export function NumberField(props: NumberProps & { whole?: boolean }) {
  const id = useId();
  const [problem, setProblem] = useState("");
  const input = useRef<HTMLInputElement>(null);
  const show = (): void => {
    input.current!.value = String(props.value);
  };
  // not by a property: what is half typed, like 1e-, would be set to what was there before
  useLayoutEffect(() => {
    if (document.activeElement !== input.current) show();
  }, [props.value]);
  const check = (text: string): void => {
    const value = Number(text);
    const fits = text.trim() !== "" && Number.isFinite(value) && value >= props.min && value <= props.max;
    if (!fits || (props.whole && !Number.isInteger(value))) {
      const words = { min: String(props.min), max: String(props.max), value: String(props.value) };
      setProblem(fill(props.whole ? pageText.whole : pageText.number, words));
      return;
    }
    setProblem("");
    if (value !== props.value) props.onChange(value);
  };
  return (
    <div class={fieldClass(props.help)}>
      <label for={id}>{props.label}</label>
      <input
        id={id}
        ref={input}
        type="number"
        inputMode={props.whole ? "numeric" : "decimal"}
        min={props.min}
        max={props.max}
        step={props.step ?? (props.whole ? 1 : "any")}
        disabled={props.disabled}
        aria-invalid={problem !== ""}
        aria-describedby={`${id}-said`}
        onInput={(event) => check(event.currentTarget.value)}
        onBlur={() => {
          setProblem("");
          show();
        }}
      />
      <span id={`${id}-said`} class={problem ? "problem" : "hint"} hidden={!problem && !props.hint}>
        {problem || props.hint}
      </span>
      <Help of={props} />
    </div>
  );
}

export function Switch(props: {
  label: string;
  checked: boolean;
  onChange: (checked: boolean) => void;
  disabled?: boolean;
  help?: HelpName;
}) {
  const toggle = (
    <label class="switch">
      <input
        type="checkbox"
        checked={props.checked}
        disabled={props.disabled}
        onChange={(event) => props.onChange(event.currentTarget.checked)}
      />
      {props.label}
    </label>
  );
  return props.help ? <Beside of={props}>{toggle}</Beside> : toggle;
}

/** Something with the button that asks what it is at its right. */
export function Beside(props: { of: { label: string; help?: HelpName }; children: ComponentChildren }) {
  return (
    <div class="helped beside">
      {props.children}
      <Help of={props.of} />
    </div>
  );
}

/** Fields that belong together, with a name and one answer to what they are. */
export function Group(props: {
  label: string;
  help: HelpName;
  class?: string;
  disabled?: boolean;
  children: ComponentChildren;
}) {
  return (
    <div class="helped group">
      <fieldset class={props.class} disabled={props.disabled}>
        <legend class="small">{props.label}</legend>
        {props.children}
      </fieldset>
      <Help of={props} />
    </div>
  );
}

/** How much of something is done, from 0 to 1. */
export function Meter(props: { share: number; label: string; text?: string }) {
  const share = Math.max(0, Math.min(1, props.share));
  return (
    <div
      class="meter"
      role="progressbar"
      aria-label={props.label}
      aria-valuemin={0}
      aria-valuemax={100}
      aria-valuenow={Math.round(share * 100)}
      aria-valuetext={props.text}
    >
      <i style={{ "--share": String(share) }} />
    </div>
  );
}
