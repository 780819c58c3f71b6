/** What every graph has to hold. */
import * as fc from "fast-check";
import { checkConfig, fromConfig, load, type Model, weightsSha256 } from "../../../src/index.ts";
import { everyLayer } from "../../../src/layers/chain.ts";
import { internalsOf } from "../../../src/model/internals.ts";
import { configOf } from "../../../src/model/save.ts";
import { load as loadToPredict } from "../../../src/predict/index.ts";
import { values } from "../kernel.ts";
import { sameBits } from "../layerRun.ts";
import { size } from "../layers/index.ts";
import { checkGraph, compare, expected, givenFor } from "./check.ts";
import { modelOf, type Recipe, recipes } from "./random.ts";
import type { GraphConfig } from "./reference.ts";
import { type Subject, subjectOf, tensorsOf } from "./run.ts";

const written = (subject: Model) => configOf(subject).model as unknown as GraphConfig;

/** The model's own weights, by the names of the reference. */
function weightsOf(of: Model, { reference }: Subject): Record<string, Float64Array> {
  const { built } = internalsOf(of);
  const named = [...tensorsOf(built, reference)];
  return Object.fromEntries(named.map(([name, tensor]) => [name, Float64Array.from(built.read(tensor))]));
}

/** Steps of the optimizer that a training takes. */
const OPTIMIZERS = ["adam", "momentum", "rmsprop"] as const;

/** Throws where a graph does not do what it should. @returns the types of its layers; nothing where its values grow too large */
async function holds({ rows, head, ...recipe }: Recipe): Promise<readonly string[]> {
  const made = modelOf({ rows, head, ...recipe });
  const subject = subjectOf(written(made));
  const given = givenFor(subject, rows);
  const units = size(made.outputShape);
  // values that grow without bound are no test of a graph
  if (expected(subject, given, given.dys, true, {}, 0).size > 1e4) return [];
  checkGraph(subject, rows, { given, watched: head % 3 === 0, shares: [2 + (head % 6)] });

  // what it says and learns outlives a file and JSON
  const n = 5;
  const x = { data: values(n * size(made.inputShape), 9), shape: [n, ...made.inputShape] };
  const y = { data: values(n * units, 10), shape: [n, units] };
  const compile = { loss: "quadratic", optimizer: { name: OPTIMIZERS[head % 3], clipNorm: 1 } } as const;
  const predicted = made.predict(x).data;
  const wanted = subject.reference.forward(weightsOf(made, subject), [Float64Array.from(x.data)], false)
    .ys[0];
  const still = { ...given, p: weightsOf(made, subject), xs: [Float64Array.from(x.data)] };
  const { room } = expected(subject, still, [Float64Array.from(wanted)], false, {});
  compare({ "output 0": predicted }, { "output 0": wanted }, room, "predict(): ");
  made.compile(compile);
  const file = made.save();
  const loaded = load(file);
  sameBits("predicted after load()", loaded.predict(x).data, predicted);
  sameBits("predicted by nabla/predict", loadToPredict(file).predict(x).data, predicted);
  const document = JSON.parse(JSON.stringify(configOf(made)));
  const again = fromConfig(checkConfig(document)).model.setWeights(made.weights());
  sameBits("predicted by a model of its document", again.predict(x).data, predicted);

  const fit = { epochs: 2, batchSize: 3, verbose: 0, seed: 3, worker: false } as const;
  const train = async (subject: Model, more: object = {}) => {
    const { verbose: _, ...options } = { ...fit, ...more };
    await subject.compile(compile).fit(x, y, options);
    return weightsSha256(subject);
  };
  const hash = await train(made);
  const same = (what: string, got: string) => {
    if (got !== hash) throw new Error(`${what}: other weights than the model's own`);
  };
  same("trained after load()", await train(loaded));
  same("trained from its document", await train(again));
  const across = everyLayer(subject.topology.layers).some(({ type }) => type === "batchNormalization");
  if (!across) same("trained in pieces", await train(load(file), { microBatchSize: 1 + (head % 2) }));

  // what a layer gives on the way
  const names = made.layers.map(({ name }) => name);
  const part = made.truncated(names[head % names.length]);
  const its = subjectOf(written(part));
  const p = weightsOf(part, its);
  const values_ = its.reference.forward(p, [Float64Array.from(x.data)], false).ys[0];
  const bounds = expected(its, { xs: [Float64Array.from(x.data)], p, dys: [] }, [values_], false, {}).room;
  compare(
    { "output 0": part.predict(x).data },
    { "output 0": values_ },
    bounds,
    `truncated(${names[head % names.length]}): `,
  );
  sameBits("truncated at the output", made.truncated(names.at(-1)!).predict(x).data, made.predict(x).data);
  return made.layers.map(({ type }) => type);
}

/** One layer a line, for people. */
function drawn(recipe: Recipe): string {
  try {
    const { layers, outputs } = written(modelOf(recipe));
    return [...layers.map((layer) => JSON.stringify(layer)), `outputs ${JSON.stringify(outputs)}`].join("\n");
  } catch (error) {
    return `no graph: ${error}`;
  }
}

/**
 * Checks random graphs. What fails is shrunk; the error says the seed, and which graph it is.
 *
 * @returns how many graphs were checked, and how often each type of layer was in one
 */
export async function checkRandomGraphs(
  runs: number,
  seed: number,
): Promise<{ graphs: number; types: Map<string, number> }> {
  const types = new Map<string, number>();
  let graphs = 0;
  const property = fc.asyncProperty(recipes, async (recipe) => {
    try {
      const met = await holds(recipe);
      if (met.length > 0) graphs++;
      for (const type of new Set(met)) types.set(type, (types.get(type) ?? 0) + 1);
    } catch (error) {
      const { message } = error as Error;
      throw new Error(`${message}\n${recipe.rows} rows of\n${drawn(recipe)}`, { cause: error });
    }
  });
  await fc.assert(property, { numRuns: runs, seed, endOnFailure: false, interruptAfterTimeLimit: undefined });
  return { graphs, types };
}
