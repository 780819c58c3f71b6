/**
 * Random values of wrong kinds for options: a call that is refused throws a NablaError that names the option, and the model is what it was,
 * weights, optimizer, history and all.
 */
import fc from "fast-check";
import { expect } from "vitest";
import type { Field, Fields } from "../../src/fields/fields.ts";
import * as nabla from "../../src/index.ts";

const seed = Number(process.env.NABLA_OPTIONS_SEED ?? 1);

// biome-ignore lint/suspicious/noExplicitAny: these are options of wrong types
export type Wrong = any;

export const X = [
  [0, 1],
  [1, 0],
  [1, 1],
  [0, 0],
];
export const Y = [0, 1, 1, 0];
export const CSV = "a,b,c\n1,2,x\n2,3,y\n3,4,x\n5,6,y\n";
/** Anything: values of every type, those that are almost right, and what is nested. */
const anything = fc.oneof(
  {
    weight: 3,
    arbitrary: fc.constantFrom<unknown>(
      "",
      "yes",
      "0.5",
      "adam",
      "relu",
      "auto",
      "__proto__",
      true,
      false,
      0,
      -0,
      1,
      -1,
      1.5,
      1e308,
      -1e308,
      5e-324,
      2 ** 31,
      2 ** 53,
      Number.NaN,
      Number.POSITIVE_INFINITY,
      Number.NEGATIVE_INFINITY,
      1n,
      Symbol("s"),
      () => 1,

      [],
      [[]],
      [undefined],
      [null],
      {},
      [{}],
      { name: "adam" },
      { name: 1 },
      { type: "dense" },
      { length: 3 },
      { length: -1 },
      Object.create(null),
      new Date(0),
      /x/,
      new Map(),
      new Set([1]),
      new Float32Array(4),
      new Uint8Array(0),
      new ArrayBuffer(8),
      Promise.resolve(1),
      new Error("e"),
      new Proxy({}, {}),
      [0, 1][Symbol.iterator](),
    ),
  },
  fc.anything({
    maxDepth: 2,
    maxKeys: 3,
    withBigInt: true,
    withDate: true,
    withMap: true,
    withSet: true,
    withTypedArray: true,
    withNullPrototype: true,
    withSparseArray: true,
  }),
);

export interface Target {
  /** Names of options. */
  readonly options: readonly string[];
  /** Calls with these options; of what trains or is compiled, the model. */
  call(options: Wrong, model: nabla.Model): unknown;
  /** Values that are right and take long, by option: they are not tried. */
  readonly skip?: Readonly<Record<string, (value: unknown) => boolean>>;
  readonly runs?: number;
  /** Where what is right may still be refused, for what the rest is like: whether values are right is what these say. */
  readonly fields?: Fields;
}

class Stop extends Error {}
/** What is right trains for a while, not for as long as it says. */
export const soon = (): nabla.Callback => ({
  onEpochEnd(epoch) {
    if (epoch >= 1) throw new Stop();
  },
});
export const threads = (value: unknown) => value === "auto" || (typeof value === "number" && value > 1);
export const large = (value: unknown) => typeof value === "number" && value > 1000;
export const names = (fields: object) => Object.keys(fields);
export const ready = (options: object = {}) =>
  nabla
    .sequential(
      [nabla.dense({ units: 3, activation: "relu" }), nabla.dense({ units: 2, activation: "softmax" })],
      { inputShape: [2] },
    )
    .compile({ loss: "categoricalCrossentropy", optimizer: "adam", metrics: ["accuracy"], ...options });
export const stream = () => [{ x: X, y: Y }][Symbol.iterator]() as Wrong;

export const trained = await (async () => {
  const model = ready();
  await model.fit(X, Y, { epochs: 2, seed: 3 });
  return model.save();
})();
export const hex = (bytes: Uint8Array) => Buffer.from(bytes).toString("base64");

function fits(field: Field | undefined, value: unknown): boolean {
  try {
    if (value !== undefined) field?.check(value);
    return field !== undefined;
  } catch {
    return false;
  }
}

/** What went wrong with a call, if anything did; whether it was taken. */
async function tried(
  target: Target,
  options: Wrong,
  model: nabla.Model,
): Promise<{ taken: boolean; problem?: string }> {
  try {
    await target.call(options, model);
    return { taken: true };
  } catch (error) {
    if (error instanceof Stop) return { taken: true };
    const given = Object.keys(options);
    if (!(error instanceof nabla.NablaError)) {
      const at = (error as Error)?.stack
        ?.split("\n")
        .find((line) => line.includes("/src/"))
        ?.trim();
      return { taken: false, problem: `threw ${String(error)} ${at}` };
    }
    if (target.fields && given.every((name) => fits(target.fields![name], options[name])))
      return { taken: true };
    if (!given.some((name) => error.message.includes(name)))
      return { taken: false, problem: `does not name ${given.join(" or ")}: ${error.message}` };
    return { taken: false };
  }
}

/** Values few options take. */
const ODD: readonly unknown[] = [Symbol("s"), -1, "yes", () => 1, [undefined], {}, Number.NaN, []];

/** Whether an option, given alone, refuses any of these by its name. */
async function refuses(target: Target, name: string): Promise<boolean> {
  for (const value of ODD) {
    if (target.skip?.[name]?.(value)) continue;
    const { taken, problem } = await tried(target, { [name]: value }, nabla.load(trained));
    if (problem) throw new Error(problem);
    if (!taken) return true;
  }
  return false;
}

/** The names of a function's options, as it says them itself where it is given another. */
export async function optionsOf(call: (options: Wrong) => unknown): Promise<string[]> {
  const error = await Promise.resolve({ zzzzzzzz: 1 })
    .then(call)
    .then(
      () => undefined,
      (error: unknown) => error,
    );
  const [, said] =
    /unknown option "zzzzzzzz"; there are (.*)$/.exec((error as Error | undefined)?.message ?? "") ?? [];
  if (said === undefined) throw new Error(`it does not say which options it has: ${error}`);
  return said.split(", ");
}

/** The property, for one target. */
export async function tryWrong(target: Target): Promise<void> {
  const wrong = fc
    .uniqueArray(fc.tuple(fc.constantFrom(...target.options), anything), {
      minLength: 1,
      maxLength: 2,
      selector: ([name]) => name,
    })
    .map((pairs) => Object.fromEntries(pairs) as Record<string, unknown>)
    .filter((options) => Object.entries(options).every(([name, value]) => !target.skip?.[name]?.(value)));
  let model = nabla.load(trained);
  let refused = 0;
  await fc.assert(
    fc.asyncProperty(wrong, async (options) => {
      const { taken, problem } = await tried(target, options, model);
      if (problem) throw new Error(problem);
      if (taken) model = nabla.load(trained);
      else {
        refused++;
        if (hex(model.save()) !== hex(trained)) throw new Error("the model is another one");
      }
    }),
    {
      seed,
      numRuns: target.runs ?? 120,
      endOnFailure: true,
      reporter({ failed, counterexample, errorInstance }) {
        if (failed) throw new Error(`${fc.stringify(counterexample)}: ${errorInstance}`);
      },
    },
  );
  expect(refused).toBeGreaterThan(0);
  // there is no option that takes whatever it is given
  for (const name of target.options)
    expect(await refuses(target, name), `${name} takes everything`).toBe(true);
  // it goes on as one that nothing was asked of
  const fresh = nabla.load(trained);
  for (const each of [model, fresh]) await each.fit(X, Y, { epochs: 1, seed: 3 });
  expect(hex(model.save())).toBe(hex(fresh.save()));
}
