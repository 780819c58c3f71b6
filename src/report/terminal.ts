/**
 * Where a command reads and writes: handed in, so that commands run in any process, and several in one. All text leaves through here,
 * so this is where what strangers named things cannot steer the terminal: see visible().
 */
import colors from "picocolors";
import { printableJson, visible } from "./text/visible.ts";

/** Where text goes; `isTTY` and `columns` as Node's streams have them. */
export interface Output {
  /** Text as it is, with no line end added. */
  write(text: string): unknown;
  readonly isTTY?: boolean;
  readonly columns?: number;
}

export interface Interruption {
  /** Aborted with the error that ends the command. */
  readonly signal: AbortSignal;
  /** From here on an interruption ends the process again. */
  release(): void;
}

/** What the process, or a test, lends to a command. */
export interface Host {
  /** Default: nothing to read. */
  readonly stdin?: AsyncIterable<Uint8Array>;
  readonly stdout: Output;
  readonly stderr: Output;
  /** Whether NO_COLOR is set. Default: not. */
  readonly plain?: boolean;
  /** From now on an interruption aborts a signal instead of ending the process. Default: there are no interruptions. */
  interruptible?(): Interruption;
}

type Colour = (text: string) => string;

export interface Terminal {
  /** What followed the program's name. */
  readonly words?: readonly string[];
  /** Whether people are reading. */
  readonly isTTY: boolean;
  /** Writes without a line end. Of control characters only those of the colours below have an effect; others are shown. */
  write(text: string): void;
  print(text?: string): void;
  /** Writes in place of the line the cursor is in. */
  rewrite(text: string): void;
  /** One JSON object a line. */
  printJson(value: unknown): void;
  /** Writes data, such as CSV: to files and other programs as it is. */
  writeData(text: string): void;
  readonly errors: {
    readonly isTTY: boolean;
    write(text: string): void;
    rewrite(text: string): void;
  };
  /** Characters of a line where people are reading, else 80. */
  readonly width: number;
  /** Characters of a line, of files as well, if they say so; at least 20. */
  columns(): number;
  readStdin(): Promise<string>;
  interruptible(): Interruption;
  readonly bold: Colour;
  readonly dim: Colour;
  readonly green: Colour;
  readonly red: Colour;
  readonly cyan: Colour;
  readonly yellow: Colour;
}

const ESCAPE = "\x1b";
/** Erases the line the cursor is in. */
const CLEAR = `\r${ESCAPE}[2K`;

export function terminalOf(host: Host): Terminal {
  const { stdout, stderr } = host;
  const isTTY = Boolean(stdout.isTTY);
  // what an escape of our own is in texts until they are written: nobody else can know it
  const own = `\uf8ff${crypto.randomUUID()}`;
  const shown = (text: string) => visible(text).replaceAll(own, ESCAPE);
  const write = (text: string) => void stdout.write(shown(text));
  const print = (text = "") => write(`${text}\n`);
  // colours only where they are seen
  const { bold, dim, green, red, cyan, yellow } = colors.createColors(isTTY && !host.plain);
  const colour =
    (paint: Colour): Colour =>
    (text) =>
      paint(shown(text)).replaceAll(ESCAPE, own);
  return {
    isTTY,
    write,
    print,
    rewrite: (text) => void stdout.write(CLEAR + shown(text)),
    printJson: (value) => print(printableJson(value)),
    writeData: (text) => void (isTTY ? write(text) : stdout.write(text)),
    errors: {
      isTTY: Boolean(stderr.isTTY),
      write: (text) => void stderr.write(shown(text)),
      rewrite: (text) => void stderr.write(CLEAR + shown(text)),
    },
    width: (isTTY ? stdout.columns : undefined) ?? 80,
    columns: () => Math.max(20, stdout.columns || 80),
    async readStdin() {
      const chunks: Uint8Array[] = [];
      for await (const chunk of host.stdin ?? []) chunks.push(chunk);
      return Buffer.concat(chunks).toString("utf8");
    },
    interruptible:
      host.interruptible ?? (() => ({ signal: new AbortController().signal, release: () => {} })),
    bold: colour(bold),
    dim: colour(dim),
    green: colour(green),
    red: colour(red),
    cyan: colour(cyan),
    yellow: colour(yellow),
  };
}

/** A program and what follows its name, as one would type it. */
export const typed = (program: string, words: readonly string[]): string =>
  [
    program,
    ...words.map((word) => (/^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`)),
  ].join(" ");
