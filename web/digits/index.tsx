/** The Digits view: a network learns to read digits, and the visitor draws some for it. */
import { effect, untracked } from "@preact/signals";
import { replaceQuery, route } from "../shell/router.ts";
import { digitsText } from "../text/digits.ts";
import { fill } from "../text/words.ts";
import { later } from "../ui/later.tsx";
import { notify } from "../ui/messages.tsx";
import { shape } from "./drawing.ts";
import { find } from "./keeping.ts";
import { ReadingPanel } from "./readingPanel.tsx";
import { renew } from "./session.ts";
import { fromQuery, toQuery } from "./settings.ts";
import { phase, settings, table } from "./state.ts";
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

const failed = digitsText.failed;
const Weights = later(async () => (await import("./parts.ts")).WeightsPanel, failed);
const Maps = later(async () => (await import("./parts.ts")).MapsPanel, failed);
const Mistakes = later(async () => (await import("./parts.ts")).MistakesPanel, failed);
const Kept = later(async () => (await import("./parts.ts")).KeptPanel, failed);
const Data = later(async () => (await import("./parts.ts")).DataPanel, failed);
const Network = later(async () => (await import("./parts.ts")).ModelPanel, failed);
const CurvesPanel = later(async () => (await import("./parts.ts")).CurvesPanel, failed);
const Table = later(async () => (await import("./parts.ts")).TablePanel, failed);

function apply(query: string): void {
  const { settings: chosen, ignored } = fromQuery(query);
  settings.value = chosen;
  if (ignored.length > 0) notify("info", fill(digitsText.ignored, { names: ignored.join(", ") }));
  renew();
}

export function View() {
  // rows that are not pictures cannot be drawn
  const drawn = shape.value !== undefined;
  return (
    <div class="digits">
      <h1 class="unseen">{digitsText.title}</h1>
      <Kept />
      <div class="first">
        <TrainingPanel />
        {drawn ? <ReadingPanel /> : <CurvesPanel />}
      </div>
      <div class="second">
        <div class="stack">
          {drawn && <CurvesPanel />}
          {table.value && <Table />}
          <Mistakes />
          <Data />
        </div>
        <div class="stack">
          <Weights />
          <Maps />
          <Network />
        </div>
      </div>
      <PlayBar />
    </div>
  );
}
