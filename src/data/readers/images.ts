/** Folders of pictures: a sub-folder is a class, or a part (train, test, val) that holds the classes. */
import { didYouMean, NablaError } from "../../errors.ts";
import { anything } from "../../fields/fields.ts";
import { object, optional } from "../../fields/objects.ts";
import { checkOptions } from "../../fields/options.ts";
import { partsOf, shortened, sortClasses } from "../images/classes.ts";
import { imageKindOf } from "../images/header.ts";
import {
  IMAGE_SET_OPTIONS,
  type ImagePart,
  type ImageSetOptions,
  imageSet,
  type Problem,
} from "../images/imageSet.ts";
import { headOf, isFolder, isText } from "./content.ts";
import {
  type DataFile,
  type DataFolder,
  type DataHost,
  LIKELY,
  NO,
  PERHAPS,
  type PictureFile,
  type PictureHost,
  type Reader,
  SURE,
} from "./reader.ts";

export const images: Reader<"images", { images?: ImageSetOptions }> = {
  kind: "images",
  title: "pictures",
  from: "folder",
  expected: "a sub-folder of pictures for each class",
  fields: () => object({ images: optional(anything()) }),
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
    checkOptions("openData: images", given, [...IMAGE_SET_OPTIONS, ...pictures.options]);
    const folders = (await of.list()).filter(isFolder);
    if (folders.length === 0) {
      const names = (await of.list()).map((entry) => entry.name);
      throw new NablaError(
        `${where}: expected a sub-folder for each class, its name being the class's, with the pictures in it; these pictures are in no such folder, so they have no class: ${listed(names)}`,
      );
    }
    const layout = partsOf(folders.map((folder) => folder.name));
    const named = (wanted: string) => folders.find((folder) => folder.name === wanted)!;
    const train = layout.train === undefined ? of : named(layout.train);
    const classes =
      given.classes ?? sortClasses((await train.list()).filter(isFolder).map((folder) => folder.name));
    if (classes.length < 2)
      throw new NablaError(
        `${train.where}: expected at least two class folders, found ${classes.length ? `only ${classes[0]}` : "none"}`,
      );
    const problems: Problem[] = [];
    const parts: ImagePart<PictureFile>[] = [];
    for (const folder of [train, ...(layout.test === undefined ? [] : [named(layout.test)])]) {
      const found = await labelled(folder, classes, pictures, problems);
      parts.push({ folder: folder.where, files: await measured(found, pictures, given, problems) });
    }
    const decoder = pictures.decoder(given);
    const { kinds, flag } = pictures;
    const set = await imageSet({ name, root: where, parts, classes, problems, decoder, kinds, flag }, given);
    return { ...set, unused: layout.unused.map((folder) => named(folder).path) };
  },
};

/** "a picture (PNG)", "a WebP image"; undefined for anything else. Some of them begin as texts may, too. */
async function pictureKind(file: DataFile, host: DataHost): Promise<string | undefined> {
  const head = await headOf(file, host);
  const kind = imageKindOf(head);
  if (kind === "png" || kind === "jpeg") return `a picture (${kind.toUpperCase()})`;
  return isText(head) ? undefined : kind;
}

const listed = (names: readonly string[]): string =>
  names.slice(0, 8).join(", ") + (names.length > 8 ? ", …" : "");

interface Labelled {
  readonly file: DataFile;
  readonly label: number;
}

/**
 * All files below the class folders of `folder`, class by class. A link that leads back to a folder it is in is a problem, and so is a
 * picture next to the class folders.
 *
 * @throws NablaError for a class folder that is not in `classes`
 */
async function labelled(
  folder: DataFolder,
  classes: readonly string[],
  { names }: PictureHost,
  problems: Problem[],
): Promise<Labelled[]> {
  const entries = await folder.list();
  const folders = entries.filter(isFolder);
  const strange = folders.find(({ name }) => !classes.includes(name));
  if (strange)
    throw new NablaError(
      `${strange.where}: there is no class ${JSON.stringify(strange.name)}${didYouMean(strange.name, classes) || ";"} the classes are ${shortened(classes)}`,
    );
  const found: Labelled[] = [];
  for (const [label, name] of classes.entries()) {
    const below = folders.find((one) => one.name === name);
    if (below) await walk(below, (file) => found.push({ file, label }), problems);
  }
  for (const entry of entries)
    if (!isFolder(entry) && names.test(entry.name))
      problems.push({ path: entry.path, why: "is next to the class folders, so it has no class" });
  return found;
}

async function walk(folder: DataFolder, add: (file: DataFile) => void, problems: Problem[]): Promise<void> {
  if (folder.problem !== undefined) {
    problems.push({ path: folder.path, why: folder.problem });
    return;
  }
  for (const entry of await folder.list()) {
    if (entry.kind === "folder") await walk(entry, add, problems);
    else if (entry.kind === "file") add(entry);
    else problems.push({ path: entry.path, why: entry.problem });
  }
}

/** Files with their sizes, in their order; what is not a picture goes to `problems`. */
async function measured(
  files: readonly Labelled[],
  pictures: PictureHost,
  options: ImageSetOptions,
  problems: Problem[],
): Promise<PictureFile[]> {
  const found = new Array<PictureFile | Problem>(files.length);
  let next = 0;
  const lane = async () => {
    while (next < files.length) {
      const i = next++;
      const { file, label } = files[i]!;
      const { path, relative } = file;
      try {
        found[i] = { file, path, relative, label, ...(await pictures.header(file, options)) };
      } catch (error) {
        found[i] = { path, why: (error as Error).message.replace(`${path}: `, "") };
      }
    }
  };
  await Promise.all(Array.from({ length: pictures.lanes }, lane));
  const good: PictureFile[] = [];
  for (const one of found) "why" in one ? problems.push(one) : good.push(one);
  return good;
}
