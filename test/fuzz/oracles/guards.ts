/** What no input may bring about: files outside a folder, processes, connections, changed prototypes. */
import childProcess from "node:child_process";
import fs from "node:fs";
import { syncBuiltinESMExports } from "node:module";
import net from "node:net";
import { relative, resolve } from "node:path";

/** What happened since the last look. */
let violations: string[] = [];
let folder = resolve("/nowhere");

/** Only in this folder files may be made, changed or removed. */
export const confineTo = (path: string): void => {
  folder = fs.realpathSync(path);
};

export function takeViolations(): string[] {
  const found = violations;
  violations = [];
  return found;
}

/** Of what came to nobody's hands: it counts against the input that is read. */
export const reported = (what: string): void => void violations.push(what);

function outside(path: unknown): boolean {
  const text = path instanceof URL ? path.pathname : String(path);
  const from = relative(folder, resolve(text));
  return from.startsWith("..") || from.startsWith("/");
}

const refuse = (what: string): never => {
  violations.push(what);
  throw Object.assign(new Error(`EPERM: ${what}`), { code: "EPERM" });
};

/** Of each function that changes files: which of its arguments are paths. */
const WRITING: Readonly<Record<string, readonly number[]>> = {
  writeFile: [0],
  appendFile: [0],
  mkdir: [0],
  mkdtemp: [0],
  rm: [0],
  rmdir: [0],
  unlink: [0],
  truncate: [0],
  chmod: [0],
  symlink: [1],
  link: [1],
  rename: [0, 1],
  copyFile: [1],
  cp: [1],
  utimes: [0],
  createWriteStream: [0],
};

/** To be called once. Not for what the fuzzer itself writes: that goes through `own`. */
export function guard(): void {
  for (const library of [fs, fs.promises] as unknown as Record<string, (...args: unknown[]) => unknown>[]) {
    for (const [name, places] of Object.entries(WRITING)) {
      for (const each of [name, `${name}Sync`]) {
        const real = library[each];
        if (typeof real !== "function") continue;
        library[each] = (...args) => {
          const bad = places.find((i) => outside(args[i]));
          return bad === undefined ? real.apply(library, args) : refuse(`${each} of ${String(args[bad])}`);
        };
      }
    }
    for (const each of ["open", "openSync"]) {
      const real = library[each];
      if (typeof real !== "function") continue;
      library[each] = (...args) => {
        const flags = args[1];
        const writes =
          typeof flags === "number" ? (flags & 3) !== 0 : typeof flags === "string" && flags !== "r";
        return writes && outside(args[0])
          ? refuse(`${each} of ${String(args[0])}`)
          : real.apply(library, args);
      };
    }
  }
  for (const name of ["spawn", "spawnSync", "exec", "execSync", "execFile", "execFileSync", "fork"] as const)
    (childProcess as unknown as Record<string, unknown>)[name] = (...args: unknown[]) =>
      refuse(`${name} of ${String(args[0])}`);
  net.Socket.prototype.connect = () => refuse("a connection");
  syncBuiltinESMExports();
}

const PROTOTYPES = [Object, Array, Function, String, Number, Map, Set, RegExp, Error, Promise].map(
  ({ prototype }) => prototype,
);
const keysOf = () => PROTOTYPES.map((prototype) => Reflect.ownKeys(prototype).length).join();
let before: string | undefined;

/** Whether what all objects share has been added to. */
export function isPolluted(): boolean {
  before ??= keysOf();
  return keysOf() !== before;
}
