/** Reading what a visitor chose or dropped: data, a picture of one thing, or a network. Loaded when there is something to read. */
import { NablaError } from "nabla";
import { type OpenedData, openData, pictureFrom } from "nabla/browser";
import { type Dataset, labelsOf, splitDataset } from "nabla/data";
import { partsText } from "../text/digitsParts.ts";
import { fill } from "../text/words.ts";
import { asOnPage, rawTable } from "./rawTable.ts";
import type { Source, TableChoices, TableSource } from "./source.ts";

const said = partsText.data;
/** Of data without a test part. */
const TEST_SHARE = 0.15;

export type Dropped =
  | { readonly kind: "data"; readonly source: Source }
  /** A table of which something has to be said first. */
  | { readonly kind: "undecided"; readonly table: TableSource; readonly why: unknown }
  | {
      readonly kind: "picture";
      readonly name: string;
      readonly picture: Awaited<ReturnType<typeof pictureFrom>>;
    }
  | { readonly kind: "network"; readonly file: File };

/**
 * What files are, and what is in them.
 *
 * @param files of a drop the whole DataTransfer, which must be handed over within its event: folders come only so
 */
export async function read(files: DataTransfer | readonly File[]): Promise<Dropped> {
  const list = Array.isArray(files) ? (files as readonly File[]) : [...(files as DataTransfer).files];
  const [first] = list;
  const one = list.length === 1 ? first : undefined;
  if (one && /\.safetensors$/i.test(one.name)) return { kind: "network", file: one };
  if (one && (one.type.startsWith("image/") || /\.(png|jpe?g|webp|gif|avif|bmp)$/i.test(one.name)))
    return { kind: "picture", name: one.name, picture: await pictureFrom(one) };
  // what was dropped is asked for at once
  const opening = openData(files as DataTransfer);
  try {
    const opened = await opening;
    const source = await sourceOf(opened);
    return {
      kind: "data",
      source: opened.csv && one ? await withTable(source, opened, one, AS_IT_LOOKS) : source,
    };
  } catch (cause) {
    const table = one && (await tableOf(one, AS_IT_LOOKS).catch(() => undefined));
    if (!table || table.columns.length < 2) throw asOnPage(cause);
    return { kind: "undecided", table, why: asOnPage(cause) };
  }
}

const AS_IT_LOOKS: TableChoices = {
  label: "",
  task: "auto",
  missing: "auto",
  header: "auto",
  decimal: "auto",
  ignore: [],
};

/** The rows of a table as they are written, and how it can be read with other choices. */
async function tableOf(file: File, choices: TableChoices): Promise<TableSource> {
  const { columns, rows } = await rawTable(file, choices.header);
  return {
    columns,
    rows,
    choices: { ...choices, label: choices.label || (columns.at(-1) ?? "") },
    again: (next) => reread(file, next),
  };
}

async function reread(file: File, choices: TableChoices): Promise<Source> {
  const { label, task, missing, header, decimal, ignore } = choices;
  try {
    const opened = await openData([file], {
      label,
      task,
      ...(missing !== "auto" && { missing }),
      ...(header !== "auto" && { header: header === "names" }),
      ...(decimal !== "auto" && { decimal }),
      ...(ignore.length > 0 && { ignore: ignore.filter((name) => name !== label) }),
    });
    return await withTable(await sourceOf(opened), opened, file, choices);
  } catch (cause) {
    throw asOnPage(cause);
  }
}

async function withTable(
  source: Source,
  opened: OpenedData,
  file: File,
  choices: TableChoices,
): Promise<Source> {
  const label = opened.csv?.label ?? choices.label;
  // of a table with types there is no text to be shown
  const table = await tableOf(file, { ...choices, label }).catch(() => undefined);
  return table ? { ...source, table } : source;
}

async function sourceOf(opened: OpenedData): Promise<Source> {
  const { name, train } = opened;
  const test = opened.test ?? opened.validation;
  if (train.length < 2) throw new NablaError(fill(train.length === 0 ? said.noRow : said.oneRow, { name }));
  if (train.target.kind === "class") await checkClasses(name, train);
  if (test && test.length > 0) return { kind: "own", name, train, test };
  // a few rows cannot spare any
  if (train.length < 10) return { kind: "own", name, train };
  const [kept, held] = splitDataset(train, TEST_SHARE, { seed: 0 });
  return { kind: "own", name, train: kept, test: held };
}

async function checkClasses(name: string, data: Dataset): Promise<void> {
  const present = new Set(data.labels ?? (await labelsOf(data)));
  if (present.size > 1) return;
  throw new NablaError(fill(said.alike, { name, n: String(data.length) }));
}
