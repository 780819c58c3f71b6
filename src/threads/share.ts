/**
 * How threads compute together: what each does of a job, and where they wait for each other. Part 0 is the thread that asks for it.
 *
 * A job is a stretch of a tape, cut into groups of instructions. Before most groups all threads meet; a group marked alone is run by
 * part 0, while the others go on to where they meet next. All they tell each other is in one array of shared memory, the control.
 */

/** Cells of the control, a cache line apart where several threads write. */
export const JOB = 0;
/** How often a thread has come to a meeting; and to how many comings all may go on. */
const COUNT = 16;
const OPEN = 32;
/** Threads that are asleep until there is a job, or at a meeting. */
const IDLE = 48;
const WAITING = 49;
/** What went wrong: 0 nothing, 1 + part where it threw, −1 where a thread never came. */
export const FAILED = 64;
/** How often a wait has passed without anything happening. */
export const LATE = 65;
/** What part 0 says of a job. */
export const TAPE = 80;
export const ROWS = 81;
export const STEP = 82;
export const GROUPS = 83;
/** Comings before this job. */
export const BEFORE = 84;
/** Which group part 0 has come to. */
export const AT = 88;
/** How often a thread looks before it sleeps, milliseconds of a wait, and how many of them may pass in vain. */
export const LOOKS = 85;
export const PATIENCE = 86;
export const WAITS = 87;
/** From here on groups: first instruction, the one after the last, and marks. */
export const TABLE = 96;
export const GROUP = 3;
/** Marks of a group: all meet before it; part 0 runs it. */
export const MEET = 1;
export const ALONE = 2;

/** The lowest bits of JOB are how many parts there are, so that a thread knows at once whether it is one of them. */
export const PARTS = 255;

type RunPart = (
  tape: number,
  from: number,
  to: number,
  rows: number,
  step: number,
  part: number,
  parts: number,
) => number;

/** What a thread needs. */
export interface Place {
  readonly control: Int32Array;
  readonly runPart: RunPart;
  readonly memory: WebAssembly.Memory;
  /** Where a step record says that the tape has to stop, in bytes. */
  readonly status: number;
}

/**
 * Waits until all parts have come as often.
 *
 * @param comings of all parts together
 * @returns false where one of them has failed, or does not come: part 0 gives up in the end, and where it is gone all are
 */
function meet(control: Int32Array, comings: number, part: number): boolean {
  if (((Atomics.add(control, COUNT, 1) + 1) | 0) === comings) {
    Atomics.store(control, OPEN, comings);
    if (Atomics.load(control, WAITING) > 0) Atomics.notify(control, OPEN);
    return true;
  }
  for (let looks = control[LOOKS]; looks > 0; looks--)
    if (((Atomics.load(control, OPEN) - comings) | 0) >= 0) return true;
  Atomics.add(control, WAITING, 1);
  const came = asleep(control, comings, part === 0);
  Atomics.sub(control, WAITING, 1);
  return came;
}

function asleep(control: Int32Array, comings: number, counts: boolean): boolean {
  let count = Atomics.load(control, COUNT);
  for (let waits = 0; ; ) {
    const open = Atomics.load(control, OPEN);
    if (((open - comings) | 0) >= 0) return true;
    if (Atomics.load(control, FAILED) !== 0) return false;
    if (Atomics.wait(control, OPEN, open, control[PATIENCE]) !== "timed-out") continue;
    const now = Atomics.load(control, COUNT);
    // others came meanwhile: there is hope
    waits = now === count ? waits + 1 : 0;
    count = now;
    if (counts) Atomics.add(control, LATE, 1);
    if (counts && waits >= control[WAITS]) {
      fail(control, -1);
      return false;
    }
  }
}

/** Tells all that this training is over. The first reason stays. */
export function fail(control: Int32Array, reason: number): void {
  Atomics.compareExchange(control, FAILED, 0, reason);
  Atomics.notify(control, OPEN);
  Atomics.notify(control, JOB);
}

/** The step record's word that stops a tape: kept from job to job, for a thread that computes makes no objects. */
export interface Status {
  step: number;
  view: Int32Array;
}

/**
 * One part of a job.
 *
 * @returns the number of the group the tape stopped before, which is how many there are where it did not; −1 where a thread was lost
 */
export function share(place: Place, seen: Status, part: number, parts: number): number {
  const { control, runPart } = place;
  const tape = control[TAPE] >>> 0;
  const step = control[STEP] >>> 0;
  const rows = control[ROWS];
  const groups = control[GROUPS];
  let comings = control[BEFORE];
  if (seen.step !== step) {
    seen.step = step;
    seen.view = new Int32Array(place.memory.buffer, step + place.status, 1);
  }
  const status = seen.view;
  let g = 0;
  for (; g < groups; g++) {
    const at = TABLE + g * GROUP;
    const marks = control[at + 2];
    if ((marks & MEET) !== 0) {
      comings = (comings + parts) | 0;
      if (!meet(control, comings, part)) return -1;
      // written before a meeting only, so all threads read the same
      if (status[0] !== 0) break;
    }
    if (part === 0) control[AT] = g;
    const all = (marks & ALONE) === 0;
    if (all || part === 0) runPart(tape, control[at], control[at + 1], rows, step, part, all ? parts : 1);
  }
  return meet(control, (comings + parts) | 0, part) ? g : -1;
}

/** Asks for a job, which is written down already; the asking thread is part 0 of it. */
export function ask(place: Place, seen: Status, parts: number): number {
  const { control } = place;
  control[BEFORE] = Atomics.load(control, COUNT);
  const number = (control[JOB] & ~PARTS) + PARTS + 1;
  Atomics.store(control, JOB, number | parts);
  if (Atomics.load(control, IDLE) > 0) Atomics.notify(control, JOB);
  return share(place, seen, 0, parts);
}

/** What a helping thread does for as long as it lives: its part of every job. */
export function help(place: Place, part: number): void {
  const { control } = place;
  const seen: Status = { step: -1, view: new Int32Array(0) };
  for (let last = 0; ; ) {
    const job = nextJob(control, last);
    if (job === last) return;
    last = job;
    const parts = job & PARTS;
    if (part < parts && share(place, seen, part, parts) < 0) return;
  }
}

/** The next job; the last one where there will be none. A failure may come between looking for it and sleeping, so sleep ends. */
function nextJob(control: Int32Array, last: number): number {
  for (let looks = control[LOOKS]; looks > 0; looks--) {
    const job = Atomics.load(control, JOB);
    if (job !== last) return job;
  }
  Atomics.add(control, IDLE, 1);
  while (Atomics.load(control, JOB) === last && Atomics.load(control, FAILED) === 0)
    Atomics.wait(control, JOB, last, control[PATIENCE]);
  Atomics.sub(control, IDLE, 1);
  return Atomics.load(control, FAILED) === 0 ? Atomics.load(control, JOB) : last;
}
