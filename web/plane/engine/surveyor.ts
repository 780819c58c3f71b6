/** Draws the loss surface, at the request of the page; where it is live, again after steps were taken. */
import type { Plane } from "./directions.ts";
import { computeLandscape, type Directions, type Landscape, SIDE } from "./landscape.ts";
import type { Race } from "./race.ts";
import { nextTask, wait } from "./tasks.ts";

export class Surveyor {
  /** What the surface that was posted last lies along. */
  plane: Plane | undefined;
  private live: Directions | undefined;
  private running: AbortController | undefined;

  constructor(
    private readonly post: (landscape: Landscape, id: number) => void,
    private readonly fail: (error: unknown) => void,
  ) {}

  /** Another training begins: a live surface is then of that one. */
  reset(race: Race, id: number): void {
    this.stop();
    this.plane = undefined;
    if (this.live) void this.survey(this.live, race, id);
  }

  start(wanted: Directions & { readonly live?: boolean }, race: Race, id: number): void {
    this.live = wanted.live ? wanted : undefined;
    void this.survey(wanted, race, id);
  }

  /** The surface that is being drawn is drawn to its end. */
  end(): void {
    this.live = undefined;
  }

  stop(): void {
    this.running?.abort();
  }

  /** What is drawn again is posted when it is whole. */
  private async survey(wanted: Directions, race: Race, id: number): Promise<void> {
    this.stop();
    const { signal } = (this.running = new AbortController());
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
              this.post(landscape, id);
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
