/** nabla forecast */
import { publicly } from "../../data/readers/remote.ts";
import { NablaError } from "../../errors.ts";
import { checkWritable, writeFileAtomic } from "../../node/files.ts";
import { openSeries } from "../../node/series.ts";
import type { Terminal } from "../../report/terminal.ts";
import { csvText } from "../../report/text/csv.ts";
import { plural, result, table } from "../../report/text/format.ts";
import { inLine } from "../../report/text/visible.ts";
import { forecast } from "../../sequences/forecast.ts";
import { openModel } from "../input/openModel.ts";
import { readingOf, seriesOf } from "../input/series.ts";
import type { SeriesFlags } from "../options/series.ts";
import type { TableFlags } from "../options/tables.ts";

interface ForecastFlags extends SeriesFlags, Pick<TableFlags, "missing" | "decimal"> {
  steps?: number;
  out?: string;
  json?: boolean;
}

export async function forecastCommand(
  path: string,
  source: string,
  flags: ForecastFlags,
  { dim, print, printJson }: Terminal,
): Promise<number> {
  const model = await openModel(path);
  const info = seriesOf(model);
  if (!info)
    throw new NablaError(
      `forecast: ${path} was not trained on a series: nabla train series.csv --forecast 24 --out model.safetensors makes such a model`,
    );
  if (flags.out !== undefined) await checkWritable(flags.out);
  const read = await openSeries(source, readingOf(flags, info));
  const said = forecast(model, read, flags.steps);
  const rows = said.toArray();
  // without times steps are numbered on from the last
  const time = said.times ?? rows.map((_, i) => String(read.length + i));
  const head = said.times ? "time" : "step";
  if (flags.out !== undefined) {
    const cells = [[head, ...said.columns], ...rows.map((row, i) => [time[i]!, ...row.map(rounded)])];
    await writeFileAtomic(flags.out, new TextEncoder().encode(csvText(cells)));
    if (flags.json) printJson({ steps: said.length, out: flags.out });
    else print(`${plural(said.length, "step")} written to ${flags.out}`);
    return 0;
  }
  if (flags.json) {
    rows.forEach((row, i) => {
      const values = Object.fromEntries(said.columns.map((column, c) => [column, rounded(row[c]!)]));
      printJson({ [head]: said.times ? time[i]! : Number(time[i]), values });
    });
    return 0;
  }
  for (const note of read.notes) print(dim(inLine(`${publicly(source)}: ${note}`)));
  print(
    table(
      [head, ...said.columns.map(inLine)],
      rows.map((row, i) => [time[i]!, ...row.map(result)]),
    ),
  );
  return 0;
}

/** What the network computes has the digits of a float32. */
const rounded = (value: number): number => Number(value.toPrecision(8));
