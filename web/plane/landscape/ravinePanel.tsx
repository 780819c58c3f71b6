/** The ravine of the lectures, with two weights and every optimizer. What computes it is loaded when it is opened. */
import { signal } from "@preact/signals";
import type { ComponentType } from "preact";
import { planeText } from "../../text/plane.ts";
import { Button, Panel } from "../../ui/controls.tsx";
import { notifyError } from "../../ui/messages.tsx";
import { pause } from "../page/training.ts";

const said = planeText.ravine;
const loaded = signal<ComponentType | undefined>(undefined);

async function open(): Promise<void> {
  pause();
  try {
    loaded.value = (await import("./ravine.tsx")).Ravine;
  } catch (error) {
    notifyError(error, said.failed);
  }
}

export function RavinePanel() {
  const Ravine = loaded.value;
  return (
    <Panel title={said.title} help="ravine" class="ravine">
      <div class="stack">
        <p class="small muted">{said.lead}</p>
        {Ravine ? (
          <Ravine />
        ) : (
          <div>
            <Button onClick={() => void open()}>{said.open}</Button>
          </div>
        )}
      </div>
    </Panel>
  );
}
