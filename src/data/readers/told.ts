/** Pictures whose classes are told by a table, or by the names of their files. */
import { NablaError } from "../../errors.ts";
import { show } from "../../fields/fields.ts";
import { ROLES, type Role, roleOf, shortened, sortClasses } from "../images/classes.ts";
import { fileKeys } from "./fileKeys.ts";
import { picturesBelow } from "./inside.ts";
import type { LabelledSet, Search } from "./labelled.ts";
import { labelPattern } from "./labelPattern.ts";
import { labelTable } from "./labelTable.ts";
import type { DataFile, DataFolder } from "./reader.ts";

/** All pictures of one part. */
interface Found {
  readonly role: Role;
  readonly folder: DataFolder;
  readonly files: readonly DataFile[];
}

/** @throws NablaError where nothing tells a class, or more than one thing does */
export async function toldClasses(folder: DataFolder, search: Search): Promise<LabelledSet> {
  const { options, host } = search;
  if (options.labels !== undefined && options.labelPattern !== undefined)
    throw new NablaError("openData: images: labels and labelPattern both tell the classes; give one of them");
  const found = await partsOf(folder, search);
  const files = found.flatMap((part) => part.files);
  const told =
    options.labelPattern === undefined
      ? await labelTable(folder, fileKeys(files), search)
      : labelPattern(options.labelPattern, files, host);
  const given = options.classes;
  const classes = given ?? sortClasses(told.classes);
  const numbers = told.classes.map((name) => numberOf(name, classes));
  const problems = [...told.problems];
  // named once, with its line
  const named = new Set(problems.map(({ path }) => path));
  const notes = [...told.notes];
  const parts = [];
  for (const { role, folder: of, files } of found) {
    const own = files.filter((file) => told.of.has(file));
    if (own.length === 0 && role !== "train") {
      const predict = host.pictures.flag(`nabla predict MODEL ${of.where} names their classes`);
      notes.push(`${of.where}: ${files.length} pictures without classes, left out${predict}`);
      continue;
    }
    for (const file of files)
      if (!told.of.has(file) && !named.has(file.path)) problems.push({ path: file.path, why: told.without });
    parts.push({
      role,
      where: of.where,
      files: own.map((file) => ({ file, label: numbers[told.of.get(file)!]! })),
    });
  }
  if (parts.length > 1) notes.push(parts.map(({ role, where }) => `${where}: ${role}`).join(", "));
  return { parts, classes, unused: [], problems, notes };
}

function numberOf(name: string, classes: readonly string[]): number {
  const at = classes.indexOf(name);
  if (at >= 0) return at;
  throw new NablaError(`labels: there is no class ${show(name)}; the classes are ${shortened(classes)}`);
}

/** Pictures below folders that are called like parts; else all of them are one part. */
async function partsOf(folder: DataFolder, search: Search): Promise<Found[]> {
  const { folders, pictures } = await search.insides.of(folder);
  if (pictures.length === 0 && folders.length === 1) return partsOf(folders[0]!, search);
  const roles = folders.map(({ name }) => roleOf(name));
  const once = (role: Role) => roles.filter((one) => one === role).length === 1;
  if (pictures.length > 0 || !once("train") || !roles.every((role) => role !== undefined && once(role)))
    return [{ role: "train", folder, files: await picturesBelow(folder, search.insides) }];
  const found: Found[] = [];
  for (const role of ROLES) {
    const of = folders[roles.indexOf(role)];
    if (of) found.push({ role, folder: of, files: await picturesBelow(of, search.insides) });
  }
  return found;
}
