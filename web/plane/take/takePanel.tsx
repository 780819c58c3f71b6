/** Where the trained net may be taken away. What does so is loaded when it is asked for. */
import { signal } from "@preact/signals";
import type { ComponentType } from "preact";
import { planeText } from "../../text/plane.ts";
import { Button, Panel } from "../../ui/controls.tsx";
import { notifyError } from "../../ui/messages.tsx";
import { empty } from "../page/signals.ts";

const said = planeText.take;
const loaded = signal<ComponentType | undefined>(undefined);

async function open(): Promise<void> {
  try {
    loaded.value = (await import("./takeAway.tsx")).TakeAway;
  } catch (error) {
    notifyError(error, said.failed);
  }
}

export function TakePanel() {
  const TakeAway = loaded.value;
  return (
    <Panel title={said.title} help="take">
      <div class="stack">
        <p class="small muted">{said.lead}</p>
        {TakeAway ? (
          <TakeAway />
        ) : (
          <div>
            <Button onClick={() => void open()} disabled={empty.value}>
              {said.open}
            </Button>
          </div>
        )}
      </div>
    </Panel>
  );
}
