/** Folders of pictures: their classes are told by folders, by a table, or by their names. */
import { NablaError } from "../../errors.ts";
import { anything, int, number, show } from "../../fields/fields.ts";
import { object, optional } from "../../fields/objects.ts";
import { checkGiven } from "../../fields/programs.ts";
import { inLanes } from "../atOnce.ts";
import { shortened } from "../images/classes.ts";
import type { ImagePart, Problem } from "../images/imageParts.ts";
import { type ImageSetOptions, type ImageSplit, imageSet } from "../images/imageSet.ts";
import { IMAGE_SET_OTHERS, imageSetFields } from "../images/imageSetFields.ts";
import { imageKindOf } from "../images/kinds.ts";
import { splitRows, subset } from "../split.ts";
import { byFolders } from "./byFolders.ts";
import { headOf, isFolder, isText } from "./content.ts";
import { Insides } from "./inside.ts";
import type { LabelledFile } from "./labelled.ts";
import {
  type DataFile,
  type DataHost,
  LIKELY,
  NO,
  PERHAPS,
  type PictureFile,
  type PictureHost,
  type Reader,
  SURE,
} from "./reader.ts";
import { toldClasses } from "./told.ts";

/** What openData() takes for folders of pictures. */
export interface ImagesOptions {
  images?: ImageSetOptions;
  /**
   * The share of pictures to test with, where the folder has no test part of its own: of each class the same, chosen by the seed.
   * Default 0: none, so that a training goes on with the pictures it began with.
   */
  testFraction?: number;
  /** Which pictures these are. Default 0. */
  seed?: number;
}

export const images: Reader<"images", ImagesOptions> = {
  kind: "images",
  title: "pictures",
  from: "folder",
  expected: "a sub-folder of pictures for each class",
  fields: () =>
    object({
      images: optional(anything()),
      testFraction: optional(number({ min: 0, exclusiveMax: 1 })),
      seed: optional(int({ min: 0, wide: true })),
    }),
  async recognise({ of }, host) {
    if (of.kind === "file") return (await pictureKind(of, host)) === undefined ? NO : SURE;
    const entries = await of.list();
    if (entries.some(isFolder)) return LIKELY;
    return entries.some(({ name }) => host.pictures.names.test(name)) ? PERHAPS : NO;
  },
  async open({ of, name, where }, host, options) {
    const { pictures } = host;
    if (of.kind === "file") {
      const kind = await pictureKind(of, host);
      throw new NablaError(
        `${where}: ${kind} alone is not a data set; expected a folder with ${images.expected} (${pictures.single} reads a single one)`,
      );
    }
    const given = options.images ?? {};
    checkGiven("openData: images", given, imageSetFields(), [...IMAGE_SET_OTHERS, ...pictures.options]);
    const insides = new Insides(pictures.names);
    const told = given.labels !== undefined || given.labelPattern !== undefined;
    const { parts: found, ...layout } = told
      ? await toldClasses(of, { host, insides, options: given })
      : await byFolders(of, { host, insides, options: given });
    if (layout.classes.length < 2)
      throw new NablaError(
        `${found[0]!.where}: expected at least two ${told ? "classes" : "class folders"}, found ${layout.classes.length ? `only ${layout.classes[0]}` : "none"}`,
      );
    const { classes, problems } = layout;
    const parts: ImagePart<PictureFile>[] = [];
    for (const { role, where: folder, files } of found)
      parts.push({ role, folder, files: await measured(files, pictures, given, problems) });
    const decoder = pictures.decoder(given);
    const { kinds, flag } = pictures;
    const set = await imageSet(
      { name, root: where, parts, classes, told, problems, decoder, kinds, flag },
      given,
    );
    const passed = insides.passed.map((folder) => folder.path);
    const notes = [
      ...layout.notes,
      ...(passed.length > 0 ? [`passed over, being folders called like files: ${shortened(passed)}`] : []),
    ];
    return {
      ...withTest(set, where, options),
      unused: layout.unused.map((folder) => folder.path),
      notes,
    };
  },
};

/** With a part to test with, if one is asked for. @throws NablaError where the folder has one */
function withTest(set: ImageSplit, where: string, { testFraction = 0, seed }: ImagesOptions) {
  if (testFraction === 0) return set;
  const { train, test } = set;
  if (test)
    throw new NablaError(
      `${where}: it has a test part of its own, ${test.length} pictures; leave testFraction (--test-split) out, got ${show(testFraction)}`,
    );
  const [rest, kept] = splitRows(train, testFraction, { ...(seed !== undefined && { seed }) });
  return {
    ...set,
    train: subset(train, rest, `${train.name} (train)`),
    test: subset(train, kept, `${train.name} (test)`),
    origin: { testSplit: testFraction, ...(seed !== undefined && { seed }) },
  };
}

/** "a picture (PNG)", "a WebP image"; undefined for anything else. Some of them begin as texts may, too. */
async function pictureKind(file: DataFile, host: DataHost): Promise<string | undefined> {
  const head = await headOf(file, host);
  const kind = imageKindOf(head);
  if (kind === "png" || kind === "jpeg") return `a picture (${kind.toUpperCase()})`;
  return isText(head) ? undefined : kind;
}

/** Files with their sizes, in their order; what is not a picture goes to `problems`. */
async function measured(
  files: readonly LabelledFile[],
  pictures: PictureHost,
  options: ImageSetOptions,
  problems: Problem[],
): Promise<PictureFile[]> {
  const found = new Array<PictureFile | Problem>(files.length);
  await inLanes(pictures.lanes, files.length, async (i) => {
    const { file, label } = files[i]!;
    const { path, relative } = file;
    try {
      found[i] = { file, path, relative, label, ...(await pictures.header(file, options)) };
    } catch (error) {
      found[i] = { path, why: (error as Error).message.replace(`${path}: `, "") };
    }
  });
  const good: PictureFile[] = [];
  for (const one of found) "why" in one ? problems.push(one) : good.push(one);
  return good;
}
