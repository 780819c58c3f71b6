/** The parts of nabla sweep: what a specification may say, how values are drawn, who is promoted, which trial a process runs. */
import Ajv2020 from "ajv/dist/2020.js";
import { describe, expect, test } from "vitest";
import committed from "../../schema/sweep.schema.json?raw";
import { bracketOf, type Finished, nextOf, rungsOf, standingsOf } from "../../src/cli/sweep/asha.ts";
import type { Result } from "../../src/cli/sweep/folder.ts";
import { influencesOf } from "../../src/cli/sweep/importance.ts";
import { trialsFor } from "../../src/cli/sweep/number.ts";
import { valuesOf } from "../../src/cli/sweep/sampling.ts";
import { schemaOfSweeps } from "../../src/cli/sweep/schema.ts";
import { DIMENSIONS, sobolPoint } from "../../src/cli/sweep/sobol.ts";
import { checkSpecification } from "../../src/cli/sweep/specification.ts";
import { NablaError } from "../../src/errors.ts";
import golden from "../golden/sobol.json";

const SPEC = {
  nablaSweep: 1,
  data: "digits",
  options: { epochs: 9 },
  parameters: {
    learningRate: { min: 0.0001, max: 0.1, scale: "log" },
    batchSize: { min: 8, max: 64 },
    hidden: { values: [[50], [100, 50], "none"] },
    optimizer: ["sgd", "momentum"],
    momentum: { min: 0.5, max: 0.99, when: { optimizer: "momentum" } },
  },
  trials: 64,
};
const spec = (changes: object = {}) => checkSpecification({ ...SPEC, ...changes }, "spec.json");
const all = (changes: object = {}) => {
  const made = spec(changes);
  return Array.from({ length: made.trials }, (_, n) => valuesOf(made, n));
};

describe("Sobol's points", () => {
  test("are those of scipy, in every dimension", () => {
    for (const [n, point] of Object.entries(golden.points))
      expect([...sobolPoint(Number(n), DIMENSIONS)]).toEqual(point);
  });
  test("fill every half, quarter and eighth of each parameter alike", () => {
    const rates = all({ sampling: "sobol" }).map((values) => values.learningRate as number);
    const eighths = new Array(8).fill(0);
    for (const rate of rates) eighths[Math.min(7, Math.floor((Math.log10(rate) + 4) / (3 / 8)))]++;
    expect(eighths).toEqual(new Array(8).fill(8));
  });
});

describe("the values of a trial", () => {
  test.each(["random", "sobol"])("%s: depend on specification, seed and number alone", (sampling) => {
    expect(all({ sampling, trials: 8 })).toEqual(all({ sampling }).slice(0, 8));
    expect(all({ sampling, seed: 1 })).not.toEqual(all({ sampling, seed: 2 }));
    expect(new Set(all({ sampling }).map((values) => JSON.stringify(values))).size).toBe(64);
  });
  test.each(["random", "sobol"])("%s: lie where they are said to", (sampling) => {
    const trials = all({ sampling, trials: 400 });
    const seen = new Set<string>();
    for (const { learningRate, batchSize, hidden, optimizer, momentum } of trials as never[] as Record<
      string,
      never
    >[]) {
      expect(learningRate).toBeGreaterThanOrEqual(0.0001);
      expect(learningRate).toBeLessThanOrEqual(0.1);
      expect(Number.isInteger(batchSize)).toBe(true);
      seen.add(JSON.stringify(hidden)).add(String(batchSize));
      expect(momentum === undefined).toBe(optimizer === "sgd");
    }
    // all whole numbers from 8 to 64, and three lists
    expect(seen.size).toBe(57 + 3);
    const middle = trials.map(({ learningRate }) => learningRate as number).sort((a, b) => a - b)[200]!;
    expect(Math.log10(middle)).toBeGreaterThan(-2.8);
    expect(Math.log10(middle)).toBeLessThan(-2.2);
  });
  test("of a grid are every combination, those of conditions only where they hold", () => {
    const parameters = {
      optimizer: ["sgd", "momentum"],
      momentum: { min: 0.5, max: 0.9, count: 3, when: { optimizer: ["momentum"] } },
      batchSize: { min: 8, max: 32, count: 3, scale: "log" },
    };
    const grid = all({ parameters, sampling: "grid", trials: undefined });
    const written = grid.map(({ optimizer, momentum, batchSize }) =>
      [optimizer, momentum, batchSize].join(" "),
    );
    expect(written).toEqual([
      "sgd  8",
      "sgd  16",
      "sgd  32",
      ...[0.5, 0.7, 0.9].flatMap((m) => [8, 16, 32].map((b) => `momentum ${m} ${b}`)),
    ]);
  });
});

describe("a specification that is wrong says where, what was expected and what came", () => {
  const parameters = (changes: object) => ({ parameters: { ...SPEC.parameters, ...changes } });
  test.each<[object, string]>([
    [{ nablaSweep: 2 }, "spec.json.nablaSweep: expected 1, got 2"],
    [
      { sampling: "sobl" },
      'spec.json.sampling: expected one of random, sobol, grid, got "sobl"; did you mean "sobol"?',
    ],
    [{ trial: 3 }, 'spec.json.trial: unknown field; did you mean "trials"?'],
    [{ trials: undefined }, "spec.json.trials: missing; expected how many"],
    [{ parameters: {} }, "spec.json.parameters: expected at least one"],
    [{ options: { epochs: 0 } }, "spec.json.options.epochs: expected a whole number ≥ 1, got"],
    [
      { options: { epoch: 3 } },
      'spec.json.options.epoch: nabla train has no such option; did you mean "epochs"?',
    ],
    [
      { options: { "batch-size": 3 } },
      "spec.json.options.batch-size: nabla train has no such option; here it is batchSize",
    ],
    [
      { options: { out: "x" } },
      "spec.json.options.out: a sweep has no such option: each trial has its own folder",
    ],
    [{ options: { testEachEpoch: 1 } }, "spec.json.options.testEachEpoch: expected true or false, got 1"],
    [
      { options: { optimizer: "adm" } },
      'spec.json.options.optimizer: there is no "adm"; did you mean "adam"?',
    ],
    [parameters({ seed: [1, -1] }), "spec.json.parameters.seed[1]: expected a whole number ≥ 0, got"],
    [
      parameters({ seed: [1, 2, 1] }),
      "spec.json.parameters.seed[2]: it is the value of place 0 once more: 1",
    ],
    [parameters({ seed: 3 }), "spec.json.parameters.seed: expected a list of values"],
    [
      parameters({ l1: { min: 0, max: 1, scale: "log" } }),
      "spec.json.parameters.l1.min: expected a number > 0 for a log scale, got 0",
    ],
    [
      parameters({ l1: { min: 1, max: 0 } }),
      "spec.json.parameters.l1.max: expected a number > 1, which is min, got 0",
    ],
    [parameters({ l1: { min: -1, max: 0 } }), "spec.json.parameters.l1.min: expected a number ≥ 0, got"],
    [
      parameters({ batchSize: { min: 1, max: 9, integer: false } }),
      "spec.json.parameters.batchSize.integer: expected true",
    ],
    [
      parameters({ batchSize: { min: 1, max: 4, count: 9 } }),
      "spec.json.parameters.batchSize.count: expected at most 4",
    ],
    [parameters({ epochs: [1] }), "spec.json.parameters.epochs: it is among the options, too"],
    [
      parameters({ momentum: { min: 0, max: 0.9, when: { optimiser: "x" } } }),
      "spec.json.parameters.momentum.when.optimiser: expected the name of a parameter that comes before",
    ],
    [
      parameters({ momentum: { min: 0, max: 0.9, when: { optimizer: "adam" } } }),
      'spec.json.parameters.momentum.when.optimizer: optimizer is never "adam"',
    ],
    [
      parameters({ momentum: { min: 0, max: 0.9, when: { batchSize: 8 } } }),
      "spec.json.parameters.momentum.when.batchSize: expected a parameter with values",
    ],
    [{ sampling: "grid" }, "spec.json.parameters.learningRate.count: missing; a grid needs"],
    [{ score: "val loss" }, "spec.json.score: expected the name of a figure"],
  ])("%j", (changes, message) => {
    let error: unknown;
    try {
      spec(changes);
    } catch (caught) {
      error = caught;
    }
    expect(error).toBeInstanceOf(NablaError);
    expect((error as Error).message).toContain(message);
  });
});

test("the committed schema is what the fields and options give (node scripts/schema.mjs writes it), and takes what is right", () => {
  expect(committed).toBe(`${JSON.stringify(schemaOfSweeps(), null, 2)}\n`);
  const valid = new Ajv2020({ strict: true, strictTypes: false, strictRequired: false }).compile(
    JSON.parse(committed),
  );
  expect(valid(SPEC)).toBe(true);
  for (const wrong of [
    { options: { epochs: 0 } },
    { options: { epoch: 3 } },
    { options: { out: "x" } },
    { parameters: { seed: 3 } },
    { parameters: { learningRate: { min: 1 } } },
    { nablaSweep: 2 },
  ])
    expect(valid({ ...SPEC, ...wrong })).toBe(false);
});

describe("which trial a process runs", () => {
  test.each<[Record<string, string>, number[]]>([
    [{ SLURM_ARRAY_TASK_ID: "3" }, [3]],
    [{ JOB_COMPLETION_INDEX: "0" }, [0]],
    [{ PARALLEL_SEQ: "1" }, [0]],
    [{ PARALLEL_SEQ: "4", SLURM_ARRAY_TASK_ID: "3" }, [3]],
    [{ OMPI_COMM_WORLD_RANK: "1", OMPI_COMM_WORLD_SIZE: "4" }, [1, 5, 9]],
    [{ OMPI_COMM_WORLD_RANK: "1" }, [1]],
  ])("%j", (env, trials) => {
    expect(trialsFor(undefined, 10, env)).toEqual(trials);
    expect(trialsFor(7, 10, env)).toEqual([7]);
  });
  test.each<[Record<string, string>, string]>([
    [{}, "--trial: missing"],
    [{ PARALLEL_SEQ: "0" }, "PARALLEL_SEQ: expected a whole number ≥ 1"],
    [{ PARALLEL_SEQ: "11" }, "PARALLEL_SEQ: expected 1 to 10, for the specification has 10 trials, got 11"],
    [{ SLURM_ARRAY_TASK_ID: "10" }, "SLURM_ARRAY_TASK_ID: expected 0 to 9"],
    [{ SLURM_ARRAY_TASK_ID: "x" }, "SLURM_ARRAY_TASK_ID: expected a whole number"],
    [
      { PARALLEL_SEQ: "3", SLURM_ARRAY_TASK_ID: "3" },
      "SLURM_ARRAY_TASK_ID says trial 3, PARALLEL_SEQ says trial 2",
    ],
  ])("%j is refused", (env, message) => {
    expect(() => trialsFor(undefined, 10, env)).toThrow(message);
  });
});

describe("successive halving", () => {
  const result = (trial: number, score: number | undefined): Result => ({
    nablaSweep: 1,
    trial,
    status: score === undefined ? "diverged" : "done",
    parameters: {},
    ...(score !== undefined && { score }),
    figures: {},
    epochs: 1,
    version: "",
    seconds: 0,
  });
  const nine = { trials: 9, sign: -1 as const };
  /** What a trial comes to: further training changes the order. */
  const scoreAt = (trial: number, rung: number): number => ((trial * 5 + rung * 4) % 9) / 10;

  test("rungs end with all epochs", () => {
    expect(rungsOf({ reduction: 3, minEpochs: 1 }, 27)).toEqual([1, 3, 9, 27]);
    expect(rungsOf({ reduction: 3, minEpochs: 2 }, 10)).toEqual([2, 6, 10]);
    expect(rungsOf({ reduction: 3, minEpochs: 5 }, 5)).toEqual([5]);
  });
  test("the table does not hang on the order of arrival; which extra trials ran does", () => {
    const run = (choose: (n: number) => number) => {
      const finished: Map<number, Result>[] = [new Map(), new Map(), new Map()];
      for (;;) {
        const next = nextOf(nine, 3, finished);
        if (next.length === 0) break;
        const { trial, rung } = next[choose(next.length)]!;
        finished[rung]!.set(trial, result(trial, scoreAt(trial, rung)));
      }
      return { standings: standingsOf(nine, 3, finished), ran: finished.map((done) => done.size) };
    };
    let seed = 1;
    const random = (n: number) => {
      seed = (seed * 48271) % 2147483647;
      return seed % n;
    };
    const runs = [run(() => 0), run((n) => n - 1), ...Array.from({ length: 50 }, () => run(random))];
    const rows = runs.map(({ standings }) =>
      standings.map(({ result: { trial, score }, rung }) => [trial, rung, score]),
    );
    for (const each of rows) expect(each).toEqual(rows[0]);
    expect(rows[0]!.map(([, rung]) => rung)).toEqual([2, 1, 1, 0, 0, 0, 0, 0, 0]);
    expect(new Set(runs.map(({ ran }) => ran.join())).size).toBeGreaterThan(1);
    for (const { ran } of runs) expect(ran[0]).toBe(9);
  });
  test("one that diverged does not go on, and few trials still have a winner", () => {
    const finished: Finished[] = [
      new Map([0, 1].map((n) => [n, result(n, n === 0 ? undefined : 3)])),
      new Map(),
    ];
    expect(bracketOf({ trials: 2, sign: -1 }, 3, finished)).toEqual([[0, 1], [1]]);
    expect(nextOf({ trials: 2, sign: -1 }, 3, finished)).toEqual([{ trial: 1, rung: 1 }]);
  });
});

test("what mattered: all of it where scores follow a parameter, nothing where they do not", () => {
  const made = spec({ parameters: { learningRate: { min: 0.001, max: 1 }, optimizer: ["sgd", "adam"] } });
  const results = Array.from(
    { length: 20 },
    (_, trial): Result => ({
      nablaSweep: 1,
      trial,
      status: "done",
      figures: {},
      epochs: 1,
      version: "",
      seconds: 0,
      parameters: { learningRate: 0.001 + trial / 100, optimizer: trial % 2 ? "sgd" : "adam" },
      score: Math.exp(trial),
    }),
  );
  const [first, second] = influencesOf(made, results);
  expect([first!.parameter.name, first!.share]).toEqual(["learningRate", 1]);
  expect(second!.share).toBeLessThan(0.02);
  const byChoice = influencesOf(
    made,
    results.map((each) => ({ ...each, score: each.trial % 2 })),
  );
  expect([byChoice[0]!.parameter.name, byChoice[0]!.share]).toEqual(["optimizer", 1]);
});
