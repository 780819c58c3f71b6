/** Layers of sequences that walk no steps: tables, and what begins masks and ends them. */
import { counted, wide } from "./masks.ts";
import { SPATIAL } from "./spatial.ts";
import { plain, type Writer } from "./writing.ts";

const embedding: Writer = (at, [x], place) => {
  const { shape, data } = place.weight("embeddings");
  const given = at.plain(x!);
  const numbers = at.node("Cast", [given], { to: 7 }, `${place.name}_numbers`);
  const table = at.weight(`${place.name}.embeddings`, shape, data);
  const value = plain(at.node("Gather", [table, numbers], {}, place.name), place.outputShape);
  if (!(place.config as unknown as { maskZero: boolean }).maskZero) return { ...value, mask: x!.mask };
  const zero = at.node("Equal", [numbers, at.constant(0, true)], {}, `${place.name}_zero`);
  const is = at.node("Not", [zero], {}, `${place.name}_is`);
  return { ...value, mask: at.node("Cast", [is], { to: 1 }, `${place.name}_mask`) };
};

const masking: Writer = (at, [x], place) => {
  const { maskValue } = place.config as unknown as { maskValue: number };
  const given = at.plain(x!);
  const equal = at.node("Equal", [given, at.constant(maskValue)], {}, `${place.name}_equal`);
  const same = at.node("Cast", [equal], { to: 1 }, `${place.name}_same`);
  const all = at.node("ReduceMin", [same], { axes: [2], keepdims: 0 }, `${place.name}_all`);
  const mask = at.node("Sub", [at.constant(1), all], {}, `${place.name}_mask`);
  const name = at.node("Mul", [given, wide(at, mask, [2])], {}, place.name);
  return { ...plain(name, x!.shape), mask };
};

/** The mean of steps that are no padding; zeros where all are. */
const average: Writer = (at, [x], place) => {
  const { mask } = x!;
  if (mask === undefined) return SPATIAL.globalAveragePooling1d(at, [x!], place);
  const kept = at.node("Mul", [at.plain(x!), wide(at, mask, [2])], {}, `${place.name}_kept`);
  const sum = at.node("ReduceSum", [kept, at.constant([1], true)], { keepdims: 0 }, `${place.name}_sum`);
  const some = at.node("Max", [counted(at, mask), at.constant(1)], {}, `${place.name}_some`);
  const each = at.node("Unsqueeze", [some, at.constant([1], true)], {}, `${place.name}_steps`);
  return plain(at.node("Div", [sum, each], {}, place.name), place.outputShape);
};

const repeatVector: Writer = (at, [x], place) => {
  const { n } = place.config as unknown as { n: number };
  const step = at.node("Unsqueeze", [x!.name, at.constant([1], true)], {}, `${place.name}_step`);
  return plain(at.node("Tile", [step, at.constant([1, n, 1], true)], {}, place.name), place.outputShape);
};

/** A table that is added: its first steps. */
const positionalEmbedding: Writer = (at, [x], place) => {
  const { data } = place.weight("embeddings");
  const [steps, features] = x!.shape as [number, number];
  const table = at.weight(`${place.name}.embeddings`, [steps, features], data.slice(0, steps * features));
  return plain(at.node("Add", [at.plain(x!), table], {}, place.name), x!.shape);
};

export const SEQUENCES = {
  embedding,
  masking,
  globalAveragePooling1d: average,
  repeatVector,
  positionalEmbedding,
} satisfies Record<string, Writer>;
