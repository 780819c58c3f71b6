/** Temporary files: names, collisions, and what is removed of what crashes leave. */
import { spawn } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync, utimesSync, writeFileSync } from "node:fs";
import { open, rename, unlink } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { checkWritable, writeFileAtomic } from "../../src/node/files.ts";
import { isRunning, ownOwner } from "../../src/node/owner.ts";
import { temporaryName } from "../../src/node/temporary.ts";

let folder: string;
let path: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "nabla-temporary-"));
  path = join(folder, "model.safetensors");
});
afterEach(() => rmSync(folder, { recursive: true }));

const bytes = (text: string) => new TextEncoder().encode(text);
const failed = (code: string) => Object.assign(new Error(code), { code });
const [BOOT, SPACE, , BEGAN] = ownOwner().split("-");
const HOURS = 3_600_000;

/** A file as another process would have left it. */
function left(owner: string, { age = 0, of = "model.safetensors" } = {}): string {
  const name = `.${of}.${owner}.0123456789ab.tmp`;
  return leftAs(name, age);
}
function leftAs(name: string, age: number): string {
  writeFileSync(join(folder, name), "half of");
  const time = (Date.now() - age) / 1000;
  utimesSync(join(folder, name), time, time);
  return name;
}

/** The name of a process that runs, and one that has ended. */
async function processes(): Promise<{ running: string; ended: string; stop(): void }> {
  const child = spawn(process.execPath, ["-e", "setInterval(() => {}, 1000)"]);
  const stat = readFileSync(`/proc/${child.pid}/stat`, "utf8");
  const began = stat.slice(stat.lastIndexOf(")") + 2).split(" ")[19];
  const gone = spawn(process.execPath, ["-e", ""]);
  await new Promise((resolve) => gone.on("close", resolve));
  return {
    running: `${BOOT}-${SPACE}-${child.pid}-${began}`,
    ended: `${BOOT}-${SPACE}-${gone.pid}-${began}`,
    stop: () => child.kill("SIGKILL"),
  };
}

test("no two names are the same, and a name of 255 bytes leaves room for what is added", async () => {
  expect(new Set(Array.from({ length: 100 }, () => temporaryName(path))).size).toBe(100);
  const long = join(folder, `${"ü".repeat(120)}.safetensors`);
  await writeFileAtomic(long, bytes("x"));
  expect(readFileSync(long, "utf8")).toBe("x");
});

describe("a name that is taken", () => {
  /** The first names are others'. */
  const taken = (times: number) => {
    const names: string[] = [];
    return {
      names,
      async open(name: string, flags: string, mode?: number) {
        if (flags === "wx" && names.length < times) {
          names.push(name);
          writeFileSync(name, "another's");
          throw failed("EEXIST");
        }
        return open(name, flags, mode);
      },
    };
  };
  test("another one is tried, and what was there stays", async () => {
    const fs = taken(3);
    await writeFileAtomic(path, bytes("new"), { fs });
    expect(readFileSync(path, "utf8")).toBe("new");
    for (const name of fs.names) expect(readFileSync(name, "utf8")).toBe("another's");
  });
  test("also when all of them are taken: nothing that is not this write's own is removed", async () => {
    const fs = taken(5);
    await expect(writeFileAtomic(path, bytes("new"), { fs })).rejects.toThrow(/nothing was written/);
    expect(fs.names).toHaveLength(5);
    for (const name of fs.names) expect(readFileSync(name, "utf8")).toBe("another's");
  });
});

describe("what crashes left", () => {
  test.skipIf(process.platform !== "linux")(
    "goes with the next write when its process has ended, and stays while it runs",
    async () => {
      const { running, ended, stop } = await processes();
      try {
        expect([isRunning(running), isRunning(ended), isRunning(ownOwner())]).toEqual([true, false, true]);
        const kept = [left(running, { age: 5 * HOURS }), left(ownOwner(), { age: 5 * HOURS })];
        left(ended);
        // the number of this process, and not this process
        left(`${BOOT}-${SPACE}-${process.pid}-${Number(BEGAN) + 1}`);
        await writeFileAtomic(path, bytes("new"));
        expect(readdirSync(folder).sort()).toEqual([...kept, "model.safetensors"].sort());
      } finally {
        stop();
      }
    },
  );

  test("where processes do not say when they began, a thread of this one is not taken for one that has ended", async () => {
    const { platform } = process;
    try {
      Object.defineProperty(process, "platform", { value: "win32" });
      vi.resetModules();
      const there = await import("../../src/node/owner.ts");
      const [host, space, pid, began] = there.ownOwner().split("-");
      expect([host![0], space, pid]).toEqual(["h", "0", String(process.pid)]);
      // as another thread, or another copy of this module, reckons it
      expect(there.isRunning(`${host}-${space}-${pid}-${Number(began) + 1}`)).toBe(undefined);
      expect(there.isRunning(there.ownOwner())).toBe(true);
    } finally {
      Object.defineProperty(process, "platform", { value: platform });
      vi.resetModules();
    }
  });

  test("of processes that cannot be seen from here: what is old goes, what is new stays", async () => {
    const elsewhere = "0123456789ab-4026531836-1-77";
    expect(isRunning(elsewhere)).toBe(undefined);
    const kept = left(elsewhere);
    leftAs(".model.safetensors.0123456789ab-4026531836-1-77.ffffffffffff.tmp", 2 * HOURS);
    await checkWritable(path);
    expect(readdirSync(folder)).toEqual([kept]);
  });

  test("names of earlier versions: by their age; files of other names are nobody's business", async () => {
    leftAs(".model.safetensors.1-3.tmp", 2 * HOURS);
    leftAs(".model.safetensors.1-4.tmp.previous", 2 * HOURS);
    const kept = [
      leftAs(".model.safetensors.1-5.tmp", 0),
      leftAs(".model.safetensors.mine.tmp", 2 * HOURS),
      leftAs(".model-safetensors.1-3.tmp", 2 * HOURS),
      left("0", { of: "other.safetensors", age: 2 * HOURS }),
    ];
    await writeFileAtomic(path, bytes("new"));
    expect(readdirSync(folder).sort()).toEqual([...kept, "model.safetensors"].sort());
  });
});

test("a file that somebody removed while it was written is written again", async () => {
  writeFileSync(path, "old");
  let times = 0;
  const fs = {
    async rename(from: string, to: string) {
      if (to === path && times++ === 0) await unlink(from);
      return rename(from, to);
    },
  };
  await writeFileAtomic(path, bytes("new"), { fs, keepPrevious: true });
  expect(times).toBe(2);
  expect(readFileSync(path, "utf8")).toBe("new");
  expect(readFileSync(`${path}.previous`, "utf8")).toBe("old");
  expect(readdirSync(folder)).toHaveLength(2);
});
