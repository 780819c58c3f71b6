/** Figures by step, thinned out as training continues: at most LIMIT of them, evenly spread, whatever the speed. */

const LIMIT = 320;

/** Which steps are recorded is a function of the step alone, so a link's curves are the same every time. */
export class Recorder<T> {
  readonly steps: number[] = [];
  readonly items: T[] = [];
  /** Recording costs as much as some steps of training. */
  private every = 4;

  /** Whether to record this step. */
  due(step: number): boolean {
    return step % this.every === 0 && step !== this.steps.at(-1);
  }

  /** Steps from here to the next that is due. */
  ahead(step: number): number {
    return this.every - (step % this.every);
  }

  add(step: number, item: T): void {
    this.steps.push(step);
    this.items.push(item);
    if (this.steps.length <= LIMIT) return;
    this.every *= 2;
    const keep = this.steps.map((at) => at % this.every === 0);
    this.steps.splice(0, Infinity, ...this.steps.filter((_, i) => keep[i]));
    this.items.splice(0, Infinity, ...this.items.filter((_, i) => keep[i]));
  }
}
