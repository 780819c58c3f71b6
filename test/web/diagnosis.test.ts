import { describe, expect, it } from "vitest";
import { Race } from "../../web/plane/engine/race.ts";
import { diagnose, type Finding } from "../../web/plane/net/diagnosis.ts";
import type { PlaneState } from "../../web/plane/state/planeState.ts";
import { fit, fromQuery } from "../../web/plane/state/state.ts";

/** What is found in a training after so many steps, and the state it had. */
async function found(query: string, steps: number): Promise<{ state: PlaneState; found: Finding[] }> {
  const { state, notices } = fromQuery(query);
  expect(notices).toEqual([]);
  const race = new Race(state);
  while (race.step < steps && !race.over) await race.advance(steps - race.step);
  const [standing] = await race.standings();
  const { layers } = race.look(race.entrants[0]!, new Float32Array(state.features.length));
  const findings = diagnose(state, race.curves.samples[0]!, layers, standing?.failed);
  await race.dispose();
  return { state, found: findings };
}

const kinds = async (query: string, steps: number): Promise<string[]> =>
  (await found(query, steps)).found.map(({ kind }) => kind);

describe("what is wrong with a training", () => {
  it.each([
    ["nothing, of the net at first", "", 400],
    ["nothing, of leaky ReLUs", "activation=leakyRelu&net=8,8&data=circles", 400],
    ["nothing before the first step", "init=gaussian", 1],
  ])("%s", async (_, query, steps) => {
    expect(await kinds(query, steps)).toEqual([]);
  });

  it.each([
    ["a loss that is no number", "data=xor&activation=relu&optimizer=sgd&loss=meanSquaredError&rate=3", 2000],
    ["a loss that grew and is a number still", "data=spirals&activation=elu&net=8,8,8,8&rate=10", 60],
    ["a loss that came down again, and not to where it was", "data=xor&activation=relu&net=8,8&rate=10", 60],
  ])("divergence alone, whatever else the figures look like: %s", async (_, query, steps) => {
    const { state, found: findings } = await found(query, steps);
    expect(findings.map(({ kind }) => kind)).toEqual(["diverged"]);
    const [{ text, remedies }] = findings as [Finding];
    expect(text).toMatch(/^Diverged: the loss has grown from \d\.\d+ (to \d|beyond all numbers)/);
    expect(remedies[0]!.change.rate).toBeCloseTo(state.rate / 10, 6);
  });

  it.each(["tanh", "relu", "sigmoid"])(
    "symmetry, not vanishing gradients or dead units, of zeros: %s",
    async (activation) => {
      const { state, found: findings } = await found(`data=xor&init=zeros&activation=${activation}`, 300);
      expect(findings.map(({ kind }) => kind)).toEqual(["symmetric"]);
      // what its button does helps
      const mended = fit({ ...state, ...findings[0]!.remedies[0]!.change });
      expect(mended.init).not.toBe("zeros");
    },
  );

  it("vanishing gradients through many sigmoids, and ReLU against it", async () => {
    const { found: findings } = await found("activation=sigmoid&net=8,8,8,8,8,8&optimizer=sgd&rate=0.1", 200);
    expect(findings.map(({ kind }) => kind)).toEqual(["vanishing"]);
    expect(findings[0]!.text).toContain("Layers 1, 2");
    expect(findings[0]!.remedies).toEqual([{ label: "ReLU", change: { activation: "relu" } }]);
  });

  it("dead ReLUs, and a layer that lets nothing through", () => {
    const { state } = fromQuery("activation=relu&net=2,3");
    const layer = (units: number, dead: readonly boolean[]) => ({
      kernel: Float32Array.from({ length: 2 * units }, (_, i) => i),
      bias: new Float32Array(units),
      dead,
    });
    const sample = { loss: 0.5, accuracy: 0.5, gradients: [0, 0, 0.1] };
    const some = [layer(2, [true, false]), layer(3, [false, false, false]), layer(2, [])];
    expect(diagnose(state, [{ ...sample, gradients: [0.05, 0.05, 0.1] }], some)).toMatchObject([
      { kind: "dead", text: expect.stringMatching(/^1 ReLU is dead: [^.]*\.$/) },
    ]);
    const all = [layer(2, [true, true]), layer(3, [false, true, false]), layer(2, [])];
    // gradients of 0 behind it are no second finding
    expect(diagnose(state, [sample], all)).toMatchObject([
      {
        kind: "dead",
        text: expect.stringMatching(/^3 ReLUs are dead: .* All of layer 1 are: nothing passes it/),
      },
    ]);
  });

  it("an output of several values of one unit is no symmetry", async () => {
    expect(await kinds("net=1&data=blobs", 200)).toEqual([]);
  });

  it("a leap of the loss that training has come back from is over", () => {
    const { state } = fromQuery("");
    const at = (loss: number) => ({ loss, accuracy: 0.5, gradients: [0.1, 0.1, 0.1] });
    expect(diagnose(state, [at(0.7), at(90), at(0.3)], [])).toEqual([]);
    expect(diagnose(state, [at(0.7), at(90), at(0.8)], [])).toMatchObject([{ kind: "diverged" }]);
  });

  it("the curve has one measure, at the end of an epoch as within: the loss of all points at that step", async () => {
    // an epoch has eight steps, and every fourth is recorded
    const race = new Race(fromQuery("data=blobs&samples=40&test=0&batch=5&rate=0.1").state);
    for (let step = 4; step <= 32; step += 4) {
      await race.advance(4);
      const [standing] = await race.standings();
      expect(race.curves.steps.at(-1)).toBe(step);
      expect(race.curves.samples[0]!.at(-1)!.loss).toBe(standing!.loss);
    }
    await race.dispose();
  });
});
