/** What a model is read from: bytes, a file of a page, an address, a path; and the files beside it. */
import { messageOf, NablaError } from "../errors.ts";
import { show } from "../fields/fields.ts";
import { attempt } from "../host.ts";
import { asBytes, isA, isBytes, tagOf } from "../tags.ts";

/** What openModel() takes. */
export type ModelSource = string | URL | Blob | Uint8Array | ArrayBuffer | readonly Blob[];

export interface Source {
  /** As errors call it. */
  readonly name: string;
  /** All bytes. */
  read(): Promise<Uint8Array>;
  /** A file in the same folder. @param what it holds, for the error @throws NablaError where there is none, and for names outside the folder */
  beside(name: string, what: string): Promise<Uint8Array>;
  /** The same where there is one: of a few names that are known, such as labels. */
  optional(name: string): Promise<Uint8Array | undefined>;
}

/** Files that were given besides, by name. */
export type Files = Readonly<Record<string, Uint8Array | ArrayBuffer | Blob>>;

/** What Git keeps in the place of a large file. @throws NablaError for such bytes */
function real(bytes: Uint8Array, name: string): Uint8Array {
  const [, size] =
    bytes.length < 1024
      ? (/^version https:\/\/git-lfs[\s\S]*\nsize (\d+)/.exec(String.fromCharCode(...bytes)) ?? [])
      : [];
  if (size === undefined) return bytes;
  throw new NablaError(
    `${name}: this is a pointer of Git LFS to a file of ${size} bytes, not the file; fetch that with git lfs pull, or take the address behind Download`,
  );
}

const isBlob = (value: unknown): value is Blob => /^(?:Blob|File)$/.test(tagOf(value));
const nameOf = (blob: Blob): string => (blob as File).name ?? "the file";
const bytesOf = async (given: Uint8Array | ArrayBuffer | Blob): Promise<Uint8Array> =>
  isBlob(given)
    ? new Uint8Array(await given.arrayBuffer())
    : isBytes(given)
      ? asBytes(given)
      : new Uint8Array(given);

/** Of a name that a file gives: a path below its folder. @throws NablaError for one that leads elsewhere */
export function insideFolder(name: string, of: string): string {
  const parts = name.split(/[\\/]/).filter((part) => part !== "." && part !== "");
  if (
    name === "" ||
    /^(?:[\\/]|[A-Za-z]:|[a-z]+:\/\/)/.test(name) ||
    parts.includes("..") ||
    name.includes("\0")
  )
    throw new NablaError(
      `${of}: it names the file ${show(name)}, which is not in its folder; files beside a model are named without a path`,
    );
  return parts.join("/");
}

/** Files of which none is the model: weights, and what classes are called. */
const BESIDE = /\.(?:data|bin)$|^(?:metadata|model_meta)\.json$|^labels\.txt$/i;

/** @param files given by the program: what a page cannot look up by itself */
export function sourceOf(given: ModelSource, files: Files = {}): Source {
  const list = Array.isArray(given) ? (given as readonly Blob[]) : [];
  const others = new Map<string, Uint8Array | ArrayBuffer | Blob>(Object.entries(files));
  for (const blob of list) others.set(nameOf(blob), blob);
  const [one] = list.length > 0 ? [list.find((blob) => !BESIDE.test(nameOf(blob))) ?? list[0]!] : [given];
  const base = plain(one as ModelSource);
  return {
    ...base,
    read: async () => real(await base.read(), base.name),
    async optional(name) {
      const other = others.get(name);
      return other === undefined ? base.optional(name) : bytesOf(other);
    },
    async beside(name, what) {
      const path = insideFolder(name, base.name);
      const other = others.get(path) ?? others.get(path.slice(path.lastIndexOf("/") + 1));
      if (other !== undefined) return real(await bytesOf(other), name);
      let bytes: Uint8Array;
      try {
        bytes = await base.beside(path, what);
      } catch (cause) {
        throw new NablaError(
          `${base.name}: ${what} are in another file, ${show(name)}, which cannot be read (${messageOf(cause)}); put it into the same folder, or pass it: openModel(…, { files: { ${show(name)}: bytes } })`,
          { cause },
        );
      }
      return real(bytes, name);
    },
  };
}

const none = async () => undefined;
/** What a server does not have. Labels have one name there, so that it is asked once. */
const perhaps = (address: string, name: string) =>
  name === "metadata.json" ? fetched(new URL(name, address).href).catch(none) : none();

function plain(given: ModelSource): Source {
  const alone = () => Promise.reject(new NablaError("only its bytes were given"));
  if (isBlob(given))
    return { name: nameOf(given), read: () => bytesOf(given), beside: alone, optional: none };
  if (isBytes(given) || isA("ArrayBuffer", given))
    return { name: "the model", read: () => bytesOf(given as Uint8Array), beside: alone, optional: none };
  const text = isA("URL", given) ? given.href : given;
  if (typeof text !== "string")
    throw new NablaError(`openModel: expected a path, an address, a file or its bytes, got ${show(given)}`);
  if (/^(?:https?|data|blob):/i.test(text))
    return {
      name: short(text),
      read: () => fetched(text),
      beside: (name) => fetched(new URL(name, text).href),
      optional: (name) => perhaps(text, name),
    };
  return path(text);
}

const short = (address: string) => (address.length > 100 ? `${address.slice(0, 60)}…` : address);

async function fetched(address: string): Promise<Uint8Array> {
  const response = await fetch(address).catch((cause) => {
    throw new NablaError(`${short(address)}: cannot be loaded (${cause.message})`, { cause });
  });
  if (!response.ok)
    throw new NablaError(`${short(address)}: cannot be loaded: the server answered ${response.status}`);
  return new Uint8Array(await response.arrayBuffer());
}

interface NodeFiles {
  promises: { readFile(path: string | URL): Promise<Uint8Array> };
}
interface NodePaths {
  resolve(...parts: string[]): string;
  dirname(path: string): string;
}
interface NodeUrls {
  fileURLToPath(url: string): string;
}

/** A path on a disk. Where there is no disk the text is an address relative to the page. */
function path(text: string): Source {
  // asked at run time, so that bundlers for pages need no stand-in for it
  const builtin = attempt(
    () =>
      (globalThis as { process?: { getBuiltinModule?: (name: string) => unknown } }).process
        ?.getBuiltinModule,
  );
  const [fs, paths, urls] = ["node:fs", "node:path", "node:url"].map((name) =>
    attempt(() => builtin?.(name)),
  );
  if (!fs || !paths) {
    const base = attempt(() => location.href);
    if (base === undefined)
      throw new NablaError(
        `openModel: ${show(text)} is a path, and this host reads no files; pass the file's bytes`,
      );
    const address = new URL(text, base).href;
    return {
      name: text,
      read: () => fetched(address),
      beside: (name) => fetched(new URL(name, address).href),
      optional: (name) => perhaps(address, name),
    };
  }
  const real = text.startsWith("file:") ? (urls as NodeUrls).fileURLToPath(text) : text;
  const inFolder = (name: string) => (paths as NodePaths).resolve((paths as NodePaths).dirname(real), name);
  const read = async (file: string) => asBytes(await (fs as NodeFiles).promises.readFile(file));
  return {
    name: real,
    read: () =>
      read(real).catch((cause) => {
        throw new NablaError(
          `${real}: cannot be read (${cause.code === "ENOENT" ? "there is no such file" : cause.message})`,
          { cause },
        );
      }),
    beside: (name) => read(inFolder(name)),
    optional: (name) => read(inFolder(name)).catch(none),
  };
}
