import {
  chmodSync,
  existsSync,
  linkSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { link, open, rename } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { NablaError } from "../../src/errors.ts";
import type { FileSystem } from "../../src/node/fileSystem.ts";
import { PIECE } from "../../src/node/fileSystem.ts";
import { checkWritable, writeFileAtomic } from "../../src/node/files.ts";
import { filling } from "../../src/node/models.ts";

let folder: string;
let path: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "nabla-files-"));
  path = join(folder, "model.safetensors");
});
afterEach(() => rmSync(folder, { recursive: true }));

const bytes = (text: string) => new TextEncoder().encode(text);
const content = (file = path) => readFileSync(file, "utf8");
const failed = (code: string) => Object.assign(new Error(code), { code });

/** Runs it as somebody whom permissions bind: root gives up its rights meanwhile. */
async function unprivileged(run: () => Promise<void>): Promise<void> {
  if (process.getuid?.() !== 0) return run();
  const NOBODY = 65534;
  process.seteuid!(NOBODY);
  try {
    await run();
  } finally {
    process.seteuid!(0);
  }
}

async function problem(run: Promise<void>): Promise<string> {
  const error = await run.then(
    () => undefined,
    (error: unknown) => error,
  );
  expect(error).toBeInstanceOf(NablaError);
  return (error as NablaError).message;
}

/** A file system one of whose steps fails; `calls` lists the steps taken. */
function failing(
  step: "" | "open" | "write" | "sync" | "close" | "rename" | "link" | "directory",
  code = "ENOSPC",
) {
  const calls: string[] = [];
  const fail = (now: string) => {
    calls.push(now);
    if (now === step) throw failed(code);
  };
  const fs: Pick<FileSystem, "open" | "link" | "rename"> = {
    async open(file, flags, mode) {
      if (flags === "r") fail("directory");
      else fail("open");
      const handle = await open(file, flags, mode);
      let written = 0;
      return {
        // Three bytes at a time, as a file system may; the second write fails.
        async write(data) {
          if (written++ > 0) fail("write");
          return handle.write(data, 0, Math.min(3, data.length));
        },
        sync: async () => {
          fail("sync");
          await handle.sync();
        },
        chmod: (to) => handle.chmod(to),
        close: async () => {
          await handle.close();
          fail("close");
        },
      };
    },
    link: async (from, to) => {
      fail("link");
      await link(from, to);
    },
    rename: async (from, to) => {
      fail("rename");
      await rename(from, to);
    },
  };
  return { fs, calls };
}

describe("writeFileAtomic", () => {
  test("writes and replaces, and leaves no other file", async () => {
    await writeFileAtomic(path, bytes("one"));
    expect(content()).toBe("one");
    await writeFileAtomic(path, bytes("two, longer"));
    expect(content()).toBe("two, longer");
    await writeFileAtomic(path, new Uint8Array(0));
    expect(content()).toBe("");
    expect(readdirSync(folder)).toEqual(["model.safetensors"]);
  });

  test("the content is flushed before the rename, the directory after it", async () => {
    const { fs, calls } = failing("");
    await writeFileAtomic(path, bytes("abcdef"), { fs });
    expect(calls).toEqual(["open", "write", "sync", "close", "rename", "directory", "sync", "close"]);
    expect(content()).toBe("abcdef");
  });

  test.each(["open", "write", "sync", "close", "rename"] as const)(
    "a full disk at %s leaves the old file",
    async (step) => {
      writeFileSync(path, "old");
      for (const keepPrevious of [false, true]) {
        const message = await problem(
          writeFileAtomic(path, bytes("new content"), { fs: failing(step).fs, keepPrevious }),
        );
        expect(message).toBe(`disk full while saving ${path}; the previous file is intact`);
        expect(content()).toBe("old");
        expect(readdirSync(folder)).toEqual(["model.safetensors"]);
      }
    },
  );

  test("a full disk at the first save leaves nothing", async () => {
    const message = await problem(writeFileAtomic(path, bytes("new content"), { fs: failing("write").fs }));
    expect(message).toBe(`disk full while saving ${path}; nothing was written`);
    expect(readdirSync(folder)).toEqual([]);
  });

  test("a directory that cannot be flushed is no error; one that breaks is", async () => {
    await writeFileAtomic(path, bytes("new"), { fs: failing("directory", "EPERM").fs });
    expect(content()).toBe("new");
    expect(
      await problem(writeFileAtomic(path, bytes("x"), { fs: failing("directory", "EIO").fs })),
    ).toContain("the disk reports an error");
  });

  test("parts of more than 2 GiB are written in pieces that every system takes", async () => {
    // the same half of a GiB five times over: nothing is copied, and nothing reaches a disk
    const part = new Uint8Array(2 ** 29);
    const sizes: number[] = [];
    const fs = {
      async open(file: string, flags: string, mode?: number) {
        const handle = await open(file, flags, mode);
        return {
          async write(data: Uint8Array) {
            sizes.push(data.length);
            return { bytesWritten: data.length };
          },
          sync: () => handle.sync(),
          chmod: (to: number) => handle.chmod(to),
          close: () => handle.close(),
        };
      },
    };
    await writeFileAtomic(path, [part, part, part, part, part], { fs });
    expect(Math.max(...sizes)).toBe(PIECE);
    expect(sizes.reduce((sum, n) => sum + n, 0)).toBe(5 * 2 ** 29);
  });

  test("and read in such pieces", async () => {
    const sizes: number[] = [];
    const file = {
      async read(into: Uint8Array) {
        sizes.push(into.length);
        return { bytesRead: into.length };
      },
    };
    const read = filling(file);
    expect(await read(new Uint8Array(3 * PIECE + 5))).toBe(true);
    expect(sizes).toEqual([PIECE, PIECE, PIECE, 5]);
    expect(await filling({ read: async () => ({ bytesRead: 0 }) })(new Uint8Array(1))).toBe(false);
  });

  test("many at once: one of them wins whole", async () => {
    await Promise.all(
      Array.from({ length: 20 }, (_, i) => writeFileAtomic(path, bytes(String(i % 10).repeat(1000)))),
    );
    expect(content()).toMatch(/^(\d)\1{999}$/);
    expect(readdirSync(folder)).toEqual(["model.safetensors"]);
  });

  test.skipIf(process.platform === "win32")("follows a link and keeps permissions", async () => {
    writeFileSync(path, "old");
    chmodSync(path, 0o640);
    const alias = join(folder, "latest");
    symlinkSync("model.safetensors", alias);
    await writeFileAtomic(alias, bytes("new"));
    expect(readlinkSync(alias)).toBe("model.safetensors");
    expect(content()).toBe("new");
    expect(statSync(path).mode & 0o777).toBe(0o640);
  });
});

describe("keepPrevious", () => {
  test("the file before is kept, the one before that is not", async () => {
    for (const text of ["one", "two", "three"])
      await writeFileAtomic(path, bytes(text), { keepPrevious: true });
    expect(content()).toBe("three");
    expect(content(`${path}.previous`)).toBe("two");
    expect(readdirSync(folder).sort()).toEqual(["model.safetensors", "model.safetensors.previous"]);
  });

  test("also when both names are the same file", async () => {
    writeFileSync(path, "one");
    linkSync(path, `${path}.previous`);
    await writeFileAtomic(path, bytes("two"), { keepPrevious: true });
    expect([content(), content(`${path}.previous`), readdirSync(folder).length]).toEqual(["two", "one", 2]);
  });

  test("without hard links it is moved aside, and back when the save fails", async () => {
    writeFileSync(path, "one");
    const { fs } = failing("link", "EPERM");
    await writeFileAtomic(path, bytes("two"), { keepPrevious: true, fs });
    expect([content(), content(`${path}.previous`)]).toEqual(["two", "one"]);
    let renames = 0;
    const second: Partial<FileSystem> = {
      ...fs,
      rename: (from, to) => (++renames === 2 ? Promise.reject(failed("EIO")) : rename(from, to)),
    };
    const message = await problem(writeFileAtomic(path, bytes("three"), { keepPrevious: true, fs: second }));
    expect(message).toBe(`saving ${path}: the disk reports an error; the previous file is intact`);
    expect(content()).toBe("two");
    expect(readdirSync(folder)).toEqual(["model.safetensors"]);
  });
});

describe("paths that cannot be written", () => {
  const cases = (): [string, string][] => {
    writeFileSync(join(folder, "file"), "");
    mkdirSync(join(folder, "sub"));
    symlinkSync("circle", join(folder, "circle"));
    return [
      [join(folder, "absent", "m"), "its directory does not exist; create it first"],
      [join(folder, "file", "m"), "part of its directory is a file"],
      [join(folder, "sub"), "it is a directory; give a file name"],
      [join(folder, "n".repeat(300)), "its name is too long"],
      [join(folder, "circle"), "its symbolic links lead in a circle"],
      ["/dev/null", "is a device or pipe, not a regular file"],
    ];
  };

  test.skipIf(process.platform === "win32")("both say why", async () => {
    for (const [bad, reason] of cases()) {
      expect(await problem(checkWritable(bad))).toBe(`cannot write ${bad}: ${reason}`);
      expect(await problem(writeFileAtomic(bad, bytes("x")))).toBe(
        `saving ${bad}: ${reason}; nothing was written`,
      );
    }
    expect(readdirSync(folder).sort()).toEqual(["circle", "file", "sub"]);
  });

  test.skipIf(process.platform === "win32")("a directory without permission", async () => {
    chmodSync(folder, 0o555);
    await unprivileged(async () => {
      expect(await problem(checkWritable(path))).toBe(`cannot write ${path}: permission denied`);
    });
    chmodSync(folder, 0o755);
  });
});

describe("checkWritable", () => {
  test("leaves no trace, whether the file is there or not", async () => {
    await checkWritable(path);
    expect(readdirSync(folder)).toEqual([]);
    writeFileSync(path, "old");
    await checkWritable(path);
    expect(content()).toBe("old");
    expect(readdirSync(folder)).toEqual(["model.safetensors"]);
  });

  test("really writes: a full disk is found", async () => {
    expect(await problem(checkWritable(path, { fs: failing("sync").fs }))).toBe(
      `cannot write ${path}: disk full`,
    );
    expect(await problem(checkWritable(path, { fs: failing("open", "EROFS").fs }))).toBe(
      `cannot write ${path}: the file system is read-only`,
    );
    expect(existsSync(path)).toBe(false);
    expect(readdirSync(folder)).toEqual([]);
  });
});
