/** On a phone: what drives a training, and its loss, always in sight at the lower edge. */
import type { ComponentChildren } from "preact";

export interface DockValue {
  readonly name: string;
  readonly text: string;
}

export function Dock(props: { label: string; values: readonly DockValue[]; children: ComponentChildren }) {
  return (
    <section class="dock" aria-label={props.label}>
      {props.children}
      <dl class="figures">
        {props.values.map(({ name, text }) => (
          <div key={name}>
            <dt>{name}</dt>
            <dd>{text}</dd>
          </div>
        ))}
      </dl>
    </section>
  );
}
