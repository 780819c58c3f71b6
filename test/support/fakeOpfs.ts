/** The origin private file system in memory, as far as the library uses it, on which any operation can be the last or fail. */

export class Killed extends Error {}

interface FakeFile {
  bytes: Uint8Array<ArrayBuffer>;
  lastModified: number;
}
interface FakeFolder {
  folders: Map<string, FakeFolder>;
  files: Map<string, FakeFile>;
}

const newFolder = (): FakeFolder => ({ folders: new Map(), files: new Map() });

export interface FakeOptions {
  /** How files can be written: "stream" as in pages today, "sync" as in workers of older engines, "none" as in pages of those. */
  writing?: "stream" | "sync" | "none";
  /** Bytes of all files together, what a stream has not yet handed over included. */
  quota?: number;
}

export class FakeOpfs {
  readonly root = newFolder();
  readonly writing: "stream" | "sync" | "none";
  quota: number;
  /** Operations so far; at number `killAt` and from then on nothing happens any more. */
  operations = 0;
  killAt = Number.POSITIVE_INFINITY;
  /** Thrown by the next operation of this name, once. */
  fail: { operation: string; error: Error } | undefined;
  pending = 0;
  now = 1_700_000_000_000;

  constructor({ writing = "stream", quota = Number.POSITIVE_INFINITY }: FakeOptions = {}) {
    this.writing = writing;
    this.quota = quota;
  }

  /** What navigator.storage is. */
  get storage() {
    return {
      getDirectory: async () => this.folder("", this.root),
      estimate: async () => ({ usage: this.used(), quota: this.quota }),
    };
  }

  used(of: FakeFolder = this.root): number {
    let sum = 0;
    for (const { bytes } of of.files.values()) sum += bytes.length;
    for (const folder of of.folders.values()) sum += this.used(folder);
    return sum;
  }

  /** Paths and sizes of all files. */
  list(of: FakeFolder = this.root, path = ""): Record<string, number> {
    const found: Record<string, number> = {};
    for (const [name, { bytes }] of of.files) found[`${path}${name}`] = bytes.length;
    for (const [name, folder] of of.folders) Object.assign(found, this.list(folder, `${path}${name}/`));
    return found;
  }

  /** Every file below, to be damaged by hand. */
  files(of: FakeFolder = this.root): FakeFile[] {
    return [...of.files.values(), ...[...of.folders.values()].flatMap((folder) => this.files(folder))];
  }

  /** The page is gone and comes again: what streams held back is lost. */
  restart(): void {
    this.killAt = Number.POSITIVE_INFINITY;
    this.pending = 0;
  }

  private async begin(operation: string): Promise<void> {
    await null;
    if (this.operations++ >= this.killAt) throw new Killed(`killed at ${operation}`);
    if (this.fail?.operation === operation) {
      const { error } = this.fail;
      this.fail = undefined;
      throw error;
    }
  }

  private room(bytes: number): void {
    if (this.used() + this.pending + bytes > this.quota)
      throw new DOMException("The quota has been exceeded.", "QuotaExceededError");
  }

  private folder(name: string, folder: FakeFolder): unknown {
    const missing = (what: string) => new DOMException(`${what} could not be found`, "NotFoundError");
    const valid = (entry: string) => {
      if (entry === "" || entry === "." || entry === ".." || /[/\\]/.test(entry))
        throw new TypeError(`Name is not allowed: ${entry}`);
    };
    const self = this;
    return {
      kind: "directory",
      name,
      async getDirectoryHandle(entry: string, options: { create?: boolean } = {}) {
        valid(entry);
        await self.begin("getDirectoryHandle");
        if (!folder.folders.has(entry)) {
          if (!options.create) throw missing(entry);
          folder.folders.set(entry, newFolder());
        }
        return self.folder(entry, folder.folders.get(entry)!);
      },
      async getFileHandle(entry: string, options: { create?: boolean } = {}) {
        valid(entry);
        await self.begin("getFileHandle");
        if (!folder.files.has(entry)) {
          if (!options.create) throw missing(entry);
          folder.files.set(entry, { bytes: new Uint8Array(0), lastModified: self.now++ });
        }
        return self.file(entry, folder);
      },
      async removeEntry(entry: string, options: { recursive?: boolean } = {}) {
        await self.begin("removeEntry");
        if (folder.files.delete(entry)) return;
        const below = folder.folders.get(entry);
        if (!below) throw missing(entry);
        if (!options.recursive && below.files.size + below.folders.size > 0)
          throw new DOMException("not empty", "InvalidModificationError");
        folder.folders.delete(entry);
      },
      async *entries() {
        await self.begin("entries");
        for (const [entry, one] of [...folder.folders]) yield [entry, self.folder(entry, one)];
        for (const entry of [...folder.files.keys()]) yield [entry, self.file(entry, folder)];
      },
    };
  }

  private file(name: string, folder: FakeFolder): unknown {
    const self = this;
    const current = () => {
      const file = folder.files.get(name);
      if (!file) throw new DOMException(`${name} could not be found`, "NotFoundError");
      return file;
    };
    const store = (bytes: Uint8Array<ArrayBuffer>) => {
      const file = current();
      file.bytes = bytes;
      file.lastModified = self.now++;
    };
    const stream = async () => {
      await self.begin("createWritable");
      current();
      let held = new Uint8Array(0);
      let closed = false;
      return {
        async write(bytes: Uint8Array<ArrayBuffer>) {
          await self.begin("write");
          self.room(bytes.length);
          self.pending += bytes.length;
          held = joined(held, bytes);
        },
        async close() {
          await self.begin("close");
          closed = true;
          self.pending -= held.length;
          store(held);
        },
        async abort() {
          await self.begin("abort");
          if (!closed) self.pending -= held.length;
        },
      };
    };
    const access = async () => {
      await self.begin("createSyncAccessHandle");
      return {
        /** Takes part of what it is given, as it may. */
        write(bytes: Uint8Array<ArrayBuffer>, { at }: { at: number }) {
          if (self.operations++ >= self.killAt) throw new Killed("killed at write");
          const some = bytes.subarray(0, Math.ceil(bytes.length / 2) + 7);
          self.room(some.length);
          store(joined(current().bytes.subarray(0, at), some));
          return some.length;
        },
        flush() {
          if (self.operations++ >= self.killAt) throw new Killed("killed at flush");
        },
        close() {},
      };
    };
    return {
      kind: "file",
      name,
      async getFile() {
        await self.begin("getFile");
        const { bytes, lastModified } = current();
        return new File([bytes], name, { lastModified });
      },
      ...(this.writing === "stream" && { createWritable: stream }),
      ...(this.writing === "sync" && { createSyncAccessHandle: access }),
    };
  }
}

function joined(a: Uint8Array, b: Uint8Array): Uint8Array<ArrayBuffer> {
  const both = new Uint8Array(a.length + b.length);
  both.set(a);
  both.set(b, a.length);
  return both;
}
