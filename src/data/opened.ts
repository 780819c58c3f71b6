/** Opening data sets by what files are: the parts that are the same for paths and for files in a browser. */
import { NablaError } from "../errors.ts";
import type { CsvInfo } from "./csv.ts";
import { type CsvSplitOptions, csvSplit } from "./csv.ts";
import type { DataSplit, Dataset } from "./dataset.ts";
import { type GeneratedOptions, generatedSets, makeGenerated } from "./generated/index.ts";
import { type Idx, idxSplit } from "./idx.ts";
import type { ImageInfo, Problem } from "./images/imageSet.ts";
import { withHeader } from "./portable.ts";

/** What a path turned out to be. */
export type DataKind = "generated" | "idx" | "csv" | "npz" | "images";

export interface OpenedData extends DataSplit {
  name: string;
  kind: DataKind;
  csv?: CsvInfo;
  /** How pictures were brought to the shape of a row. */
  images?: ImageInfo;
  /** Files of an image folder that were left out, with `unreadable: "skip"`. */
  skipped?: readonly Problem[];
  /** Sub-folders of an image folder that were not used, being neither class nor part. */
  unused?: readonly string[];
  /**
   * SHA-256, hexadecimal: whether the data is the same as another time. Of the bytes of a CSV or npz file, of the names and sizes
   * of the files of an image folder.
   */
  fingerprint?: string;
}

/** What readers of generated sets and tables take: `seed`, `samples`, …; `label`, `task`, … */
export type ReaderOptions = GeneratedOptions & Omit<CsvSplitOptions, "name">;

/** With what it was opened from in `extra`, which goes into checkpoints. */
export function withOrigin(opened: OpenedData, options: ReaderOptions): OpenedData {
  const { name, kind, fingerprint, csv, images } = opened;
  const { samples, seed, testFraction } = options;
  const known = (part: Dataset): Dataset =>
    withHeader(part, {
      extra: {
        data: {
          name,
          kind,
          inputType: part.inputType,
          inputScale: part.inputScale,
          ...(kind === "generated" && samples !== undefined && { samples }),
          ...(kind === "csv" && testFraction !== undefined && { testSplit: testFraction }),
          ...((kind === "generated" || kind === "csv") && seed !== undefined && { seed }),
          ...(fingerprint && { fingerprint }),
        },
        ...(csv && { csv }),
        ...(images && { images }),
      },
    });
  return { ...opened, train: known(opened.train), ...(opened.test && { test: known(opened.test) }) };
}

/** undefined where no generated set has this name. */
export function openGenerated(name: string, options: ReaderOptions): OpenedData | undefined {
  if (!Object.hasOwn(generatedSets, name)) return undefined;
  return { name, kind: "generated", ...makeGenerated(name, options) };
}

/** @throws NablaError for bytes that are no text in UTF-8, and whatever csvSplit() throws for */
export function openTable(
  bytes: Uint8Array,
  name: string,
  options: ReaderOptions,
): ReturnType<typeof csvSplit> {
  let text: string;
  try {
    text = new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch (cause) {
    throw new NablaError(`${name}: expected text in UTF-8; save it in that encoding`, { cause });
  }
  return csvSplit(text, { ...options, name });
}

const IDX = {
  trainImages: /^train-images([.-]idx\d-ubyte|\.idx)?(\.gz)?$/i,
  trainLabels: /^train-labels([.-]idx\d-ubyte|\.idx)?(\.gz)?$/i,
  testImages: /^(t10k|test)-images([.-]idx\d-ubyte|\.idx)?(\.gz)?$/i,
  testLabels: /^(t10k|test)-labels([.-]idx\d-ubyte|\.idx)?(\.gz)?$/i,
};

/** Whether a file of this name is one of the four of an IDX data set. */
export const isIdxName = (name: string): boolean => Object.values(IDX).some((pattern) => pattern.test(name));

/**
 * The data set in IDX files named like MNIST's, gzip or not.
 *
 * @param names of all files there are, without folder
 * @param where what errors call the place
 * @param read reads the file of one of these names
 */
export async function openIdx(
  names: readonly string[],
  where: string,
  name: string,
  read: (name: string) => Promise<Idx>,
): Promise<DataSplit> {
  // Sorted, an unpacked file comes before the same with .gz.
  const entries = [...names].sort();
  const find = (pattern: RegExp) => entries.find((entry) => pattern.test(entry));
  const trainImages = find(IDX.trainImages);
  const trainLabels = find(IDX.trainLabels);
  if (!trainImages || !trainLabels) {
    const listed = entries.slice(0, 8).join(", ") + (entries.length > 8 ? ", …" : "");
    throw new NablaError(
      `${where}: expected IDX files train-images-idx3-ubyte and train-labels-idx1-ubyte, and for a test part ` +
        `t10k-images-idx3-ubyte and t10k-labels-idx1-ubyte, each as it is or with .gz; or a sub-folder of PNG and JPEG files for each class; found ${listed || "an empty folder"}`,
    );
  }
  const pair = async (images: string, labels: string) => ({
    images: await read(images),
    labels: await read(labels),
  });
  const train = await pair(trainImages, trainLabels);
  const testImages = find(IDX.testImages);
  const testLabels = find(IDX.testLabels);
  if (!testImages !== !testLabels) {
    throw new NablaError(
      `${where}: found ${testImages ?? testLabels}, but not its ${testImages ? "labels" : "images"}; expected both or neither`,
    );
  }
  return idxSplit(train, testImages && testLabels ? await pair(testImages, testLabels) : undefined, name);
}
