/** IDX files: those of MNIST by their names, or any two of which one holds labels. */

import { NablaError } from "../../errors.ts";
import { choice } from "../../fields/fields.ts";
import { object, optional } from "../../fields/objects.ts";
import { atOnce } from "../atOnce.ts";
import { type Idx, type IdxReading, idxSplit, isIdx, parseIdx } from "../idx.ts";
import { type ArraysInfo, arraysField } from "../numpy/split.ts";
import { standardisationField } from "../standardisationField.ts";
import { SCALINGS } from "../values/inputs.ts";
import { contentOf, filesBelow, headOf, isFile } from "./content.ts";
import {
  type DataFile,
  type DataFolder,
  type DataHost,
  LIKELY,
  NO,
  type ReadData,
  type Reader,
  SURE,
} from "./reader.ts";

const TRAIN_IMAGES = /^train-images([.-]idx\d-ubyte|\.idx)?(\.gz)?$/i;
const TRAIN_LABELS = /^train-labels([.-]idx\d-ubyte|\.idx)?(\.gz)?$/i;
const TEST_IMAGES = /^(t10k|test)-images([.-]idx\d-ubyte|\.idx)?(\.gz)?$/i;
const TEST_LABELS = /^(t10k|test)-labels([.-]idx\d-ubyte|\.idx)?(\.gz)?$/i;

/** A file, and the name that says which part it is: its own, or that of the folder it is alone in. */
interface Named {
  readonly file: DataFile;
  readonly name: string;
}

/** Which part a file is, only its name says. */
const hasPart = ({ name }: { readonly name: string }): boolean =>
  [TRAIN_IMAGES, TRAIN_LABELS, TEST_IMAGES, TEST_LABELS].some((pattern) => pattern.test(name));

/** All files in a folder and below it. Programs unpack archives into folders that are called like the file in them. */
async function namedBelow(folder: DataFolder): Promise<Named[]> {
  const files = await filesBelow(folder);
  const filesIn = new Map<DataFolder, number>();
  for (const { folder } of files) filesIn.set(folder, (filesIn.get(folder) ?? 0) + 1);
  return files.map(({ file, folder }) => {
    const its = !hasPart(file) && hasPart(folder) && filesIn.get(folder) === 1;
    return { file, name: its ? folder.name : file.name };
  });
}

type IdxOptions = IdxReading & { likeArrays?: ArraysInfo };

export const idx: Reader<"idx", IdxOptions> = {
  kind: "idx",
  title: "IDX files",
  from: "folder",
  expected:
    "IDX files train-images-idx3-ubyte and train-labels-idx1-ubyte (with .gz or without; for a test part " +
    "t10k-images-idx3-ubyte and t10k-labels-idx1-ubyte)",
  fields: () =>
    object({
      scaling: optional(choice(SCALINGS)),
      standardisation: optional(standardisationField()),
      likeArrays: optional(arraysField()),
    }),
  async recognise({ of }, host) {
    if (of.kind === "file") return isIdx(await headOf(of, host)) ? SURE : hasPart(of) ? LIKELY : NO;
    if ((await of.list()).some((entry) => isFile(entry) && hasPart(entry))) return SURE;
    const files = await namedBelow(of);
    // one or two that lie about in a folder of something else do not make it one of these
    if (files.length > 0 && files.filter(hasPart).length * 2 > files.length) return SURE;
    return (await pairOf(files, host)) ? SURE : NO;
  },
  async open({ of, name, where }, host, { likeArrays, ...own }) {
    if (of.kind === "file")
      throw new NablaError(
        `${where}: one IDX file, but images and labels are needed; give both together, or their folder`,
      );
    const how = { ...(likeArrays?.scaling && { scaling: likeArrays.scaling }), ...own };
    const here = (await of.list()).filter(isFile).filter(hasPart);
    const all = await namedBelow(of);
    // a part of what unpacking made folders of may lie in them
    const whole = [TRAIN_IMAGES, TRAIN_LABELS].every((part) => here.some(({ name }) => part.test(name)));
    const parts = whole ? here.map((file) => ({ file, name: file.name })) : all.filter(hasPart);
    const read = async (file: DataFile) =>
      parseIdx(await contentOf(file, host.limits.arrays, host.more), file.path);
    if (parts.length > 0) return described(await openParts(parts, where, name, read, how));
    const pair = (await pairOf(all, host))!;
    const [a, b] = await atOnce(pair.map(({ file }) => read(file)));
    const [images, labels, { file }] = b!.shape.length === 1 ? [a!, b!, pair[0]!] : [b!, a!, pair[1]!];
    // a name goes into checkpoints: where the folder is does not belong there
    const { relative } = file;
    return { name: relative, ...described(idxSplit({ images, labels }, undefined, relative, how)) };
  },
  array: {
    expected: "an IDX file (it begins 00 00, a type (08, 09, 0b, 0c, 0d or 0e) and the number of dimensions)",
    read: (bytes, name) => (isIdx(bytes) ? parseIdx(bytes, name) : undefined),
  },
};

/** What is to be said of images that are no bytes, and known to read others like them. */
const described = ({ scaling, notes, ...split }: ReturnType<typeof idxSplit>): ReadData =>
  split.train.inputType === "uint8" && scaling === "pixels"
    ? split
    : { ...split, arrays: { scaling }, notes };

/** Two IDX files of any names and nothing else. */
async function pairOf(files: readonly Named[], host: DataHost): Promise<readonly Named[] | undefined> {
  if (files.length !== 2) return undefined;
  const heads = await atOnce(files.map(({ file }) => headOf(file, host)));
  return heads.every(isIdx) ? files : undefined;
}

async function openParts(
  files: readonly Named[],
  where: string,
  name: string,
  read: (file: DataFile) => Promise<Idx>,
  how: IdxReading,
): Promise<ReturnType<typeof idxSplit>> {
  // Sorted, an unpacked file comes before the same with .gz.
  const sorted = [...files].sort((a, b) => (a.name < b.name ? -1 : a.name > b.name ? 1 : 0));
  const find = (pattern: RegExp): Named | undefined => {
    const found = sorted.filter((file) => pattern.test(file.name));
    const [first, ...others] = found;
    // beside each other they are the same file, packed and not; elsewhere they may be of another data set
    const other = others.find(({ file }) => parentOf(file) !== parentOf(first!.file));
    if (!other) return first;
    throw new NablaError(
      `${where}: ${first!.file.path} and ${other.file.path} may each be the one that is meant; open the folder of one of them`,
    );
  };
  const pair = async (images: Named, labels: Named) => ({
    images: await read(images.file),
    labels: await read(labels.file),
  });
  const [trainImages, trainLabels] = [find(TRAIN_IMAGES), find(TRAIN_LABELS)];
  if (!trainImages || !trainLabels)
    throw new NablaError(
      `${where}: expected ${idx.expected}; found ${sorted.map((file) => file.name).join(", ")}`,
    );
  const train = await pair(trainImages, trainLabels);
  const [testImages, testLabels] = [find(TEST_IMAGES), find(TEST_LABELS)];
  if (!testImages !== !testLabels)
    throw new NablaError(
      `${where}: found ${(testImages ?? testLabels)!.name}, but not its ${testImages ? "labels" : "images"}; expected both or neither`,
    );
  return idxSplit(
    train,
    testImages && testLabels ? await pair(testImages, testLabels) : undefined,
    name,
    how,
  );
}

const parentOf = ({ relative, name }: DataFile): string => relative.slice(0, -name.length);
