/** The rules that every reading has to keep. */
import { NablaError } from "../../../src/errors.ts";
import type { Sample, Target } from "../guide/target.ts";
import { digestOf } from "./digest.ts";
import { isPolluted, takeViolations } from "./guards.ts";
import { measure } from "./memory.ts";

/** A rule that was broken. */
export interface Problem {
  /** The same for all inputs that break it in the same place. */
  readonly kind: string;
  readonly says: string;
}

/** Characters of a message that a person can still read. */
const LONGEST_MESSAGE = 2000;
/** Of computing, whatever else the machine does: for an input of at most 64 KB. */
const SECONDS = 2;
const MEGABYTE = 2 ** 20;
/** Bytes of heap that a reading may leave behind, besides those of its buffers: objects of JavaScript are large. */
const HEAP = 128 * MEGABYTE;

/** Errors that NablaErrors are made of in all bundles. */
const isOwn = (error: unknown): error is Error =>
  error instanceof NablaError || (error as Error | null)?.name === "NablaError";

// a line end is no danger, and shells print it
// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
const CONTROLS = /[\0-\x08\x0b-\x1f\x7f-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069]/;

export const showsControls = (text: string): boolean => CONTROLS.test(text);

interface Reading {
  /** Whether the input was taken. */
  readonly taken: boolean;
  readonly digest: string;
  readonly problem?: Problem;
}

async function read(target: Target, bytes: Uint8Array): Promise<Reading> {
  try {
    return { taken: true, digest: digestOf(await target.run(bytes)) };
  } catch (error) {
    const problem = problemOf(target, error);
    return { taken: false, digest: String((error as Error)?.message), ...(problem && { problem }) };
  }
}

export interface Verdict {
  readonly taken: boolean;
  /** Bytes of memory that were asked for. */
  readonly bytes: number;
  /** Of computing. */
  readonly seconds: number;
  readonly problem?: Problem;
}

/** Reads an input, twice. */
export async function judge(target: Target, { bytes, want }: Sample): Promise<Verdict> {
  const given = bytes.slice();
  const most = target.memory?.(bytes.length) ?? 64 * bytes.length + 16 * MEGABYTE;
  const spent = measure();
  const started = process.cpuUsage();
  const first = await read(target, given);
  const { user, system } = process.cpuUsage(started);
  const { bytes: asked, grown } = spent();
  const seconds = (user + system) / 1e6;
  const verdict = (kind: string, says: string): Verdict => ({
    taken: first.taken,
    bytes: asked,
    seconds,
    problem: { kind, says },
  });
  const violation = takeViolations()[0];
  if (violation !== undefined) return verdict(`forbidden: ${violation.replace(/ of .*/s, "")}`, violation);
  if (first.problem) return verdict(first.problem.kind, first.problem.says);
  if (isPolluted())
    return verdict("a prototype was added to", "an object that all share has other keys than before");
  if (seconds > SECONDS)
    return verdict("slow", `${seconds.toFixed(1)} s of computing for ${bytes.length} bytes`);
  if (asked > most)
    return verdict(
      "memory",
      `${asked} bytes asked for, ${bytes.length} given; at most ${most} were expected`,
    );
  if (grown > most + HEAP)
    return verdict(
      "heap",
      `${grown} bytes more in use, ${bytes.length} given; at most ${most + HEAP} were expected`,
    );
  if (given.some((byte, i) => byte !== bytes[i]))
    return verdict("the input was changed", "the bytes given are not what they were");
  const second = await read(target, given);
  if (second.digest !== first.digest)
    return verdict(
      "read twice, two results",
      `first ${first.digest.slice(0, 200)}, then ${second.digest.slice(0, 200)}`,
    );
  if (want !== undefined && (!first.taken || digestOf(want) !== first.digest))
    return verdict(
      "not what was written",
      first.taken ? "other values than those written came back" : `refused: ${first.digest.slice(0, 300)}`,
    );
  return { taken: first.taken, bytes: asked, seconds };
}

function problemOf(target: Target, error: unknown): Problem | undefined {
  if (target.allows?.(error)) return undefined;
  const { name, message } = (error ?? {}) as Error;
  if (!isOwn(error)) {
    const where = /\bat (?:async )?(?:new )?([\w.$#<>]+)/.exec(
      String((error as Error)?.stack)
        .split("\n")
        .find((line) => /^\s+at /.test(line)) ?? "",
    )?.[1];
    const kind = `${name ?? typeof error} in ${where ?? "?"}: ${plain(String(message ?? error))}`;
    return { kind, says: String((error as Error)?.stack ?? error).slice(0, 1500) };
  }
  if (message.trim().length < 8) return { kind: "an error that says nothing", says: JSON.stringify(message) };
  if (message.length > LONGEST_MESSAGE)
    return {
      kind: "a long message",
      says: `${message.length} characters: ${message.slice(0, 200)}`,
    };
  if (showsControls(message))
    return {
      kind: "control characters in a message",
      says: JSON.stringify(message).slice(0, 500),
    };
  if (/\[object |\bNaN is not|function ?\(/.test(message.replace(/"[^"]*"/g, "")))
    return { kind: `a message with raw values: ${plain(message)}`, says: message.slice(0, 500) };
  return undefined;
}

/** Without what differs from input to input. */
const plain = (message: string): string =>
  message
    .replace(/"(?:[^"\\]|\\.)*"|'[^']*'|[\d.]+/g, "…")
    .replace(/[^\w … :;,()-]/g, "")
    .slice(0, 60);
