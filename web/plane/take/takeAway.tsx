/** The net that was trained, to take away: as a file, as a program for Nabla, as one for Keras. Loaded when it is asked for. */
import { useState } from "preact/hooks";
import { downloadModel } from "../../../src/browser/download.ts";
import { planeText } from "../../text/plane.ts";
import { Button } from "../../ui/controls.tsx";
import { announce, notify, notifyError } from "../../ui/messages.tsx";
import { layerNames, makeModel } from "../engine/net.ts";
import { figures, state } from "../page/signals.ts";
import { kerasCode, nablaCode } from "./codeOf.ts";

const said = planeText.take;

/** The net as it is shown. */
function modelNow() {
  const layers = figures.peek()?.layers ?? [];
  const now = state.peek();
  const names = layerNames(now);
  return makeModel(now).setWeights(
    Object.fromEntries(
      layers.flatMap(({ kernel, bias }, i) => [
        [`${names[i]}.kernel`, kernel],
        [`${names[i]}.bias`, bias],
      ]),
    ),
  );
}

export function TakeAway() {
  const [code, setCode] = useState("");
  const save = (): void => {
    try {
      downloadModel(modelNow(), "plane.safetensors");
    } catch (error) {
      notifyError(error);
    }
  };
  const show = (written: typeof nablaCode): void => {
    const layers = figures.peek()?.layers;
    if (layers) setCode(written(state.peek(), layers));
  };
  const copy = async (): Promise<void> => {
    try {
      await navigator.clipboard.writeText(code);
      announce(said.copied);
    } catch {
      notify("info", said.forbidden);
    }
  };
  return (
    <>
      <div class="row">
        <Button onClick={save}>{said.file}</Button>
        <Button onClick={() => show(nablaCode)}>{said.nabla}</Button>
        <Button onClick={() => show(kerasCode)}>{said.keras}</Button>
      </div>
      {code && (
        <>
          {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls is scrolled with keys */}
          <section class="code" aria-label={said.code} tabIndex={0}>
            <pre>{code}</pre>
          </section>
          <div>
            <Button onClick={() => void copy()}>{said.copy}</Button>
          </div>
        </>
      )}
    </>
  );
}
