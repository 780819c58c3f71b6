/** A node as the code of operators sees it. */
import type { OnnxAttribute, OnnxNode, OnnxTensor } from "../../interop/onnx.ts";
import { Unsupported } from "../problems.ts";
import { asValue } from "./affine.ts";
import type { Importing } from "./importing.ts";
import { type Constant, dimsOf, type Term, type Value } from "./value.ts";

export class Op {
  private readonly attributes: ReadonlyMap<string, OnnxAttribute>;

  constructor(
    readonly at: Importing,
    readonly node: OnnxNode,
    /** Its inputs; undefined where one is left out. */
    readonly inputs: readonly (Term | undefined)[],
    /** The version of the operators. */
    readonly opset: number,
  ) {
    this.attributes = new Map(node.attributes.map((attribute) => [attribute.name ?? "", attribute]));
  }

  has(name: string): boolean {
    return this.attributes.has(name);
  }
  int(name: string, fallback = 0): number {
    const one = this.attributes.get(name);
    return one ? (one.i ?? 0) : fallback;
  }
  float(name: string, fallback = 0): number {
    const one = this.attributes.get(name);
    return one ? (one.f ?? 0) : fallback;
  }
  text(name: string, fallback = ""): string {
    return this.attributes.get(name)?.s || fallback;
  }
  texts(name: string): readonly string[] {
    return this.attributes.get(name)?.strings ?? [];
  }
  ints(name: string): number[] | undefined {
    const one = this.attributes.get(name);
    return one && Array.from(one.ints ?? []);
  }
  floats(name: string): number[] | undefined {
    const one = this.attributes.get(name);
    return one && Array.from(one.floats ?? []);
  }
  tensor(name: string): OnnxTensor | undefined {
    return this.attributes.get(name)?.t;
  }

  /** An input that depends on the model's; a constant becomes one. */
  value(i = 0): Value {
    const term = this.inputs[i];
    if (term?.kind === "value") return term;
    const other = this.inputs.find((each): each is Value => each?.kind === "value");
    if (!term || !other) throw new Unsupported(`its input ${i + 1} is missing`);
    return asValue(this.at, other, term);
  }

  /** An input of either kind. */
  term(i: number): Term {
    const term = this.inputs[i];
    if (!term) throw new Unsupported(`its input ${i + 1} is missing`);
    return term;
  }

  /** An input that is known, if it is there. */
  maybe(i: number, what = `its input ${i + 1}`): Constant | undefined {
    const term = this.inputs[i];
    if (term?.kind === "value")
      throw new Unsupported(
        `${what} depends on the model's input, where layers here have weights; if it is a weight, export it as an initializer, or give its values as { constants }`,
      );
    return term;
  }
  known(i: number, what?: string): Constant {
    const term = this.maybe(i, what);
    if (!term) throw new Unsupported(`${what ?? `its input ${i + 1}`} is missing`);
    return term;
  }

  /** Numbers that are an attribute in old versions and an input in new ones. */
  numbers(name: string, i: number): number[] | undefined {
    const known = this.maybe(i);
    return known ? Array.from(known.data) : this.ints(name);
  }

  /** Whether something needs this output. */
  asksFor(output: number): boolean {
    return this.at.uses.has(this.node.outputs[output] || "");
  }

  get dims(): number[] {
    return dimsOf(this.value());
  }

  /** @throws Unsupported for an attribute that has another value than layers here know */
  only(name: string, wanted: number, why: string): void {
    const got = this.int(name, wanted);
    if (got !== wanted) throw new Unsupported(`${name} ${got}: ${why}`);
  }
}

export type Handler = (op: Op) => Term | readonly (Term | undefined)[];
/** What operators become, by their names. */
export type Handlers = Readonly<Record<string, Handler>>;
