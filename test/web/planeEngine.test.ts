import { describe, expect, it } from "vitest";
import { Engine } from "../../web/plane/engine/engine.ts";
import { SIDE } from "../../web/plane/engine/landscape.ts";
import { type Frame, type FromEngine, SURFACE_SIDE, type ToEngine } from "../../web/plane/engine/protocol.ts";
import { Race } from "../../web/plane/engine/race.ts";
import type { PlaneState } from "../../web/plane/state/planeState.ts";
import { fromQuery, INITIAL } from "../../web/plane/state/state.ts";

/** An engine and what it said, as the page would hear it. */
class Listener {
  readonly heard: FromEngine[] = [];
  readonly engine = new Engine((message) => {
    this.heard.push(message);
    this.wake?.();
  });
  private wake: (() => void) | undefined;
  private id = 0;

  send(...messages: ToEngine[]): this {
    for (const message of messages) this.engine.receive(message);
    return this;
  }

  reset(state: Partial<PlaneState>): this {
    return this.send({ kind: "reset", state: { ...INITIAL, ...state }, id: ++this.id });
  }

  /** What was said last of this kind. */
  last<K extends FromEngine["kind"]>(kind: K): Extract<FromEngine, { kind: K }> {
    return [...this.heard].reverse().find((message) => message.kind === kind) as Extract<
      FromEngine,
      { kind: K }
    >;
  }

  async next<K extends FromEngine["kind"]>(
    kind: K,
    fits: (message: Extract<FromEngine, { kind: K }>) => boolean = () => true,
  ): Promise<Extract<FromEngine, { kind: K }>> {
    const from = this.heard.length;
    for (;;) {
      const found = this.heard.slice(from).find((message) => message.kind === kind && fits(message as never));
      if (found) return found as never;
      const problem = this.heard.slice(from).find((message) => message.kind === "problem");
      if (problem) throw new Error(problem.text);
      await new Promise<void>((resolve) => {
        this.wake = resolve;
      });
    }
  }

  /** Asks for frames, as the page does, until one fits. */
  async frame(fits: (frame: Frame) => boolean = () => true): Promise<Frame> {
    for (;;) {
      this.send({ kind: "frame" });
      const frame = await this.next("frame");
      if (fits(frame)) return frame;
    }
  }
}

const stepOf = async (listener: Listener, count: number | "epoch", until: number): Promise<Frame> => {
  listener.send({ kind: "step", steps: count });
  return listener.frame(({ step }) => step >= until);
};

const learned = (data: string, more: string) => fromQuery(`net=8,8&data=${data}${more}`).state;

describe("engine of the plane", () => {
  it.each([
    ["moons", "", 1500],
    ["spirals", "", 6000],
    ["spirals", "&classes=3&noise=10&net=8,8,8&activation=relu", 4000],
    ["circles", "&classes=3", 5000],
    ["xor", "", 1500],
    ["blobs", "&classes=5", 1500],
  ])("learns %s%s: 95 % of the points it was not shown", async (data, more, steps) => {
    const frame = await stepOf(new Listener().reset(learned(data, more)), steps, steps);
    expect(frame.standings[0].testAccuracy).toBeGreaterThan(0.95);
    expect(frame.playing).toBe(false);
  });

  it.each([
    [
      "the perceptron's rule, of two clouds apart",
      "loss=perceptron&data=blobs&noise=5&optimizer=sgd&rate=1",
      200,
    ],
    ["one sigmoid", "loss=binaryCrossentropy&data=xor&net=4", 1500],
  ])("tells two classes apart with one output: %s", async (_, query, steps) => {
    const { state, notices } = fromQuery(query);
    expect(notices).toEqual([]);
    const frame = await stepOf(new Listener().reset(state), steps, steps);
    expect(frame.standings[0].accuracy).toBeGreaterThan(0.98);
    expect(frame.layers.at(-1)!.bias).toHaveLength(1);
    expect(frame.layers.at(-1)!.units).toHaveLength(1);
    expect(frame.surfaces).toHaveLength(1);
  });

  it.each(["sine", "cubic"])("draws a curve through points: %s", async (data) => {
    const listener = new Listener().reset(fromQuery(`data=${data}&net=8,8&noise=5`).state);
    const frame = await stepOf(listener, 3000, 3000);
    const { train } = listener.last("data");
    expect(frame.standings[0].testLoss).toBeLessThan(0.02);
    expect(frame.standings[0].accuracy).toBeNaN();
    expect(frame.surfaces).toEqual([]);
    const [line] = frame.lines;
    expect(line).toHaveLength(SURFACE_SIDE);
    // the curve that is drawn goes through the points
    let worst = 0;
    train.labels.forEach((_, i) => {
      const at = Math.min(SURFACE_SIDE - 1, Math.floor(((train.places[2 * i]! + 2) / 4) * SURFACE_SIDE));
      worst = Math.max(worst, Math.abs(line![at]! - train.places[2 * i + 1]!));
    });
    expect(worst).toBeLessThan(0.5);
  });

  it("shows points, inputs, every unit and the curves", async () => {
    const listener = new Listener().reset({ features: ["x", "y", "xy"], net: [3, 2] });
    const data = listener.last("data");
    expect([data.train.labels.length, data.test.labels.length]).toEqual([280, 120]);
    expect(data.features).toHaveLength(3);
    const frame = await stepOf(listener, 5, 5);
    expect(frame.step).toBe(5);
    expect(frame.playing).toBe(false);
    expect(frame.layers.map(({ units }) => units.length)).toEqual([3, 2, 2]);
    expect(frame.layers.map(({ kernel }) => kernel.length)).toEqual([9, 6, 4]);
    expect(frame.surfaces[0]).toHaveLength(SURFACE_SIDE * SURFACE_SIDE * 4);
    const curves = listener.heard
      .flatMap((message) => (message.kind === "frame" ? (message.curves ?? []) : []))
      .at(-1);
    expect(curves?.steps).toEqual([0, 4]);
    expect(curves?.samples[0][0].gradients).toHaveLength(3);
  });

  it("goes to the end of the epoch, and no further", async () => {
    const listener = new Listener().reset({});
    const first = await stepOf(listener, 3, 3);
    expect(first.stepsPerEpoch).toBe(18);
    expect((await stepOf(listener, "epoch", 18)).step).toBe(18);
    expect((await stepOf(listener, "epoch", 36)).step).toBe(36);
    // asked for in one breath, and while the first is under way
    listener.send(
      { kind: "step", steps: 1 },
      { kind: "step", steps: "epoch" },
      { kind: "step", steps: "epoch" },
    );
    await new Promise((resolve) => setTimeout(resolve, 1));
    listener.send({ kind: "step", steps: "epoch" });
    expect((await listener.frame(({ step }) => step >= 90)).step).toBe(90);
  });

  it("stands still when it is told to, and when nobody looks", async () => {
    const listener = new Listener().reset({}).send({ kind: "play" });
    await listener.frame(({ step }) => step > 20);
    listener.send({ kind: "pause" });
    const paused = await listener.frame(({ playing }) => !playing);
    await new Promise((resolve) => setTimeout(resolve, 100));
    expect((await stepOf(listener, 1, paused.step + 1)).step).toBe(paused.step + 1);

    listener.send({ kind: "speed", speed: 100 }, { kind: "play" });
    const asked = await listener.frame(({ step }) => step > paused.step + 10);
    await new Promise((resolve) => setTimeout(resolve, 1500));
    const later = await listener.frame(({ step }) => step > asked.step);
    // half a second of patience, not fifteen tenths
    expect(later.step - asked.step).toBeLessThan(110);
    listener.engine.close();
  });

  it("says how much of what it was asked it has done: none while steps or changes are under way", async () => {
    const listener = new Listener().reset({});
    // so many that frames are asked for meanwhile
    listener.send({ kind: "step", steps: 3000 });
    expect((await listener.frame(({ done }) => done === 2)).step).toBe(3000);
    listener.send({ kind: "step", steps: 5 }, { kind: "change", serial: 1, set: { rate: 0.5 } });
    const changed = await listener.frame(({ done }) => done === 4);
    expect([changed.step, changed.heard, changed.changes.length]).toEqual([3005, 1, 1]);
    // what changes nothing is done as well
    listener.send({ kind: "speed", speed: 2 }, { kind: "pause" });
    expect((await listener.frame(({ done }) => done === 6)).step).toBe(3005);
    listener.reset({});
    expect((await listener.frame(({ done }) => done === 7)).step).toBe(0);
    listener.engine.close();
  });

  it("says which frames have figures of their own step: those that do not move have, and others often enough", async () => {
    const query = "net=6,6&activation=relu";
    const listener = new Listener().reset(fromQuery(query).state).send({ kind: "speed", speed: 400 });
    listener.send({ kind: "play" });
    await listener.frame(({ step }) => step > 100);
    listener.send({ kind: "pause" });
    expect((await listener.frame(({ playing }) => !playing)).exact).toBe(true);
    const exact = listener.heard.filter((message) => message.kind === "frame").filter((each) => each.exact);
    const race = new Race(fromQuery(query).state);
    for (const frame of exact) {
      while (race.step < frame.step) await race.advance(frame.step - race.step);
      expect(frame.standings).toEqual(await race.standings());
      const { layers } = race.look(race.entrants[0]!, new Float32Array(2));
      expect(frame.layers.map(({ dead }) => dead)).toEqual(layers.map(({ dead }) => dead));
    }
    expect(exact.length).toBeGreaterThan(1);
    listener.engine.close();
  });

  it("changes the weights that a link has before the first step, and keeps them with those typed then", async () => {
    const listener = new Listener().reset(fromQuery("net=2&changes=0:w:0.kernel.1:1.5").state);
    const first = await listener.frame();
    expect(first.step).toBe(0);
    expect(first.layers[0]!.kernel[1]).toBe(1.5);
    expect(first.changedAt).toEqual([0]);
    const fresh = new Listener().reset(fromQuery("net=2&changes=0:w:0.kernel.1:1.5").state);
    // typed before any frame was asked for
    fresh.send({ kind: "change", serial: 1, weight: { layer: 0, part: "bias", index: 0, value: 2 } });
    const typed = await fresh.frame(({ heard }) => heard === 1);
    expect(typed.layers[0]!.kernel[1]).toBe(1.5);
    expect(typed.layers[0]!.bias[0]).toBe(2);
    expect(typed.changes).toHaveLength(2);
    for (const { engine } of [listener, fresh]) engine.close();
  });

  it("begins again from the same first weights", async () => {
    const listener = new Listener().reset({});
    const first = await stepOf(listener, 40, 40);
    listener.reset({});
    const again = await listener.frame();
    expect(again.step).toBe(0);
    expect((await stepOf(listener, 40, 40)).standings).toEqual(first.standings);
  });

  it.each([
    ["no points", { points: [] }, 0],
    ["one point", { points: [{ x: 0, y: 0, label: 1 }] }, 1],
    [
      "one point of each class",
      { points: [0, 1, 2].map((label) => ({ x: label - 1, y: 0, label })), classes: 3 },
      3,
    ],
  ])("lives with %s", async (_, painted, rows) => {
    const listener = new Listener().reset({ data: "painted", ...painted });
    const data = listener.last("data");
    expect(data.train.labels.length).toBe(rows);
    if (rows === 0) {
      expect((await listener.frame()).standings).toEqual([]);
      listener.send({ kind: "play" }, { kind: "step", steps: 1 }, { kind: "landscape", directions: "path" });
      expect((await listener.frame()).step).toBe(0);
    } else expect((await stepOf(listener, 10, 10)).standings[0].loss).toBeGreaterThan(0);
    expect(listener.heard.filter(({ kind }) => kind === "problem")).toEqual([]);
  });

  it("says why a training broke off, and lets the others go on", async () => {
    const wild = fromQuery(
      "race=1&rates=10,10,10,0.01&loss=meanSquaredError&activation=relu&init=gaussian",
    ).state;
    const listener = new Listener().reset(wild);
    const frame = await stepOf(listener, 200, 200);
    expect(frame.standings[0].failed).toMatch(/loss/);
    expect(frame.standings[3].failed).toBeUndefined();
    expect(frame.standings[3].accuracy).toBeGreaterThan(0.5);
    expect(frame.over).toBe(false);
  });

  it("draws the loss around the path, row by row", async () => {
    const listener = new Listener().reset({});
    await stepOf(listener, 30, 30);
    listener.send({ kind: "landscape", directions: "random" });
    const { landscape } = await listener.next("landscape", (message) => message.landscape.rows === SIDE);
    expect(landscape.losses.every(Number.isFinite)).toBe(true);
    // the steps that were recorded, and where it is now
    expect(landscape.paths[0]).toHaveLength(2 * (8 + 1));
  });
});
