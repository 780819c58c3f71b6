/** The empty folder that all journeys share: the packed package is installed into it once. */
import { spawn } from "node:child_process";
import { mkdirSync, symlinkSync } from "node:fs";
import { dirname, join } from "node:path";
import { beforeAll } from "vitest";
import { type Done, type Installed, install, tool } from "../package/support.ts";

export const scratch = {} as Installed;
beforeAll(async () => void Object.assign(scratch, await install()));

export const inScratch = (name: string): string => join(scratch.folder, name);

/**
 * The installed command line, in the folder.
 *
 * @param input what it finds on stdin
 * @throws with all it said, unless its exit code is 0
 */
export const nabla = (args: readonly string[], input = ""): Promise<Done> =>
  new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [join(scratch.nabla, "build/cli.js"), ...args], {
      cwd: scratch.folder,
    });
    let [stdout, stderr] = ["", ""];
    child.stdout.setEncoding("utf8").on("data", (text) => (stdout += text));
    child.stderr.setEncoding("utf8").on("data", (text) => (stderr += text));
    // it may have ended before it read anything
    child.stdin.on("error", () => {});
    child.stdin.end(input);
    child.on("error", reject);
    child.on("close", (code) =>
      code === 0
        ? resolve({ stdout, stderr })
        : reject(new Error(`nabla ${args.join(" ")}: exit code ${code}\n${stderr}\n${stdout}`)),
    );
  });

/** Every line of the output, which must all be JSON. */
export const lines = ({ stdout }: Done): any[] =>
  stdout
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line));

/** Packages of scripts/tools.mjs, as if a user had installed them. */
export function borrow(set: string, names: readonly string[]): void {
  for (const name of names) {
    const link = inScratch(`node_modules/${name}`);
    mkdirSync(dirname(link), { recursive: true });
    symlinkSync(tool(set, name)!, link, "dir");
  }
}
