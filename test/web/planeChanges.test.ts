/** What changes while a net of the plane trains: the training goes on, and a link gives the same bits. */
import { weightsSha256 } from "nabla";
import { describe, expect, it } from "vitest";
import { dataset, makeData } from "../../web/plane/engine/data.ts";
import { makeModel } from "../../web/plane/engine/net.ts";
import { Race } from "../../web/plane/engine/race.ts";
import { readWeight } from "../../web/plane/state/changes.ts";
import type { Edit, PlaneState, Settings } from "../../web/plane/state/planeState.ts";
import { fromQuery, INITIAL, toQuery } from "../../web/plane/state/state.ts";

const stateOf = (query: string): PlaneState => {
  const { state, notices } = fromQuery(query);
  expect(notices).toEqual([]);
  return state;
};

async function until(race: Race, step: number): Promise<void> {
  while (race.step < step && !race.over) await race.advance(step - race.step);
}

const hashes = (race: Race): string[] => race.entrants.map(({ model }) => weightsSha256(model));

describe("changes on the way", () => {
  it.each([
    ["a rate", "", [[7, { set: { rate: 0.1 } }]]],
    [
      "a rate, a batch and a weight",
      "dropout=0.1",
      [
        [7, { set: { rate: 0.1 } }],
        [20, { set: { batch: 50 } }],
        [20, { weight: { layer: 1, part: "bias", index: 2, value: 1.5 } }],
      ],
    ],
    [
      "optimizers to and fro at one step",
      "l2=0.001",
      [
        [9, { set: { optimizer: "sgd" } }],
        [9, { set: { optimizer: "adam" } }],
        [30, { set: { optimizer: "momentum", momentum: 0.5 } }],
      ],
    ],
    [
      "noise, penalties and a schedule",
      "data=spirals&optimizer=momentum",
      [
        [18, { set: { noise: 60 } }],
        [25, { set: { l1: 0.001, l2: 0.01 } }],
        [31, { set: { schedule: "step:0.5,50", dropout: 0.3 } }],
      ],
    ],
    ["all of a race", "race=1", [[11, { set: { batch: 5, rates: [0.1, 0.1, 0.1, 0.1] } }]]],
  ] as [string, string, [number, { set?: Settings; weight?: Edit }][]][])(
    "go into a link that gives the same bits: %s",
    async (_, query, changes) => {
      const by = new Race(stateOf(query));
      for (const [step, change] of changes) {
        await until(by, step);
        await by.change(change);
      }
      await until(by, 60);
      const plain = new Race(stateOf(query));
      await until(plain, 60);
      expect(hashes(by)).not.toEqual(hashes(plain));

      const link = toQuery({ ...stateOf(query), changes: by.changes });
      const replayed = new Race(stateOf(link));
      await until(replayed, 60);
      expect(hashes(replayed)).toEqual(hashes(by));
      expect(replayed.changedAt).toEqual(by.changedAt);
      expect(replayed.curves).toEqual(by.curves);
      expect(replayed.state).toEqual(by.state);
      for (const race of [by, plain, replayed]) await race.dispose();
    },
  );

  it("are what another call of fit() with that rate is: moments and their count go on", async () => {
    const race = new Race(INITIAL);
    const train = dataset(makeData(INITIAL).train, INITIAL.features, INITIAL.classes, "train");
    await until(race, race.stepsPerEpoch);
    await race.change({ set: { rate: 0.1 } });
    await until(race, 3 * race.stepsPerEpoch);
    const plain = makeModel(INITIAL);
    await plain.fit(train, { batchSize: 16, epochs: 1 });
    await plain.fit(train, {
      batchSize: 16,
      epochs: 2,
      callbacks: [
        {
          onTrainBegin(context) {
            context.rateFactor = 10;
          },
        },
      ],
    });
    expect(hashes(race)).toEqual([weightsSha256(plain)]);
    await race.dispose();
  });

  it("move points, not the count of steps, and forget what was to come later", async () => {
    const race = new Race(stateOf("changes=10:rate:0.1;40:rate:0.001"));
    await until(race, 20);
    expect(race.state.rate).toBe(0.1);
    const before = race.data;
    await race.change({ set: { noise: 90 } });
    expect(race.step).toBe(20);
    expect(race.data.train.places).not.toEqual(before.train.places);
    expect(race.data.train.labels).toEqual(before.train.labels);
    expect(race.changes.map(({ step }) => step)).toEqual([10, 20]);
    await until(race, 50);
    expect(race.state.rate).toBe(0.1);
    // the epochs at 10 and 20 of 18 steps: what was left of them is left out
    expect(race.changedAt).toEqual([10 / 18, 1 + 10 / 18]);
    await race.dispose();
  });

  it("leave a racer that has ended as it is", async () => {
    const race = new Race(
      stateOf("race=1&rates=10,10,10,0.01&loss=meanSquaredError&activation=relu&init=gaussian"),
    );
    await until(race, 200);
    const [failed] = await race.standings();
    expect(failed!.failed).toBeDefined();
    await race.change({ set: { batch: 100 } });
    await until(race, 220);
    expect(race.step).toBe(220);
    expect((await race.standings())[0]!.failed).toBe(failed!.failed);
    await race.dispose();
  });
});

describe("gradients of single weights", () => {
  it("are there where they are asked for, and are those of the loss", async () => {
    const race = new Race(stateOf("l2=0.01"));
    await until(race, 5);
    const [entrant] = race.entrants;
    const inputs = new Float32Array(2);
    expect(race.look(entrant!, inputs).layers[0]!.gradient).toBeUndefined();
    const { layers } = race.look(entrant!, inputs, { gradient: true });
    const { kernel } = layers[0]!.gradient!;
    const { "hidden-1.kernel": weights } = entrant!.model.weights();
    const h = 0.01;
    const lossAt = async (by: number): Promise<number> => {
      const moved = weights!.slice();
      moved[3] = moved[3]! + by;
      entrant!.model.setWeights({ "hidden-1.kernel": moved });
      return (await entrant!.model.evaluate(race.train!)).loss;
    };
    const quotient = ((await lossAt(h)) - (await lossAt(-h))) / (2 * h);
    expect(kernel[3]).toBeCloseTo(quotient, 3);
    await race.dispose();
  });
});

describe("what is typed for a weight", () => {
  it.each([
    ["1.5", 1.5],
    [" −2 ", -2],
    ["-.5e-3", -0.0005],
    ["3.", 3],
    ["1000", 1000],
  ])("is a decimal number: %s", (typed, value) => {
    expect(readWeight(typed)).toBe(value);
  });
  it.each(["", " ", "x", "0x10", "1e", "1,5", "Infinity", "NaN", "--1", "1 2", "1001", "1e999"])(
    "is refused where it is none: %j",
    (typed) => {
      expect(readWeight(typed)).toBeUndefined();
    },
  );
});
