/** Makes an input that breaks a rule as small as it goes. */
import type { Verdict } from "../oracles/judge.ts";
import { spliced } from "./bytes.ts";
import type { Opened, Sample, Target } from "./target.ts";

/** Inputs that are tried. */
const TRIES = 1500;
const MILLISECONDS = 5000;

/** @param kind of the rule that is broken: a smaller input must break it in the same way */
export function smaller(
  target: Target,
  bytes: Uint8Array,
  kind: string,
  judge: (sample: Sample) => Promise<Verdict>,
): Promise<Uint8Array> {
  const end = performance.now() + MILLISECONDS;
  let tries = TRIES;
  return minimised(bytes, target, async (candidate) => {
    if (tries-- <= 0 || performance.now() > end) return undefined;
    return (await judge({ bytes: candidate })).problem?.kind === kind;
  });
}

/** @param fails whether a candidate still fails; undefined when it is enough */
export async function minimised(
  bytes: Uint8Array,
  { layers = [] }: Pick<Target, "layers">,
  fails: (candidate: Uint8Array) => Promise<boolean | undefined>,
): Promise<Uint8Array> {
  let best = bytes;
  const whole = { open: (all: Uint8Array) => ({ inner: all, close: (inner: Uint8Array) => inner }) };
  // what is cut out of a part leaves checksums right
  for (const layer of [whole, ...layers]) {
    for (let size = best.length >> 1; size >= 1; size >>= 1) {
      for (let at = 0; ; ) {
        const opened = layer.open(best);
        if (!opened || at >= opened.inner.length) break;
        const rest = spliced(opened.inner, at, Math.min(opened.inner.length, at + size), new Uint8Array(0));
        const candidate = closed(opened, rest) ?? best;
        const failed = candidate.length < best.length && (await fails(candidate));
        if (failed === undefined) return best;
        if (failed) best = candidate;
        else at += size;
      }
    }
  }
  return best;
}

/** Undefined for a part that cannot be written. */
function closed({ close }: Opened, inner: Uint8Array): Uint8Array | undefined {
  try {
    return close(inner);
  } catch {
    return undefined;
  }
}
