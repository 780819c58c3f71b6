/** A node as the code of operators sees it. */
import type { OnnxAttribute, OnnxNode } from "../../interop/onnx.ts";
import { Unsupported } from "../problems.ts";
import type { Importing } from "./importing.ts";
import { constantOf } from "./tensors.ts";
import { along, batchSteps, type Constant, dimsOf, lengthOf, type Term, type Value } from "./value.ts";

/** How windows lie along each axis of pixels. */
export interface Windows {
  readonly kernel: readonly number[];
  readonly strides: readonly number[];
  readonly dilations: readonly number[];
}

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

  /** A node that this one stands for. */
  of(node: OnnxNode, inputs: readonly (Term | undefined)[]): Op {
    return new Op(this.at, node, inputs, this.opset);
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
  tensor(name: string): Constant | undefined {
    const tensor = this.attributes.get(name)?.t;
    return tensor && constantOf(tensor);
  }

  /** An input that depends on the model's; a constant becomes one. */
  value(i = 0): Value {
    const term = this.inputs[i];
    if (term?.kind === "value") return term;
    const other = this.inputs.find((each): each is Value => each?.kind === "value");
    if (!term || !other) throw new Unsupported(`its input ${i + 1} is missing`);
    return this.at.asValue(other, term);
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

  /** [batch, channels, pixels…] as a layer holds it: steps, where some are joined with the batch, pixels, then channels. */
  pixels(): { value: Value; pixels: number[]; channels: number } {
    const given = this.value();
    const rank = given.axes.length;
    if (rank !== 3 && rank !== 4)
      throw new Unsupported(
        rank === 5
          ? "its input has three axes of pixels; layers here have one or two"
          : `its input has ${rank} axes, not [batch, channels, pixels]`,
      );
    const axes = given.axes.slice(1).map((_, i) => along(given, i + 1));
    const value = this.at.arrange(given, [...batchSteps(given), ...axes.slice(1), axes[0]!]);
    return { value, pixels: axes.slice(1).map(lengthOf), channels: lengthOf(axes[0]!) };
  }

  /** How windows lie. */
  windows(kernel: readonly number[]): Windows {
    const ones = kernel.map(() => 1);
    const strides = this.ints("strides") ?? ones;
    const dilations = this.ints("dilations") ?? ones;
    if (strides.length !== kernel.length || dilations.length !== kernel.length)
      throw new Unsupported(`strides and dilations do not fit a window of ${kernel.length} axes`);
    return { kernel, strides, dilations };
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
