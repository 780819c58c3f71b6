/** "What is this?": a button beside a panel's or a control's name, and what it opens. The texts are loaded when someone asks. */
import { signal } from "@preact/signals";
import type { ComponentType, VNode } from "preact";
import { useId, useState } from "preact/hooks";
import type { HelpName } from "../text/help.ts";
import { pageText } from "../text/page.ts";
import { fill } from "../text/words.ts";
import { notifyError } from "./messages.tsx";

type Shown = ComponentType<{ about: HelpName; choice?: string }>;
const loaded = signal<Shown | undefined>(undefined);

/** @param name of what is asked about @param choice what is chosen there now @returns the button, and what it has opened */
export function useHelp(
  about: HelpName | undefined,
  name: string,
  choice?: string,
): [ask: VNode | null, said: VNode | null] {
  const id = useId();
  const [open, setOpen] = useState(false);
  if (!about) return [null, null];
  const toggle = (): void => {
    setOpen(!open);
    if (!loaded.peek())
      import("./help.tsx").then(
        (module) => {
          loaded.value = module.Help;
        },
        (error: unknown) => notifyError(error),
      );
  };
  const Shown = open ? loaded.value : undefined;
  return [
    <button
      key="ask"
      type="button"
      class="what"
      aria-label={fill(pageText.what, { name })}
      aria-expanded={open}
      aria-controls={id}
      onClick={toggle}
      onKeyDown={(event) => {
        if (event.key === "Escape") setOpen(false);
      }}
    >
      ?
    </button>,
    <div key="said" id={id} class="help" role="note" hidden={!open}>
      {Shown && <Shown about={about} {...(choice !== undefined && { choice })} />}
    </div>,
  ];
}
