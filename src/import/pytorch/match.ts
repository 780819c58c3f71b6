/** Which modules of a state dict are which layers. */

import type { Theirs, Unit } from "../../interop/pytorch/unit.ts";
import { sameShape, showShape } from "../../shape.ts";
import type { Problem } from "../problems.ts";
import type { StateTensor } from "./stateDict.ts";

/** The tensors of a file that belong together: "conv1.weight" and "conv1.bias". */
export interface Module {
  readonly path: string;
  /** Of recurrent ones "_l0", "_l1_reverse". */
  readonly suffix: string;
  /** By their names in the module. */
  readonly tensors: Map<string, StateTensor>;
}

export interface Pair {
  readonly unit: Unit;
  readonly module: Module;
  /** Whether the names told it, or the order of those of the same shapes. */
  readonly by: "name" | "order";
}

/** What parallel and compiled models have before every name. */
const AROUND = /^(?:(?:module|_orig_mod)\.)+/;

/** Tensors that say nothing here: how many batches there have been. */
const COUNTS = /(?:^|\.)num_batches_tracked$/;
const RECURRENT = /^(?:(.*)\.)?((?:weight|bias)_(?:ih|hh))(_l\d+(?:_reverse)?)?$/;

/** The modules of a file in its order. */
export function modulesOf(tensors: readonly StateTensor[]): Module[] {
  const modules = new Map<string, Module>();
  // the last projection of attention is a module within
  const attention = new Set(
    tensors.flatMap(({ name }) => /^(.*)(?:in|q)_proj_weight$/.exec(name.replace(AROUND, ""))?.[1] ?? []),
  );
  for (const tensor of tensors) {
    const name = tensor.name.replace(AROUND, "");
    if (COUNTS.test(name)) continue;
    const [, path = "", own = "", suffix = "_l0"] = RECURRENT.exec(name) ?? [];
    const within = /^(.*)out_proj\.(?:weight|bias)$/.exec(name)?.[1];
    const dot = within !== undefined && attention.has(within) ? within.length - 1 : name.lastIndexOf(".");
    const [of, called, end] = own
      ? [path, own, suffix]
      : [name.slice(0, Math.max(dot, 0)), name.slice(dot + 1), ""];
    const key = `${of}\n${end}`;
    const module = modules.get(key) ?? { path: of, suffix: end, tensors: new Map() };
    modules.set(key, module);
    module.tensors.set(called, tensor);
  }
  return [...modules.values()];
}

const plain = (name: string): string => name.toLowerCase().replace(/[^a-z0-9]+/g, "_");

/** Whether names are one: "features.0" is features_0; and "0" of "features.0" is meant where nothing else is called so. */
const named = (unit: Unit, { path, suffix }: Module): boolean =>
  unit.suffix === suffix &&
  (plain(path) === plain(unit.path) || plain(path).endsWith(`_${plain(unit.path)}`));

/** Whether a module's tensors are those that a layer takes. */
function fits(unit: Unit, { tensors, suffix }: Module): boolean {
  if (unit.suffix.endsWith("_reverse") !== suffix.endsWith("_reverse")) return false;
  const has = ({ name }: Theirs) => tensors.has(name);
  for (const part of unit.parts)
    if (!part.tensors.every(has) && (part.otherwise === undefined || part.tensors.some(has))) return false;
  const known = new Map(
    [...unit.parts.flatMap(({ tensors: own }) => own), ...unit.spares].map((each) => [each.name, each]),
  );
  if (![...tensors.keys()].some((name) => known.has(name))) return false;
  return [...tensors].every(
    ([name, { shape }]) => known.has(name) && sameShape(known.get(name)!.shape, shape),
  );
}

/** @returns pairs, and what could not be told; a layer without a module and a module without a layer are in no pair */
export function matched(
  units: readonly Unit[],
  modules: readonly Module[],
): { pairs: Pair[]; problems: Problem[] } {
  const pairs: Pair[] = [];
  const [open, free] = [new Set(units), new Set(modules)];
  const pair = (unit: Unit, module: Module, by: Pair["by"]) => {
    pairs.push({ unit, module, by });
    open.delete(unit);
    free.delete(module);
  };
  for (const unit of units) {
    const found = modules.filter((module) => named(unit, module));
    const same = found.filter(({ path }) => plain(path) === plain(unit.path));
    const [one, ...others] = same.length > 0 ? same : found;
    const several = units.filter((other) => one && named(other, one)).length > 1 && same.length === 0;
    if (one && others.length === 0 && !several && free.has(one) && fits(unit, one)) pair(unit, one, "name");
  }
  const problems: Problem[] = [];
  for (const unit of [...open]) {
    if (!open.has(unit)) continue;
    // all that could be one another, which only their order tells apart
    const [alike, candidates] = [new Set([unit]), new Set<Module>()];
    for (const each of alike) {
      for (const module of free) if (fits(each, module)) candidates.add(module);
      for (const other of open) if ([...candidates].some((module) => fits(other, module))) alike.add(other);
    }
    const [layers, found] = [
      units.filter((each) => alike.has(each)),
      modules.filter((module) => candidates.has(module)),
    ];
    for (const each of layers) open.delete(each);
    if (found.length === 0) continue;
    if (layers.length === found.length && layers.every((each, i) => fits(each, found[i]!)))
      layers.forEach((each, i) => {
        pair(each, found[i]!, "order");
      });
    else {
      problems.push({
        where: layers.map(({ layer }) => layer).join(", "),
        why: `${layers.length} of ${shapesOf(layers[0]!)}, and the file has ${found.length}: ${found.map(({ path }) => path).join(", ")}`,
      });
      for (const module of found) free.delete(module);
    }
  }
  return { pairs, problems };
}

export const shapesOf = ({ parts }: Unit): string =>
  parts
    .filter(({ otherwise }) => otherwise === undefined)
    .flatMap(({ tensors }) => tensors)
    .map(({ name, shape }) => `${name} ${showShape(shape)}`)
    .join(" and ") || "scale and shift";
