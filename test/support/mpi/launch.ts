/** Programs that mpirun starts, and what came of them. */
import { type ChildProcess, spawn } from "node:child_process";
import { readFileSync } from "node:fs";
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

export async function within<T>(seconds: number, promise: Promise<T>): Promise<T> {
  const late = new Promise<never>((_, reject) => {
    setTimeout(() => reject(new Error(`it has not ended within ${seconds} s`)), seconds * 1000).unref();
  });
  return Promise.race([promise, late]);
}
