/** Predicted against true, where a table's target is a number. */
import { useSignal, useSignalEffect } from "@preact/signals";
import { buffersFor, range } from "../../src/data/dataset.ts";
import { partsText } from "../text/digitsParts.ts";
import { fill } from "../text/words.ts";
import { Beside } from "../ui/controls.tsx";
import { short } from "../ui/figures.ts";
import { notifyError } from "../ui/messages.tsx";
import { Plot } from "../ui/plot.tsx";
import { own } from "./source.ts";
import { phase, slowTick, subject, table } from "./state.ts";

const said = partsText.table;
/** Dots of the plot. */
const DOTS = 300;

/** What the network says of rows it was not trained on, beside what is true. */
export function Scatter() {
  const pairs = useSignal<readonly (readonly [truth: number, said: number])[]>([]);
  useSignalEffect(() => {
    slowTick.value;
    const now = subject.value;
    if (!now || phase.value === "fresh") {
      pairs.value = [];
      return;
    }
    const data = now.source.test ?? now.source.train;
    const rows = Math.min(DOTS, data.length);
    const { x, y } = buffersFor(data, rows);
    const places = range(rows).map((i) => Math.floor((i * data.length) / rows));
    void Promise.resolve(data.read(places, x, y)).then(() => {
      if (subject.peek() !== now) return;
      const outputs = now.model.predict({ data: x, shape: [rows, ...data.inputShape] });
      const { mean = [0], scale = [1] } = data.targetScale ?? {};
      pairs.value = Array.from({ length: rows }, (_, i) => [
        y[i]! * scale[0]! + mean[0]!,
        outputs.row(i)[0]!,
      ]);
    }, notifyError);
  });
  const found = pairs.value.filter((pair) => pair.every(Number.isFinite));
  if (found.length === 0) return null;
  const all = found.flat();
  const [low, high] = [Math.min(...all), Math.max(...all)];
  const edge = (high - low) * 0.04 || 1;
  const span = [low - edge, high + edge] as const;
  const error = short(found.reduce((sum, [a, b]) => sum + Math.abs(a - b), 0) / found.length);
  const words = {
    label: table.value!.choices.label,
    rows: String(found.length),
    low: short(low),
    high: short(high),
    error,
  };
  return (
    <section class="stack" aria-label={said.scatter}>
      <Beside of={{ label: said.scatter, help: "scatter" }}>
        <h3>{said.scatter}</h3>
      </Beside>
      <Plot
        label={fill(said.scatterOf, words)}
        x={span}
        y={span}
        xName={said.truth}
        yName={said.said}
        lines={[
          {
            name: said.truth,
            points: [
              [span[0], span[0]],
              [span[1], span[1]],
            ],
            tone: 2,
            unnamed: true,
          },
        ]}
        dots={found.map((at) => ({ at, tone: 0 as const, small: true }))}
      />
      <p class="small muted" data-testid="off">
        {fill(own.value?.test ? said.off : said.offTrained, words)}
      </p>
    </section>
  );
}
