/** The microscope beside the plane: what one step would do for one point. It is loaded when it is opened. */
import { signal } from "@preact/signals";
import type { ComponentType } from "preact";
import { planeText } from "../../text/plane.ts";
import { Button, Panel } from "../../ui/controls.tsx";
import { notifyError } from "../../ui/messages.tsx";
import { empty, picked } from "../page/signals.ts";
import { pause } from "../page/training.ts";

const said = planeText.microscope;
const loaded = signal<ComponentType | undefined>(undefined);

async function open(): Promise<void> {
  // numbers that stand still can be read
  pause();
  try {
    loaded.value = (await import("./magnified.tsx")).Magnified;
    picked.value = 0;
  } catch (error) {
    notifyError(error, said.failed);
  }
}

export function MicroscopePanel() {
  const Magnified = picked.value === undefined ? undefined : loaded.value;
  return (
    <Panel
      title={said.title}
      help="microscope"
      class="magnifier"
      actions={
        Magnified && (
          <Button
            kind="quiet"
            onClick={() => {
              picked.value = undefined;
            }}
          >
            {said.close}
          </Button>
        )
      }
    >
      {Magnified ? (
        <Magnified />
      ) : (
        <div class="stack">
          <p class="small muted">{said.lead}</p>
          <div>
            <Button onClick={open} disabled={empty.value}>
              {said.open}
            </Button>
          </div>
        </div>
      )}
    </Panel>
  );
}
