/**
 * Which process a temporary file or a lock belongs to, and whether that process still runs. A process number alone says nothing: in
 * containers it is 1 for all of them. On Linux a name holds the boot, the namespace of process numbers, the number and the time the
 * process began, so two processes never have one name, and a process that can be seen from here is known to run or not.
 */
import { createHash } from "node:crypto";
import { readFileSync, readlinkSync } from "node:fs";
import { hostname } from "node:os";

/** Of a process that nothing is known of. */
const UNKNOWN = "0";
/** How owners look in names of files, as a part of a pattern. */
export const OWNER = "(?:0|[0-9a-z]+-[0-9a-z]+-\\d+-\\d+)";

interface Parts {
  /** Boot and namespace: where `pid` means something. */
  readonly place: string;
  readonly pid: number;
  readonly began: string;
}

let own: string | undefined;
/** Owners whose locks have been found abandoned by other means. */
const gone = new Set<string>();

/** The name of this process. */
export function ownOwner(): string {
  own ??= find();
  return own;
}

function find(): string {
  // there, looking at /proc asks the user for a permission
  if ("Deno" in globalThis) return UNKNOWN;
  try {
    if (process.platform !== "linux") {
      const host = createHash("sha256").update(hostname()).digest("hex").slice(0, 12);
      return `h${host}-0-${process.pid}-${Math.round(Date.now() / 1000 - process.uptime())}`;
    }
    const stat = readFileSync("/proc/self/stat", "utf8");
    const began = beganOf(stat);
    // another namespace's /proc, or a sandbox that makes it up
    if (Number.parseInt(stat, 10) !== process.pid || !began || began === "0") return UNKNOWN;
    const boot = readFileSync("/proc/sys/kernel/random/boot_id", "utf8").replaceAll(/[^0-9a-f]/g, "");
    const space = /\d+/.exec(readlinkSync("/proc/self/ns/pid"));
    if (boot.length < 12 || !space) return UNKNOWN;
    return `${boot.slice(0, 12)}-${space[0]}-${process.pid}-${began}`;
  } catch {
    return UNKNOWN;
  }
}

/** Ticks from the boot to the beginning of a process. Its name, which may hold anything, ends with the last bracket. */
const beganOf = (stat: string): string | undefined =>
  stat
    .slice(stat.lastIndexOf(")") + 2)
    .split(" ")
    .at(19);

/** Whether a process runs; undefined where it cannot be seen from here: another machine, another container. */
export function isRunning(owner: string): boolean | undefined {
  if (gone.has(owner)) return false;
  if (owner === UNKNOWN || ownOwner() === UNKNOWN) return undefined;
  if (owner === ownOwner()) return true;
  const [that, here] = [partsOf(owner), partsOf(ownOwner())];
  if (that.place !== here.place) return undefined;
  // elsewhere the beginning is reckoned by the clock, and for the same process comes out differently in each thread
  const exact = process.platform === "linux";
  if (that.pid === here.pid) return exact ? false : undefined;
  if (!exists(that.pid)) return false;
  if (!exact) return undefined;
  try {
    const stat = readFileSync(`/proc/${that.pid}/stat`, "utf8");
    // one that was killed is a zombie until its parent looks
    return beganOf(stat) === that.began && !/^[ZX]/.test(stat.slice(stat.lastIndexOf(")") + 2));
  } catch {
    return undefined; // other users' processes may be hidden
  }
}

/** From now on nothing of this owner is taken for a running process's. */
export function presumeGone(owner: string): void {
  if (owner !== UNKNOWN && owner !== ownOwner()) gone.add(owner);
}

function partsOf(owner: string): Parts {
  const [boot, space, pid, began] = owner.split("-");
  return { place: `${boot}-${space}`, pid: Number(pid), began: began ?? "" };
}

function exists(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as { code?: string }).code !== "ESRCH";
  }
}
