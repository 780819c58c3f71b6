/** The processes that mpirun has started, and what becomes of all where one of them fails. */
import { writeSync } from "node:fs";
import { hostname } from "node:os";
import { env } from "node:process";
// Deno's own are numbers
import { clearInterval, setImmediate, setInterval, setTimeout } from "node:timers";
import { messageOf, NablaError } from "../errors.ts";
import { gatherJson, type Ranks } from "../training/ranks.ts";
import { Beat } from "./beat.ts";
import { alone, type Library, launchedSize, openLibrary } from "./library.ts";

/** Seconds without a sign of life after which a rank is given up. */
const PATIENCE = 60;
/** Milliseconds for which a wait asks again and again: by then there is what ranks on one machine exchange. */
const SPIN = 0.3;
/** Milliseconds for which a wait only yields its processor; after that it sleeps in between. */
const EAGER = 5;
/** Milliseconds that ranks let the first one speak, where all have the same to say. */
const AFTER_FIRST = 2000;
const EACH = 100;
/** Milliseconds that a launcher has to pass on what was said last. */
const HEARD = 100;
const MOST = 2 ** 31 - 1;

type ReallyExit = (code: number) => never;

/** Which library, and how long a rank may be silent. */
export interface MpiOptions {
  /** The library's file. Default: the environment's NABLA_MPI, else what is found: see docs/cluster.md. */
  library?: string;
  /** Seconds after which a rank that gives no sign of life ends the job. Default: the environment's NABLA_MPI_TIMEOUT, else 60. */
  timeout?: number;
  /**
   * Each rank keeps the optimizer's state of a part of the parameters alone. Default false: it updates a part as well, but has room for all.
   * Results have the same bits.
   */
  shardOptimizer?: boolean;
}

/** This process among the others of its job: what fit() takes as `ranks`. */
export class World implements Ranks {
  readonly rank: number;
  readonly size: number;
  private hosts: readonly string[] = [hostname()];
  private readonly beats: Beat[];
  private result = new Uint8Array(0);
  /** What the library works with: nothing of it may be collected before it is done, nor be lent twice. */
  private readonly lent = new Set<readonly ArrayBufferLike[]>();
  private closed = false;
  /** Whether no more signs of life are sent. */
  private ending = false;
  private failing = false;
  private timer: ReturnType<typeof setInterval> | undefined;

  private constructor(
    private readonly library: Library,
    private readonly patience: number,
    readonly shardOptimizer = false,
  ) {
    this.rank = library.rank();
    this.size = library.size();
    // the first one hears of all, all hear of the first
    const peers = this.rank === 0 ? Array.from({ length: this.size - 1 }, (_, i) => i + 1) : [0];
    this.beats = peers.map((peer) => new Beat(library, peer));
  }

  /** @throws NablaError where no library is found, or it is another than that of the launcher */
  static async open({
    library: wanted,
    timeout = Number(env.NABLA_MPI_TIMEOUT ?? PATIENCE),
    shardOptimizer,
  }: MpiOptions): Promise<World> {
    if (!(timeout > 0))
      throw new NablaError(`MPI: timeout: expected seconds > 0, got ${env.NABLA_MPI_TIMEOUT ?? timeout}`);
    const library = launchedSize() === 1 ? alone : await openLibrary(wanted);
    library.init();
    const world = new World(library, timeout * 1000, shardOptimizer);
    if (library === alone) return world;
    process.on("exit", (code) => world.exit(code));
    for (const event of ["uncaughtException", "unhandledRejection"] as const)
      process.on(event, (error: unknown) => void world.fail(error));
    const told = launchedSize();
    if (world.size !== told)
      throw new NablaError(
        `MPI: the launcher has started ${told} processes, but ${library.path} (${library.version.slice(0, 40)}) sees ${world.size}: it is not the launcher's library. Say which is: NABLA_MPI=/path/libmpi.so`,
      );
    // twice in the time that is waited for, at least
    world.timer = setInterval(() => world.beat(), Math.min(world.patience / 4, 5000));
    world.timer.unref();
    const all = await gatherJson(world, { host: hostname(), version: process.env.NABLA_VERSION ?? "" });
    world.hosts = all.map(({ host }) => host);
    const other = all.findIndex(({ version }) => version !== all[0]!.version);
    if (other > 0)
      throw new NablaError(
        `MPI: ${world.called(other)} has nabla ${all[other]!.version}, ${world.called(0)} has ${all[0]!.version}; install the same version on all hosts`,
      );
    return world;
  }

  called(rank: number): string {
    return `rank ${rank} on ${this.hosts[rank] ?? "another host"}`;
  }

  async gather(mine: Uint8Array, lengths: readonly number[], into?: Uint8Array): Promise<Uint8Array> {
    const { counts, places, n } = counted(lengths);
    if (!into && (this.result.length < n || this.lent.size > 0))
      this.result = new Uint8Array(new ArrayBuffer(n));
    const result = into ?? this.result;
    await this.lend([mine, result, counts, places], (request) =>
      this.library.allgatherv(mine, result, counts, places, request),
    );
    return result.subarray(0, n);
  }

  async exchange(
    mine: Uint8Array,
    given: readonly number[],
    starts: readonly number[],
    into: Uint8Array,
    lengths: readonly number[],
    at?: readonly number[],
  ): Promise<void> {
    const { counts, places } = counted(lengths);
    const sent = { counts: counted(given).counts, places: integers(starts) };
    const got = { counts, places: at ? integers(at) : places };
    await this.lend([mine, into, got.counts, got.places, sent.counts, sent.places], (request) =>
      this.library.alltoallv(mine, sent, into, got, request),
    );
  }

  /** Lends buffers to the library until it is done with them. */
  private async lend(views: readonly ArrayBufferView[], begin: (request: Uint8Array) => void): Promise<void> {
    const request = new Uint8Array(new ArrayBuffer(16));
    // an engine may move what is small, until it is asked for its buffer
    const lent = [...views, request].map(({ buffer }) => buffer);
    this.lent.add(lent);
    begin(request);
    await this.done(request);
    this.lent.delete(lent);
  }

  release(bytes: Uint8Array): void {
    this.library.release?.(bytes);
  }

  /** Whether this is what fit() throws where one of the ranks was asked to stop, and so all have. */
  interrupted(error: unknown): boolean {
    return /^(interrupted|another rank was asked to stop)$/.test(messageOf(error));
  }

  /** Waits until all have come so far. */
  async barrier(): Promise<void> {
    await this.gather(new Uint8Array(new ArrayBuffer(1)), Array(this.size).fill(1));
  }

  /** All is done: waits for the others. After this the process may end. */
  async end(): Promise<void> {
    if (this.closed) return;
    await this.barrier();
    clearInterval(this.timer);
    this.ending = true;
    await this.drain();
    this.closed = true;
  }

  /** Takes all signs of life that were sent: MPICH 5 fails where one is left as it ends, or somebody waits for one. */
  private async drain(): Promise<void> {
    const sent = Float64Array.from(this.beats, ({ sent }) => sent + 1);
    const n = this.size - 1;
    const lengths = Array.from({ length: this.size }, (_, rank) => 8 * (rank === 0 ? n : 1));
    const told = new Float64Array((await this.gather(new Uint8Array(sent.buffer), lengths)).slice().buffer);
    const until = performance.now() + this.patience;
    // of each rank but the first: what the first has sent, then what it has
    const left = new Set(this.beats);
    while (left.size > 0 && performance.now() < until) {
      for (const beat of left)
        if (beat.ended(told[this.rank === 0 ? n + beat.peer - 1 : this.rank - 1]!)) left.delete(beat);
      if (left.size > 0) await new Promise((resolve) => setTimeout(resolve, 1));
    }
  }

  /**
   * Ends the whole job: says which rank failed, on which host, and why. Where all have the same to say, the first does.
   */
  async fail(error: unknown): Promise<never> {
    if (!this.failing) {
      this.failing = true;
      if (this.rank > 0)
        await new Promise((resolve) => setTimeout(resolve, AFTER_FIRST + EACH * Math.min(this.rank, 20)));
      this.say(`${this.called(this.rank)}: ${messageOf(error)}`);
    }
    return new Promise<never>(() => {});
  }

  private say(text: string): void {
    try {
      writeSync(2, `nabla: ${text.replaceAll("\n", " ")}\n`);
    } catch {
      // nobody reads it
    }
    this.closed = true;
    // a launcher that hears of the end first may not read what was said (MPICH's, where it is busy)
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, HEARD);
    this.library.abort(1);
    (process as unknown as { reallyExit: ReallyExit }).reallyExit(1);
  }

  /** Libraries are unloaded while they are alive where Node ends by itself. */
  private exit(code: number): void {
    if (this.closed) this.library.finalize();
    else this.library.abort(code || 1);
    (process as unknown as { reallyExit: ReallyExit }).reallyExit(code);
  }

  private async done(request: Uint8Array): Promise<void> {
    const { library } = this;
    const began = performance.now();
    // what is begun together is on its way first
    await undefined;
    for (let looked = began; !library.test(request); ) {
      const now = performance.now();
      // what came while this one was busy has been heard by now
      if (now - looked > 250) {
        looked = now;
        this.beat();
        if (!this.ending) this.listen(began, now);
      }
      if (now - began < EAGER) {
        library.rest();
        if (now - began >= SPIN) await new Promise((resolve) => setImmediate(resolve));
      } else await new Promise((resolve) => setTimeout(resolve, 1));
    }
  }

  private beat(): void {
    if (this.ending) return;
    for (const beat of this.beats) beat.send();
  }

  private listen(began: number, now: number): void {
    for (const beat of this.beats) {
      const heard = Math.max(began, beat.listen(now));
      // the others let the first one speak, and where that is silent one after the other
      const patience = this.patience + (this.rank === 0 ? 0 : 500 * this.rank);
      if (now - heard > patience)
        this.say(
          `${this.called(beat.peer)} has given no sign of life for ${Math.round(this.patience / 1000)} seconds; ${this.called(this.rank)} gives up. Its machine may be cut off, or busy with one long computation: NABLA_MPI_TIMEOUT=600 waits longer`,
        );
    }
  }
}

const integers = (of: readonly number[]): Int32Array => {
  const values = new Int32Array(new ArrayBuffer(4 * of.length));
  values.set(of);
  return values;
};

/** @returns bytes of each rank, where they begin one after the other, and how many they are together */
function counted(lengths: readonly number[]): { counts: Int32Array; places: Int32Array; n: number } {
  let n = 0;
  const places = lengths.map((length) => {
    n += length;
    return n - length;
  });
  if (n > MOST)
    throw new NablaError(
      `MPI: ranks would exchange ${n} bytes at once; expected at most ${MOST}: take a smaller model, fewer rows to validate on, or metrics that keep no rows`,
    );
  return { counts: integers(lengths), places: integers(places), n };
}
