/** What predict() returns: numbers, and what they say. */
import { type ActivationName, activations } from "../activations/table.ts";
import { demand } from "../fields/expected.ts";
import { predictedClass } from "../metrics/metric.ts";
import type { InferenceNetwork } from "./inference.ts";

/** What is known of an output besides its numbers. */
export interface About {
  /** Names of the classes, in their order. */
  readonly classes?: readonly string[];
  /** Above it a single output says class 1. Default ½. */
  readonly threshold?: number;
  /** Whether they are probabilities. Default: where they are numbers from 0 to 1. */
  readonly probabilities?: boolean;
}

/** The threshold that was chosen for a model's only output: see chooseThreshold(). */
export const chosen = ({ extra }: InferenceNetwork["about"]["metadata"]): number | undefined =>
  (extra?.decision as { readonly threshold: number } | undefined)?.threshold;

/** What is known of a network's outputs. @param threshold of a single output, where none was chosen: by its number and the activation it comes from */
export const aboutOf =
  (network: InferenceNetwork, threshold: (k: number, after: ActivationName) => number | undefined) =>
  (k: number): About => {
    const after = network.activations[k];
    const { metadata } = network.about;
    return {
      classes: metadata.classes,
      threshold: chosen(metadata) ?? threshold(k, after),
      probabilities: activations[after].probabilities ?? false,
    };
  };

/** A class, by its name where the model knows that, else by its number; and what the model gives it. */
export interface Ranked {
  readonly class: string | number;
  readonly probability: number;
}

/** `outputs[0]` is `outputs.row(0)`: asked only for what an object does not have itself. */
class Indexed {}
Object.setPrototypeOf(
  Indexed.prototype,
  /* @__PURE__ */ new Proxy(
    {},
    {
      get: (target, key, self) =>
        typeof key === "string" && +key >= 0 && +key < self.length
          ? self.row(+key)
          : Reflect.get(target, key, self),
    },
  ),
);

/** Plain values with their shape, nothing to dispose. Iterating gives the rows. */
export class Outputs extends Indexed {
  /** One row's outputs: a view. */
  readonly [row: number]: Float32Array;
  // declared here, so that they are there before they are set: what is not is looked for in the prototype above, by its trap
  /** Row-major. */
  readonly data: Float32Array;
  /** [rows, ...output shape] */
  readonly shape: readonly number[];
  // what is printed and compared is data and shape
  readonly #about: About;

  /**
   * @param data row-major
   * @param shape [rows, ...output shape]
   */
  constructor(data: Float32Array, shape: readonly number[], about: About = {}) {
    super();
    this.data = data;
    this.shape = shape;
    this.#about = about;
  }

  get length(): number {
    return this.shape[0];
  }

  /** One row's outputs: a view. */
  row(index: number): Float32Array {
    const width = this.data.length / this.shape[0];
    return this.data.subarray(index * width, (index + 1) * width);
  }

  /** Row after row: `for (const row of outputs)`. */
  *[Symbol.iterator](): IterableIterator<Float32Array> {
    for (let r = 0; r < this.length; r++) yield this.row(r);
  }

  /** Rows as plain arrays. */
  toArray(): number[][] {
    return Array.from(this, (row) => [...row]);
  }

  /**
   * The number of the largest value along the last axis, the first of equals: of each row; of outputs [h, w, c], of each pixel in turn. A
   * single output says class 1 above the threshold, else class 0.
   * @param threshold of a single output. Default: that of the model's loss, ½ for probabilities and 0 for logits and margins
   */
  argMax(threshold = this.#about.threshold ?? 0.5): Int32Array {
    const { data, shape } = this;
    const classes = shape[shape.length - 1];
    demand(Number.isFinite(threshold), "argMax", "a number", threshold);
    return Int32Array.from({ length: data.length / classes }, (_, place) =>
      predictedClass(data, place * classes, classes, threshold),
    );
  }

  /** The same by the names of the classes; numbers, where the model knows no names. @param threshold as for argMax() */
  classes(threshold?: number): (string | number)[] {
    return Array.from(this.argMax(threshold), (c) => this.#about.classes?.[c] ?? c);
  }

  /** Of each row the most probable classes, the first first. @param count how many. Default 3 */
  top(count = 3): Ranked[][] {
    demand(Number.isFinite(count), "top", "a number", count);
    return this.#ranked().map((row) => row.sort((a, b) => b.probability - a.probability).slice(0, count));
  }

  /** Of each row what each class is given, by its name: { cat: 0.9, dog: 0.1 }. A single output tells two classes apart. */
  probabilities(): Record<string, number>[] {
    return this.#ranked().map((row) => Object.fromEntries(row.map((each) => [each.class, each.probability])));
  }

  /** In the order of the classes. @throws NablaError where they are no probabilities */
  #ranked(): Ranked[][] {
    const { data, shape } = this;
    const about = this.#about;
    const classes = shape[shape.length - 1];
    return Array.from({ length: data.length / classes }, (_, place) => {
      const row = [...data.subarray(place * classes, (place + 1) * classes)];
      return (classes === 1 ? [1 - row[0], row[0]] : row).map((probability, c) => {
        demand(
          about.probabilities ?? (probability >= 0 && probability <= 1),
          "outputs",
          "probabilities, as softmax and sigmoid give them",
          probability,
        );
        return { class: about.classes?.[c] ?? c, probability };
      });
    });
  }
}
