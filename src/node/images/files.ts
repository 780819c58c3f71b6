/** What is in a folder of class folders: files and classes, before any picture is opened. */
import type { Dirent } from "node:fs";
import { readdir, realpath, stat } from "node:fs/promises";
import { join } from "node:path";
import { byCodeUnit, CLUTTER, partsOf, shortened, sortClasses } from "../../data/images/classes.ts";
import type { Problem } from "../../data/images/imageSet.ts";
import { didYouMean, NablaError } from "../../errors.ts";
import { unreadable } from "./decode.ts";

export interface ClassFiles {
  /** Paths with the number of their class, sorted by class and name. */
  files: { path: string; label: number }[];
  problems: Problem[];
}

export interface Layout {
  /** The folder whose sub-folders are classes to train on. */
  train: string;
  test?: string;
  /** Sub-folders that are neither. */
  unused: string[];
}

/**
 * Whether a folder's sub-folders are classes themselves, or parts named train and test (or val) that hold them.
 * undefined when there are no sub-folders.
 */
export async function layoutOf(root: string): Promise<Layout | undefined> {
  const folders: string[] = [];
  for (const name of await list(root)) if (await isFolder(join(root, name))) folders.push(name);
  if (folders.length === 0) return undefined;
  const { train, test, unused } = partsOf(folders);
  return {
    train: train === undefined ? root : join(root, train),
    ...(test !== undefined && { test: join(root, test) }),
    unused: unused.map((name) => join(root, name)),
  };
}

/** The names of class folders, in the order of their classes. */
export async function classesOf(root: string): Promise<string[]> {
  const names: string[] = [];
  for (const name of await list(root)) if (await isFolder(join(root, name))) names.push(name);
  return sortClasses(names);
}

/**
 * All files below the class folders of `root`. Links are followed; one that leads back to a folder it is in is a problem,
 * and so is a picture beside the class folders.
 *
 * @throws NablaError for a class folder that is not in `classes`
 */
export async function filesOf(root: string, classes: readonly string[]): Promise<ClassFiles> {
  const found: ClassFiles = { files: [], problems: [] };
  const here = await realpath(root);
  const present = await classesOf(root);
  const strange = present.find((name) => !classes.includes(name));
  if (strange !== undefined)
    throw new NablaError(
      `${join(root, strange)}: there is no class ${JSON.stringify(strange)}${didYouMean(strange, classes) || ";"} the classes are ${shortened(classes)}`,
    );
  for (const [label, name] of classes.entries()) {
    if (present.includes(name)) await walk(join(root, name), [here], label, found);
  }
  for (const name of await list(root)) {
    if (/\.(png|jpe?g)$/i.test(name) && !present.includes(name))
      found.problems.push({
        path: join(root, name),
        why: "lies beside the class folders, so it has no class",
      });
  }
  return found;
}

async function walk(
  folder: string,
  above: readonly string[],
  label: number,
  found: ClassFiles,
): Promise<void> {
  const here = await realpath(folder);
  if (above.includes(here)) {
    found.problems.push({ path: folder, why: "a link that leads back to a folder it is in" });
    return;
  }
  for (const entry of await entries(folder)) {
    const path = join(folder, entry.name);
    let kind: Pick<Dirent, "isDirectory" | "isFile"> = entry;
    if (entry.isSymbolicLink()) {
      try {
        kind = await stat(path);
      } catch (cause) {
        found.problems.push({ path, why: whyOf(unreadable(path, cause), path) });
        continue;
      }
    }
    if (kind.isDirectory()) await walk(path, [...above, here], label, found);
    else if (kind.isFile()) found.files.push({ path, label });
    else found.problems.push({ path, why: "is neither a file nor a folder" });
  }
}

/** An error's message without the path it begins with. */
export function whyOf(error: unknown, path: string): string {
  return (error as Error).message.replace(`${path}: `, "");
}

async function entries(folder: string): Promise<Dirent[]> {
  try {
    const all = await readdir(folder, { withFileTypes: true });
    return all.filter(({ name }) => !CLUTTER.test(name)).sort((a, b) => byCodeUnit(a.name, b.name));
  } catch (cause) {
    throw unreadable(folder, cause);
  }
}

const list = async (folder: string): Promise<string[]> => (await entries(folder)).map(({ name }) => name);

async function isFolder(path: string): Promise<boolean> {
  return (await stat(path).catch(() => undefined))?.isDirectory() ?? false;
}
