/** Reading what a visitor chose or dropped: data, a picture of one thing, or a network. Loaded when there is something to read. */
import { NablaError } from "nabla";
import { type OpenedData, openData, pictureFrom } from "nabla/browser";
import { type Dataset, labelsOf, splitDataset } from "nabla/data";
import type { Source } from "./source.ts";

/** Of data without a test part. */
const TEST_SHARE = 0.15;

export type Dropped =
  | { readonly kind: "data"; readonly source: Source }
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
export function read(files: DataTransfer | readonly File[]): Promise<Dropped> {
  const list = Array.isArray(files) ? (files as readonly File[]) : [...(files as DataTransfer).files];
  const [first] = list;
  if (list.length === 1 && first && /\.safetensors$/i.test(first.name))
    return Promise.resolve({ kind: "network", file: first });
  if (
    list.length === 1 &&
    first &&
    (first.type.startsWith("image/") || /\.(png|jpe?g|webp|gif|avif|bmp)$/i.test(first.name))
  )
    return pictureFrom(first).then((picture) => ({ kind: "picture", name: first.name, picture }));
  return openData(files as DataTransfer).then(async (opened) => ({
    kind: "data",
    source: await sourceOf(opened),
  }));
}

async function sourceOf(opened: OpenedData): Promise<Source> {
  const { name, train } = opened;
  const test = opened.test ?? opened.validation;
  if (train.length < 2)
    throw new NablaError(
      `${name}: there is ${train.length === 0 ? "no row" : "one row"}; a network learns from several`,
    );
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
  throw new NablaError(
    `${name}: all ${data.length} rows are of one class; to tell classes apart a network needs rows of at least two`,
  );
}
