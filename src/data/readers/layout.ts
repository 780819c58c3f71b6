/** Which folders of a set of pictures are classes, which are parts (to train on, to validate on, to test with), and which only hold others. */
import { didYouMean, NablaError } from "../../errors.ts";
import { show } from "../../fields/fields.ts";
import { atOnce } from "../atOnce.ts";
import {
  classFor,
  nameOf,
  PURPOSES,
  ROLES,
  type Role,
  roleOf,
  saysNoClass,
  saysNothing,
  saysRoleAlone,
  shortened,
  sortClasses,
} from "../images/classes.ts";
import type { Inside, Insides } from "./inside.ts";
import type { DataFile, DataFolder } from "./reader.ts";

/** A folder whose pictures are all of one class. */
export interface ClassFolder {
  readonly name: string;
  readonly folder: DataFolder;
}

export interface FolderPart {
  readonly role: Role;
  /** As errors call it. */
  readonly where: string;
  readonly folders: readonly ClassFolder[];
  /** Pictures next to the class folders. */
  readonly loose: readonly DataFile[];
}

export interface Layout {
  /** The part to train on first. */
  readonly parts: readonly FolderPart[];
  readonly classes: readonly string[];
  /** Folders next to the parts that are none. */
  readonly unused: readonly DataFolder[];
  /** How it was understood, in sentences. */
  readonly notes: readonly string[];
}

/** What a layout is found with. */
export interface LayoutHost {
  readonly insides: Insides;
  /** How an option is given on the command line, for errors and notes; "" where there is none. */
  flag(example: string): string;
}

/**
 * A folder with a sub-folder for each class; or with parts that hold those; or class folders that hold parts. What only holds one is passed.
 *
 * @param given names of the classes, where they are known
 * @throws NablaError where folders can be read in two ways, and where there is no class
 */
export function layoutOf(root: DataFolder, host: LayoutHost, given?: readonly string[]): Promise<Layout> {
  return new LayoutFinder(root, host, given).find();
}

class LayoutFinder {
  private readonly notes: string[] = [];
  private readonly unused: DataFolder[] = [];
  private readonly isGiven: (name: string) => boolean;

  constructor(
    private readonly root: DataFolder,
    private readonly host: LayoutHost,
    private readonly given: readonly string[] | undefined,
  ) {
    this.isGiven = (name) => given?.includes(nameOf(name)) ?? false;
  }

  async find(): Promise<Layout> {
    const at = await this.unwrapped(this.root, this.isGiven);
    if (at !== this.root) this.notes.push(`read from ${at.where}`);
    const parts = (await this.partsIn(at)) ?? (await this.classesIn(at));
    const [train, ...others] = parts;
    const classes = this.given ?? sortClasses([...new Set(train!.folders.map(({ name }) => name))]);
    this.sayCases(classes);
    const labelled = [this.given ? this.named(train!, classes) : train!];
    for (const part of others) {
      const known = await this.known(part, classes);
      if (known) labelled.push(known);
    }
    if (parts.length > 1) {
      const said = labelled.map(({ role, where }) => `${where} ${PURPOSES[role]}`);
      this.notes.unshift(said.join(", "));
    }
    return { parts: labelled, classes, unused: this.unused, notes: this.notes };
  }

  private inside(folder: DataFolder): Promise<Inside> {
    return this.host.insides.of(folder);
  }

  /** The folder in it that holds all there is, or that in which that is so. */
  private async unwrapped(folder: DataFolder, isClass: (name: string) => boolean): Promise<DataFolder> {
    const { folders, pictures } = await this.inside(folder);
    if (pictures.length > 0) return folder;
    const only = folders.length === 1 ? folders[0] : await this.onlyFilled(folders);
    if (!only || isClass(only.name)) return folder;
    const below = await this.inside(only);
    if (below.pictures.length > 0 || below.folders.length === 0) return folder;
    for (const other of folders) if (other !== only) this.notes.push(`${other.where} has no pictures`);
    return this.unwrapped(only, isClass);
  }

  /** "images", where "annotations" and others next to it have no pictures. */
  private async onlyFilled(folders: readonly DataFolder[]): Promise<DataFolder | undefined> {
    const holders = folders.filter(({ name }) => saysNothing(name));
    if (holders.length !== 1) return undefined;
    for (const folder of folders)
      if (folder !== holders[0] && (await this.host.insides.holdPictures(folder))) return undefined;
    return holders[0];
  }

  /** The parts among the folders in `at`; undefined where they are classes. */
  private async partsIn(at: DataFolder): Promise<FolderPart[] | undefined> {
    const { folders } = await this.inside(at);
    const free = folders.filter(({ name }) => !this.isGiven(name));
    const deep = new Set<DataFolder>();
    for (const folder of free) if ((await this.inside(folder)).folders.length > 0) deep.add(folder);
    const ofRole = (role: Role) => free.filter((folder) => roleOf(folder.name) === role);
    const train = this.chosen(
      ofRole("train").filter((folder) => deep.has(folder)),
      "train",
      at,
    );
    if (!train) {
      if (free.length === folders.length) this.checkRoles(at, free, ofRole("train"));
      return this.besideClasses(at, folders, free, deep);
    }
    const [validation, test] = (["validation", "test"] as const).map((role) =>
      this.chosen(ofRole(role), role, at),
    );
    const rest = folders.filter((folder) => ![train, validation, test].includes(folder));
    if (!validation && !test) {
      for (const folder of rest) {
        if (!(await this.host.insides.holdPictures(folder))) continue;
        const names = shortened([train, ...rest].map(({ name }) => name));
        throw new NablaError(
          `${at.where}: ${train.name} may be the part to train on, with classes in it, or a class like ${folder.name}. If it is the part, move ${folder.name} away; if they are classes, name them: classes: [${names}]${this.host.flag(`--classes ${names.replaceAll(", ", ",")}`)}`,
        );
      }
    }
    this.unused.push(...rest);
    const parts = [train, validation, test].filter((folder) => folder !== undefined);
    return atOnce(
      parts.map(async (folder, i) =>
        i === 0
          ? this.part("train", await this.unwrapped(folder, this.isGiven))
          : this.part(roleOf(folder.name)!, folder),
      ),
    );
  }

  /** Of several folders of one role, the one that is called like it and nothing more. */
  private chosen(folders: readonly DataFolder[], role: Role, at: DataFolder): DataFolder | undefined {
    if (folders.length <= 1) return folders[0];
    const plain = folders.filter(({ name }) => saysRoleAlone(name));
    if (plain.length === 1) return plain[0];
    const names = shortened(folders.map(({ name }) => name));
    throw new NablaError(
      `${at.where}: ${names} may each be the part ${PURPOSES[role]}; expected one. Move the others away, or, if they are classes, name them: classes: […]${this.host.flag("--classes A,B,…")}`,
    );
  }

  /** @throws NablaError where there are parts, but none to train on */
  private checkRoles(at: DataFolder, free: readonly DataFolder[], trains: readonly DataFolder[]): void {
    if (free.length === 0 || !free.every(({ name }) => saysRoleAlone(name))) return;
    const names = shortened(free.map(({ name }) => name));
    if (trains.length > 0) throw this.withoutClasses(trains[0]!);
    throw new NablaError(
      `${at.where}: found ${names}, but no part to train on; expected a folder called train, or give one of these: ${free[0]!.where}`,
    );
  }

  /** Class folders, and next to them a part that has the same. */
  private async besideClasses(
    at: DataFolder,
    folders: readonly DataFolder[],
    free: readonly DataFolder[],
    deep: ReadonlySet<DataFolder>,
  ): Promise<FolderPart[] | undefined> {
    const others = free.filter(({ name }) => roleOf(name) !== undefined && roleOf(name) !== "train");
    const parts: DataFolder[] = [];
    for (const folder of others) {
      const siblings = folders.filter((one) => one !== folder).map(({ name }) => nameOf(name));
      const below = (await this.inside(folder)).folders;
      if (deep.has(folder) && below.every(({ name }) => siblings.includes(nameOf(name)))) parts.push(folder);
      else if (roleOf(folder.name) === "test" && saysRoleAlone(folder.name) && !this.given) {
        const classes = siblings.join(",");
        throw new NablaError(
          `${at.where}: ${folder.name} may be a class, or pictures to test with. Name the classes, with or without it: classes: [${shortened(siblings)}]${this.host.flag(`--classes ${classes}`)}`,
        );
      }
      // its pictures have no class among those that are known
      else if (this.given) this.unused.push(folder);
    }
    if (parts.length === 0 && this.unused.length === 0) return undefined;
    const classes = folders.filter((folder) => !parts.includes(folder) && !this.unused.includes(folder));
    const { pictures } = await this.inside(at);
    return atOnce([
      { role: "train" as const, where: at.where, folders: classes.map(asClass), loose: pictures },
      ...parts.map((folder) => this.part(roleOf(folder.name)!, folder)),
    ]);
  }

  private async part(role: Role, folder: DataFolder): Promise<FolderPart> {
    const { folders, pictures } = await this.inside(folder);
    if (role === "train" && folders.length === 0) throw this.withoutClasses(folder);
    return { role, where: folder.where, folders: folders.map(asClass), loose: pictures };
  }

  private withoutClasses(folder: DataFolder): NablaError {
    return new NablaError(
      `${folder.where}: the pictures in it are in no class folder; expected a sub-folder for each class. If a table tells their classes: labels${this.host.flag("--labels labels.csv")}; if their names do: labelPattern${this.host.flag('--label-pattern "{label}_*"')}`,
    );
  }

  /** Classes, or classes that each hold the same parts. */
  private async classesIn(at: DataFolder): Promise<FolderPart[]> {
    const { folders, pictures } = await this.inside(at);
    const whole = { role: "train" as const, where: at.where, folders: folders.map(asClass), loose: pictures };
    const below = await atOnce(folders.map((folder) => this.inside(folder)));
    const split = below.filter(
      ({ folders: inner }) =>
        inner.length > 0 &&
        inner.every(({ name }) => roleOf(name)) &&
        inner.some(({ name }) => roleOf(name) === "train"),
    );
    if (split.length === 0) return [whole];
    if (split.length < below.length || split.some((one) => one.pictures.length > 0))
      throw new NablaError(
        `${at.where}: some class folders have parts (${shortened(split[0]!.folders.map(({ name }) => name))}), others do not; expected the same parts in each, or none`,
      );
    this.notes.push(`${at.where} has class folders that each hold parts`);
    return ROLES.flatMap((role) => {
      const of = folders.flatMap((folder, i) => {
        const inner = below[i]!.folders.filter(({ name }) => roleOf(name) === role);
        const chosen = this.chosen(inner, role, folder);
        return chosen ? [{ name: nameOf(folder.name), folder: chosen }] : [];
      });
      return of.length > 0 ? [{ role, where: at.where, folders: of, loose: [] }] : [];
    });
  }

  /** Another part with the names of the classes; undefined where its pictures have none. */
  private async known(part: FolderPart, classes: readonly string[]): Promise<FolderPart | undefined> {
    let { folders, loose, where } = part;
    const isClass = (name: string) => classFor(name, classes) !== undefined;
    while (folders.length === 1 && loose.length === 0 && !isClass(folders[0]!.name)) {
      const { folder } = folders[0]!;
      const inner = await this.inside(folder);
      if (inner.folders.length === 0 && !saysNoClass(folder.name)) break;
      ({ where } = folder);
      [folders, loose] = [inner.folders.map(asClass), inner.pictures];
    }
    if (folders.length === 0) {
      const count = loose.length === 1 ? "1 picture" : `${loose.length} pictures`;
      const predict = this.host.flag(`nabla predict MODEL ${where} names their classes`);
      this.notes.push(`${where}: ${count} without classes, left out${predict}`);
      return undefined;
    }
    return this.named({ ...part, where, folders, loose }, classes);
  }

  /** With the names of the classes. @throws NablaError for a folder that is none of them */
  private named(part: FolderPart, classes: readonly string[]): FolderPart {
    const folders = part.folders.map(({ name, folder }) => {
      const one = classFor(name, classes);
      if (one === undefined)
        throw new NablaError(
          `${folder.where}: there is no class ${show(name)}${didYouMean(name, classes) || ";"} the classes are ${shortened(classes)}`,
        );
      if (one !== name) this.notes.push(`${folder.where} is read as class ${one}`);
      return { name: one, folder };
    });
    const missing = classes.filter((name) => !folders.some((one) => one.name === name));
    if (missing.length > 0) this.notes.push(`${part.where} has no folder for ${shortened(missing)}`);
    return { ...part, folders };
  }

  private sayCases(classes: readonly string[]): void {
    const seen = new Map<string, string>();
    for (const name of classes) {
      const before = seen.get(name.toLowerCase());
      if (before !== undefined)
        this.notes.push(
          `classes ${before} and ${name} differ in capital letters alone; they are two classes`,
        );
      seen.set(name.toLowerCase(), name);
    }
  }
}

const asClass = (folder: DataFolder): ClassFolder => ({ name: nameOf(folder.name), folder });
