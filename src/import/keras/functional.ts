/** Models that are graphs of layers, each of which may be applied several times. */
import { show } from "../../fields/fields.ts";
import { Unsupported } from "../problems.ts";
import type { ModelSink } from "./graph.ts";
import { field } from "./json.ts";
import { nodesOf, type Ref, refsOf, type Step } from "./nodes.ts";
import type { Applied, Entry, Rows } from "./reading.ts";

export { refsOf } from "./nodes.ts";

/** The layers from one place to another once more. @param names of the values they were applied to, and of those they are applied to now */
function again(
  { made: all, building }: ModelSink,
  from: number,
  to: number,
  names: Map<string, string>,
): void {
  for (const made of all.slice(from, to)) {
    const inputs = made.inputs.map((name) => names.get(name) ?? name);
    const owner = made.config.type === "shared" ? building.layers.get(made.config.layer as string)! : made;
    const copy = building.again(owner, inputs);
    all.push(copy);
    names.set(made.config.name, copy.config.name);
  }
}

/** Where layers go into the model, and not into one that holds them. */
const modelSink = (sink: Applied["sink"]) => ("made" in sink ? (sink as ModelSink) : undefined);

/** What a layer was when it was applied first. */
interface First {
  readonly from: number;
  readonly to: number;
  readonly inputs: readonly (string | undefined)[];
  readonly outputs: readonly (string | undefined)[];
  readonly causal: boolean;
}

const isCausal = ({ call }: Pick<Step, "call">): boolean => field(call, "use_causal_mask") === true;

/** A layer applied, the first time or once more. */
function applied(
  given: Applied,
  { appliedFirst }: Rows,
  entry: Entry,
  step: Pick<Step, "numbers" | "call">,
  inputs: readonly (string | undefined)[],
  firsts: Map<Entry, First>,
): readonly (string | undefined)[] {
  const sink = modelSink(given.sink);
  const first = firsts.get(entry);
  if (!first) {
    const from = sink?.made.length ?? 0;
    const outputs = appliedFirst(given, entry, inputs, step);
    const to = sink?.made.length ?? 0;
    firsts.set(entry, { from, to, inputs, outputs, causal: isCausal(step) });
    return outputs;
  }
  const known = inputs.every((input) => input !== undefined) && inputs.length === first.inputs.length;
  if (!known || first.outputs.some((output) => output === undefined))
    return first.outputs.map(() => undefined);
  if (!sink) throw new Unsupported("a layer that is applied twice within a layer that holds it");
  const names = new Map(first.inputs.map((input, i) => [input!, inputs[i]!]));
  if (isCausal(step) !== first.causal || first.inputs.some((input, i) => names.get(input!) !== inputs[i]))
    throw new Unsupported(
      `${show(entry.name)} is applied in two ways, of which layers here have one: to one value and to several, or with and without use_causal_mask`,
    );
  again(sink, first.from, first.to, names);
  return first.outputs.map((output) => names.get(output!) ?? output);
}

/** Layers that outputs are made of, each time they are applied: others only make masks, or were left over. */
function needed(entries: readonly Entry[], ends: readonly Ref[], { isModel }: Rows) {
  const all = entries.flatMap((entry) =>
    entry.className === "InputLayer" ? [] : [{ entry, nodes: nodesOf(entry.whole) }],
  );
  const asked = new Set(
    [...ends, ...all.flatMap(({ nodes }) => nodes.flatMap(({ refs }) => refs))].map(({ key }) => key),
  );
  const steps = new Map<string, { entry: Entry; step: Step; key: string }>();
  for (const { entry, nodes } of all) {
    // a model was applied once when it was made, and some count that
    const before =
      asked.has(`${entry.name}/${nodes.length}`) && isModel(entry.className, entry.config) ? 1 : 0;
    nodes.forEach((step, node) => {
      const key = `${entry.name}/${node + before}`;
      steps.set(key, { entry, step, key });
    });
  }
  const found = new Set<string>();
  const waiting = ends.map(({ key }) => key);
  for (let key = waiting.pop(); key !== undefined; key = waiting.pop()) {
    const step = steps.get(key);
    if (!step || found.has(key)) continue;
    found.add(key);
    waiting.push(...step.step.refs.map(({ key: before }) => before));
  }
  return [...steps.values()].filter(({ key }) => found.has(key));
}

/** A graph of layers applied to values. @returns its outputs */
export function readGraph(given: Applied, entries: readonly Entry[], rows: Rows): (string | undefined)[] {
  const { config, inputs } = given;
  const values = new Map<string, readonly (string | undefined)[]>();
  const starts = refsOf(field(config, "input_layers"));
  starts.forEach(({ layer }, i) => {
    values.set(`${layer}/0`, [inputs[i]]);
  });
  const firsts = new Map<Entry, First>();
  const ends = refsOf(field(config, "output_layers"));
  // a step waits for the values it is given; one that comes may set others free
  const waiting = new Map<string, (() => void)[]>();
  const ready: (() => void)[] = [];
  for (const { entry, step, key } of needed(entries, ends, rows)) {
    let missing = 1;
    const run = () => {
      if (--missing > 0) return;
      ready.push(() => {
        const from = step.refs.map(({ key: before, tensor }) => values.get(before)![tensor]);
        values.set(key, applied(given, rows, entry, step, from, firsts));
        for (const next of waiting.get(key) ?? []) next();
      });
    };
    for (const { key: before } of step.refs) {
      if (values.has(before)) continue;
      missing++;
      const list = waiting.get(before);
      if (list) list.push(run);
      else waiting.set(before, [run]);
    }
    run();
  }
  for (let i = 0; i < ready.length; i++) ready[i]!();
  return ends.map(({ key, tensor, layer }) => {
    const found = values.get(key);
    if (!found)
      throw new Unsupported(
        `its output ${show(layer)} is never computed: layers that it needs are not in the file, or go round in a circle`,
      );
    return found[tensor];
  });
}
