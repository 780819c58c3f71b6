/** The process that reads: the one that may hang, run out of memory, or end. The parent watches it. */
import {
  closeSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
  writeSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { coverageOf } from "./guide/coverage.ts";
import { loop } from "./guide/loop.ts";
import type { Target } from "./guide/target.ts";
import { digestFile } from "./kept.ts";
import { confineTo, guard, reported } from "./oracles/guards.ts";
import { judge } from "./oracles/judge.ts";
import { countAllocations } from "./oracles/memory.ts";
import { planted } from "./planted.ts";
import type { FromChild, Order } from "./protocol.ts";
import { targets } from "./targets/index.ts";

const order = JSON.parse(process.argv[2]!) as Order;
const found = [...targets, ...planted].find(({ name }) => name === order.target);
if (!found) throw new Error(`no target ${order.target}`);
const target: Target = found;
const say = (message: FromChild) => new Promise((sent) => process.send!(message, undefined, {}, sent));

const folder = mkdtempSync(join(tmpdir(), "nabla-fuzz-"));
process.on("exit", () => rmSync(folder, { recursive: true, force: true }));
process.on("unhandledRejection", (error) =>
  reported(`unhandled rejection of ${(error as Error)?.stack ?? error}`),
);
process.on("uncaughtException", (error) => reported(`uncaught exception of ${error?.stack ?? error}`));
process.on("disconnect", () => process.exit());
process.chdir(folder);

/**
 * Eight bytes say which input it is and how long, then it follows: it is there still when this process has gone. Odd numbers are of
 * inputs that are being read, even ones of those that have been.
 */
const file = openSync(order.current, "w");
let number = 0;
const after = () => {
  const record = new Uint8Array(4);
  new DataView(record.buffer).setUint32(0, ++number);
  writeSync(file, record, 0, 4, 0);
};
const before = (bytes: Uint8Array) => {
  const record = new Uint8Array(8 + bytes.length);
  new DataView(record.buffer).setUint32(0, ++number);
  new DataView(record.buffer).setUint32(4, bytes.length);
  record.set(bytes, 8);
  writeSync(file, record, 0, record.length, 0);
};

const filesIn = (path: string | undefined): Uint8Array[] => {
  try {
    return readdirSync(path!)
      .sort()
      .map((name) => new Uint8Array(readFileSync(join(path!, name))));
  } catch {
    return [];
  }
};

const corpus = [...filesIn(order.corpus), ...filesIn(order.pool)];
if (order.pool) mkdirSync(order.pool, { recursive: true });
const writeKept = writeFileSync;
countAllocations();
guard();
confineTo(folder);

await work().catch((error) => {
  // not the library's: the fuzzer's own
  console.error(`the fuzzer itself failed: ${error?.stack ?? error}`);
  process.exit(3);
});
closeSync(file);
process.exit();

async function work(): Promise<void> {
  if (order.input !== undefined) {
    const bytes = new Uint8Array(readFileSync(order.input));
    before(bytes);
    await say({ kind: "judged", ...(await judge(target, { bytes })) });
  } else {
    const script = readFileSync(new URL(import.meta.url), "utf8");
    const end = performance.now() + (order.milliseconds ?? Number.POSITIVE_INFINITY);
    const most = order.inputs ?? Number.POSITIVE_INFINITY;
    let told = 0;
    const counts = await loop({
      target,
      seed: order.seed,
      coverage: coverageOf(import.meta.url, ownCode(script)),
      corpus,
      more: (counts) => {
        const all = counts.structure + counts.coverage;
        // what a process has counted is known even when it ends before its time
        if (all >= told + 500) {
          told = all;
          void say({ kind: "counts", counts: { ...counts } });
        }
        return all < most && performance.now() < end;
      },
      before,
      after,
      found: (finding) => void say({ kind: "found", finding }),
      kept: order.pool ? (bytes) => writeKept(join(order.pool!, digestFile(bytes)), bytes) : undefined,
    });
    await say({ kind: "done", counts });
  }
}

/** Of a bundle: whether the code at a place is the library's. esbuild writes the name of each file before its code. */
function ownCode(text: string): (offset: number) => boolean {
  const files = [...text.matchAll(/^ *\/\/ ((?:src|web|test|node_modules)\/\S+)$/gm)];
  const own = files.map(({ index, 1: path }) => ({
    index,
    own: /^(src|web)\/|\/fflate\/|\/planted\.ts$/.test(path!),
  }));
  return (offset) => {
    let [low, high] = [0, own.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if (own[middle]!.index <= offset) low = middle + 1;
      else high = middle;
    }
    return own[low - 1]?.own ?? false;
  };
}
