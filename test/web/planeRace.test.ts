import { weightsSha256 } from "nabla";
import { describe, expect, it } from "vitest";
import { dataset, gridPlaces, inputsOf, makeData } from "../../web/plane/engine/data.ts";
import { principalPlane, project, randomPlane } from "../../web/plane/engine/directions.ts";
import { computeLandscape, flatWeights, type Landscape, SIDE } from "../../web/plane/engine/landscape.ts";
import { makeModel, probabilities } from "../../web/plane/engine/net.ts";
import { deadUnits, gradientSizes, Probe } from "../../web/plane/engine/probe.ts";
import { Race } from "../../web/plane/engine/race.ts";
import { Recorder } from "../../web/plane/engine/recorder.ts";
import { decades } from "../../web/plane/net/decades.ts";
import { fromQuery } from "../../web/plane/state/state.ts";

const stateOf = (query: string) => fromQuery(query).state;

describe("trainings step by step", () => {
  it("give the bits of one fit(), however often one looks", async () => {
    const state = stateOf("dropout=0.2&l2=0.001&schedule=cosine:0,300&batch=30");
    const race = new Race(state);
    const inputs = inputsOf(gridPlaces(12), state.features);
    // 280 rows in batches of 30: two epochs are 20 steps
    while (race.step < 20) {
      await race.advance(3);
      race.look(race.entrants[0], inputs);
      await race.standings();
    }
    const plain = makeModel(state);
    const train = dataset(makeData(state).train, state.features, state.classes, "train");
    await plain.fit(train, { batchSize: 30, epochs: 2 });
    expect(race.step).toBe(20);
    expect(weightsSha256(race.entrants[0].model)).toBe(weightsSha256(plain));
    await race.dispose();
  });

  it("have no spike in their curve where epochs end: it shows the net of that step, not the mean of the epoch", async () => {
    const state = stateOf("batch=35&rate=0.05");
    const race = new Race(state);
    // 280 rows in batches of 35: epochs end at steps that are recorded
    while (race.step < 24) await race.advance(24 - race.step);
    const plain = makeModel(state);
    const { train, test } = makeData(state);
    const [own, other] = [train, test].map((points, i) =>
      dataset(points, state.features, state.classes, i ? "test" : "train"),
    );
    for (const epoch of [1, 2, 3]) {
      const { history } = await plain.fit(own!, { batchSize: 35, epochs: 1 });
      const { loss, accuracy } = await plain.evaluate(own!);
      const sample = race.curves.samples[0]![race.curves.steps.indexOf(8 * epoch)]!;
      expect(sample.loss).toBeCloseTo(loss, 6);
      expect(sample.accuracy).toBeCloseTo(accuracy!, 6);
      expect(sample.testLoss).toBeCloseTo((await plain.evaluate(other!)).loss, 6);
      expect(Math.abs(sample.loss - history.loss!.at(-1)!)).toBeGreaterThan(0.003);
    }
    await race.dispose();
  });

  it("start from the same weights in a race and part at the first step", async () => {
    const race = new Race(stateOf("race=1"));
    const hashes = () => race.entrants.map(({ model }) => weightsSha256(model));
    expect(new Set(hashes()).size).toBe(1);
    await race.advance(2);
    expect(race.entrants.map(({ lane }) => lane.step)).toEqual([2, 2, 2, 2]);
    expect(new Set(hashes()).size).toBe(4);
    await race.dispose();
  });
});

describe("looking into a net", () => {
  it.each(["relu", "tanh", "gaussian"])("shows what the layers give: %s", (activation) => {
    const state = stateOf(`activation=${activation}&net=5,3&dropout=0.5&classes=3&data=blobs`);
    const model = makeModel(state);
    const probe = new Probe(model, state);
    probe.refresh();
    const inputs = inputsOf(gridPlaces(9), state.features);
    const outputs = probe.outputs(inputs, 81);
    const rows = { data: inputs, shape: [81, 2] };
    expect(outputs[0]).toEqual(model.truncated("hidden-1").predict(rows).data);
    expect(outputs[1]).toEqual(model.truncated("hidden-2").predict(rows).data);
    expect(outputs[2]).toEqual(model.predict(rows).data);
  });

  it("finds ReLUs that are zero for every point", () => {
    expect(deadUnits(Float32Array.of(0, 1, 0, 0, 0, 0), 3)).toEqual([true, false, true]);
    const state = stateOf("activation=relu&net=4");
    const race = new Race(state);
    const [{ model }] = race.entrants;
    model.setWeights({ "hidden-1.bias": [0, -100, 0, -100] });
    const { layers } = race.look(race.entrants[0], inputsOf(gridPlaces(4), state.features));
    expect(layers.map(({ dead }) => [...dead])).toEqual([[false, true, false, true], []]);
  });

  it("sees gradients vanish in a deep net of sigmoids, and not with ReLU", () => {
    const ratio = (activation: string, init: string): number => {
      const state = stateOf(`net=8,8,8,8,8,8&activation=${activation}&init=${init}`);
      const train = dataset(makeData(state).train, state.features, 2, "train");
      const names = [1, 2, 3, 4, 5, 6].map((i) => `hidden-${i}`);
      const sizes = gradientSizes(makeModel(state), train, [...names, "output"]);
      return sizes[0] / sizes[6];
    };
    expect(ratio("sigmoid", "glorotUniform")).toBeLessThan(0.001);
    expect(ratio("relu", "heNormal")).toBeGreaterThan(0.05);
  });

  it("scales gradients' bars by powers of ten", () => {
    expect(decades([])).toEqual([-3, 0]);
    expect(decades([0.05, 0.0002, 0])).toEqual([-4, -1]);
    expect(decades([0.5])).toEqual([-2, 0]);
    expect(decades([1e-30, 5])).toEqual([-9, 1]);
  });

  it("reads every kind of output as probabilities", () => {
    const sigmoids = probabilities(Float32Array.of(0.5, 1.5, 0, 0), 2, "crossEntropy");
    expect([...sigmoids]).toEqual([0.25, 0.75, 0.5, 0.5]);
    const scores = probabilities(Float32Array.of(1000, -1000, 0, 0), 2, "categoricalHinge");
    expect([...scores]).toEqual([1, 0, 0.5, 0.5]);
  });
});

describe("the path over the loss surface", () => {
  it("finds the plane that points lie in", () => {
    const a = Float32Array.of(3, 0, 4, 0, 0);
    const b = Float32Array.of(0, 1, 0, 0, 0);
    const origin = Float32Array.of(1, 1, 1, 1, 1);
    const at = (u: number, v: number) => origin.map((o, i) => o + u * a[i] + v * b[i]);
    const points = [at(0, 0), at(1, 0.5), at(2, -1), at(-3, 1)];
    const plane = principalPlane(points, origin);
    expect(plane.explained).toBeCloseTo(1, 6);
    const places = project(points, plane);
    points.forEach((point, i) => {
      const [u, v] = [places[2 * i], places[2 * i + 1]];
      point.forEach((w, k) => expect(origin[k] + u * plane.first[k] + v * plane.second[k]).toBeCloseTo(w, 4));
    });
  });

  it("lives with a path that does not move, or moves along a line", () => {
    const still = principalPlane([Float32Array.of(1, 2)], Float32Array.of(1, 2));
    expect([...project([Float32Array.of(1, 2)], still)]).toEqual([0, 0]);
    const line = principalPlane([Float32Array.of(1, 1), Float32Array.of(2, 2)], Float32Array.of(0, 0));
    const [u, v] = project([Float32Array.of(3, 3)], line);
    expect(Math.abs(u)).toBeCloseTo(Math.sqrt(18), 4);
    expect(v).toBeCloseTo(0, 6);
  });

  it("scales random directions unit by unit, and leaves biases", () => {
    const weights = Float32Array.of(3, 0, 4, 2, /* bias */ 7, 7);
    const shapes = [[2, 2], [2]];
    const { first, second } = randomPlane(weights, shapes, 1);
    for (const d of [first, second]) {
      expect(Math.hypot(d[0], d[2])).toBeCloseTo(5, 5);
      expect(Math.hypot(d[1], d[3])).toBeCloseTo(2, 5);
      expect([d[4], d[5]]).toEqual([0, 0]);
    }
    expect([...first]).not.toEqual([...second]);
  });

  it("gives the loss that the net has there", async () => {
    const state = stateOf("net=3&l2=0.01");
    const train = dataset(makeData(state).train, state.features, 2, "train");
    const model = makeModel(state);
    const start = flatWeights(model);
    await model.fit(train, { epochs: 3 });
    const end = flatWeights(model);
    const surfaces: Landscape[] = [];
    await computeLandscape(
      state,
      train,
      [[start, end]],
      { directions: "path" },
      (each) => void surfaces.push(each),
    );
    const { losses, box, paths, explained } = surfaces.at(-1)!;
    expect(surfaces).toHaveLength(SIDE);
    expect(surfaces[0].losses.filter(Number.isFinite)).toHaveLength(SIDE);
    expect(explained).toBeCloseTo(1, 6);
    // the path is a line along the first direction and ends at the origin: a cell on it is a net between start and end
    expect(paths[0][2]).toBeCloseTo(0, 6);
    const column = SIDE / 2 + 3;
    const row = Math.floor(((box[3] - 0) / (box[3] - box[2])) * SIDE);
    const u = box[0] + ((column + 0.5) / SIDE) * (box[1] - box[0]);
    const v = box[3] - ((row + 0.5) / SIDE) * (box[3] - box[2]);
    const { first, second, origin } = principalPlane([start, end], end);
    const flat = origin.map((w, i) => w + u * first[i] + v * second[i]);
    let at = 0;
    const weights = Object.fromEntries(
      Object.entries(model.weights()).map(([name, { length }]) => [name, flat.slice(at, (at += length))]),
    );
    const { loss } = await model.setWeights(weights).evaluate(train);
    expect(losses[row * SIDE + column]).toBeCloseTo(loss, 5);
  });
});

describe("recorded steps", () => {
  it("stay few and evenly spread", () => {
    const recorder = new Recorder<number>();
    for (let step = 0; step < 100_000; step++) if (recorder.due(step)) recorder.add(step, -step);
    const { steps, items } = recorder;
    expect(steps.length).toBeLessThanOrEqual(320);
    expect(steps.length).toBeGreaterThan(150);
    expect(items).toEqual(steps.map((step) => -step));
    expect(new Set(steps.slice(1).map((step, i) => step - steps[i])).size).toBe(1);
    expect(recorder.ahead(steps.at(-1)!)).toBe(steps[1] - steps[0]);
  });
});
