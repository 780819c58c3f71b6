/** Programs that mpirun starts, and what came of them. */
import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { load, weightsSha256 } from "../../../src/index.ts";

export const CLI = join(import.meta.dirname, "../../../build/cli.js");

export const env = {
  ...process.env,
  // where ip is
  PATH: `${process.env.PATH}:/usr/sbin:/sbin`,
  NO_COLOR: "1",
  OMPI_ALLOW_RUN_AS_ROOT: "1",
  OMPI_ALLOW_RUN_AS_ROOT_CONFIRM: "1",
};

export interface Ended {
  readonly code: number | null;
  readonly out: string;
  readonly errors: string;
}

/** Starts a command. @param cwd its folder @param more of its environment */
export function start(
  words: readonly string[],
  cwd: string,
  more: Record<string, string> = {},
): { child: ChildProcess; ended: Promise<Ended> } {
  const child = spawn(words[0]!, words.slice(1), { env: { ...env, ...more }, cwd });
  let [out, errors] = ["", ""];
  child.stdout!.on("data", (data) => {
    out += data;
  });
  child.stderr!.on("data", (data) => {
    errors += data;
  });
  return {
    child,
    ended: new Promise((resolve) => child.on("close", (code) => resolve({ code, out, errors }))),
  };
}

export const shaOf = (file: string): string => weightsSha256(load(new Uint8Array(readFileSync(file))));

/** Waits a minute at most. */
export async function until(isSo: () => boolean): Promise<void> {
  for (let i = 0; i < 600 && !isSo(); i++) await new Promise((resolve) => setTimeout(resolve, 100));
}

/** Seconds for what never ends, a little less than a test has: so that it is said which of its processes that is. */
const PATIENCE = 110;

export async function within<T>(promise: Promise<T>): Promise<T> {
  const late = new Promise<never>((_, reject) => {
    setTimeout(() => reject(new Error(`it has not ended within ${PATIENCE} s`)), PATIENCE * 1000).unref();
  });
  return Promise.race([promise, late]);
}

export interface Launcher {
  readonly name: string;
  /** What is installed for it on Debian. */
  readonly package: string;
  readonly command: readonly string[];
}
export const LAUNCHERS: readonly Launcher[] = [
  {
    name: "Open MPI",
    package: "openmpi-bin",
    command: ["mpirun.openmpi", "--oversubscribe", "--mca", "mpi_yield_when_idle", "1"],
  },
  { name: "MPICH", package: "mpich", command: ["mpiexec.hydra"] },
];
export const isThere = ({ command: [program] }: Launcher): boolean => {
  try {
    execFileSync(program!, ["--version"], { stdio: "ignore" });
    return true;
  } catch {
    return false;
  }
};

export const isAlive = (pid: number): boolean => {
  try {
    process.kill(pid, 0);
    return !/^State:\s+Z/m.test(readFileSync(`/proc/${pid}/status`, "utf8"));
  } catch {
    return false;
  }
};

/** The processes that train to this file, by their ranks. */
export function ranksOf(file: string): number[] {
  const found: [number, number][] = [];
  for (const pid of readdirSync("/proc").filter((name) => /^\d+$/.test(name)))
    try {
      const words = readFileSync(`/proc/${pid}/cmdline`, "utf8").split("\0");
      if (!words.includes(file) || words[1] !== CLI) continue;
      const rank = /(?:OMPI_COMM_WORLD_RANK|PMI_RANK)=(\d+)/.exec(
        readFileSync(`/proc/${pid}/environ`, "latin1"),
      )![1];
      found.push([Number(rank), Number(pid)]);
    } catch {
      // it has ended
    }
  return found.sort(([a], [b]) => a - b).map(([, pid]) => pid);
}
