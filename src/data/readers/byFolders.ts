/** Pictures whose classes are told by the folders they are in. */
import { NablaError } from "../../errors.ts";
import { shortened } from "../images/classes.ts";
import type { Problem } from "../images/imageParts.ts";
import { isFolder } from "./content.ts";
import { likeAFile } from "./inside.ts";
import type { LabelledFile, LabelledSet, Search } from "./labelled.ts";
import { type FolderPart, layoutOf } from "./layout.ts";
import type { DataFile, DataFolder } from "./reader.ts";

/** @throws NablaError where there is no class folder, and where folders can be read in two ways */
export async function byFolders(
  folder: DataFolder,
  { host, insides, options }: Search,
): Promise<LabelledSet> {
  const { flag } = host.pictures;
  if (!(await folder.list()).some(isFolder)) {
    const names = (await folder.list()).map((entry) => entry.name);
    const predict = flag("nabla predict MODEL FOLDER names the classes of such pictures");
    throw new NablaError(
      `${folder.where}: expected a sub-folder for each class, its name being the class's, with the pictures in it; these pictures are in no such folder, so they have no class: ${listed(names)}. If a table tells their classes: labels${flag("--labels labels.csv")}; if their names do: labelPattern${flag('--label-pattern "{label}_*"')}${predict}`,
    );
  }
  const layout = await layoutOf(
    folder,
    { insides, flag },
    options.classes?.map((name) => name.normalize("NFC")),
  );
  const classes = options.classes ?? layout.classes;
  const problems: Problem[] = [];
  const nested = new Set<string>();
  const parts = [];
  for (const part of layout.parts)
    parts.push({
      role: part.role,
      where: part.where,
      files: await filesOf(part, layout.classes, problems, nested),
    });
  const notes =
    nested.size === 0
      ? layout.notes
      : [
          ...layout.notes,
          `${shortened([...nested])} ${nested.size === 1 ? "has" : "have"} sub-folders: their pictures are of the class whose folder they are in`,
        ];
  return { ...layout, classes, parts, problems, notes };
}

const listed = (names: readonly string[]): string =>
  names.slice(0, 8).join(", ") + (names.length > 8 ? ", …" : "");

/** All files of a part, class by class. A link that leads back to a folder it is in is a problem, and so is a picture next to the classes. */
async function filesOf(
  { folders, loose }: FolderPart,
  classes: readonly string[],
  problems: Problem[],
  nested: Set<string>,
): Promise<LabelledFile[]> {
  const found: LabelledFile[] = [];
  for (const [label, name] of classes.entries())
    for (const { folder } of folders.filter((one) => one.name === name))
      await walk(
        folder,
        (file) => found.push({ file, label }),
        problems,
        () => nested.add(name),
      );
  for (const { path } of loose)
    problems.push({ path, why: "is next to the class folders, so it has no class" });
  return found;
}

async function walk(
  folder: DataFolder,
  add: (file: DataFile) => void,
  problems: Problem[],
  goesDown: () => void,
): Promise<void> {
  if (folder.problem !== undefined) {
    problems.push({ path: folder.path, why: folder.problem });
    return;
  }
  for (const entry of await folder.list()) {
    if (entry.kind === "file") add(entry);
    else if (entry.kind === "odd") problems.push({ path: entry.path, why: entry.problem });
    else if (!likeAFile(entry)) {
      goesDown();
      await walk(entry, add, problems, goesDown);
    }
  }
}
