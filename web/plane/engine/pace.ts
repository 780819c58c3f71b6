/** How many steps are due: those that were asked for one by one, or as many as the clock allows. */

/** Training pauses when no frame was requested for so long: the page is hidden, or cannot keep up. */
const PATIENCE = 500;

export class Pace {
  playing = false;
  /** The step to reach, where steps are requested one by one. */
  target = 0;
  private perSecond = Number.POSITIVE_INFINITY;
  /** Steps that the clock allows and that are not taken yet. */
  private credit = 0;
  private clock = 0;
  private lastAsked = 0;

  get speed(): number {
    return this.perSecond;
  }

  set speed(value: number) {
    this.perSecond = value;
    this.credit = 0;
  }

  play(on: boolean): void {
    this.playing = on;
    this.credit = 0;
    this.target = 0;
    this.clock = performance.now();
  }

  reset(): void {
    this.target = 0;
    this.credit = 0;
  }

  /** The page is there. */
  seen(): void {
    this.lastAsked = performance.now();
  }

  get active(): boolean {
    return this.playing && performance.now() - this.lastAsked < PATIENCE;
  }

  /** Whether no step is due yet, though there is a speed to keep. */
  get ahead(): boolean {
    return Number.isFinite(this.perSecond) && this.credit < 1;
  }

  /** Milliseconds until the next step is due, where `ahead`. */
  get pause(): number {
    return (1 - this.credit) / (this.perSecond / 1000);
  }

  /** @param asked steps that were requested one by one and are not taken yet */
  due(asked: number, active: boolean): number {
    if (asked > 0) return asked;
    const now = performance.now();
    const passed = now - this.clock;
    this.clock = now;
    if (!active) return 0;
    // at most a tenth of a second that was spent on other tasks is caught up with
    const most = Math.max(1, this.perSecond / 10);
    this.credit = Math.min(most, this.credit + (passed * this.perSecond) / 1000 || 0);
    return this.perSecond === Number.POSITIVE_INFINITY ? this.perSecond : Math.floor(this.credit);
  }

  took(steps: number, due: number): void {
    this.credit = due === Number.POSITIVE_INFINITY ? 0 : Math.max(0, this.credit - steps);
  }
}
