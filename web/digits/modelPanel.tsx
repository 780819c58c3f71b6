/** The network as a file, and the one kept in this browser from an earlier visit. */
import { useSignal, useSignalEffect } from "@preact/signals";
import { weightsSha256 } from "nabla";
import { useRef } from "preact/hooks";
import { sizeOf } from "../../src/shape.ts";
import { partsText } from "../text/digitsParts.ts";
import { fill } from "../text/words.ts";
import { Button, Panel } from "../ui/controls.tsx";
import { announce, notifyError } from "../ui/messages.tsx";
import { discard, found, storage, take } from "./keeping.ts";
import { open, savedWith, train } from "./session.ts";
import { commandLine, fromSaved } from "./settings.ts";
import { busy, networkName, phase, subject } from "./state.ts";

const said = partsText.file;

/** Offers what an earlier visit left. */
export function KeptPanel() {
  const model = found.value;
  if (!model || phase.value !== "fresh") return null;
  const saved = savedWith(model);
  const chosen = fromSaved(saved.settings);
  const { history } = model.history;
  const epochs = model.history.epoch.length;
  const accuracy = history.valAccuracy?.at(-1);
  const unfinished = epochs < chosen.epochs && model.history.stopped === undefined && saved.data === "digits";
  const resume = async (): Promise<void> => {
    try {
      const latest = await take();
      if (!latest) return;
      open(latest);
      announce(said.back);
      if (unfinished) await train();
    } catch (error) {
      notifyError(error, said.unopened);
    }
  };
  return (
    <section class="message kept" aria-label={said.earlier}>
      <span>
        {fill(said.kept, {
          network: networkName(chosen),
          done: String(epochs),
          epochs: String(chosen.epochs),
          right: accuracy === undefined ? "" : fill(said.right, { share: (100 * accuracy).toFixed(1) }),
        })}
      </span>
      <span class="row">
        <Button kind="primary" onClick={() => void resume()}>
          {unfinished ? said.resume : said.open}
        </Button>
        <Button onClick={() => void discard()}>{said.discard}</Button>
      </span>
    </section>
  );
}

export function ModelPanel() {
  const input = useRef<HTMLInputElement>(null);
  const now = subject.value;
  const upload = async (): Promise<void> => {
    const [file] = input.current?.files ?? [];
    if (!file) return;
    await openFile(file);
    input.current!.value = "";
  };
  return (
    <Panel title={said.title} help="file">
      <div class="stack">
        <div class="row">
          <Button
            onClick={async () => {
              if (!now) return;
              try {
                (await storage()).downloadModel(now.model, "digits.safetensors");
              } catch (error) {
                notifyError(error);
              }
            }}
            disabled={!now}
          >
            {said.save}
          </Button>
          <Button onClick={() => input.current?.click()} disabled={busy.value}>
            {said.openFile}
          </Button>
          <input
            ref={input}
            type="file"
            accept=".safetensors"
            hidden
            aria-label={said.openNetwork}
            onChange={() => void upload()}
          />
        </div>
        {now && <Facts />}
      </div>
    </Panel>
  );
}

/** Opens a model file that was chosen or dropped. */
export async function openFile(file: File): Promise<void> {
  try {
    open(await (await storage()).loadModel(file));
    announce(fill(said.isOpen, { name: file.name }));
  } catch (error) {
    notifyError(error);
  }
}

function Facts() {
  const digest = useSignal("");
  useSignalEffect(() => {
    const now = subject.value;
    digest.value =
      now && (phase.value === "done" || phase.value === "paused") ? weightsSha256(now.model) : "";
  });
  const { model, source, settings } = subject.value!;
  const command = source.kind === "digits" && !source.drawn ? commandLine(settings) : undefined;
  const count = Object.values(model.weightShapes()).reduce((sum, shape) => sum + sizeOf(shape), 0);
  return (
    <dl class="facts small">
      <dt>{said.parameters}</dt>
      <dd class="figures">{count.toLocaleString("en")}</dd>
      {digest.value && (
        <>
          <dt>{said.digest}</dt>
          <dd>
            <code title={digest.value}>{digest.value.slice(0, 16)}…</code>
          </dd>
        </>
      )}
      {command && (
        <>
          <dt>{said.command}</dt>
          <dd>
            <code>{command}</code>
          </dd>
        </>
      )}
    </dl>
  );
}
