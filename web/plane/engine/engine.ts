/**
 * Trains, examines and answers: all the arithmetic of the view. Runs in a worker, or on the page in short slices where there are
 * no workers. It answers when the page asks for a frame, so a page that is slow or hidden is never flooded.
 */
import { NablaError } from "nabla";
import { INITIAL } from "../state/state.ts";
import { ALL_GREY, type Palette } from "./colours.ts";
import { gridPlaces, inputsOf, type PlaneData } from "./data.ts";
import type { Plane } from "./directions.ts";
import { buffers, frameOf } from "./frames.ts";
import { computeLandscape, type Directions, SIDE } from "./landscape.ts";
import { pictures, unitPicture } from "./pictures.ts";
import { type FromEngine, SURFACE_SIDE, type ToEngine } from "./protocol.ts";
import { Race } from "./race.ts";
import { nextTask, wait } from "./tasks.ts";

/** Milliseconds of work between two turns of others. */
const SLICE = 6;
/** Training pauses when no frame was requested for so long: the page is hidden, or cannot keep up. */
const PATIENCE = 500;
/** Milliseconds between two updates of the curves, which are redrawn as a whole. */
const CURVES = 80;

const PLACES = gridPlaces(SURFACE_SIDE);

export type Post = (message: FromEngine, transfer: Transferable[]) => void;

export class Engine {
  private race = new Race({ ...INITIAL, data: "painted" });
  private id = -1;
  private grid: Float32Array = new Float32Array(0);
  private palette: Palette = ALL_GREY;
  private sharp = false;

  private playing = false;
  private speed = Number.POSITIVE_INFINITY;
  /** The step to reach, where steps are requested one by one; and how many the clock allows. */
  private target = 0;
  private credit = 0;
  private clock = 0;

  private wanted = false;
  private lastWanted = 0;
  private changed = false;
  private showFrom = 0;
  private curvesAt = 0;
  private curvesShown = -1;
  private pace = { since: 0, steps: 0, value: 0 };

  /** Whether to pause at convergence; whether that has been; the epoch where it pauses now. */
  private pausing = false;
  private passed = false;
  private paused: number | undefined;

  private working = false;
  private landscape: AbortController | undefined;
  /** What the surface that was posted last lies along; what is drawn again and again. */
  private plane: Plane | undefined;
  private live: Directions | undefined;
  /** Changes that wait for the steps under way. */
  private waiting: Extract<ToEngine, { kind: "change" }>[] = [];
  private heard = 0;
  /** Messages that may change what is shown. */
  private received = 0;
  private watched = false;
  /** The points that the page has: other noise moves them. */
  private told: PlaneData | undefined;

  constructor(private readonly post: Post) {}

  receive(message: ToEngine): void {
    if (message.kind !== "frame") {
      this.received++;
      this.changed = true;
    }
    switch (message.kind) {
      case "reset":
        try {
          this.reset(message);
        } catch (error) {
          this.fail(error);
        }
        break;
      case "look":
        this.palette = message.palette;
        this.sharp = message.sharp;
        this.changed = true;
        this.tellData();
        break;
      case "speed":
        this.speed = message.speed;
        this.credit = 0;
        break;
      case "play":
      case "pause":
        this.playing = message.kind === "play";
        // who goes on from there knows
        this.passed = this.race.converged;
        this.paused = undefined;
        this.credit = 0;
        this.target = 0;
        this.clock = performance.now();
        this.changed = true;
        break;
      case "step": {
        const from = Math.max(this.target, this.race.step);
        this.playing = false;
        this.target = message.steps === "epoch" ? this.race.epochEnd(from) : from + message.steps;
        break;
      }
      case "converge":
        this.pausing = message.on;
        break;
      case "change":
        this.waiting.push(message);
        break;
      case "watch":
        this.watched = message.gradients;
        this.changed = true;
        break;
      case "frame":
        this.wanted = true;
        this.lastWanted = performance.now();
        break;
      case "landscape":
        this.live = message.live ? message : undefined;
        void this.survey(message);
        break;
      case "stop landscape":
        // the surface that is being drawn is drawn to its end
        this.live = undefined;
        break;
    }
    void this.work();
  }

  /** Ends everything; for an engine on the page, which no one terminates. */
  close(): void {
    this.playing = false;
    this.target = 0;
    this.wanted = false;
    this.landscape?.abort();
    void this.race.dispose();
  }

  /** Does the work, with turns for others in between. */
  private async work(): Promise<void> {
    if (this.working) return;
    this.working = true;
    try {
      do {
        await this.applyChanges();
        const due = this.due();
        if (due > 0) await this.train(due);
        if (this.wanted && this.changed && this.rested()) await this.show();
        const waits = this.active && this.credit < 1 && Number.isFinite(this.speed);
        if (waits) await wait((1 - this.credit) / (this.speed / 1000));
        else await nextTask();
      } while (this.waiting.length > 0 || this.asked > 0 || this.active || (this.wanted && this.changed));
    } catch (error) {
      this.fail(error);
    } finally {
      this.working = false;
    }
  }

  private async applyChanges(): Promise<void> {
    for (;;) {
      const next = this.waiting.shift();
      if (!next) return;
      const { race } = this;
      await race.change(next);
      if (race !== this.race) continue;
      this.heard = next.serial;
      this.changed = true;
    }
  }

  /** Examining takes at most half of the time during training; all that is left where training keeps the speed that was asked for. */
  private rested(): boolean {
    const keepsUp = Number.isFinite(this.speed) && this.credit < 1;
    return !this.active || keepsUp || performance.now() >= this.showFrom;
  }

  private fail(error: unknown): void {
    this.playing = false;
    this.target = 0;
    this.post({ kind: "problem", text: error instanceof NablaError ? error.message : String(error) }, []);
    if (!(error instanceof NablaError)) throw error;
  }

  private get active(): boolean {
    return this.playing && !this.race.over && performance.now() - this.lastWanted < PATIENCE;
  }

  private get asked(): number {
    return this.race.over ? 0 : Math.max(0, this.target - this.race.step);
  }

  private due(): number {
    if (this.asked > 0) return this.asked;
    if (!this.active) {
      this.clock = performance.now();
      return 0;
    }
    const now = performance.now();
    // at most a tenth of a second that was spent on other tasks is caught up with
    const most = Math.max(1, this.speed / 10);
    this.credit = Math.min(most, this.credit + ((now - this.clock) * this.speed) / 1000 || 0);
    this.clock = now;
    return this.speed === Number.POSITIVE_INFINITY ? this.speed : Math.floor(this.credit);
  }

  private async train(due: number): Promise<void> {
    const { race } = this;
    const end = performance.now() + SLICE;
    let left = due;
    let chunk = 1;
    const stops = (): boolean => this.pausing && !this.passed && this.playing && race.converged;
    while (left > 0 && !race.over && race === this.race && !stops()) {
      const before = race.step;
      const start = performance.now();
      await race.advance(Math.min(left, chunk));
      const taken = race.step - before;
      const now = performance.now();
      left -= taken;
      if (taken > 0) this.changed = true;
      if (now >= end) break;
      // as many at once as fit into what is left of the slice
      const each = Math.max((now - start) / Math.max(1, taken), 0.001);
      chunk = Math.max(1, Math.min(chunk * 2, Math.floor((end - now) / each)));
    }
    // a net that was replaced while it took its steps
    if (race !== this.race) return;
    this.credit = due === Number.POSITIVE_INFINITY ? 0 : Math.max(0, this.credit - (due - left));
    if (stops()) {
      this.playing = false;
      this.passed = true;
      this.paused = race.epoch;
      this.changed = true;
    }
    if (race.over) {
      this.playing = false;
      this.changed = true;
    }
  }

  private reset({ state, id, serial = 0 }: Extract<ToEngine, { kind: "reset" }>): void {
    this.landscape?.abort();
    this.plane = undefined;
    void this.race.dispose();
    this.target = 0;
    this.credit = 0;
    this.waiting = [];
    this.heard = serial;
    this.id = id;
    this.race = new Race(state);
    this.pausing = state.converge;
    this.passed = false;
    this.paused = undefined;
    this.grid = inputsOf(PLACES, state.features);
    this.curvesShown = -1;
    this.pace = { since: performance.now(), steps: 0, value: 0 };
    this.tellData();
    this.changed = true;
    if (this.live) void this.survey(this.live);
  }

  private tellData(): void {
    if (this.id < 0) return;
    const { data, state } = this.race;
    this.told = data;
    const width = state.features.length;
    const features = state.features.map((_, f) =>
      unitPicture((pixel) => this.grid[pixel * width + f], this.palette),
    );
    this.post({ kind: "data", id: this.id, train: data.train, test: data.test, features }, buffers(features));
  }

  private async show(): Promise<void> {
    const start = performance.now();
    this.wanted = false;
    this.changed = false;
    const { race, palette, sharp } = this;
    const done = this.waiting.length + this.asked > 0 ? -1 : this.received;
    await race.record();
    // a link may change weights before the first step
    await race.applyDue();
    const standings = await race.standings();
    if (race !== this.race) {
      this.wanted = true;
      return;
    }
    if (race.data !== this.told) this.tellData();
    const { surfaces, lines, layers } = pictures(race, this.grid, palette, sharp, this.watched);
    const now = performance.now();
    this.showFrom = now + (now - start);
    const fresh =
      race.recorded !== this.curvesShown && (now - this.curvesAt >= CURVES || !this.active || race.step < 2);
    if (fresh) {
      this.curvesAt = now;
      this.curvesShown = race.recorded;
    } else if (race.recorded !== this.curvesShown) this.changed = true;
    if (now - this.pace.since > 500) {
      const value = ((race.step - this.pace.steps) * 1000) / (now - this.pace.since);
      this.pace = { since: now, steps: race.step, value };
    }
    const pace = this.playing ? this.pace.value : 0;
    this.post(
      {
        ...frameOf(race, standings),
        id: this.id,
        playing: this.playing,
        ...(this.paused !== undefined && { converged: this.paused }),
        pace,
        surfaces,
        lines,
        layers,
        heard: this.heard,
        ...(this.plane && { at: race.places(this.plane) }),
        done,
        ...(fresh && { curves: race.curves }),
      },
      buffers([...surfaces, ...layers.flatMap(({ units }) => units)]),
    );
  }

  /** Draws the loss surface; where it is live, again after steps were taken. What is drawn again is posted when it is whole. */
  private async survey(wanted: Directions): Promise<void> {
    this.landscape?.abort();
    const { signal } = (this.landscape = new AbortController());
    const { race, id } = this;
    if (!race.train) return;
    const live = (): boolean => this.live !== undefined && !signal.aborted;
    try {
      // before the first step there is no way yet
      while (live() && race.step === 0) await wait(100);
      for (let whole = false; !signal.aborted; whole = true) {
        const { step, changes } = race;
        await computeLandscape(
          race.state,
          race.train,
          race.paths,
          wanted,
          (landscape, plane) => {
            if (!signal.aborted && (!whole || landscape.rows === SIDE)) {
              this.plane = plane;
              this.post({ kind: "landscape", id, landscape }, []);
              this.changed = true;
              void this.work();
            }
            return nextTask();
          },
          signal,
        );
        while (live() && race.step === step && race.changes === changes) await wait(100);
        if (!live()) return;
      }
    } catch (error) {
      this.fail(error);
    }
  }
}
