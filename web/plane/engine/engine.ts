/**
 * Trains, examines and answers: all the arithmetic of the view. Runs in a worker, or on the page in short slices where there are
 * no workers. It answers when the page asks for a frame, so a page that is slow or hidden is never flooded.
 */
import { NablaError } from "nabla";
import { INITIAL } from "../state/state.ts";
import { ALL_GREY, type Palette } from "./colours.ts";
import { gridPlaces, inputsOf, type PlaneData } from "./data.ts";
import { buffers, Frames } from "./frames.ts";
import { Pace } from "./pace.ts";
import { type Grids, inputPictures } from "./pictures.ts";
import { type FromEngine, SURFACE_SIDE, type ToEngine, UNIT_SIDE } from "./protocol.ts";
import { Race } from "./race.ts";
import { Surveyor } from "./surveyor.ts";
import { nextTask, wait } from "./tasks.ts";

/** Milliseconds of work between two turns of others. */
const SLICE = 6;

const PLACES = { surface: gridPlaces(SURFACE_SIDE), unit: gridPlaces(UNIT_SIDE) };

export type Post = (message: FromEngine, transfer: Transferable[]) => void;

export class Engine {
  private race = new Race({ ...INITIAL, data: "painted" });
  private id = -1;
  private grids: Grids = { surface: new Float32Array(0), unit: new Float32Array(0) };
  private palette: Palette = ALL_GREY;
  private sharp = false;
  private readonly pace = new Pace();
  private readonly frames = new Frames();
  private readonly surveyor: Surveyor;

  private wanted = false;
  private changed = false;
  private showFrom = 0;

  /** Whether to pause at convergence; whether that has been; the epoch where it pauses now. */
  private pausing = false;
  private passed = false;
  private paused: number | undefined;

  private working = false;
  /** Changes that wait for the steps under way. */
  private waiting: Extract<ToEngine, { kind: "change" }>[] = [];
  private heard = 0;
  /** Messages that may change what is shown. */
  private received = 0;
  private watched = false;
  /** The points that the page has: other noise moves them. */
  private told: PlaneData | undefined;

  constructor(private readonly post: Post) {
    this.surveyor = new Surveyor(
      (landscape, id) => {
        this.post({ kind: "landscape", id, landscape }, []);
        this.changed = true;
        void this.work();
      },
      (error) => this.fail(error),
    );
  }

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
        this.tellData();
        break;
      case "speed":
        this.pace.speed = message.speed;
        break;
      case "play":
      case "pause":
        this.pace.play(message.kind === "play");
        // who goes on from there knows
        this.passed = this.race.converged;
        this.paused = undefined;
        break;
      case "step": {
        const from = Math.max(this.pace.target, this.race.step);
        this.pace.playing = false;
        this.pace.target = message.steps === "epoch" ? this.race.epochEnd(from) : from + message.steps;
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
        break;
      case "frame":
        this.wanted = true;
        this.pace.seen();
        break;
      case "landscape":
        this.surveyor.start(message, this.race, this.id);
        break;
      case "stop landscape":
        this.surveyor.end();
        break;
    }
    void this.work();
  }

  /** Ends everything; for an engine on the page, which no one terminates. */
  close(): void {
    this.pace.playing = false;
    this.pace.target = 0;
    this.wanted = false;
    this.surveyor.stop();
    void this.race.dispose();
  }

  /** Does the work, with turns for others in between. */
  private async work(): Promise<void> {
    if (this.working) return;
    this.working = true;
    const { pace } = this;
    try {
      do {
        await this.applyChanges();
        const due = pace.due(this.asked, this.active);
        if (due > 0) await this.train(due);
        if (this.wanted && this.changed && this.rested()) await this.show();
        await (this.active && pace.ahead ? wait(pace.pause) : nextTask());
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
    return !this.active || this.pace.ahead || performance.now() >= this.showFrom;
  }

  private fail(error: unknown): void {
    this.pace.playing = false;
    this.pace.target = 0;
    this.post({ kind: "problem", text: error instanceof NablaError ? error.message : String(error) }, []);
    if (!(error instanceof NablaError)) throw error;
  }

  private get active(): boolean {
    return this.pace.active && !this.race.over;
  }

  private get asked(): number {
    return this.race.over ? 0 : Math.max(0, this.pace.target - this.race.step);
  }

  private async train(due: number): Promise<void> {
    const { race, pace } = this;
    const end = performance.now() + SLICE;
    let left = due;
    let chunk = 1;
    const stops = (): boolean => this.pausing && !this.passed && pace.playing && race.converged;
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
    pace.took(due - left, due);
    if (stops()) {
      pace.playing = false;
      this.passed = true;
      this.paused = race.epoch;
      this.changed = true;
    }
    if (race.over) {
      pace.playing = false;
      this.changed = true;
    }
  }

  private reset({ state, id, serial = 0 }: Extract<ToEngine, { kind: "reset" }>): void {
    this.surveyor.stop();
    void this.race.dispose();
    this.pace.reset();
    this.waiting = [];
    this.heard = serial;
    this.id = id;
    this.race = new Race(state);
    this.pausing = state.converge;
    this.passed = false;
    this.paused = undefined;
    const inputs = (places: Float32Array) => inputsOf(places, state.features);
    this.grids = { surface: inputs(PLACES.surface), unit: inputs(PLACES.unit) };
    this.frames.reset();
    this.tellData();
    this.changed = true;
    this.surveyor.reset(this.race, id);
  }

  private tellData(): void {
    if (this.id < 0) return;
    const { data, state } = this.race;
    this.told = data;
    const features = inputPictures(this.grids, state.features.length, this.palette);
    this.post({ kind: "data", id: this.id, train: data.train, test: data.test, features }, buffers(features));
  }

  private async show(): Promise<void> {
    const start = performance.now();
    this.wanted = false;
    this.changed = false;
    const { race, pace } = this;
    const frame = await this.frames.make(race, () => this.race, {
      id: this.id,
      grids: this.grids,
      palette: this.palette,
      sharp: this.sharp,
      watched: this.watched,
      active: this.active,
      playing: pace.playing,
      paused: this.paused,
      heard: this.heard,
      done: this.waiting.length + this.asked > 0 ? -1 : this.received,
      plane: this.surveyor.plane,
    });
    if (!frame) {
      this.wanted = true;
      return;
    }
    if (race.data !== this.told) this.tellData();
    const now = performance.now();
    this.showFrom = now + (now - start);
    if (this.frames.behind) this.changed = true;
    this.post(frame, buffers([...frame.surfaces, ...frame.layers.flatMap(({ units }) => units)]));
  }
}
