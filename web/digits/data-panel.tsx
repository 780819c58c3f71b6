/** What is trained on, and a place to drop one's own. */
import { Panel } from "../ui/controls.tsx";
import { shape } from "./drawing.ts";
import { paintRow } from "./insight.ts";
import { samples } from "./samples.ts";
import { subject } from "./session.ts";
import { Tiles } from "./tiles.tsx";

export function DataPanel() {
  const now = subject.value;
  const size = shape.value;
  if (!now) return null;
  const { source } = now;
  return (
    <Panel title="Data">
      <div class="stack">
        <p class="small muted">
          {source.name}: {source.train.length.toLocaleString("en")} rows to train on
          {source.test ? `, ${source.test.length.toLocaleString("en")} to test with` : ""}.
        </p>
        {size && (
          <Tiles
            key={`${size.width} ${size.height} ${samples.value.length}`}
            class="samples"
            count={samples.value.length}
            width={size.width}
            height={size.height}
            label="Rows of the training data"
            paint={(tile, pixels) => {
              const row = samples.value[tile];
              if (row) paintRow(row, size.channels, pixels);
            }}
          />
        )}
      </div>
    </Panel>
  );
}
