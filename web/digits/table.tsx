/** A table: what is in it, and which column is predicted. Loaded with the first table. */
import { partsText } from "../text/digitsParts.ts";
import { fill } from "../text/words.ts";
import { Beside, Choice, Panel } from "../ui/controls.tsx";
import { notifyError } from "../ui/messages.tsx";
import { adoptData } from "./dataPanel.tsx";
import { forgetRow, RowForm } from "./rowForm.tsx";
import { Scatter } from "./scatter.tsx";
import { type TableChoices, undecided } from "./source.ts";
import { busy, phase, subject, table } from "./state.ts";

const said = partsText.table;
/** Rows of the preview. */
const PREVIEW = 6;

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
    forgetRow();
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
        help="target"
        value={choices.label}
        options={columns.map((name) => ({ value: name, label: name }))}
        disabled={locked}
        onChange={(label) => void choose({ label })}
      />
      <Choice
        label={said.task}
        help="task"
        value={choices.task}
        options={options(said.tasks)}
        disabled={locked}
        onChange={(task) => void choose({ task })}
      />
      <Choice
        label={said.missing}
        help="missing"
        value={choices.missing}
        options={options(said.ways)}
        disabled={locked}
        onChange={(missing) => void choose({ missing })}
      />
      <Choice
        label={said.header}
        help="header"
        value={choices.header}
        options={options(said.headers)}
        disabled={locked}
        onChange={(header) => void choose({ header, label: "" })}
      />
      <Choice
        label={said.decimal}
        help="decimal"
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
    <Beside of={{ label: said.columns, help: "columns" }}>
      {/* what is wider than the page is scrolled, with keys as well */}
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls takes the focus */}
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
    </Beside>
  );
}
