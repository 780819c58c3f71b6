/** A form for a row of a table, and what the network says of it. */
import { batch, computed, signal } from "@preact/signals";
import type { Model } from "nabla";
import { useId } from "preact/hooks";
import { encodeRows, filledIn, formatOf, type Row } from "../../src/data/tables/rows.ts";
import { partsText } from "../text/digitsParts.ts";
import { fill } from "../text/words.ts";
import { Group } from "../ui/controls.tsx";
import { short } from "../ui/figures.ts";
import { announce, notifyError } from "../ui/messages.tsx";
import { verdict } from "./examine.ts";
import { classNames } from "./source.ts";
import { phase, subject, table } from "./state.ts";

const said = partsText.table;
/** Fields with a list of their values: columns with at most so many different ones. */
const LISTED = 30;

/** Cells of the form, by column. */
export const form = signal<Readonly<Record<string, string>>>({});
const answer = signal<Answer | undefined>(undefined);

/** Other columns are another row. */
export function forgetRow(): void {
  batch(() => {
    form.value = {};
    answer.value = undefined;
  });
}

/** The columns that a row of the form has. */
const inputs = computed(() => {
  const now = table.value;
  if (!now) return [];
  const { columns, rows, choices } = now;
  return columns.flatMap((name, c) => {
    if (name === choices.label || choices.ignore.includes(name)) return [];
    const values = new Set<string>();
    for (const row of rows) {
      values.add(row[c] ?? "");
      if (values.size > LISTED) break;
    }
    const words =
      values.size <= LISTED && [...values].some((cell) => cell !== "" && Number.isNaN(Number(cell)));
    return [{ name, usual: rows[0]?.[c] ?? "", ...(words && { values: [...values].sort() }) }];
  });
});

export function RowForm() {
  const now = subject.value;
  const trained = phase.value !== "fresh" && phase.value !== "starting";
  const predict = (): void => {
    if (!now) return;
    const row = Object.fromEntries(
      inputs.peek().map(({ name, usual }) => [name, (form.peek()[name] ?? usual) || null]),
    );
    try {
      const found = answerOf(now.model, row, classNames(now.source.train));
      answer.value = found;
      announce(saidOf(found).join(", "));
    } catch (error) {
      notifyError(error);
    }
  };
  const set = (name: string, value: string): void => {
    batch(() => {
      form.value = { ...form.peek(), [name]: value };
      answer.value = undefined;
    });
  };
  const found = answer.value;
  return (
    <form
      class="row-form stack"
      onSubmit={(event) => {
        event.preventDefault();
        if (trained) predict();
      }}
    >
      <Group label={said.predict} help="rowForm" class="cells-of-row">
        {inputs.value.map(({ name, usual, values }) => {
          const value = form.value[name] ?? usual;
          return (
            <Cell
              key={name}
              name={name}
              value={value}
              {...(values && { values })}
              onChange={(next) => set(name, next)}
            />
          );
        })}
      </Group>
      <div class="row">
        <button type="submit" class="button primary" disabled={!trained}>
          {said.answer}
        </button>
        <output class="figures" data-testid="answer">
          {trained ? found && saidOf(found).map((line) => <span key={line}>{line}</span>) : said.untrained}
        </output>
      </div>
    </form>
  );
}

function Cell(props: {
  name: string;
  value: string;
  values?: readonly string[];
  onChange: (value: string) => void;
}) {
  const id = useId();
  const { name, value, values, onChange } = props;
  return (
    <div class="field">
      <label for={id}>{name}</label>
      {values ? (
        <select id={id} value={value} onChange={(event) => onChange(event.currentTarget.value)}>
          {values.map((each) => (
            <option key={each} value={each} selected={each === value}>
              {each || said.empty}
            </option>
          ))}
        </select>
      ) : (
        <input id={id} type="text" value={value} onInput={(event) => onChange(event.currentTarget.value)} />
      )}
    </div>
  );
}

interface Answer {
  readonly value: string;
  /** Of a class, from 0 to 1. */
  readonly confidence?: number;
  /** Columns without a value, which got the usual one. */
  readonly filled: readonly string[];
}

function answerOf(model: Model, row: Row, classes: readonly string[]): Answer {
  const { data, shape } = encodeRows(model, row);
  const outputs = model.predict({ data, shape }).row(0);
  const filled = filledIn(formatOf(model)!)(row) ?? [];
  if (classes.length === 0) return { value: short(outputs[0]!), filled };
  const { said: answer, confidence } = verdict(outputs);
  return { value: classes[answer]!, confidence, filled };
}

function saidOf({ value, confidence, filled }: Answer): string[] {
  const label = table.peek()?.choices.label ?? "";
  return [
    fill(said.is, { label, value }),
    ...(confidence === undefined ? [] : [fill(said.sure, { share: (100 * confidence).toFixed(1) })]),
    ...(filled.length > 0 ? [fill(said.filled, { columns: filled.join(", ") })] : []),
  ];
}
