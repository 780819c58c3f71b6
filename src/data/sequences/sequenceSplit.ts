/** Sequences that were read, to data sets: cut in two, scaled by the part that is trained on, filled up. */
import { NablaError } from "../../errors.ts";
import { show } from "../../fields/fields.ts";
import { range } from "../dataset.ts";
import { rowsDataset } from "../rows.ts";
import { partsOf, splitRows } from "../split.ts";
import { rescale } from "../targetScale.ts";
import type { RawSequences } from "./rawSequences.ts";
import { readAs } from "./readAs.ts";
import { labelsSteps, labelTargets, quantitiesOf, stepTargets, targetScaleOf } from "./sequenceLabels.ts";
import type { SequenceOptions, SequenceSplit } from "./sequenceOptions.ts";
import { checkIds, freeMask, lengthsOf, packRows, type Steps, scaleSteps, stepsOf } from "./sequenceRows.ts";
import { checkTargetScale, type SequencesInfo } from "./sequencesInfo.ts";
import { Vocabulary, wordVocabulary } from "./vocabulary.ts";

/** How they become rows, whatever they were read from. */
type Reading = Omit<SequenceOptions, "labels" | "label" | "ignore" | "name">;

/** Data sets of sequences that were read. */
export function splitSequences(given: RawSequences, options: Reading): SequenceSplit {
  const { like, missing = "error", testFraction = 0.2, seed = 0 } = options;
  const { task = like?.targetScale && ("regression" as const) } = options;
  const { raw, notes } = whole(given, missing);
  checkKind(raw, like);
  if (!raw.labels)
    throw new NablaError(
      `${raw.name}: the sequences have no labels; expected records with label, class, target or y, or labels beside the sequences (label, --label, names another key)`,
    );
  const told = { ...(task && { task }), ...(like?.classes && { known: like.classes }) };
  const each = (readAs(options, like).targets ?? (labelsSteps(raw) ? "each" : "sequence")) === "each";
  const one = each ? undefined : labelTargets(raw, told);
  const labelled = rowsDataset(
    {
      name: raw.name,
      length: raw.rows.length,
      inputShape: [0],
      inputType: "float32",
      inputScale: 1,
      target: one?.target ?? { kind: "values", size: 1 },
    },
    new Float32Array(0),
    one?.y ?? new Float32Array(raw.rows.length),
  );
  const cut = testFraction > 0 ? splitRows(labelled, testFraction, { seed }) : undefined;
  const train = cut?.[0] ?? range(raw.rows.length);
  const {
    info,
    steps,
    notes: how,
  } = like
    ? { info: like, steps: stepsOf(raw, vocabularyOf(like)), notes: [] }
    : fitInfo(raw, train, options);
  if (like) checkLike(raw, steps, like);
  const x = packRows(raw, steps, info, options.keep);
  const {
    y,
    target,
    classes,
    notes: said,
  } = one
    ? { ...one, classes: one.target.kind === "class" ? one.target.names : undefined }
    : { classes: undefined, ...stepTargets(raw, lengthsOf(steps), info.steps, options.keep, told) };
  // of a model whose targets were not scaled these are not, either
  const { targetScale: asked = like ? (like.targetScale ?? false) : true } = options;
  const by =
    asked === true
      ? targetScaleOf(y, target, train, raw.label, each ? lengthsOf(steps) : undefined)
      : asked
        ? checkTargetScale(asked, `${raw.name}: targetScale`, quantitiesOf(target))
        : undefined;
  if (by) rescale(y, undefined, by);
  const all = Object.assign(
    rowsDataset(
      {
        name: raw.name,
        length: raw.rows.length,
        inputShape: info.kind === "vectors" ? [info.steps, steps.width] : [info.steps],
        inputType: "float32",
        inputScale: 1,
        target,
        ...(by && { targetScale: by }),
      },
      x,
      y,
    ),
    {
      extra: {
        sequences: {
          ...withoutTargets(info),
          ...(classes && { classes: [...classes] }),
          ...(by && { targetScale: by }),
          ...(each && { targets: "each" as const }),
        },
      },
    },
  );
  const parts = cut ? partsOf(all, cut) : [all];
  return {
    train: parts[0]!,
    ...(parts[1] && { test: parts[1] }),
    info: all.extra.sequences,
    notes: [...notes, ...how, ...said],
  };
}

/** What is said of targets is of these. */
const withoutTargets = ({ classes: _, targetScale: _by, targets: _each, ...info }: SequencesInfo) => info;

/** The same of sequences that were read. */
export function encodeRaw(given: RawSequences, info: SequencesInfo, keep?: "first" | "last") {
  const { raw } = whole(given, "error");
  checkKind(raw, info);
  const steps = stepsOf(raw, vocabularyOf(info));
  checkLike(raw, steps, info);
  const data = packRows(raw, steps, info, keep);
  const { length } = raw.rows;
  const lengths = lengthsOf(steps).map((n) => Math.min(n, info.steps));
  return {
    data,
    lengths,
    shape: info.kind === "vectors" ? [length, info.steps, steps.width] : [length, info.steps],
  };
}

const vocabularyOf = ({ vocabulary }: SequencesInfo) => vocabulary && new Vocabulary(vocabulary);

function checkKind({ name, kind, features }: RawSequences, like: SequencesInfo | undefined): void {
  if (!like) return;
  if (kind !== like.kind)
    throw new NablaError(`${name}: the model was trained on sequences of ${like.kind}, these are of ${kind}`);
  const { length } = like.features ?? [];
  if (features.length !== length)
    throw new NablaError(
      `${name}: the model takes ${length} numbers a step (${like.features!.join(", ")}), these sequences have ${features.length}`,
    );
}

/** Ids that the model knows. */
function checkLike(raw: RawSequences, steps: Steps, { kind, size, maskValue }: SequencesInfo): void {
  if (kind !== "ids") return;
  checkIds(raw, steps, maskValue === undefined ? 0 : 1);
  steps.rows.forEach((row, r) => {
    const at = Array.from(row).findIndex((id) => id >= size!);
    if (at >= 0)
      throw new NablaError(
        `${raw.name}: ${raw.placeOf(r, at)}: expected an id below ${size}, those the model was trained on, got ${row[at]}`,
      );
  });
}

function fitInfo(
  raw: RawSequences,
  train: Uint32Array,
  { steps: asked, keep, maskValue, standardise = true, vocabulary }: Reading,
): { info: SequencesInfo; steps: Steps; notes: string[] } {
  const { kind, features, label, sequence, time } = raw;
  const words = kind === "words" ? (vocabulary ?? fittedWords(raw, train)) : undefined;
  const given = stepsOf(raw, words);
  const lengths = lengthsOf(given);
  const [least, longest] = [
    lengths.reduce((a, b) => Math.min(a, b)),
    lengths.reduce((a, b) => Math.max(a, b)),
  ];
  const steps = asked ?? longest;
  const padded = least < steps;
  const by = kind === "vectors" && standardise ? scaleSteps(given, train) : undefined;
  const mask = kind !== "vectors" ? 0 : maskValue === "auto" ? freeMask(given, by) : (maskValue ?? 0);
  if (kind !== "vectors" && maskValue !== undefined && maskValue !== "auto" && maskValue !== 0)
    throw new NablaError(`${raw.name}: maskValue: ${kind} are filled up with 0, got ${show(maskValue)}`);
  const size = kind === "ids" ? checkIds(raw, given, padded ? 1 : 0) : words?.size;
  const cut = keep ? lengths.filter((length) => length > steps).length : 0;
  const notes = [
    least === longest
      ? `sequences of ${longest} steps`
      : `sequences of ${least} to ${longest} steps, rows of ${steps}`,
    ...(cut > 0
      ? [`${cut} longer sequence${cut === 1 ? "" : "s"}: the ${keep} ${steps} steps are kept`]
      : []),
    ...(padded ? [`shorter ones are filled up with ${mask}`] : []),
    ...(words ? [`${words.info.tokens.length} different words`] : []),
    ...(kind === "vectors" && wholeNumbers(given) && features.length === 1
      ? ["whole numbers are read as quantities; ids: true (--ids) reads them as ids"]
      : []),
  ];
  return {
    steps: given,
    notes,
    info: {
      kind,
      steps,
      ...(kind === "vectors" && { features: [...features] }),
      ...(size !== undefined && { size }),
      ...(padded && { maskValue: mask }),
      ...(by && { standardisation: by }),
      ...(words && { vocabulary: words.info }),
      ...(label !== undefined && { label }),
      ...(sequence !== undefined && { sequence }),
      ...(time !== undefined && { time }),
    },
  };
}

function fittedWords({ rows, name, place }: RawSequences, train: Uint32Array): Vocabulary {
  const empty = rows.findIndex((text) => typeof text === "string" && text.trim() === "");
  if (empty >= 0)
    throw new NablaError(`${name}: ${place(empty)}: an empty sequence; expected at least one word`);
  const some = Array.from(train, (row) => rows[row] as string | readonly string[]);
  return wordVocabulary(typeof some[0] === "string" ? some.join("\n") : some.flat(), { lowercase: true });
}

const wholeNumbers = ({ rows }: Steps): boolean =>
  rows.every((row) => Array.from(row).every((value) => Number.isInteger(value) && value >= 0));

/** Without missing values. */
function whole(
  raw: RawSequences,
  missing: SequenceOptions["missing"],
): { raw: RawSequences; notes: string[] } {
  const notes = [...raw.notes];
  const width = Math.max(1, raw.features.length);
  const holes = raw.rows.map((row) =>
    typeof row[0] === "number" ? (row as Float64Array).findIndex(Number.isNaN) : -1,
  );
  const first = holes.findIndex((at) => at >= 0);
  if (first < 0) return { raw, notes };
  const step = Math.floor(holes[first]! / width);
  const feature = raw.features.length > 1 ? `: ${show(raw.features[holes[first]! % width])}` : "";
  if (missing === "error")
    throw new NablaError(
      `${raw.name}: ${raw.placeOf(first, step)}${feature}: the value is missing; missing: "fill" (--missing fill) takes the step before, "drop" leaves out such sequences`,
    );
  const count = holes.filter((at) => at >= 0).length;
  const plural = count === 1 ? "" : "s";
  if (missing === "drop") {
    const kept = holes.flatMap((at, row) => (at < 0 ? [row] : []));
    if (kept.length === 0) throw new NablaError(`${raw.name}: every sequence has a missing value`);
    return {
      notes: [...notes, `${count} sequence${plural} with missing values left out`],
      raw: {
        ...raw,
        rows: kept.map((row) => raw.rows[row]!),
        ...(raw.labels && { labels: kept.map((row) => raw.labels![row]) }),
        place: (row) => raw.place(kept[row]!),
        placeOf: (row, at) => raw.placeOf(kept[row]!, at),
      },
    };
  }
  const rows = raw.rows.map((row, r) => {
    if (holes[r]! < 0) return row;
    const values = (row as Float64Array).slice();
    for (let i = 0; i < values.length; i++) {
      if (!Number.isNaN(values[i]!)) continue;
      if (i < width)
        throw new NablaError(
          `${raw.name}: ${raw.placeOf(r, 0)}: the first value is missing, and there is none before it; missing: "drop" (--missing drop) leaves the sequence out`,
        );
      values[i] = values[i - width]!;
    }
    return values;
  });
  return {
    raw: { ...raw, rows },
    notes: [...notes, `missing values of ${count} sequence${plural} filled with the steps before`],
  };
}
