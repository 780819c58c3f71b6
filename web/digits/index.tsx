/** The Digits view: a network learns to read digits, and the visitor draws some for it. */
import { effect } from "@preact/signals";
import { replaceQuery, route } from "../shell/router.ts";
import { announce, notify } from "../ui/messages.tsx";
import { DataPanel } from "./data-panel.tsx";
import { CurvesPanel, MapsPanel, MistakesPanel, WeightsPanel } from "./insight-panels.tsx";
import { find } from "./keeping.ts";
import { KeptPanel, ModelPanel } from "./model-panel.tsx";
import { ReadingPanel } from "./reading-panel.tsx";
import { renew, settings } from "./session.ts";
import { fromQuery, toQuery } from "./settings.ts";
import { TrainingPanel } from "./training-panel.tsx";

let begun = false;

/** Once, when the view is first shown; a training goes on while another view is looked at. */
function begin(): void {
  if (begun) return;
  begun = true;
  const { settings: chosen, ignored } = fromQuery(route.peek().query);
  settings.value = chosen;
  if (ignored.length > 0)
    notify("info", `The address asks for what there is not, and it was left out: ${ignored.join(", ")}.`);
  renew();
  effect(() => {
    const query = toQuery(settings.value);
    if (route.peek().view === "digits") replaceQuery(query);
  });
  void find();
  announce("Ready.");
}

export function View() {
  begin();
  return (
    <div class="digits">
      <h1 class="unseen">Digits</h1>
      <KeptPanel />
      <div class="first">
        <TrainingPanel />
        <ReadingPanel />
      </div>
      <div class="second">
        <div class="stack">
          <CurvesPanel />
          <MistakesPanel />
          <DataPanel />
        </div>
        <div class="stack">
          <WeightsPanel />
          <MapsPanel />
          <ModelPanel />
        </div>
      </div>
    </div>
  );
}
