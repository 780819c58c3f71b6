import { describe, expect, it } from "vitest";
import { Engine } from "../../web/plane/engine.ts";
import type { Frame, FromEngine, ToEngine } from "../../web/plane/protocol.ts";
import { fromQuery, INITIAL, type PlaneState } from "../../web/plane/state.ts";

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

const steps = (count: number | "epoch"): ToEngine => ({ kind: "step", steps: count });

describe("engine of the plane", () => {
  it("trains the moons to more than 95 % on points it was not shown", async () => {
    const listener = new Listener().reset({}).send({ kind: "play" });
    const frame = await listener.frame(({ step }) => step > 1500);
    expect(frame.standings[0].testAccuracy).toBeGreaterThan(0.95);
    expect(frame.playing).toBe(true);
  });

  it.each(["spirals", "circles", "xor", "blobs"])("learns %s", async (data) => {
    const listener = new Listener().reset({ ...fromQuery(`data=${data}&net=8,8`).state }).send({ kind: "play" });
    const frame = await listener.frame(({ step }) => step > 6000);
    console.log(data, frame.standings[0], frame.pace);
  });
});
