/** nabla new */
import { spawnSync } from "node:child_process";
import {
  constants,
  copyFileSync,
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { basename, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { messageOf, NablaError } from "../../errors.ts";
import { show } from "../../fields/fields.ts";
import { attempt } from "../../host.ts";
import { makeFolder } from "../../node/makeFolder.ts";
import type { Terminal } from "../../report/terminal.ts";
import { plural } from "../../report/text/format.ts";
import { inLine } from "../../report/text/visible.ts";

/** Kinds of projects, each made of folders of examples/new. */
const KINDS = {
  node: { folders: ["table", "node"], start: "trains on a table, saves the model, predicts new rows" },
  page: { folders: ["page"], start: "serves a page that trains in a worker" },
  edge: { folders: ["table", "edge"], start: "trains, and serves the model at the edge's own runtime" },
} as const;
export type ProjectKind = keyof typeof KINDS;

/** What the templates are called, wherever they say it. */
const PLACEHOLDER = "my-project";

/** Writes a small project into a new folder, the library packed beside it. */
export async function newCommand(
  place: string,
  { kind = "node", json }: { kind?: ProjectKind; json?: boolean },
  { bold, dim, print, printJson }: Terminal,
): Promise<number> {
  const folder = resolve(place);
  demandEmpty(folder, place);
  const name = nameOf(folder, place);
  const root = packageRoot();
  const temporary = mkdtempSync(join(tmpdir(), "nabla-new-"));
  try {
    const library = pack(root, temporary);
    const files = new Map(
      KINDS[kind].folders.flatMap((part) => templateOf(join(root, "examples/new", part))),
    );
    const manifest = JSON.parse(files.get("package.json")!);
    manifest.dependencies = { nabla: `file:${library}` };
    files.set("package.json", `${JSON.stringify(manifest, null, 2)}\n`);
    makeFolder(folder);
    // looked at once more by each of them: nothing that has come meanwhile is written over
    for (const [file, text] of files)
      writeFileSync(join(folder, file), text.replaceAll(PLACEHOLDER, name), { flag: "wx" });
    copyFileSync(join(temporary, library), join(folder, library), constants.COPYFILE_EXCL);
    const written = [...files.keys(), library];
    if (json) printJson({ folder, kind, files: written });
    else {
      print(`${bold(inLine(place))}: ${plural(written.length, "file")}: ${written.map(inLine).join(", ")}`);
      if (folder !== process.cwd()) print(`  cd ${quoted(place)}`);
      print(`  npm install\n  npm start        ${dim(KINDS[kind].start)}`);
    }
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException;
    if (code === undefined || cause instanceof NablaError) throw cause;
    throw new NablaError(`new: ${show(place)} cannot be written: ${messageOf(cause)}`, { cause });
  } finally {
    rmSync(temporary, { recursive: true, force: true });
  }
  return 0;
}

const quoted = (path: string): string => (/^[\w./~-]+$/.test(path) ? path : JSON.stringify(inLine(path)));

/** So many names are told of what is in the way. */
const MOST_TOLD = 5;

function demandEmpty(folder: string, place: string): void {
  const wanted = "expected a folder that is new or empty";
  // below a file, or where nobody may look, there is an error instead
  const found = attempt(() => statSync(folder, { throwIfNoEntry: false }));
  if (!found) return;
  if (!found.isDirectory())
    throw new NablaError(`new: ${show(place)} is a file; ${wanted}: choose another name`);
  const names = readdirSync(folder);
  if (names.length === 0) return;
  const told = names.slice(0, MOST_TOLD).join(", ") + (names.length > MOST_TOLD ? ", …" : "");
  throw new NablaError(
    `new: ${show(place)}: ${wanted}, got one that holds ${told}; choose another name, nothing is written over`,
  );
}

/** As npm and Cloudflare take names: small letters, digits, dashes. */
function nameOf(folder: string, place: string): string {
  const name = basename(folder)
    .normalize("NFKD")
    .replace(/\p{M}/gu, "")
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, "-")
    .replace(/^-|-$/g, "");
  // a package that depends on one of its own name is refused by npm
  if (name !== "" && name !== "nabla" && name.length <= 63) return name;
  throw new NablaError(
    `new: expected a name with letters a to z or digits, at most 63, other than nabla, got ${show(place)}`,
  );
}

/** The library's own folder: above the bundle of the command line, or its source. */
function packageRoot(): string {
  const places = ["../", "../../", "../../../"].map((up) => fileURLToPath(new URL(up, import.meta.url)));
  const root = places.find((each) => existsSync(join(each, "examples/new")));
  if (root !== undefined) return root;
  throw new NablaError(
    `new: the templates are missing: there is no examples/new above ${places[0]}; install nabla again`,
  );
}

/** Texts of a template's files by their names. npm leaves .gitignore out of packages, so there it has another name. */
function templateOf(folder: string): [name: string, text: string][] {
  return readdirSync(folder)
    .sort()
    .map((name) => [name === "gitignore" ? ".gitignore" : name, readFileSync(join(folder, name), "utf8")]);
}

/** The library is in no registry yet, so a project has it beside it. @returns the name of the packed file */
function pack(root: string, into: string): string {
  const windows = process.platform === "win32";
  const { error, status, stderr } = spawnSync(windows ? "npm.cmd" : "npm", ["pack", "--ignore-scripts"], {
    cwd: root,
    encoding: "utf8",
    shell: windows,
    // not as an argument: a shell would take it apart
    env: { ...process.env, npm_config_pack_destination: into, npm_config_loglevel: "error" },
  });
  const packed = readdirSync(into).find((file) => file.endsWith(".tgz"));
  if (status === 0 && packed !== undefined) return packed;
  const why = error ? messageOf(error) : stderr.trim().replace(/\s+/g, " ") || `exit code ${status}`;
  throw new NablaError(
    `new: npm pack, which packs the library for the project, failed: ${why}; npm has to be installed`,
  );
}
