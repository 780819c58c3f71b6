/** Messages that stay until they are dismissed, and announcements for screen readers. */
import { signal } from "@preact/signals";
import { pageText } from "../text/page.ts";

export type MessageKind = "info" | "error";

interface Message {
  readonly id: number;
  readonly kind: MessageKind;
  readonly text: string;
}

const messages = signal<readonly Message[]>([]);
let next = 0;

/** Shows a message; the same text is shown once. */
export function notify(kind: MessageKind, text: string): void {
  messages.value = [
    ...messages.peek().filter((each) => each.text !== text),
    { id: next++, kind, text },
  ].slice(-4);
}

/** Shows an error: a NablaError as it is, anything else with its name. */
export function notifyError(error: unknown, what = ""): void {
  const text = error instanceof Error ? error.message : String(error);
  notify("error", what ? `${what}: ${text}` : text);
}

/** What is read out; it lies in a live region. */
export const announcement = signal("");

export function announce(text: string): void {
  announcement.value = text;
}

export function Messages() {
  return (
    <div class="messages" role="alert" hidden={messages.value.length === 0}>
      {messages.value.map(({ id, kind, text }) => (
        <div key={id} class={`message ${kind}`}>
          <span>{text}</span>
          <button
            type="button"
            class="button quiet"
            onClick={() => {
              messages.value = messages.peek().filter((each) => each.id !== id);
            }}
          >
            {pageText.dismiss}
          </button>
        </div>
      ))}
    </div>
  );
}
