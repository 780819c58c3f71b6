/** Weights of a file, by the layer they belong to. */
import type { Shape } from "../../shape.ts";
import { Unsupported } from "../problems.ts";

export interface StoredTensor {
  /** As the file calls it, the last part without numbers that only keep names apart. */
  readonly name: string;
  readonly shape: Shape;
  /** @throws NablaError where the file is cut, or holds no numbers */
  data(): Float32Array;
}

/** Where a layer stands. */
export interface Spot {
  /** Names of the models around it, and its own. */
  readonly names: readonly string[];
  /** Of a layer within it, the name. */
  readonly within?: string;
  /** Where Keras 3 keeps its weights. */
  readonly path: string;
}

export interface Store {
  /** All of a layer's, in the order of the file. */
  of(spot: Spot): readonly StoredTensor[];
}

/** dense/kernel:0 → kernel */
export const lastPart = (name: string): string =>
  name.slice(name.lastIndexOf("/") + 1).replace(/(?::\d+)$/, "");

/**
 * Those of these names, in their order: by name, or, where the file calls them otherwise, by their places.
 *
 * @throws Unsupported where there are others
 */
export function taken(found: readonly StoredTensor[], names: readonly string[]): StoredTensor[] {
  if (names.length === 0) return [];
  const named = names.map((name) =>
    found.filter((tensor) => tensor.name === name || tensor.name.replace(/_\d+$/, "") === name),
  );
  if (named.every(({ length }) => length === 1)) return named.map(([tensor]) => tensor!);
  // those that are known by name stand where they belong, so the others do as well
  const placed = named.every((some, i) => some.length === 0 || some.includes(found[i]!));
  if (found.length === names.length && placed) return [...found];
  const there = found.map(({ name, shape }) => `${name} [${shape.join(", ")}]`).join(", ");
  throw new Unsupported(
    `its weights are not in the file: expected ${names.join(", ")}, got ${there || "none"}`,
  );
}

/** A list of named tensors in which parts of a name say where they belong: "model/dense_1/kernel:0". */
export class NamedStore implements Store {
  private readonly byPart = new Map<string, number[]>();

  constructor(private readonly tensors: readonly (StoredTensor & { readonly path: string })[]) {
    tensors.forEach(({ path }, i) => {
      for (const part of new Set(path.split("/").slice(0, -1))) {
        const places = this.byPart.get(part);
        if (places) places.push(i);
        else this.byPart.set(part, [i]);
      }
    });
  }

  of({ names, within }: Spot): readonly StoredTensor[] {
    let found = this.byPart.get(names[names.length - 1]!) ?? [];
    const narrow = (name: string) => {
      const own = new Set(this.byPart.get(name));
      const both = found.filter((i) => own.has(i));
      if (both.length > 0) found = both;
    };
    // the models around it tell those of one name apart
    for (const name of names.slice(0, -1).reverse()) narrow(name);
    if (within !== undefined) narrow(within);
    return found.map((i) => this.tensors[i]!);
  }
}
