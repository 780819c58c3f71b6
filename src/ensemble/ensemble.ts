/** Several classifiers that vote. */

import { type ActivationName, activations } from "../activations/table.ts";
import type { ArrayLike2 } from "../data/arrays.ts";
import type { ArraysTogether } from "../data/both.ts";
import { buffersFor, type Dataset, range, readNow } from "../data/dataset.ts";
import { NablaError } from "../errors.ts";
import { demand } from "../fields/expected.ts";
import { list, show, string } from "../fields/fields.ts";
import { checkGiven } from "../fields/programs.ts";
import { exp } from "../math/elementary.ts";
import { ConfusionMatrix } from "../metrics/confusion.ts";
import { predictedClass, trueClass } from "../metrics/metric.ts";
import { internalsOf } from "../model/internals.ts";
import type { Model } from "../model/model.ts";
import { thresholdOf } from "../network/decision.ts";
import { batchSizeOf, Outputs, predictBatches, ROWS_AT_ONCE, type Rows, rowsOf } from "../network/predict.ts";
import type { Loss } from "../plan/loss.ts";
import { showShape, sizeOf } from "../shape.ts";
import { isDataset } from "../training/arguments.ts";
import { pauser } from "../training/pause.ts";
import { evaluated } from "./evaluated.ts";

export type Voting = "soft" | "hard";

/** How the models of an ensemble vote. */
export interface EnsembleOptions {
  /**
   * "soft" (the default): the class with the largest mean probability. "hard": the class most models name; of classes with
   * equally many votes the one with the larger mean probability.
   */
  voting?: Voting;
  /** What errors call the models. Default "model 1", "model 2", … */
  names?: readonly string[];
}

/** What Ensemble.evaluate() returns. */
export interface EnsembleScores {
  /** Share of rows that the vote gets right. */
  accuracy: number;
  /** The same for each model alone, in their order. */
  models: number[];
  /** True against voted classes. */
  confusion: ConfusionMatrix;
}

/** What predict() of an ensemble returns: [rows, classes], mean probabilities (soft) or shares of the votes (hard). */
export class Votes extends Outputs {
  constructor(
    data: Float32Array,
    shape: readonly number[],
    private readonly winners: Int32Array,
  ) {
    super(data, shape);
  }

  /** The class voted for, row by row; ties are settled. */
  override argMax(): Int32Array {
    return this.winners.slice();
  }
}

/** One of the voters. */
interface Member {
  readonly model: Model;
  readonly units: number;
  /** The threshold of a single output between class 0 and class 1. */
  readonly threshold: number;
  /** How outputs become probabilities; undefined if they do not, like margins. */
  readonly outputs: "probabilities" | "softmax logits" | "sigmoid logits" | undefined;
}

/** What bytes are multiplied by, where the data set says it: else each model does. */
const scaleOf = ({ inputScale, scaleUnsaid }: Dataset): number | undefined =>
  scaleUnsaid ? undefined : inputScale;

/** Several models that answer as one; made by ensemble(). */
export class Ensemble {
  readonly voting: Voting;
  readonly inputShape: readonly number[];
  /** Number of classes; a single output tells two apart. */
  readonly classes: number;
  private readonly members: readonly Member[];

  /** @see ensemble */
  constructor(
    readonly models: readonly Model[],
    options: EnsembleOptions = {},
  ) {
    checkGiven("ensemble", options, { names: list(string()) }, ["voting"]);
    const { voting = "soft", names } = options;
    if (voting !== "soft" && voting !== "hard")
      throw new NablaError(`ensemble: voting: expected "soft" or "hard", got ${show(voting)}`);
    demand(Array.isArray(models), "ensemble", "a list of models", models);
    demand(names === undefined || Array.isArray(names), "ensemble: names", "a list of names", names);
    if (models.length === 0) throw new NablaError("ensemble: expected at least one model, got none");
    this.voting = voting;
    this.members = models.map(memberOf);
    const [first] = this.members;
    this.inputShape = first.model.inputShape;
    this.classes = classesOf(first);
    for (const [i, member] of this.members.entries()) {
      const name = (m: number) => names?.[m] ?? `model ${m + 1}`;
      const problem = manySteps(member) ?? quantities(member) ?? difference(first, member, name(0));
      if (problem) throw new NablaError(`ensemble: ${name(i)} ${problem}`);
      if (voting === "soft" && !member.outputs) {
        throw new NablaError(
          `ensemble: ${name(i)} ends in "${activationOf(member.model)}", whose outputs are not probabilities to average; use voting: "hard"`,
        );
      }
    }
  }

  /** The votes on rows of input, which are what Model.predict() takes. */
  predict(x: ArrayLike2 | Dataset, options: { batchSize?: number } = {}): Votes {
    const batchSize = batchSizeOf("predict", options);
    if (!isDataset(x)) return this.vote(rowsOf(x, this.inputShape), batchSize).votes;
    this.checkInputs(x);
    const { x: data, y } = buffersFor(x, x.length);
    if (!readNow(x, range(x.length), data, y))
      throw new NablaError(`predict: ${x.name} reads asynchronously; use evaluate(), or arrays`);
    return this.vote({ data, rows: x.length, scale: scaleOf(x) }, batchSize).votes;
  }

  /**
   * Accuracy on data, of the vote and of each model, and the confusion matrix. There is no loss: models may have been trained
   * with different ones.
   */
  async evaluate(x: Dataset | ArrayLike2 | ArraysTogether, y?: ArrayLike2): Promise<EnsembleScores> {
    const dataset = evaluated(x, y);
    this.checkInputs(dataset);
    const confusion = new ConfusionMatrix(this.classes);
    const right = this.members.map(() => 0);
    const pause = pauser();
    const size = ROWS_AT_ONCE;
    const buffers = buffersFor(dataset, size);
    for (let from = 0; from < dataset.length; from += size) {
      const rows = Math.min(size, dataset.length - from);
      await dataset.read(range(rows, from), buffers.x, buffers.y);
      const data = buffers.x.subarray(0, rows * sizeOf(dataset.inputShape));
      const { votes, each } = this.vote({ data, rows, scale: scaleOf(dataset) }, size, from);
      const winners = votes.argMax();
      for (let r = 0; r < rows; r++) {
        const truth = this.truth(dataset, buffers.y, r, from);
        confusion.counts[truth][winners[r]]++;
        for (const [m, said] of each.entries()) right[m] += Number(said[r] === truth);
      }
      const turn = pause();
      if (turn) await turn;
    }
    return { accuracy: confusion.accuracy, models: right.map((n) => n / dataset.length), confusion };
  }

  private truth({ name, target }: Dataset, y: Int32Array | Float32Array, row: number, from: number): number {
    if (target.kind === "class") {
      if (y[row] >= 0 && y[row] < this.classes) return y[row];
      throw new NablaError(
        `${name}: row ${from + row}: expected a label from 0 to ${this.classes - 1}, got ${y[row]}`,
      );
    }
    const labels = lossOf(this.models[0])?.labels ?? { on: 1, off: 0 };
    const one = { rows: 1, units: target.size, stride: target.size, threshold: 0, outputs: NONE, ...labels };
    return trueClass({ ...one, values: y as Float32Array }, row);
  }

  private checkInputs({ name, inputShape, target }: Dataset): void {
    if (sizeOf(inputShape) !== sizeOf(this.inputShape))
      throw new NablaError(
        `ensemble: expected rows of shape ${showShape(this.inputShape)}, got ${showShape(inputShape)} from ${name}`,
      );
    const has = target.kind === "class" ? target.classes : target.size;
    const fits =
      target.kind === "class"
        ? has <= this.classes
        : has === this.classes || (has === 1 && this.classes === 2);
    if (!fits)
      throw new NablaError(`ensemble: the models tell ${this.classes} classes apart, ${name} has ${has}`);
  }

  /** The votes on some rows, and what each model predicts alone. */
  private vote(rows: Rows, batchSize: number, first = 0): { votes: Votes; each: Int32Array[] } {
    const { classes, members } = this;
    const n = rows.rows;
    const probabilities = new Float64Array(n * classes);
    const named = new Float64Array(n * classes);
    const each = members.map((member) => {
      const [{ data }] = predictBatches(internalsOf(member.model).built, [rows], batchSize, undefined, first);
      const said = new Int32Array(n);
      for (let r = 0; r < n; r++) {
        said[r] = predictedClass(data, r * member.units, member.units, member.threshold);
        named[r * classes + said[r]]++;
        addProbabilities(probabilities, r * classes, data, r * member.units, member);
      }
      return said;
    });
    const winners = new Int32Array(n);
    for (let r = 0; r < n; r++) {
      const at = r * classes;
      let best = 0;
      for (let c = 1; c < classes; c++) {
        const more = this.voting === "hard" ? named[at + c] - named[at + best] : 0;
        if (more > 0 || (more === 0 && probabilities[at + c] > probabilities[at + best])) best = c;
      }
      winners[r] = best;
    }
    const shares = Float32Array.from(
      this.voting === "hard" ? named : probabilities,
      (v) => v / members.length,
    );
    return { votes: new Votes(shares, [n, classes], winners), each };
  }
}

/**
 * Models that vote on classes: ensemble([a, b, c]).predict(x).argMax().
 *
 * A single output (two classes) counts as two. Logits are taken as the probabilities they stand for. The outputs of several sigmoids are
 * averaged as they are.
 *
 * @throws NablaError naming the model that differs, when inputs, classes, names of classes or scales of the inputs are not the
 *   same; a model that has targets for each step; and, with soft voting, a model whose outputs are not probabilities
 */
export function ensemble(models: readonly Model[], options?: EnsembleOptions): Ensemble {
  return new Ensemble(models, options);
}

const lossOf = (model: Model): Loss | undefined => internalsOf(model).state.compiled?.loss;
const activationOf = (model: Model): ActivationName => internalsOf(model).built.activations[0];
const NONE = new Float32Array(0);
const classesOf = ({ units }: Member): number => Math.max(2, units);

function memberOf(model: Model): Member {
  const after = activationOf(model);
  const loss = lossOf(model);
  const logits = after === "linear" ? (loss?.logits as "softmax" | "sigmoid" | undefined) : undefined;
  return {
    model,
    units: sizeOf(model.outputShape),
    threshold: loss ? thresholdOf(internalsOf(model).built, loss) : 0.5,
    outputs: activations[after].probabilities ? "probabilities" : logits && `${logits} logits`,
  };
}

/** What is wrong with a model that answers for each step. */
const manySteps = ({ model }: Member): string | undefined =>
  model.outputShape.length > 1
    ? `has targets for each step, outputs of shape ${showShape(model.outputShape)}; voting is for models that tell one class for a row`
    : undefined;

/** What is wrong with a model whose outputs are numbers to be read as they are. */
function quantities({ model }: Member): string | undefined {
  const loss = lossOf(model);
  if (loss?.classification || model.metadata.classes || activationOf(model) !== "linear") return undefined;
  return "predicts quantities; voting is for classes";
}

/** How a model differs from the first. */
function difference(first: Member, other: Member, name: string): string | undefined {
  const [a, b] = [first.model, other.model];
  if (sizeOf(a.inputShape) !== sizeOf(b.inputShape))
    return `takes inputs of shape ${showShape(b.inputShape)}, ${name} of ${showShape(a.inputShape)}; expected the same`;
  if (classesOf(first) !== classesOf(other))
    return `tells ${classesOf(other)} classes apart, ${name} ${classesOf(first)}; expected the same`;
  const names = [a, b].map(({ metadata }) => metadata.classes?.join(", "));
  if (names[0] !== undefined && names[1] !== undefined && names[0] !== names[1])
    return `knows the classes ${names[1]}, ${name} ${names[0]}; expected the same, in the same order`;
  const [scale, another] = [a, b].map(({ metadata }) => JSON.stringify(metadata.standardisation));
  if (scale !== another)
    return `was trained on inputs scaled differently from those of ${name}; train both on data standardised by the same rows`;
  return undefined;
}

/** Adds a row's probabilities to those of the other models, in double precision. */
function addProbabilities(
  to: Float64Array,
  at: number,
  data: Float32Array,
  from: number,
  member: Member,
): void {
  const { units, outputs } = member;
  if (!outputs) return;
  const sigmoid = (z: number) => (z < 0 ? exp(z) / (1 + exp(z)) : 1 / (1 + exp(-z)));
  const value = (c: number) => (outputs === "sigmoid logits" ? sigmoid(data[from + c]) : data[from + c]);
  if (units === 1) {
    to[at] += 1 - value(0);
    to[at + 1] += value(0);
    return;
  }
  if (outputs !== "softmax logits") {
    for (let c = 0; c < units; c++) to[at + c] += value(c);
    return;
  }
  const logits = data.subarray(from, from + units);
  const largest = Math.max(...logits);
  const powers = Array.from(logits, (z) => exp(z - largest));
  const sum = powers.reduce((a, b) => a + b, 0);
  for (let c = 0; c < units; c++) to[at + c] += powers[c] / sum;
}
