/** Weights of PyTorch's onto a model that one has built. */
import { NablaError } from "../../errors.ts";
import { show } from "../../fields/fields.ts";
import { unitsOf } from "../../interop/pytorch/units.ts";
import type { Model } from "../../model/model.ts";
import { type Shape, showShape, sizeOf } from "../../shape.ts";
import { firstBad } from "../numbers.ts";
import type { Problem } from "../problems.ts";
import { matched, modulesOf, type Pair, shapesOf } from "./match.ts";
import { readStateDict } from "./stateDict.ts";

/** A tensor of the file, and where it went. */
export interface LoadedTensor {
  /** As the file calls it: "conv1.weight". Undefined where the file has none, and the parameter says nothing: a bias of 0. */
  readonly tensor?: string;
  readonly tensorShape?: Shape;
  /** As the model calls it: "conv2d_1.kernel". */
  readonly parameter: string;
  readonly shape: Shape;
  /** Whether names told it, or the order of those of the same shapes. */
  readonly by: "name" | "order";
  /** What was done with the values: "oihw → hwio". */
  readonly how: string;
}

/** What loadWeights() did. */
export interface LoadedWeights {
  readonly loaded: readonly LoadedTensor[];
  /** Parameters that stay as they were; only with strict: false, or where PyTorch has no such layer. */
  readonly kept: readonly string[];
  /** Tensors of the file that went nowhere; only with strict: false. */
  readonly unused: readonly string[];
  /** What the file does not say and is usually another thing in PyTorch. */
  readonly notes: readonly string[];
}

/** As many as an error lists. */
const SHOWN = 10;

/**
 * @param bytes a .safetensors file, or what torch.save(model.state_dict(), …) wrote
 * @param strict whether everything in the file must find its place, and every layer its weights
 * @throws NablaError listing all that does not fit; the model is as before then
 */
export function loadStateDict(model: Model, bytes: Uint8Array, name: string, strict = true): LoadedWeights {
  const units = unitsOf(model);
  const tensors = readStateDict(bytes, name);
  const modules = modulesOf(tensors);
  const possible = units.filter(({ problem }) => problem === undefined);
  const { pairs, problems } = matched(possible, modules);
  for (const { layer, type, problem } of units)
    if (problem !== undefined) problems.push({ where: `${type} ${show(layer)}`, why: problem });
  const inPairs = new Set(pairs.map(({ unit }) => unit));
  const without = possible.filter((unit) => !inPairs.has(unit));
  const used = new Set(pairs.flatMap(({ module }) => [...module.tensors.values()]));
  const rest = modules.flatMap((module) => [...module.tensors.values()]).filter((each) => !used.has(each));
  if (strict && problems.length === 0) {
    for (const unit of without.filter(({ ours }) => !ours))
      problems.push({
        where: `${unit.type} ${show(unit.layer)}`,
        why: `it takes ${shapesOf(unit)}, and the file has no such tensors left`,
      });
    for (const { name: key, shape } of rest)
      problems.push({ where: key, why: `no layer takes this tensor of shape ${showShape(shape)}` });
  }
  refuse(name, problems);
  const weights: Record<string, Float32Array> = Object.create(null);
  const shapes = model.weightShapes();
  const loaded: LoadedTensor[] = [];
  for (const pair of pairs) take(pair, { weights, shapes, loaded, problems, name });
  refuse(name, problems);
  model.setWeights(weights);
  return {
    loaded,
    kept: without.flatMap(({ layer, parts }) => parts.map(({ parameter }) => `${layer}.${parameter}`)),
    unused: rest.map(({ name: key }) => key),
    notes: pairs.flatMap(({ unit }) => (unit.note ? [`${unit.layer}: ${unit.note}`] : [])),
  };
}

interface Into {
  readonly weights: Record<string, Float32Array>;
  readonly shapes: Readonly<Record<string, Shape>>;
  readonly loaded: LoadedTensor[];
  readonly problems: Problem[];
  readonly name: string;
}

function take({ unit, module, by }: Pair, { weights, shapes, loaded, problems, name }: Into): void {
  const read = (own: string): Float32Array => {
    const tensor = module.tensors.get(own)!;
    const values = tensor.read();
    const bad = firstBad(values);
    if (bad >= 0)
      throw new NablaError(
        `${name}: ${show(tensor.name)}: value ${bad} is ${values[bad]}; a network with such weights gives no numbers: take a checkpoint from before its training failed`,
      );
    return values;
  };
  for (const part of unit.parts) {
    const parameter = `${unit.layer}.${part.parameter}`;
    const shape = shapes[parameter]!;
    const found = part.tensors.every(({ name: own }) => module.tensors.has(own));
    if (!found) {
      weights[parameter] = new Float32Array(sizeOf(shape)).fill(part.otherwise!);
      loaded.push({ parameter, shape, by, how: `${part.otherwise}: the file has none` });
      continue;
    }
    weights[parameter] = part.in(
      part.tensors.map(({ name: own, shape: whole, rows }) => {
        const row = sizeOf(whole.slice(1));
        return rows ? read(own).subarray(rows[0] * row, rows[1] * row) : read(own);
      }),
    );
    for (const { name: own } of part.tensors) {
      const tensor = module.tensors.get(own)!;
      loaded.push({ tensor: tensor.name, tensorShape: tensor.shape, parameter, shape, by, how: part.how });
    }
  }
  for (const spare of unit.spares) {
    if (!module.tensors.has(spare.name)) continue;
    if (read(spare.name).some((value) => value !== spare.value))
      problems.push({
        where: module.tensors.get(spare.name)!.name,
        why: `${unit.type} ${show(unit.layer)} has no such parameter; ${spare.advice}`,
      });
  }
}

function refuse(name: string, problems: readonly Problem[]): void {
  if (problems.length === 0) return;
  const cut = (text: string) => (text.length > 120 ? `${text.slice(0, 120)}…` : text);
  const lines = problems.slice(0, SHOWN).map(({ where, why }) => `  ${show(cut(where))}: ${cut(why)}`);
  const more = problems.length > SHOWN ? `\n  … and ${problems.length - SHOWN} more` : "";
  throw new NablaError(
    `${name}: these weights do not fit the model, which is as it was:\n${lines.join("\n")}${more}\n  (strict: false takes what fits, and leaves the rest)`,
    { details: { problems: problems.map(({ where, why }) => ({ where, why })) } },
  );
}
