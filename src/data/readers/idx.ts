/** IDX files: those of MNIST by their names, or any two of which one holds labels. */
import { NablaError } from "../../errors.ts";
import { object } from "../../fields/objects.ts";
import type { DataSplit } from "../dataset.ts";
import { type Idx, idxSplit, isIdx, parseIdx } from "../idx.ts";
import { contentOf, filesBelow, headOf, isFile } from "./content.ts";
import { type DataFile, type DataHost, LIKELY, NO, type Reader, SURE } from "./reader.ts";

const TRAIN_IMAGES = /^train-images([.-]idx\d-ubyte|\.idx)?(\.gz)?$/i;
const TRAIN_LABELS = /^train-labels([.-]idx\d-ubyte|\.idx)?(\.gz)?$/i;
const TEST_IMAGES = /^(t10k|test)-images([.-]idx\d-ubyte|\.idx)?(\.gz)?$/i;
const TEST_LABELS = /^(t10k|test)-labels([.-]idx\d-ubyte|\.idx)?(\.gz)?$/i;

/** Which part a file is, only its name says. */
const hasPart = ({ name }: DataFile): boolean =>
  [TRAIN_IMAGES, TRAIN_LABELS, TEST_IMAGES, TEST_LABELS].some((pattern) => pattern.test(name));

export const idx: Reader<"idx"> = {
  kind: "idx",
  title: "IDX files",
  from: "folder",
  expected:
    "IDX files train-images-idx3-ubyte and train-labels-idx1-ubyte (with .gz or without; for a test part " +
    "t10k-images-idx3-ubyte and t10k-labels-idx1-ubyte)",
  fields: () => object({}),
  async recognise({ of }, host) {
    if (of.kind === "file") return isIdx(await headOf(of, host)) ? SURE : hasPart(of) ? LIKELY : NO;
    if ((await of.list()).some((entry) => isFile(entry) && hasPart(entry))) return SURE;
    const files = await filesBelow(of);
    // one or two that lie about in a folder of something else do not make it one of these
    if (files.length > 0 && files.filter(hasPart).length * 2 > files.length) return SURE;
    return (await pairOf(files, host)) ? SURE : NO;
  },
  async open({ of, name, where }, host) {
    if (of.kind === "file")
      throw new NablaError(
        `${where}: one IDX file, but images and labels are needed; give both together, or their folder`,
      );
    const here = (await of.list()).filter(isFile).filter(hasPart);
    const all = await filesBelow(of);
    // a part of what unpacking made folders of may lie in them
    const whole = [TRAIN_IMAGES, TRAIN_LABELS].every((part) => here.some(({ name }) => part.test(name)));
    const parts = whole ? here : all.filter(hasPart);
    const read = async (file: DataFile) => parseIdx(await contentOf(file, host.limits.arrays), file.path);
    if (parts.length > 0) return openParts(parts, where, name, read);
    const pair = (await pairOf(all, host))!;
    const [a, b] = await Promise.all(pair.map(read));
    const [images, labels, file] = b!.shape.length === 1 ? [a!, b!, pair[0]!] : [b!, a!, pair[1]!];
    // a name goes into checkpoints: where the folder is does not belong there
    const { relative } = file;
    return { name: relative, ...idxSplit({ images, labels }, undefined, relative) };
  },
  array: {
    expected: "an IDX file (it begins 00 00, a type (08, 09, 0b, 0c, 0d or 0e) and the number of dimensions)",
    read: (bytes, name) => (isIdx(bytes) ? parseIdx(bytes, name) : undefined),
  },
};

/** Two IDX files of any names and nothing else. */
async function pairOf(files: readonly DataFile[], host: DataHost): Promise<readonly DataFile[] | undefined> {
  if (files.length !== 2) return undefined;
  const heads = await Promise.all(files.map((file) => headOf(file, host)));
  return heads.every(isIdx) ? files : undefined;
}

async function openParts(
  files: readonly DataFile[],
  where: string,
  name: string,
  read: (file: DataFile) => Promise<Idx>,
): Promise<DataSplit> {
  // Sorted, an unpacked file comes before the same with .gz.
  const sorted = [...files].sort((a, b) => (a.name < b.name ? -1 : a.name > b.name ? 1 : 0));
  const find = (pattern: RegExp) => sorted.find((file) => pattern.test(file.name));
  const pair = async (images: DataFile, labels: DataFile) => ({
    images: await read(images),
    labels: await read(labels),
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
  return idxSplit(train, testImages && testLabels ? await pair(testImages, testLabels) : undefined, name);
}
