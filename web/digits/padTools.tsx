/** What one can do with a drawing: see which pixels count, and train on it. Loaded with the first drawing. */
import { computed, signal, useSignal, useSignalEffect } from "@preact/signals";
import { partsText } from "../text/digitsParts.ts";
import { fill } from "../text/words.ts";
import { signed } from "../ui/canvas.tsx";
import { Beside, Button, Choice } from "../ui/controls.tsx";
import { announce } from "../ui/messages.tsx";
import { rgb } from "../ui/theme.ts";
import { drawing, input, prediction, shape } from "./drawing.ts";
import { saliency } from "./saliency.ts";
import { renew } from "./session.ts";
import { added } from "./source.ts";
import { phase, reader, slowTick, subject } from "./state.ts";
import { Tiles, write } from "./tiles.tsx";

const said = partsText.tools;
const showing = signal(false);
export function PadTools({ labels }: { labels: readonly string[] }) {
  return (
    <div class="pad-tools">
      <Beside of={{ label: said.saliency, help: "saliency" }}>
        <Button
          onClick={() => {
            showing.value = !showing.peek();
          }}
          pressed={showing.value}
        >
          {said.saliency}
        </Button>
      </Beside>
      {showing.value && <Saliency labels={labels} />}
      {drawing.value.kind !== "row" && subject.value?.source.train.inputType === "uint8" && (
        <Teach labels={labels} />
      )}
    </div>
  );
}

/** Of what is drawn now, with the weights of now. */
const found = computed(() => {
  slowTick.value;
  const model = reader.value;
  const row = input.value;
  const answer = prediction.value;
  if (!model || !row || row.problem || !answer) return undefined;
  const values = saliency(model, row.values, answer.said);
  return { answer: answer.said, values };
});

function Saliency({ labels }: { labels: readonly string[] }) {
  const now = found.value;
  const size = shape.value;
  if (!now || !size) return null;
  if (!now.values) return <p class="small">{said.saliencyNone}</p>;
  const text = fill(said.saliencyOf, { said: labels[now.answer] ?? String(now.answer) });
  return (
    <figure class="saliency">
      <Tiles
        class="one"
        count={1}
        width={size.width}
        height={size.height}
        label={text}
        paint={(_, pixels) => {
          const values = found.value?.values;
          if (!values) return;
          const [minus, zero, plus] = [rgb("minus"), rgb("zero"), rgb("plus")];
          let squares = 0;
          for (const value of values) squares += value * value;
          const scale = 3 * Math.sqrt(squares / values.length) || 1;
          const { channels } = size;
          for (let i = 0; 4 * i < pixels.length; i++) {
            let sum = 0;
            for (let c = 0; c < channels; c++) sum += values[i * channels + c]!;
            write(pixels, i, signed(sum / scale, minus, zero, plus));
          }
        }}
      />
      <figcaption class="small muted">{text}</figcaption>
    </figure>
  );
}

/** Says what the drawing is, and puts it into the next training. */
function Teach({ labels }: { labels: readonly string[] }) {
  const answer = prediction.value?.said ?? 0;
  const chosen = useSignal<number | undefined>(undefined);
  // another drawing is another digit
  useSignalEffect(() => {
    drawing.value;
    chosen.value = undefined;
  });
  const label = chosen.value ?? answer;
  const count = added.value.length;
  const change = (next: typeof added.value): void => {
    added.value = next;
    if (phase.peek() === "fresh") renew();
  };
  const says = count === 1 ? said.addedOne : fill(said.added, { n: String(count) });
  return (
    <>
      <div class="teach">
        <Choice
          label={said.is}
          help="teach"
          value={String(label)}
          options={labels.map((name, c) => ({ value: String(c), label: name }))}
          onChange={(value) => {
            chosen.value = Number(value);
          }}
        />
        <Button
          onClick={() => {
            const row = input.peek();
            if (!row || row.problem) return;
            change([...added.peek(), { values: row.values.slice(), label }]);
            announce(
              added.peek().length === 1
                ? said.addedOne
                : fill(said.added, { n: String(added.peek().length) }),
            );
          }}
        >
          {said.add}
        </Button>
      </div>
      {count > 0 && (
        <p class="small row">
          <span data-testid="added">{says}</span>
          <Button kind="quiet" onClick={() => change([])}>
            {said.forget}
          </Button>
        </p>
      )}
    </>
  );
}
