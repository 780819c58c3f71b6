/** Rows of a table that the network gets wrong: each with its cells, and into the form with one press. Loaded with the first of them. */
import { batch, useSignal, useSignalEffect } from "@preact/signals";
import { buffersFor } from "../../src/data/dataset.ts";
import { encodeRows } from "../../src/data/tables/rows.ts";
import { partsText } from "../text/digitsParts.ts";
import { Button } from "../ui/controls.tsx";
import type { Examination, Mistake } from "./examine.ts";
import { form } from "./rowForm.tsx";
import type { Source } from "./source.ts";
import { examination, subject } from "./state.ts";

const said = partsText.table;
const SHOWN = 12;
/** Rows among which those of the mistakes are looked for: each is encoded. */
const MOST = 20_000;

export function TableMistakes(props: { found: Examination; source: Source; labels: readonly string[] }) {
  const { found, source, labels } = props;
  const cells = useSignal<readonly (readonly string[] | undefined)[]>([]);
  const shown = found.mistakes.slice(0, SHOWN);
  useSignalEffect(() => {
    const mistakes = examination.value?.mistakes.slice(0, SHOWN) ?? [];
    void rowsOf(source, mistakes).then((rows) => {
      cells.value = rows;
    });
  });
  const { columns = [] } = source.table ?? {};
  const into = (row: readonly string[]): void => {
    batch(() => {
      form.value = Object.fromEntries(columns.map((name, c) => [name, row[c] ?? ""]));
    });
    document.querySelector<HTMLElement>(".row-form button")?.focus();
    document.querySelector(".row-form")?.scrollIntoView({ block: "nearest" });
  };
  return (
    <ul class="wrong-rows small figures" aria-label={said.mistakes}>
      {shown.map((mistake, i) => {
        const row = cells.value[i];
        return (
          <li key={mistake.row}>
            <span>
              {labels[mistake.truth]} → <b>{labels[mistake.said]}</b> {Math.round(100 * mistake.confidence)} %
            </span>
            {row && (
              <>
                <span class="muted">{row.join(", ")}</span>
                <Button kind="quiet" label={`${said.into}: ${row.join(", ")}`} onClick={() => into(row)}>
                  {said.into}
                </Button>
              </>
            )}
          </li>
        );
      })}
    </ul>
  );
}

/** The cells of rows that are known as inputs: the table's row with the same inputs. */
async function rowsOf(
  source: Source,
  mistakes: readonly Mistake[],
): Promise<(readonly string[] | undefined)[]> {
  const model = subject.peek()?.model;
  const { table } = source;
  if (!table || !model || table.rows.length > MOST || mistakes.length === 0) return [];
  const data = source.test ?? source.train;
  const { x, y } = buffersFor(data, mistakes.length);
  await data.read(
    Uint32Array.from(mistakes, ({ row }) => row),
    x,
    y,
  );
  const { columns, choices } = table;
  const inputs = columns.flatMap((name, c) =>
    name === choices.label || choices.ignore.includes(name) ? [] : [{ name, c }],
  );
  const width = x.length / mistakes.length;
  const keyOf = (values: ArrayLike<number>, row: number): string =>
    Array.from({ length: width }, (_, i) => Math.fround(values[row * width + i]!)).join();
  const wanted = new Map(mistakes.map((_, i) => [keyOf(x, i), i]));
  const found = new Array<readonly string[] | undefined>(mistakes.length);
  for (const cells of table.rows) {
    try {
      const row = Object.fromEntries(inputs.map(({ name, c }) => [name, cells[c] === "" ? null : cells[c]]));
      const at = wanted.get(keyOf(encodeRows(model, row).data, 0));
      if (at !== undefined) found[at] ??= cells;
    } catch {
      // a row that was left out
    }
  }
  return found;
}
