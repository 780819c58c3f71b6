/** What the network gets wrong. Loaded once the view is there. */
import { useSignal, useSignalEffect } from "@preact/signals";
import { buffersFor } from "../../src/data/dataset.ts";
import { partsText } from "../text/digitsParts.ts";
import { fill } from "../text/words.ts";
import { Panel } from "../ui/controls.tsx";
import { percent } from "../ui/figures.ts";
import { notifyError } from "../ui/messages.tsx";
import { shape } from "./drawing.ts";
import type { Examination, Mistake } from "./examine.ts";
import { showMistake } from "./rowOnPad.ts";
import { classNames, type ImageShape, type Source } from "./source.ts";
import { examination, subject } from "./state.ts";
import { TableMistakes } from "./tableMistakes.tsx";
import { paintRow, Tiles } from "./tiles.tsx";

const words = partsText.mistakes;

export function MistakesPanel() {
  const found = examination.value;
  const now = subject.value;
  if (now?.source.train.target.kind !== "class") return null;
  const { source } = now;
  const labels = classNames(source.train);
  return (
    <Panel
      title={words.title}
      help="mistakes"
      class="mistakes"
      actions={
        found && (
          <span class="small muted figures" data-testid="accuracy">
            {fill(source.test ? words.right : words.rightTrained, {
              share: percent(found.right / found.rows),
              n: found.rows.toLocaleString("en"),
            })}
          </span>
        )
      }
    >
      {!found ? (
        <p class="muted">{words.before}</p>
      ) : found.mistakes.length === 0 ? (
        <p>{source.test ? words.none : words.noneTrained}</p>
      ) : (
        <Shown found={found} source={source} labels={labels} />
      )}
      {found && labels.length <= 12 && <Confusion found={found} labels={labels} />}
    </Panel>
  );
}

/** Pictures can be put on the pad; rows of a table have the form. */
function Shown(props: { found: Examination; source: Source; labels: readonly string[] }) {
  const size = shape.value;
  if (size) return <Wrong {...props} size={size} />;
  return <TableMistakes {...props} />;
}

function Wrong(props: { found: Examination; source: Source; labels: readonly string[]; size: ImageShape }) {
  const { found, source, labels, size } = props;
  const data = source.test ?? source.train;
  const values = useSignal<readonly Uint8Array[]>([]);
  const shown = found.mistakes.slice(0, 24);
  useSignalEffect(() => {
    const now = examination.value;
    read(data, now?.mistakes.slice(0, 24) ?? []).then((rows) => {
      // rows of an earlier epoch may come later
      if (examination.peek() === now) values.value = rows;
    }, notifyError);
  });
  const text = ({ truth, said, confidence }: Mistake): string =>
    fill(words.text, {
      truth: labels[truth]!,
      said: labels[said]!,
      share: String(Math.round(100 * confidence)),
    });
  return (
    <ul class="wrong">
      {shown.map((mistake, i) => (
        <li key={mistake.row}>
          <button
            type="button"
            onClick={() => void showMistake(mistake.row)}
            title={fill(words.put, { text: text(mistake) })}
          >
            <Tiles
              class="one"
              count={1}
              width={size.width}
              height={size.height}
              paint={(_, pixels) => {
                const row = values.value[i];
                if (row) paintRow(row, size.channels, pixels);
              }}
            />
            <span class="small figures">
              {labels[mistake.truth]} <span class="unseen">{words.readAs}</span>
              <span class="muted" aria-hidden="true">
                →
              </span>{" "}
              <b>{labels[mistake.said]}</b>
            </span>
          </button>
        </li>
      ))}
    </ul>
  );
}

async function read(data: Source["train"], mistakes: readonly Mistake[]): Promise<Uint8Array[]> {
  if (mistakes.length === 0) return [];
  const { x, y } = buffersFor(data, mistakes.length);
  await data.read(
    Uint32Array.from(mistakes, ({ row }) => row),
    x,
    y,
  );
  const width = x.length / mistakes.length;
  return mistakes.map((_, i) =>
    Uint8Array.from(x.subarray(i * width, (i + 1) * width), (v) => (x instanceof Uint8Array ? v : 255 * v)),
  );
}

function Confusion({ found, labels }: { found: Examination; labels: readonly string[] }) {
  const most = Math.max(1, ...found.confusion.flatMap((row, t) => row.filter((_, s) => s !== t)));
  return (
    <details class="confusion">
      <summary>{words.confusion}</summary>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls takes the focus */}
      <section class="scroll" tabIndex={0} aria-label={words.confusion}>
        <table class="figures small">
          <thead>
            <tr>
              <th scope="col">{words.corner}</th>
              {labels.map((label) => (
                <th key={label} scope="col">
                  {label}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {found.confusion.map((row, truth) => (
              <tr key={labels[truth]}>
                <th scope="row">{labels[truth]}</th>
                {row.map((count, said) => (
                  <td
                    key={labels[said]}
                    class={truth === said ? "right" : count > 0 ? "off" : ""}
                    style={{ "--share": String(truth === said ? 0 : count / most) }}
                  >
                    {count || "·"}
                  </td>
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      </section>
    </details>
  );
}
