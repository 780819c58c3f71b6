/** The network as a file, and the one kept in this browser from an earlier visit. */
import { useSignal, useSignalEffect } from "@preact/signals";
import { weightsSha256 } from "nabla";
import { useRef } from "preact/hooks";
import { sizeOf } from "../../src/shape.ts";
import { Button, Panel } from "../ui/controls.tsx";
import { announce, notifyError } from "../ui/messages.tsx";
import { discard, found, storage, take } from "./keeping.ts";
import { busy, networkName, open, phase, savedWith, subject, train } from "./session.ts";
import { commandLine, fromSaved } from "./settings.ts";

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
      announce("The network is back.");
      if (unfinished) await train();
    } catch (error) {
      notifyError(error, "The kept network could not be opened");
    }
  };
  return (
    <section class="message kept" aria-label="Network from an earlier visit">
      <span>
        A {networkName(chosen)} from an earlier visit is kept in this browser: {epochs} of {chosen.epochs}{" "}
        epochs
        {accuracy === undefined ? "" : `, ${(100 * accuracy).toFixed(1)} % of the test rows right`}.
      </span>
      <span class="row">
        <Button kind="primary" onClick={() => void resume()}>
          {unfinished ? "Resume" : "Open"}
        </Button>
        <Button onClick={() => void discard()}>Discard</Button>
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
    <Panel title="Network" help="file">
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
            Save to a file
          </Button>
          <Button onClick={() => input.current?.click()} disabled={busy.value}>
            Open a file
          </Button>
          <input
            ref={input}
            type="file"
            accept=".safetensors"
            hidden
            aria-label="Open a network"
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
    announce(`${file.name} is open.`);
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
      <dt>Parameters</dt>
      <dd class="figures">{count.toLocaleString("en")}</dd>
      {digest.value && (
        <>
          <dt>SHA-256 of its weights</dt>
          <dd>
            <code title={digest.value}>{digest.value.slice(0, 16)}…</code>
          </dd>
        </>
      )}
      {command && (
        <>
          <dt>The same bits on the command line</dt>
          <dd>
            <code>{command}</code>
          </dd>
        </>
      )}
    </dl>
  );
}
