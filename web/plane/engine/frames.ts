/** Makes what the page is shown of a training. */
import type { Palette } from "./colours.ts";
import type { Plane } from "./directions.ts";
import { type Grids, pictures } from "./pictures.ts";
import type { Frame } from "./protocol.ts";
import type { Race } from "./race.ts";

/** Milliseconds between two updates of the curves, which are redrawn as a whole, and of what is read as numbers. */
const CURVES = 80;
const FIGURES = 100;

/** What the page has asked for, and where the engine is. */
export interface Look {
  readonly id: number;
  readonly grids: Grids;
  readonly palette: Palette;
  readonly sharp: boolean;
  /** Whether someone looks at the gradients of single weights. */
  readonly watched: boolean;
  /** Whether steps are taken meanwhile: figures may wait then. */
  readonly active: boolean;
  readonly playing: boolean;
  /** The epoch at which training paused because it has converged. */
  readonly paused: number | undefined;
  readonly heard: number;
  readonly done: number;
  readonly plane: Plane | undefined;
}

export class Frames {
  private race: Race | undefined;
  private last: Pick<Frame, "standings" | "layers"> = { standings: [], layers: [] };
  private figuresAt = 0;
  private curvesAt = 0;
  private curvesShown = -1;
  private pace = { since: 0, steps: 0, value: 0 };

  /** Whether the last frame left something out that is known. */
  get behind(): boolean {
    return this.race !== undefined && this.race.recorded !== this.curvesShown;
  }

  /** Another training begins. */
  reset(): void {
    this.race = undefined;
    this.curvesShown = -1;
    this.pace = { since: performance.now(), steps: 0, value: 0 };
  }

  /** @returns nothing where another training took its place meanwhile */
  async make(race: Race, now: () => Race, look: Look): Promise<Frame | undefined> {
    await race.record();
    // a link may change weights before the first step
    await race.applyDue();
    const begun = performance.now();
    const exact = !look.active || race !== this.race || begun - this.figuresAt >= FIGURES;
    const standings = exact ? await race.standings() : this.last.standings;
    if (race !== now()) return undefined;
    const { grids, palette, sharp, watched } = look;
    const dead = this.last.layers.map((layer) => layer.dead);
    const shown = pictures(race, grids, palette, sharp, exact ? { gradient: watched } : { dead });
    if (exact) this.figuresAt = begun;
    this.race = race;
    this.last = { standings, layers: shown.layers };
    return {
      kind: "frame",
      id: look.id,
      step: race.step,
      epoch: Math.floor(race.epoch + 1e-9),
      stepsPerEpoch: race.stepsPerEpoch,
      playing: look.playing,
      over: race.over && race.entrants.length > 0,
      ...(look.paused !== undefined && { converged: look.paused }),
      pace: this.stepsASecond(race, look.playing),
      exact,
      standings,
      ...shown,
      ...(look.plane && { at: race.places(look.plane) }),
      changes: race.changes,
      changedAt: [...race.changedAt],
      heard: look.heard,
      done: look.done,
      ...this.curves(race, look.active),
    };
  }

  private curves(race: Race, active: boolean): Pick<Frame, "curves"> {
    const now = performance.now();
    if (race.recorded === this.curvesShown) return {};
    if (now - this.curvesAt < CURVES && active && race.step >= 2) return {};
    this.curvesAt = now;
    this.curvesShown = race.recorded;
    return { curves: race.curves };
  }

  private stepsASecond(race: Race, playing: boolean): number {
    const now = performance.now();
    const { since, steps } = this.pace;
    if (now - since > 500)
      this.pace = { since: now, steps: race.step, value: ((race.step - steps) * 1000) / (now - since) };
    return playing ? this.pace.value : 0;
  }
}

/** Of pictures: several may lie in one. */
export const buffers = (arrays: readonly Uint8ClampedArray<ArrayBuffer>[]): Transferable[] => [
  ...new Set(arrays.map(({ buffer }) => buffer)),
];
