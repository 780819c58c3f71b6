/** The curves of a training. */
import { Chart, percent, short } from "../ui/chart.tsx";
import { Panel } from "../ui/controls.tsx";
import { subject } from "./session.ts";

export function CurvesPanel() {
  const now = subject.value;
  if (!now) return null;
  const { curves, source } = now;
  const test = source.test ? [{ label: "test", colour: "class-0" as const, points: true }] : [];
  const name = curves.metricName;
  const share = name === "accuracy";
  // "meanAbsoluteError" is "Mean absolute error"
  const title = name[0]!.toUpperCase() + name.slice(1).replace(/[A-Z]/g, (c) => ` ${c.toLowerCase()}`);
  const epochs = (value: number) => `epoch ${Number(value.toFixed(2))}`;
  return (
    <Panel title="Curves" class="curves" help="digitCurves">
      <div class="charts" key={curves as never}>
        <figure>
          <figcaption class="small muted">Loss</figcaption>
          <Chart
            label="Loss over epochs, of training and test"
            data={curves.loss}
            series={[{ label: "training", colour: "accent" }, ...test]}
            format={short}
            formatX={short}
            legendX={epochs}
          />
        </figure>
        <figure>
          <figcaption class="small muted">{title}</figcaption>
          <Chart
            label={`${title} over epochs, of training and test`}
            data={curves.metric}
            series={[{ label: "training", colour: "accent" }, ...test]}
            format={share ? percent : short}
            formatX={short}
            legendX={epochs}
          />
        </figure>
      </div>
    </Panel>
  );
}
