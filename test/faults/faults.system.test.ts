/** The short version of `npm run test:faults`: every part of it, with fewer cases. */
import { spawn } from "node:child_process";
import { fileURLToPath } from "node:url";
import { beforeAll, expect, test } from "vitest";

const program = fileURLToPath(new URL("run.mjs", import.meta.url));

/** What a part says of itself: counts by name. */
interface Part {
  readonly part: string;
  readonly failures: readonly string[];
  readonly [count: string]: unknown;
}
const parts = new Map<string, Part>();

beforeAll(async () => {
  const child = spawn(process.execPath, [program, "--short", "--json"], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  let text = "";
  for await (const more of child.stdout.setEncoding("utf8")) text += more;
  for (const line of text.trim().split("\n")) {
    const part = JSON.parse(line) as Part;
    parts.set(part.part, part);
  }
}, 600_000);

/** The counts that a part must come to; a function says what a count must be where it is not the same each time. */
const PARTS: Record<string, Record<string, number | string | ((count: number) => boolean)>> = {
  control: { runs: 3, found: 3 },
  kills: { kills: (n) => n >= 15, inWrites: (n) => n > 0, equal: (n) => n > 5 },
  signals: { runs: 8, equal: 8, saved: (n) => n > 0 },
  disks: { runs: 12, nothingLost: 12, disturbed: (n) => n > 4, elsewhere: (n) => n > 0 },
  folders: { runs: 8, nothingLost: 8, elsewhere: (n) => n > 0 },
  writers: { pairs: 4, secondTold: 4, equal: 4 },
  containers: { runs: 2, equal: 2 },
  tmpfs: { runs: 3, nothingLost: 3 },
  power: { trainings: 3, saves: (n) => n > 20, states: (n) => n > 300 },
  files: { files: 17, cut: 1020, bits: 3400, others: 510 },
  damaged: { runs: 4 },
  calls: { kills: (n) => n > 45, inWrites: (n) => n > 10, equal: (n) => n > 45 },
};
/** What takes a system administrator: where it may not be done, the part says so, and another part does the like without. */
const PRIVILEGED = ["containers", "tmpfs"];

test.each(Object.entries(PARTS))("%s", (name, counts) => {
  const part = parts.get(name);
  if (!part) throw new Error(`${program} did not come to this part`);
  expect(part.failures).toEqual([]);
  if (PRIVILEGED.includes(name) && part.skipped !== undefined) {
    expect(part.skipped).toMatch(/take(s)? root/);
    console.warn(`test:faults: ${name} left out: ${part.skipped}`);
    return;
  }
  for (const [count, wanted] of Object.entries(counts)) {
    const got = part[count];
    if (typeof wanted !== "function") expect(got, count).toBe(wanted);
    else if (!wanted(got as number)) throw new Error(`${count} is ${got}`);
  }
});

test("every part is looked at here", () => {
  expect(new Set(parts.keys())).toEqual(new Set(Object.keys(PARTS)));
});
