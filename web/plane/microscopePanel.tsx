/** The microscope beside the plane: what one step would do for one point. It is loaded when it is opened. */
import { signal } from "@preact/signals";
import type { ComponentType } from "preact";
import { Button, Panel } from "../ui/controls.tsx";
import { notifyError } from "../ui/messages.tsx";
import { empty, pause, picked } from "./session.ts";

const loaded = signal<ComponentType | undefined>(undefined);

async function open(): Promise<void> {
  // numbers that stand still can be read
  pause();
  try {
    loaded.value = (await import("./magnified.tsx")).Magnified;
    picked.value = 0;
  } catch (error) {
    notifyError(error, "The microscope could not be loaded; reload to try again");
  }
}

export function MicroscopePanel() {
  const Magnified = picked.value === undefined ? undefined : loaded.value;
  return (
    <Panel
      title="Backpropagation microscope"
      class="magnifier"
      actions={
        Magnified && (
          <Button
            kind="quiet"
            onClick={() => {
              picked.value = undefined;
            }}
          >
            Close
          </Button>
        )
      }
    >
      {Magnified ? (
        <Magnified />
      ) : (
        <div class="stack">
          <p class="small muted">
            One training step for one point, number by number: forward, loss, backward, update.
          </p>
          <div>
            <Button onClick={open} disabled={empty.value}>
              Open the microscope
            </Button>
          </div>
        </div>
      )}
    </Panel>
  );
}
