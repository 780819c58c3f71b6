/**
 * Whether data means what a network, its losses and its earlier training take it for. Loaded by what trains and evaluates: rows in memory are
 * checked before the first step, others as they are read.
 */
import type { Dataset, Inputs, Target, Targets } from "../data/dataset.ts";
import { inputsIn } from "../data/places.ts";
import { describeAll, type Portable } from "../data/portable.ts";
import { NablaError } from "../errors.ts";
import type { Network } from "../network/network.ts";
import { lookLikeBytes, scaleText } from "../network/predict.ts";
import type { Plan } from "../plan/plan.ts";
import { type Shape, showShape, sizeOf } from "../shape.ts";
import { Values } from "./domain.ts";
import { type Goal, kindsOf, targetsOf } from "./goals.ts";
import { targetKind } from "./pixels.ts";

/** Rows of a data set that lie in memory. */
interface Stored {
  readonly x: Inputs;
  readonly y: Targets;
  /** Which of them; undefined for all. */
  readonly rows?: Uint32Array;
}

/** What is known of a data set without reading it: its inputs and targets, in their order. */
function storedIn(dataset: Dataset): { inputs: (Stored | undefined)[]; targets: (Stored | undefined)[] } {
  const { portables, datasets } = describeAll([dataset]);
  const find = (number: number): Stored | undefined => {
    const entry = portables[number]!;
    if (entry.kind === "arrays") return { x: entry.x, y: entry.y };
    const { of } = entry as Partial<Extract<Portable, { of: number }>>;
    const inner = of === undefined ? undefined : find(of);
    if (!inner || entry.kind !== "subset") return inner;
    const { rows } = inner;
    return { ...inner, rows: rows ? entry.rows.map((row) => rows[row]!) : entry.rows };
  };
  const number = datasets.indexOf(dataset);
  const entry = portables[number]!;
  const rows = [find(number)];
  if (entry.kind === "joined")
    return {
      inputs: Object.values(entry.inputs).map(find),
      targets: Object.values(entry.targets).map(find),
    };
  return { inputs: rows, targets: rows };
}

/** In the order of the network's outputs. */
function targetsStored(dataset: Dataset, { architecture }: Network): (Stored | undefined)[] {
  const { targets } = storedIn(dataset);
  const names = dataset.parts?.targets.map(({ name }) => name);
  return architecture.outputs.map(({ name }, k) => targets[names ? names.indexOf(name) : k]);
}

/**
 * Checks what can be known before a row is read: shapes, scales, and the targets and inputs that lie in memory.
 *
 * @param dataset fits the network: see checkFit()
 * @param train what a new model is about to be trained on: how it reads inputs holds for these as well
 * @throws NablaError that names row and value, what was expected, and what to do
 */
export function checkData(dataset: Dataset, network: Network, goals: readonly Goal[], train?: Dataset): void {
  checkScales(dataset, network, network.reading ?? (train && kindsOf(train, network)));
  const stored = targetsStored(dataset, network);
  const { outputs } = network.architecture;
  checkUnits(dataset, network);
  for (const [k, target] of targetsOf(dataset, network).entries()) {
    const { loss } = goals[k]!;
    const shape = network.outputShapes[k]!;
    const name = outputs.length > 1 ? `${dataset.name}: y.${outputs[k]!.name}` : `${dataset.name}: y`;
    checkShape(name, target, shape, targetKind(target, shape, loss));
    const found = stored[k];
    if (found && target.kind === "values") new Values(name, target, shape, loss).check(found.y, found.rows);
  }
}

/** Labels that begin at 1 get words of their own; others that are too many are for checkFit(). @throws NablaError */
export function checkLabels(dataset: Dataset, network: Network, goals: readonly Goal[]): void {
  const { layers, outputs } = network.architecture;
  const stored = targetsStored(dataset, network);
  for (const [k, target] of targetsOf(dataset, network).entries()) {
    const units = sizeOf(network.outputShapes[k]!);
    const most = units > 1 ? units : 2;
    if (target.kind !== "class" || target.classes !== most + 1 || !goals[k]!.loss.classification) continue;
    const { y, rows } = stored[k] ?? {};
    if (!y || (rows ? rows.some((row) => y[row] === 0) : y.some((label) => label === 0))) continue;
    const { type, name } = layers[outputs[k]!.layer]!;
    throw new NablaError(
      `${dataset.name} has labels from 1 to ${most}, but labels begin at 0: subtract 1, so that they go from 0 to ${most - 1} for the ${units > 1 ? `${units} outputs` : "one output"} of ${type} "${name}"`,
    );
  }
}

/** @throws NablaError for classes, where outputs are quantities */
function checkUnits({ name, target }: Dataset, { about }: Network): void {
  if (about.metadata.targetScale && target.kind === "class")
    throw new NablaError(
      `${name}: expected quantities, as the model was trained on (metadata.targetScale), got classes; read the table with task: "regression"`,
    );
}

/** Axes of one value say nothing. */
const axes = (shape: Shape): Shape => shape.filter((n) => n > 1);

/** As many values in another order are other values. */
function checkShape(name: string, target: Target, outputs: Shape, kind: Target["kind"]): void {
  if (target.kind !== "values" || !target.shape) return;
  const { shape } = target;
  const wanted = kind === "class" ? outputs.slice(0, -1) : outputs;
  const [given, asked] = [axes(shape), axes(wanted)];
  if (given.length < 2 || asked.length < 2 || showShape(given) === showShape(asked)) return;
  const first = showShape([...asked.slice(-1), ...asked.slice(0, -1)]) === showShape(given);
  throw new NablaError(
    `${name}: expected rows of shape ${showShape(wanted)}, that of the outputs, got ${showShape(shape)}${first ? "; channels come last here: transpose the rows" : ""}`,
  );
}

/** A data set that says another scale than the model was trained with contradicts it. */
function checkScales(dataset: Dataset, { architecture }: Network, reading: Network["reading"]): void {
  if (!reading) return;
  const { inputs } = storedIn(dataset);
  const parts = inputsIn(dataset, architecture.inputs[0]!.name);
  for (const [i, { name }] of architecture.inputs.entries()) {
    const at = dataset.parts ? parts.findIndex((part) => part.name === name) : i;
    const { type, scale, scaleUnsaid } = parts[at]!;
    const trained = reading[i]!;
    if (trained.type !== "uint8") continue;
    const called = architecture.inputs.length > 1 ? `${dataset.name}: ${name}` : dataset.name;
    if (type === "uint8" && !scaleUnsaid && scale !== trained.scale)
      throw new NablaError(
        `${called}: its bytes are multiplied by ${scaleText(scale)}, but the model was trained on bytes times ${scaleText(trained.scale)}; make the data set with inputScale: ${scaleText(trained.scale)}`,
      );
    const stored = inputs[at];
    if (type === "float32" && stored) checkNumbers(called, stored.x, trained.scale);
  }
}

function checkNumbers(name: string, x: ArrayLike<number>, scale: number): void {
  if (scale === 1 || !lookLikeBytes(x)) return;
  throw new NablaError(
    `${name}: x: whole numbers up to 255 for a model trained on bytes times ${scaleText(scale)}: pass a Uint8Array, or scaled numbers`,
  );
}

/** What checks batches as they are read; undefined where all is in memory, and has been checked there. */
export function batchCheck(
  dataset: Dataset,
  network: Network,
  goals: readonly Goal[],
): ((plan: Plan, indices: Uint32Array, batch: number) => void) | undefined {
  const targets = targetsOf(dataset, network);
  const stored = targetsStored(dataset, network);
  const { outputs } = network.architecture;
  const unseen = targets.flatMap((target, k) => {
    const { loss } = goals[k]!;
    if (stored[k] || target.kind !== "values" || loss.domain === undefined) return [];
    const called = outputs.length > 1 ? `: y.${outputs[k]!.name}` : ": y";
    return [{ k, values: new Values(`${dataset.name}${called}`, target, network.outputShapes[k]!, loss) }];
  });
  const inputs = storedIn(dataset).inputs;
  let first = network.reading?.some(({ type, scale }) => type === "uint8" && scale !== 1) ?? false;
  if (inputs.every((input) => input)) first = false;
  if (unseen.length === 0 && !first) return undefined;
  return (plan, indices, batch) => {
    for (const { k, values } of unseen) {
      const { y, yKind, each, units } = plan.outputs[k]!;
      if (yKind !== "values") continue;
      values.check(network.core.f32(y!.offset, indices.length * each * units), undefined, { indices, batch });
    }
    if (!first) return;
    first = false;
    for (const [i, { name, kind, x, shape }] of plan.inputs.entries()) {
      const trained = network.reading?.[i];
      if (kind.type !== "float32" || trained?.type !== "uint8") continue;
      const numbers = network.core.f32(x.offset, indices.length * sizeOf(shape));
      checkNumbers(
        plan.inputs.length > 1 ? `${dataset.name}: ${name}` : dataset.name,
        numbers,
        trained.scale,
      );
    }
  };
}
