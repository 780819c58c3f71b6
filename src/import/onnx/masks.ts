/** Which steps of a layer's values are padding: by the layers that say so, and those that pass it on. Twin of beginMask() in src/plan/masks.ts. */
import { Unsupported } from "../problems.ts";
import { MASKING, MEAN } from "./masked.ts";
import type { Handlers, Op } from "./op.ts";
import { along, type Value } from "./value.ts";

export { patterns } from "./masked.ts";

/** What the file calls the mask that stands beside a layer's values here. */
export function maskBeside({ at }: Pick<Op, "at">, layer: string): string | undefined {
  const { masks, building } = at;
  if (masks.size === 0) return undefined;
  for (const [name, { inputs, shape }] of building.layers) {
    if (masks.has(name)) continue;
    const [first] = inputs.flatMap((input) => masks.get(input) ?? []);
    masks.set(name, shape.length > 1 && shape[0] === first?.steps ? first : undefined);
  }
  return masks.get(layer)?.name;
}

/** @throws Unsupported where layers here would take other steps for padding than the file does */
export function checkMasks(given: Iterable<string | undefined>, wanted: Iterable<string>): void {
  const own = [...new Set(given)].filter((name) => name !== undefined);
  const all = [...new Set(wanted)].filter((name) => name !== "");
  if (own.length === all.length && own.every((name) => all.includes(name))) return;
  throw new Unsupported(
    "it takes other steps for padding than what it is given says; layers here leave out what masking() or maskZero before them says",
  );
}

/** The mask that a node says, begun behind a layer. */
export function beginMask(op: Op, layer: string, steps: number): void {
  const name = op.text("mask");
  if (name !== "") op.at.masks.set(layer, { name, steps });
}

/** A sequence as layers here have it. */
function sequence(op: Op): Value {
  const value = op.value();
  if (value.axes.length !== 3) throw new Unsupported("its input is no sequence [batch, steps, values]");
  return op.at.arrange(value, [along(value, 1), along(value, 2)]);
}

export const handlers: Handlers = {
  [MASKING](op) {
    const made = op.at.unary(sequence(op), "masking", { maskValue: op.known(1).data[0]! });
    beginMask(op, made.layer, op.at.building.layers.get(made.layer)!.shape[0]!);
    return made;
  },
  [MEAN](op) {
    const value = sequence(op);
    checkMasks([maskBeside(op, value.layer)], [op.text("mask")]);
    const { layer } = op.at.unary(value, "globalAveragePooling1d");
    const { axes, held } = value;
    return { kind: "value", layer, axes: [axes[0]!, axes[2]!], held: [held[1]!] };
  },
};
