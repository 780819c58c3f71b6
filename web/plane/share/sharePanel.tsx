/** Links for a class: what they hide, a QR code of them, the page inside another. What does so is loaded when it is asked for. */
import { signal } from "@preact/signals";
import type { ComponentType } from "preact";
import { planeText } from "../../text/plane.ts";
import { Button, Panel } from "../../ui/controls.tsx";
import { notifyError } from "../../ui/messages.tsx";

const said = planeText.share;
const loaded = signal<ComponentType | undefined>(undefined);

async function open(): Promise<void> {
  try {
    loaded.value = (await import("./share.tsx")).Share;
  } catch (error) {
    notifyError(error, said.failed);
  }
}

export function SharePanel() {
  const Share = loaded.value;
  return (
    <Panel title={said.title} help="share" class="share">
      <div class="stack">
        <p class="small muted">{said.lead}</p>
        {Share ? (
          <Share />
        ) : (
          <div>
            <Button onClick={() => void open()}>{said.open}</Button>
          </div>
        )}
      </div>
    </Panel>
  );
}
