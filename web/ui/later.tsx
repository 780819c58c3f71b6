/** Parts of a view that are loaded when they are first shown, so that what one sees first is there first. */
import { type Signal, signal } from "@preact/signals";
import type { ComponentType } from "preact";
import { useEffect } from "preact/hooks";
import { notifyError } from "./messages.tsx";

/**
 * A component that is loaded when it is first shown, and nothing until then.
 *
 * @param failed what is said where it cannot be loaded
 */
export function later<P extends object>(
  load: () => Promise<ComponentType<P>>,
  failed: string,
): ComponentType<P> {
  // a component is a function, and a signal's value is not called
  const loaded: Signal<{ readonly Part: ComponentType<P> } | undefined> = signal(undefined);
  let asked = false;
  return function Later(props: P) {
    useEffect(() => {
      if (asked) return;
      asked = true;
      load().then(
        (Part) => {
          loaded.value = { Part };
        },
        (error: unknown) => {
          asked = false;
          notifyError(error, failed);
        },
      );
    }, []);
    const found = loaded.value;
    return found ? <found.Part {...props} /> : null;
  };
}
