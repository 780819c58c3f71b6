/** Points from a file: chosen with a button, or dropped anywhere on the page. */
import { useEffect, useRef } from "preact/hooks";
import { planeText } from "../../text/plane.ts";
import { fill } from "../../text/words.ts";
import { Button } from "../../ui/controls.tsx";
import { announce, notify, notifyError } from "../../ui/messages.tsx";
import { change } from "../page/changing.ts";
import { locked, state } from "../page/signals.ts";
import { MAX_POINTS } from "../state/choices.ts";

const said = planeText.table;

async function receive(files: readonly File[]): Promise<void> {
  const [file] = files;
  if (!file) return;
  if (files.length > 1) return notify("error", fill(said.one, { count: String(files.length) }));
  if (locked.peek()) return notify("info", planeText.share.locked);
  try {
    const [{ pointsOfTable }, bytes] = await Promise.all([import("./fromTable.ts"), file.arrayBuffer()]);
    const { patch, notes } = pointsOfTable(new Uint8Array(bytes), file.name, state.peek());
    change(patch);
    announce(notes[0]!);
    notify("info", `${file.name}: ${notes.join(" ")}`);
  } catch (error) {
    notifyError(error);
  }
}

/** Without this the browser would leave the page and show the file. */
export function useDrops(): void {
  useEffect(() => {
    const carries = (event: DragEvent) => event.dataTransfer?.types.includes("Files") ?? false;
    const onOver = (event: DragEvent): void => {
      if (carries(event)) event.preventDefault();
    };
    const onDrop = (event: DragEvent): void => {
      if (!carries(event)) return;
      event.preventDefault();
      void receive([...event.dataTransfer!.files]);
    };
    addEventListener("dragover", onOver);
    addEventListener("drop", onDrop);
    return () => {
      removeEventListener("dragover", onOver);
      removeEventListener("drop", onDrop);
    };
  }, []);
}

export function FileButton() {
  const input = useRef<HTMLInputElement>(null);
  return (
    <>
      <Button
        onClick={() => input.current!.click()}
        title={fill(said.expected, { most: String(MAX_POINTS) })}
      >
        {said.open}
      </Button>
      <input
        ref={input}
        type="file"
        hidden
        accept=".csv,.tsv,.txt,text/csv"
        onChange={(event) => {
          const { files } = event.currentTarget;
          void receive([...(files ?? [])]);
          // the same file may be chosen again
          event.currentTarget.value = "";
        }}
      />
    </>
  );
}
