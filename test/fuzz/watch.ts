/** Watches the process that reads: ends it where an input takes too long, and finds out which one. */
import { spawn } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { Counts, Finding } from "./guide/loop.ts";
import { minimised } from "./guide/minimise.ts";
import type { Target } from "./guide/target.ts";
import type { Verdict } from "./oracles/judge.ts";
import type { FromChild, Order } from "./protocol.ts";

const LOOK = 250;
/** Milliseconds between two inputs. */
const IDLE = 60_000;
/** As many times as long one may take that is read alone: how long it took says its process, in CPU time. */
const ALONE = 2;
/** Megabytes of heap. */
const HEAP = 512;
/** Processes that may end before their time. */
const ENDS = 6;
/** What ends processes is made smaller by processes: some of them, and for as many times the patience. */
const SMALLER = { tries: 60, patience: 10 };

/** Milliseconds for an input, read twice. A machine that is busy gets more: what is late here is read again alone. */
export const PATIENCE = 4000;
const CHILD = fileURLToPath(new URL("./child.js", import.meta.url));
const NONE: Counts = { structure: 0, coverage: 0, kept: 0, taken: 0, blocks: 0, bytes: 0, seconds: 0 };

export interface Result {
  readonly counts: Counts;
  readonly findings: readonly Finding[];
  /** Inputs that were late, but not when they were read alone. */
  readonly late: number;
}

/** How a process ended. */
interface Ended {
  readonly messages: FromChild[];
  /** What it was reading, where it did not end by itself. */
  readonly reading?: Uint8Array;
  readonly why?: "late" | "ended";
  /** It was reading nothing. */
  readonly idle: boolean;
  readonly output: string;
}

function start(order: Order, patience: number): Promise<Ended> {
  return new Promise((resolve) => {
    const child = spawn(process.execPath, [`--max-old-space-size=${HEAP}`, CHILD, JSON.stringify(order)], {
      stdio: ["ignore", "pipe", "pipe", "ipc"],
      serialization: "advanced",
    });
    const messages: FromChild[] = [];
    let output = "";
    let why: Ended["why"];
    for (const stream of [child.stdout!, child.stderr!])
      stream.on("data", (text) => {
        output = (output + text).slice(-2000);
      });
    child.on("message", (message: FromChild) => messages.push(message));
    let last = -1;
    let since = performance.now();
    const timer = setInterval(() => {
      const { number } = record(order.current);
      if (number !== last) [last, since] = [number, performance.now()];
      else if (performance.now() - since > (number % 2 === 1 ? patience : IDLE)) {
        why = number % 2 === 1 ? "late" : "ended";
        child.kill("SIGKILL");
      }
    }, LOOK);
    child.on("close", (code, signal) => {
      clearInterval(timer);
      const whole = messages.some(({ kind }) => kind === "done" || kind === "judged");
      if (!whole) why ??= "ended";
      const { number, bytes } = record(order.current);
      resolve({
        messages,
        output: `${code ?? signal}: ${output}`,
        idle: number % 2 === 0,
        ...(why && { why, reading: bytes }),
      });
    });
  });
}

/** What a child has written about what it reads. */
function record(path: string): { number: number; bytes: Uint8Array } {
  try {
    const all = readFileSync(path);
    if (all.length < 8) return { number: 0, bytes: new Uint8Array(0) };
    return { number: all.readUInt32BE(0), bytes: new Uint8Array(all.subarray(8, 8 + all.readUInt32BE(4))) };
  } catch {
    return { number: 0, bytes: new Uint8Array(0) };
  }
}

/** Fuzzes one target; a process that ends before its time is followed by another one. */
export async function watched(
  target: Target,
  order: Omit<Order, "target" | "current">,
  patience = PATIENCE,
): Promise<Result> {
  const folder = mkdtempSync(join(tmpdir(), "nabla-watch-"));
  const current = join(folder, "current");
  const began = performance.now();
  const findings = new Map<string, Finding>();
  const counts = { ...NONE };
  let late = 0;
  try {
    for (let run = 0; run < ENDS; run++) {
      const left = order.milliseconds && order.milliseconds - (performance.now() - began);
      if (left !== undefined && left < 0 && run > 0) break;
      const inputs = order.inputs && order.inputs - counts.structure - counts.coverage;
      if (inputs !== undefined && inputs <= 0 && run > 0) break;
      writeFileSync(current, new Uint8Array(0));
      const ended = await start(
        {
          ...order,
          target: target.name,
          current,
          seed: order.seed + run,
          ...(left && { milliseconds: left }),
          ...(inputs !== undefined && { inputs }),
        },
        patience,
      );
      for (const message of ended.messages)
        if (message.kind === "found" && !findings.has(message.finding.kind))
          findings.set(message.finding.kind, message.finding);
      add(counts, ended.messages);
      if (!ended.reading) break;
      if (ended.idle) {
        findings.set("fuzzer", {
          kind: "the fuzzer itself failed",
          says: ended.output,
          bytes: ended.reading,
        });
        continue;
      }
      // one hang is like another, and takes long to confirm
      if (ended.why === "late" && findings.has("a hang")) continue;
      const finding = await confirmed(target, ended, { ...order, target: target.name, current }, patience);
      if (finding) findings.set(finding.kind, finding);
      else late++;
    }
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
  return { counts, findings: [...findings.values()], late };
}

/** Adds what the last message of a process says. */
function add(counts: Counts, messages: readonly FromChild[]): void {
  const last = messages.filter(({ kind }) => kind === "counts" || kind === "done").at(-1);
  if (!last || !("counts" in last)) return;
  const { structure, coverage, taken, kept, blocks, bytes, seconds } = last.counts;
  counts.structure += structure;
  counts.coverage += coverage;
  counts.taken += taken;
  counts.kept = Math.max(counts.kept, kept);
  counts.blocks = Math.max(counts.blocks, blocks);
  counts.bytes = Math.max(counts.bytes, bytes);
  counts.seconds = Math.max(counts.seconds, seconds);
}

/** Reads the input alone: whether it is too slow, or ends the process, by itself. */
async function confirmed(
  target: Target,
  ended: Ended,
  order: Order,
  patience: number,
): Promise<Finding | undefined> {
  const { reading, why } = ended;
  const alone = async (bytes: Uint8Array): Promise<Finding | undefined> => {
    const input = `${order.current}.input`;
    writeFileSync(input, bytes);
    writeFileSync(order.current, new Uint8Array(0));
    const again = await start({ ...order, input }, ALONE * patience);
    if (again.why === "late")
      return { kind: "a hang", says: `not read after ${(ALONE * patience) / 1000} s`, bytes };
    if (again.why === "ended") return { kind: "the process ended", says: again.output, bytes };
    const { problem } = again.messages.find(({ kind }) => kind === "judged") as Verdict;
    return problem && { ...problem, bytes };
  };
  const first = await alone(reading!);
  if (!first)
    return why === "ended"
      ? { kind: "the process ended, once", says: ended.output, bytes: reading! }
      : undefined;
  let { tries } = SMALLER;
  const end = performance.now() + SMALLER.patience * patience;
  const bytes = await minimised(reading!, target, async (candidate) =>
    tries-- <= 0 || performance.now() > end ? undefined : (await alone(candidate))?.kind === first.kind,
  );
  return { ...first, bytes };
}
