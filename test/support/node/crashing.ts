/**
 * A file system in memory that knows what would outlast a power cut. What was written to a file but not flushed may be there or not, or
 * half of it; of the changes to folders since they were last flushed any subset may be there, in their order. Nothing else is promised by
 * systems, so nothing else may be relied on.
 */
import type { FileStatus, FileSystem, OpenFile } from "../../../src/node/fileSystem.ts";

interface Inode {
  readonly number: number;
  /** As programs see it. */
  bytes: number[];
  /** What has been flushed. */
  durable: number[];
}

type Entries = Map<string, Inode>;
/** A change to the folder: whole or not at all. */
type Change = (entries: Entries) => void;

const failed = (code: string) => Object.assign(new Error(code), { code });

export class CrashingFileSystem implements FileSystem {
  /** Every call, "rename a b". */
  readonly calls: string[] = [];
  private inodes = 0;
  private entries: Entries = new Map();
  private durable: Entries = new Map();
  private pending: Change[] = [];

  /** @param links whether it has hard links @param afterCall called after every call, with what the disk may be then */
  constructor(
    private readonly links: boolean,
    private readonly afterCall: (disks: Iterable<Map<string, Uint8Array>>, call: string) => void = () => {},
  ) {}

  private done(...call: string[]): void {
    this.calls.push(call.join(" "));
    this.afterCall(this.disks(), call.join(" "));
  }

  private change(change: Change): void {
    change(this.entries);
    this.pending.push(change);
  }

  /** Everything that may be found after a power cut now. */
  *disks(): Iterable<Map<string, Uint8Array>> {
    for (let subset = 0; subset < 1 << this.pending.length; subset++) {
      const entries: Entries = new Map(this.durable);
      this.pending.forEach((change, i) => {
        if (subset & (1 << i)) change(entries);
      });
      // what was not flushed: lost, half of it, or all
      for (const share of [0, 0.5, 1])
        yield new Map(
          [...entries].map(([name, { bytes, durable }]) => {
            const more = Math.floor((bytes.length - durable.length) * share);
            return [
              name,
              Uint8Array.from([...durable, ...bytes.slice(durable.length, durable.length + more)]),
            ];
          }),
        );
    }
  }

  async open(path: string, flags: string): Promise<OpenFile> {
    if (flags === "r") {
      return {
        write: () => Promise.reject(failed("EBADF")),
        chmod: async () => {},
        close: async () => {},
        sync: async () => {
          this.durable = new Map(this.entries);
          this.pending = [];
          this.done("sync folder", path);
        },
      };
    }
    if (this.entries.has(path)) throw failed("EEXIST");
    const inode: Inode = { number: ++this.inodes, bytes: [], durable: [] };
    this.change((entries) => entries.set(path, inode));
    this.done("create", path);
    return {
      write: async (bytes) => {
        const bytesWritten = Math.ceil(bytes.length / 2);
        inode.bytes.push(...bytes.subarray(0, bytesWritten));
        this.done("write", path);
        return { bytesWritten };
      },
      sync: async () => {
        inode.durable = [...inode.bytes];
        this.done("sync", path);
      },
      chmod: async () => {},
      close: async () => {},
    };
  }

  async link(from: string, to: string): Promise<void> {
    if (!this.links) throw failed("EPERM");
    const inode = this.entries.get(from);
    if (!inode) throw failed("ENOENT");
    if (this.entries.has(to)) throw failed("EEXIST");
    this.change((entries) => entries.set(to, inode));
    this.done("link", from, to);
  }

  async rename(from: string, to: string): Promise<void> {
    const inode = this.entries.get(from);
    if (!inode) throw failed("ENOENT");
    if (this.entries.get(to) === inode) return; // one file already: nothing happens
    this.change((entries) => {
      // of the file that had the name then, whatever became of changes before
      if (entries.get(from) === inode) entries.delete(from);
      entries.set(to, inode);
    });
    this.done("rename", from, to);
  }

  async unlink(path: string): Promise<void> {
    if (!this.entries.has(path)) throw failed("ENOENT");
    this.change((entries) => entries.delete(path));
    this.done("unlink", path);
  }

  async realpath(path: string): Promise<string> {
    if (!this.entries.has(path)) throw failed("ENOENT");
    return path;
  }

  async stat(path: string): Promise<FileStatus> {
    const inode = this.entries.get(path);
    if (!inode) throw failed("ENOENT");
    return {
      mode: 0o644,
      size: inode.bytes.length,
      ino: inode.number,
      mtimeMs: 0,
      isFile: () => true,
      isDirectory: () => false,
    };
  }

  async readdir(folder: string): Promise<string[]> {
    return [...this.entries.keys()].map((path) => path.slice(folder.length + 1));
  }
}
