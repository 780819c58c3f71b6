/** A copy of the sources that something is added to, and what that took. */
import {
  cpSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("../../..", import.meta.url));
/** What a person may have to touch. */
const SOURCES = [
  "assembly",
  "src",
  "scripts",
  "schema",
  "package.json",
  "asconfig.json",
  "asconfig.standalone.json",
  "asconfig.pictures.json",
  "tsconfig.json",
  "tsconfig.build.json",
];

/** What is to be done by hand. */
export interface Change {
  /** New files by path. */
  readonly files?: Readonly<Record<string, string>>;
  /** Lines by the path of the file they are added to. */
  readonly lines?: Readonly<Record<string, string>>;
  /** A line in the place of another. */
  readonly instead?: Readonly<Record<string, readonly [old: string, now: string]>>;
}

export interface Cost {
  /** Files that were not there. */
  readonly created: string[];
  /** Lines that were not there, by file. */
  readonly lines: Record<string, number>;
  /** Lines that are there no more, by file. */
  readonly gone: Record<string, number>;
}

type Tree = ReadonlyMap<string, string>;

export class SourceCopy {
  /** Below build/, so that packages are found. */
  readonly folder: string;

  constructor() {
    mkdirSync(join(root, "build"), { recursive: true });
    this.folder = mkdtempSync(join(root, "build/cost-"));
    for (const name of SOURCES) cpSync(join(root, name), join(this.folder, name), { recursive: true });
  }

  /** Does it, and says what it took, by comparing all files with what they were. */
  apply({ files = {}, lines = {}, instead = {} }: Change): Cost {
    const before = this.read();
    for (const [path, text] of Object.entries(files)) this.write(path, text);
    for (const [path, line] of Object.entries(lines))
      this.write(path, `${before.get(path)!.trimEnd()}\n${line}\n`);
    for (const [path, [old, now]] of Object.entries(instead)) {
      const parts = before.get(path)!.split(old);
      if (parts.length !== 2) throw new Error(`${path}: expected one "${old}", found ${parts.length - 1}`);
      this.write(path, parts.join(now));
    }
    return costOf(before, this.read());
  }

  /** All that differs from what was copied. */
  cost(): Cost {
    return costOf(readTree(root), this.read());
  }

  /** Of the files that differ from what was copied those that say of themselves that a script writes them. */
  generated(): string[] {
    const [before, now] = [readTree(root), this.read()];
    return [...now].flatMap(([path, text]) => (isGenerated(text) && before.get(path) !== text ? [path] : []));
  }

  read(): Tree {
    return readTree(this.folder);
  }

  remove(): void {
    rmSync(this.folder, { recursive: true, force: true });
  }

  /** Something of the test's own, which is none of the sources. */
  put(path: string, text: string): void {
    this.write(path, text);
  }

  private write(path: string, text: string): void {
    mkdirSync(dirname(join(this.folder, path)), { recursive: true });
    writeFileSync(join(this.folder, path), text);
  }
}

const isGenerated = (text: string): boolean => /^\/\/ Generated\b.*Do not edit/.test(text);

/** Texts by path. */
function readTree(from: string): Tree {
  const tree = new Map<string, string>();
  const visit = (path: string): void => {
    const whole = join(from, path);
    if (statSync(whole).isDirectory()) for (const name of readdirSync(whole).sort()) visit(`${path}/${name}`);
    else tree.set(path, readFileSync(whole, "utf8"));
  };
  for (const name of SOURCES) visit(name);
  return tree;
}

/** Files that scripts write are not counted. */
function costOf(before: Tree, after: Tree): Cost {
  const cost: Cost = { created: [], lines: {}, gone: {} };
  for (const path of before.keys()) if (!after.has(path)) throw new Error(`${path} is gone`);
  for (const [path, text] of after) {
    if (isGenerated(text)) continue;
    const old = before.get(path);
    if (old === undefined) cost.created.push(path);
    else if (old !== text) {
      cost.lines[path] = missing(text, old);
      cost.gone[path] = missing(old, text);
    }
  }
  cost.created.sort();
  for (const [path, n] of Object.entries(cost.gone)) if (n === 0) delete cost.gone[path];
  return cost;
}

/** How many lines of one text the other has not, or not as often. */
function missing(of: string, from: string): number {
  const left = new Map<string, number>();
  for (const line of from.split("\n")) left.set(line, (left.get(line) ?? 0) + 1);
  let n = 0;
  for (const line of of.split("\n")) {
    const rest = left.get(line) ?? 0;
    if (rest === 0) n++;
    else left.set(line, rest - 1);
  }
  return n;
}
