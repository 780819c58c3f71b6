/** A table: what is in it, which column is predicted, a form for a row, and predicted against true. Loaded with the first table. */
import { batch, computed, signal, useSignal, useSignalEffect } from "@preact/signals";
import type { Model } from "nabla";
import { useId } from "preact/hooks";
import { buffersFor, range } from "../../src/data/dataset.ts";
import { encodeRows, filledIn, formatOf, type Row } from "../../src/data/tables/rows.ts";
import { digitsText } from "../text/digits.ts";
import { fill } from "../text/words.ts";
import { short } from "../ui/chart.tsx";
import { Choice, Panel } from "../ui/controls.tsx";
import { announce, notifyError } from "../ui/messages.tsx";
import { Plot } from "../ui/plot.tsx";
import { adoptData } from "./dataPanel.tsx";
import { verdict } from "./examine.ts";
import { busy, phase, slowTick, subject } from "./session.ts";
import { classNames, own, type TableChoices, undecided } from "./source.ts";

const said = digitsText.table;
/** Rows of the preview, and dots of the plot. */
const PREVIEW = 6;
const DOTS = 300;
/** Fields with a list of their values: columns with at most so many different ones. */
const LISTED = 30;

const table = computed(() => undecided.value ?? subject.value?.source.table);

/** Cells of the form, by column. */
export const form = signal<Readonly<Record<string, string>>>({});
const answer = signal<Answer | undefined>(undefined);

export function TablePanel() {
  const now = table.value;
  if (!now) return null;
  const usable = undecided.value === undefined;
  return (
    <Panel title={said.title} class="table" help="table">
      <div class="stack">
        <Reading />
        <Preview />
        {usable && <RowForm />}
        {usable && subject.value?.source.train.target.kind === "values" && <Scatter />}
      </div>
    </Panel>
  );
}

async function choose(part: Partial<TableChoices>): Promise<void> {
  const now = table.peek();
  if (!now) return;
  const choices = { ...now.choices, ...part };
  try {
    await adoptData(await now.again(choices));
    batch(() => {
      form.value = {};
      answer.value = undefined;
    });
  } catch (error) {
    // the choices stay, so that the next one can be added
    undecided.value = { ...now, choices };
    notifyError(error);
  }
}

/** Which column is predicted, and what could be read in several ways. */
function Reading() {
  const { columns, choices } = table.value!;
  const options = <T extends string>(names: Readonly<Record<T, string>>) =>
    (Object.keys(names) as T[]).map((value) => ({ value, label: names[value] }));
  const locked = busy.value || phase.value === "paused";
  return (
    <fieldset class="reading-choices">
      <legend class="unseen">{said.reading}</legend>
      <Choice
        label={said.target}
        value={choices.label}
        options={columns.map((name) => ({ value: name, label: name }))}
        disabled={locked}
        onChange={(label) => void choose({ label })}
      />
      <Choice
        label={said.task}
        value={choices.task}
        options={options(said.tasks)}
        disabled={locked}
        onChange={(task) => void choose({ task })}
      />
      <Choice
        label={said.missing}
        value={choices.missing}
        options={options(said.ways)}
        disabled={locked}
        onChange={(missing) => void choose({ missing })}
      />
      <Choice
        label={said.header}
        value={choices.header}
        options={options(said.headers)}
        disabled={locked}
        onChange={(header) => void choose({ header, label: "" })}
      />
      <Choice
        label={said.decimal}
        value={choices.decimal}
        options={options(said.decimals)}
        disabled={locked}
        onChange={(decimal) => void choose({ decimal })}
      />
    </fieldset>
  );
}

function Preview() {
  const { columns, rows, choices } = table.value!;
  const shown = rows.slice(0, PREVIEW);
  const locked = busy.value || phase.value === "paused";
  const toggle = (name: string): void => {
    const { ignore } = choices;
    void choose({
      ignore: ignore.includes(name) ? ignore.filter((each) => each !== name) : [...ignore, name],
    });
  };
  return (
    // what is wider than the page is scrolled, with keys as well
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls takes the focus
    <section class="scroll" tabIndex={0} aria-label={said.rows}>
      <table class="figures small preview">
        <caption class="muted">
          {fill(said.preview, { n: String(shown.length), rows: rows.length.toLocaleString("en") })}
        </caption>
        <thead>
          <tr>
            {columns.map((name) => (
              <th key={name} scope="col" class={name === choices.label ? "target" : ""}>
                {name === choices.label ? (
                  name
                ) : (
                  <label>
                    <input
                      type="checkbox"
                      checked={!choices.ignore.includes(name)}
                      disabled={locked}
                      aria-label={fill(said.use, { column: name })}
                      onChange={() => toggle(name)}
                    />
                    {name}
                  </label>
                )}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {shown.map((cells, i) => (
            <tr key={i}>
              {cells.map((cell, c) => (
                <td key={c} class={columns[c] === choices.label ? "target" : ""}>
                  {cell === "" ? <span class="muted">{said.empty}</span> : cell}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
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

function RowForm() {
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
      <h3>{said.predict}</h3>
      <div class="cells-of-row">
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
      </div>
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

/** What the network says of rows it was not trained on, beside what is true. */
function Scatter() {
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
      <h3>{said.scatter}</h3>
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
