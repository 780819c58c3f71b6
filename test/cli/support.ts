/** Runs the command line in this process; what is about processes themselves runs it as it is built, as users do. */
import { type ChildProcess, spawn } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { main } from "../../src/cli/main.ts";
import { idxBytes } from "../data/helpers.ts";

const CLI = fileURLToPath(new URL("../../build/cli.js", import.meta.url));

export interface Result {
  code: number | null;
  signal: NodeJS.Signals | null;
  stdout: string;
  stderr: string;
}

export interface Running {
  child: ChildProcess;
  result: Promise<Result>;
}

/** A folder that is removed at the end, and commands that run in it. */
export function workplace() {
  const folder = mkdtempSync(join(tmpdir(), "nabla-cli-"));
  const home = process.cwd();
  const start = (args: readonly string[], input = ""): Running => {
    const child = spawn(process.execPath, [CLI, ...args], { cwd: folder });
    let stdout = "";
    let stderr = "";
    child.stdout.setEncoding("utf8").on("data", (text) => {
      stdout += text;
    });
    child.stderr.setEncoding("utf8").on("data", (text) => {
      stderr += text;
    });
    child.stdin.on("error", () => {}); // it may have ended before it read anything
    child.stdin.end(input);
    const result = new Promise<Result>((resolve, reject) => {
      child.on("error", reject);
      child.on("close", (code, signal) => resolve({ code, signal, stdout, stderr }));
    });
    return { child, result };
  };
  return {
    folder,
    path: (name: string) => join(folder, name),
    write(name: string, content: string | Uint8Array): string {
      writeFileSync(join(folder, name), content);
      return name;
    },
    /** In this process. */
    async run(args: readonly string[], input = ""): Promise<Result> {
      const written = { stdout: "", stderr: "" };
      const into = (stream: keyof typeof written) => ({
        write(text: string) {
          written[stream] += text;
        },
      });
      async function* stdin() {
        yield Buffer.from(input);
      }
      process.chdir(folder);
      const code = await main(args, { stdin: stdin(), stdout: into("stdout"), stderr: into("stderr") });
      return { code, signal: null, ...written };
    },
    /** The built command line in a process of its own. */
    start,
    remove() {
      process.chdir(home);
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
export type Workplace = ReturnType<typeof workplace>;

/** Waits for the n-th epoch to be reported. */
export const epochs = ({ child, result }: Running, n: number): Promise<void> =>
  new Promise((resolve, reject) => {
    let text = "";
    child.stdout!.on("data", (more: string) => {
      text += more;
      if (text.split('"event":"epoch"').length > n) resolve();
    });
    result.then(() => reject(new Error("it ended before it could be interrupted")), reject);
  });

export type Event = Record<string, unknown> & { event: string };

/** Every line of the output, which must all be JSON objects. */
export const events = (stdout: string): Event[] =>
  stdout
    .split("\n")
    .filter(Boolean)
    .map((line) => JSON.parse(line) as Event);

/** The last event of a training that must have gone well. */
export function done({ code, stdout, stderr }: Result): Event {
  if (code !== 0) throw new Error(`exit code ${code}: ${stderr}`);
  const last = events(stdout).at(-1)!;
  if (last.event !== "done") throw new Error(`ended with ${JSON.stringify(last)}`);
  return last;
}

/** Twenty noisy 8×8 images in three classes, as MNIST's files; `files` replaces some of them (null: leaves it out). */
export function idxFolder(
  place: Workplace,
  name: string,
  files: Record<string, Uint8Array | null> = {},
): string {
  const pixels = Uint8Array.from({ length: 20 * 64 }, (_, i) => ((i * 7919) % 251) * (i % 3 === 0 ? 1 : 0));
  const labels = Uint8Array.from({ length: 20 }, (_, i) => i % 3);
  const all: Record<string, Uint8Array | null> = {
    "train-images-idx3-ubyte": idxBytes(8, [20, 8, 8], pixels),
    "train-labels-idx1-ubyte": idxBytes(8, [20], labels),
    ...files,
  };
  mkdirSync(place.path(name));
  for (const [file, bytes] of Object.entries(all)) if (bytes) place.write(join(name, file), bytes);
  return name;
}

/** Three clouds of flowers. */
export function flowers(rows = 60): string {
  const kinds = ["rose", "tulip", "violet"];
  const lines = Array.from({ length: rows }, (_, i) => {
    const noise = ((i * 37) % 11) / 10;
    return [5 + (i % 3) + noise, 3 + ((i * 5) % 7) / 10, 100 * (i % 3) + 10 * noise, kinds[i % 3]].join(",");
  });
  return `length,width,petals,kind\n${lines.join("\n")}\n`;
}
