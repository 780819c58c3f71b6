/** The curves of a training. */
import { partsText } from "../text/digitsParts.ts";
import { fill } from "../text/words.ts";
import { Chart } from "../ui/chart.tsx";
import { Panel } from "../ui/controls.tsx";
import { percent, short } from "../ui/figures.ts";
import { subject } from "./state.ts";

const said = partsText.curves;

export function CurvesPanel() {
  const now = subject.value;
  if (!now) return null;
  const { curves, source } = now;
  const test = source.test ? [{ label: said.test, colour: "class-0" as const, points: true }] : [];
  const name = curves.metricName;
  const share = name === "accuracy";
  const title = (said.metrics as Readonly<Record<string, string>>)[name] ?? name;
  const epochs = (value: number) => fill(said.epoch, { at: String(Number(value.toFixed(2))) });
  return (
    <Panel title={said.title} class="curves" help="digitCurves">
      <div class="charts" key={curves as never}>
        <figure>
          <figcaption class="small muted">{said.loss}</figcaption>
          <Chart
            label={fill(said.over, { name: said.loss })}
            data={curves.loss}
            series={[{ label: said.training, colour: "accent" }, ...test]}
            format={short}
            formatX={short}
            legendX={epochs}
          />
        </figure>
        <figure>
          <figcaption class="small muted">{title}</figcaption>
          <Chart
            label={fill(said.over, { name: title })}
            data={curves.metric}
            series={[{ label: said.training, colour: "accent" }, ...test]}
            format={share ? percent : short}
            formatX={short}
            legendX={epochs}
          />
        </figure>
      </div>
    </Panel>
  );
}
