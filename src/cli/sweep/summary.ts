/** What came out of a sweep: a table of the trials, what mattered, and how to train the best. */
import { NablaError } from "../../errors.ts";
import { log } from "../../math/elementary.ts";
import { figure, plural, shown, table, words } from "../../report/text/format.ts";
import { rungsOf, type Standing, standingsOf } from "./asha.ts";
import { type Result, readFolder, readResults } from "./folder.ts";
import { groupsOf, type Influence, influencesOf, mean } from "./importance.ts";
import type { Specification } from "./specification.ts";
import { wordsOf } from "./trial.ts";

export interface Summary {
  readonly specification: Specification;
  /** Epochs of each rung, with --asha. */
  readonly rungs: readonly number[] | undefined;
  /** Best first. */
  readonly standings: readonly Standing[];
  readonly influences: readonly Influence[];
  /** The command that trains the best. */
  readonly command: string;
}

/** @throws NablaError where no trial is finished */
export async function summaryOf(out: string): Promise<Summary> {
  const { specification, asha } = await readFolder(out);
  const rungs = asha ? rungsIn(specification) : undefined;
  const { reduction } = settingsOf(specification);
  const finished = await Promise.all((rungs ?? [undefined]).map((rung) => readResults(out, rung)));
  const standings = standingsOf(specification, reduction, finished);
  const best = standings[0];
  if (!best)
    throw new NablaError(
      `${out}: no trial is finished yet; nabla sweep SPEC.json --trial 0 --out ${out} runs the first`,
    );
  // figures of different lengths of training would be compared with each other
  const first = [...finished[0]!.values()].sort((a, b) => a.trial - b.trial);
  return {
    specification,
    rungs,
    standings,
    influences: influencesOf(specification, first),
    command: commandOf(specification, best.result, rungs?.[best.rung]),
  };
}

export const settingsOf = ({ document }: Specification): { reduction: number; minEpochs: number } =>
  document.asha ?? { reduction: 3, minEpochs: 1 };

/** @throws NablaError where the specification does not say for how long trials are trained */
export function rungsIn(specification: Specification): number[] {
  const epochs = specification.document.options?.epochs;
  if (typeof epochs !== "number")
    throw new NablaError(
      '--asha: expected the epochs of the last rung among the options, like "options": {"epochs": 27}',
    );
  return rungsOf(settingsOf(specification), epochs);
}

function commandOf(specification: Specification, { parameters }: Result, epochs?: number): string {
  const all = [
    "nabla",
    "train",
    ...wordsOf(specification, parameters as never, epochs),
    "--out",
    "best.safetensors",
  ];
  return all.map(quoted).join(" ");
}

/** A word as a shell takes it. */
const quoted = (word: string): string =>
  /^[\w./:,=+@%-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`;

const cell = (value: unknown): string =>
  value === undefined
    ? ""
    : typeof value === "string"
      ? value
      : Array.isArray(value)
        ? value.join(",")
        : String(value);

/** The whole as text. @param most rows of the table */
export function summaryText(summary: Summary, { columns }: { columns(): number }, most = 20): string {
  const { specification, standings, influences, rungs, command } = summary;
  const { document, trials } = specification;
  const { score } = document;
  const names = specification.parameters.map(({ name }) => name);
  const rows = standings
    .slice(0, most)
    .map(({ result }, i) => [
      String(i + 1),
      String(result.trial),
      result.score === undefined ? "diverged" : shown(score, result.score),
      String(result.epochs),
      ...names.map((name) => cell(result.parameters[name])),
    ]);
  const extras = standings.filter(({ extra }) => extra);
  const lines = [
    `${standings.length} of ${plural(trials, "trial")} of ${document.data} finished; best first, by ${words(score)}`,
    ...(rungs
      ? [`rungs of ${rungs.join(", ")} epochs; one in ${settingsOf(specification).reduction} goes on`]
      : []),
    "",
    table(["", "trial", words(score), "epochs", ...names], rows),
    ...(standings.length > most ? [`… and ${standings.length - most} more; --json has them all`] : []),
    ...extras.map(
      ({ result, extra }) =>
        `trial ${result.trial} went on before its rung was whole: ${extra!.score === undefined ? "diverged" : shown(score, extra!.score)} after ${plural(extra!.epochs, "epoch")}; it does not count`,
    ),
    "",
    `What mattered${rungs ? ` after ${plural(rungs[0]!, "epoch")}` : ""}: the share of the scores' differences (of their ranks) that goes with each`,
    ...influences.flatMap((influence) => [
      "",
      ...influenceLines(influence, score, specification.sign, columns()),
    ]),
    "",
    "To train the best once more, to the bit:",
    `  ${command}`,
  ];
  return lines.join("\n");
}

function influenceLines(
  { parameter, samples, share }: Influence,
  score: string,
  sign: 1 | -1,
  width: number,
): string[] {
  const head = `${parameter.name}  ${share === undefined ? "too few trials" : `${(share * 100).toFixed(0)} %`}`;
  if (samples.length === 0) return [head];
  if (parameter.range && samples.length > 1)
    return [head, ...scatter(parameter.range.log, samples as never, score, width)];
  const groups = [...groupsOf(samples)].map(([key, places]) => {
    const scores = places.map((i) => samples[i]!.score);
    const best = sign === 1 ? Math.max(...scores) : Math.min(...scores);
    return [cell(JSON.parse(key)), String(scores.length), shown(score, best), shown(score, mean(scores))];
  });
  return [
    head,
    ...table(["value", "trials", "best", "mean"], groups)
      .split("\n")
      .map((line) => `  ${line}`),
  ];
}

const [HEIGHT, MARGIN] = [7, 12];

/** Score upwards, the value to the right; ∙ is a trial, : two or three, # more. */
function scatter(
  logarithmic: boolean,
  samples: readonly { value: number; score: number }[],
  score: string,
  columns: number,
): string[] {
  const width = Math.max(10, Math.min(60, columns - MARGIN - 2));
  const x = samples.map(({ value }) => (logarithmic ? log(value) : value));
  const y = samples.map((sample) => sample.score);
  const [left, right, low, high] = [Math.min(...x), Math.max(...x), Math.min(...y), Math.max(...y)];
  const place = (value: number, from: number, to: number, cells: number) =>
    to > from ? Math.round(((value - from) / (to - from)) * (cells - 1)) : 0;
  const counts = Array.from({ length: HEIGHT }, () => new Array<number>(width).fill(0));
  for (const [i, value] of x.entries())
    counts[HEIGHT - 1 - place(y[i]!, low, high, HEIGHT)]![place(value, left, right, width)]!++;
  const mark = (n: number) => (n === 0 ? " " : n === 1 ? "∙" : n < 4 ? ":" : "#");
  const side = (row: number) =>
    row === 0 ? shown(score, high) : row === HEIGHT - 1 ? shown(score, low) : "";
  const values = samples.map(({ value }) => value);
  const [first, last] = [Math.min(...values), Math.max(...values)].map((v) =>
    Number.isInteger(v) ? String(v) : figure(v),
  ) as [string, string];
  return [
    ...counts.map((row, i) => `${side(i).padStart(MARGIN - 2)} │${row.map(mark).join("")}`.trimEnd()),
    `${" ".repeat(MARGIN - 1)}└${"─".repeat(width)}`,
    `${" ".repeat(MARGIN)}${first}${last.padStart(Math.max(last.length + 1, width - first.length))}${logarithmic ? " (log)" : ""}`,
  ];
}

/** The whole as JSON. */
export function summaryJson({ specification, rungs, standings, influences, command }: Summary): object {
  const { document, trials } = specification;
  return {
    data: document.data,
    score: document.score,
    goal: specification.sign === 1 ? "max" : "min",
    trials,
    finished: standings.length,
    ...(rungs && { rungs }),
    table: standings.map(({ result, rung, extra }, i) => ({
      rank: i + 1,
      trial: result.trial,
      status: result.status,
      ...(result.score !== undefined && { score: result.score }),
      ...(rungs && { rung }),
      epochs: result.epochs,
      parameters: result.parameters,
      figures: result.figures,
      ...(result.weightsSha256 !== undefined && { weightsSha256: result.weightsSha256 }),
      ...(extra && {
        extra: { epochs: extra.epochs, ...(extra.score !== undefined && { score: extra.score }) },
      }),
    })),
    mattered: influences.map(({ parameter, samples, share }) => ({
      parameter: parameter.name,
      ...(share !== undefined && { share }),
      trials: samples.length,
    })),
    command,
  };
}
