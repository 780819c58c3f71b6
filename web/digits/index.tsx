/** The Digits view: a network learns to read digits, and the visitor draws some for it. */
import { effect, untracked } from "@preact/signals";
import { replaceQuery, route } from "../shell/router.ts";
import { notify } from "../ui/messages.tsx";
import { DataPanel } from "./dataPanel.tsx";
import { shape } from "./drawing.ts";
import { CurvesPanel, MapsPanel, MistakesPanel, WeightsPanel } from "./insightPanels.tsx";
import { find } from "./keeping.ts";
import { KeptPanel, ModelPanel } from "./modelPanel.tsx";
import { ReadingPanel } from "./readingPanel.tsx";
import { phase, renew, settings } from "./session.ts";
import { fromQuery, toQuery } from "./settings.ts";
import { PlayBar, TrainingPanel } from "./trainingPanel.tsx";

// What follows happens once, when the view is first asked for: a training continues while another view is shown.
apply(route.peek().query);
effect(() => {
  const query = toQuery(settings.value);
  if (route.peek().view === "digits") replaceQuery(query);
});
effect(() => {
  const { view, query } = route.value;
  if (view !== "digits" || query === toQuery(settings.peek())) return;
  // a network that has learned something is not thrown away for an address
  if (query && phase.peek() === "fresh") untracked(() => apply(query));
  else replaceQuery(toQuery(settings.peek()));
});
void find();

function apply(query: string): void {
  const { settings: chosen, ignored } = fromQuery(query);
  settings.value = chosen;
  if (ignored.length > 0)
    notify("info", `The address asks for what does not exist; it was left out: ${ignored.join(", ")}.`);
  renew();
}

export function View() {
  // rows that are not pictures cannot be drawn
  const drawn = shape.value !== undefined;
  return (
    <div class="digits">
      <h1 class="unseen">Digits</h1>
      <KeptPanel />
      <div class="first">
        <TrainingPanel />
        {drawn ? <ReadingPanel /> : <CurvesPanel />}
      </div>
      <div class="second">
        <div class="stack">
          {drawn && <CurvesPanel />}
          <MistakesPanel />
          <DataPanel />
        </div>
        <div class="stack">
          <WeightsPanel />
          <MapsPanel />
          <ModelPanel />
        </div>
      </div>
      <PlayBar />
    </div>
  );
}
