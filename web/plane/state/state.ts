/** Everything a link says about the Plane view: the data, the net, how it is trained. Plain JSON. */
import { linksText } from "../../text/links.ts";
import { fill } from "../../text/words.ts";
import {
  choiceField,
  type Field,
  flagField,
  initialOf,
  listField,
  numberField,
  read,
  write,
} from "../../ui/codec.ts";
import { changesField, hasWeight } from "./changes.ts";
import {
  ACTIVATIONS,
  type ActivationName,
  CLASSES,
  DATA,
  type DataName,
  FEATURES,
  type FeatureName,
  FULL_BATCH,
  INITIALIZERS,
  isCurve,
  isField,
  isPainted,
  isRegression,
  isSingle,
  LOSSES,
  MAX_LAYERS,
  MAX_UNITS,
  OF_X,
  OPTIMIZERS,
  PARTS,
  type PartName,
  PLAIN,
  RACERS,
  SCHEDULES,
} from "./choices.ts";
import type { PlaneState } from "./planeState.ts";
import { type Point, pointsField } from "./points.ts";

const rate = (initial: number) => numberField(initial, 0.000001, 10);

const settings: { [K in Exclude<keyof PlaneState, "changes">]: Field<PlaneState[K]> } = {
  data: choiceField("moons", DATA),
  classes: numberField(2, 1, 6, true),
  samples: numberField(400, 10, 2000, true),
  noise: numberField(20, 0, 100),
  test: numberField(30, 0, 90),
  seed: numberField(1, 0, 4294967295, true),
  points: pointsField,
  features: listField(["x", "y"], choiceField<FeatureName>("x", FEATURES), {
    min: 1,
    max: FEATURES.length,
    distinct: true,
  }),
  net: listField([6, 4], numberField(1, 1, MAX_UNITS, true), { min: 0, max: MAX_LAYERS }),
  activation: choiceField("tanh", ACTIVATIONS),
  activations: listField([], choiceField<ActivationName>("tanh", ACTIVATIONS), { min: 0, max: MAX_LAYERS }),
  init: choiceField(PLAIN, INITIALIZERS),
  loss: choiceField("categoricalCrossentropy", LOSSES),
  optimizer: choiceField("adam", OPTIMIZERS),
  rate: rate(0.01),
  momentum: numberField(0.9, 0, 0.999),
  schedule: choiceField("constant", SCHEDULES),
  l1: numberField(0, 0, 1),
  l2: numberField(0, 0, 1),
  dropout: numberField(0, 0, 0.9),
  batch: numberField(16, 1, FULL_BATCH, true),
  race: flagField,
  rates: listField([0.03, 0.03, 0.03, 0.01], rate(0.03), { min: RACERS.length, max: RACERS.length }),
  converge: flagField,
  hide: listField([], choiceField<PartName>("data", PARTS), { min: 0, max: PARTS.length, distinct: true }),
  lock: flagField,
  ravine: listField([0.01, 0.3, 0.9, 0, 0], numberField(0, -10, 10), { min: 5, max: 5 }),
};

/** What is no part of a training: it goes on as it is. */
const QUIET = ["converge", "hide", "lock", "ravine"] as const satisfies readonly (keyof PlaneState)[];
export const isQuiet = (patch: Partial<PlaneState>): boolean =>
  Object.keys(patch).every((key) => (QUIET as readonly string[]).includes(key));
const fields = { ...settings, changes: changesField(settings) };

export const INITIAL: PlaneState = initialOf(fields);

/** The same training, and nothing beside it. */
export const withoutQuiet = (state: PlaneState): PlaneState => {
  const { converge, hide, lock, ravine }: Pick<PlaneState, (typeof QUIET)[number]> = INITIAL;
  return { ...state, converge, hide, lock, ravine };
};

export const toQuery = (state: PlaneState): string => write(fields, state);

/** The state of a link's query. Never fails: impossible values are replaced, and `notices` name them. */
export function fromQuery(query: string): { state: PlaneState; notices: string[] } {
  const { state, notices } = read<PlaneState>(fields, query);
  const fitted = fit(state);
  if (fitted.classes !== state.classes && new URLSearchParams(query).has("classes")) {
    const [least, most] = CLASSES[state.data];
    const ends = { least: String(least), most: String(most) };
    const range = least === most ? ends.least : fill(linksText.range, ends);
    const words = { wanted: String(state.classes), data: state.data, range, used: String(fitted.classes) };
    notices.push(fill(linksText.classes, words));
  }
  for (const key of ["loss", "net", "features"] as const) {
    const [wanted, used] = [state, fitted].map((each) => (fields[key] as Field<unknown>).write(each[key]));
    // the order of features means nothing
    if (new URLSearchParams(query).has(key) && !sameParts(wanted, used))
      notices.push(fill(linksText.unfit, { key, wanted, used }));
  }
  const changes = fitted.changes.filter(
    ({ weight }) => !weight || hasWeight(fitted, outputsOf(fitted), weight),
  );
  if (changes.length < fitted.changes.length) notices.push(linksText.weights);
  return { state: { ...fitted, changes }, notices };
}

const sameParts = (a: string, b: string): boolean =>
  a.split(",").sort().join() === b.split(",").sort().join();

/** Units of the output layer. */
export const outputsOf = ({ loss, classes }: Pick<PlaneState, "loss" | "classes">): number =>
  isSingle(loss) ? 1 : classes;

/**
 * The same state with values that fit each other: a curve has one output, which is a number; one output tells two classes apart; the
 * perceptron's rule is for one layer.
 */
export function fit(state: PlaneState): PlaneState {
  const { data } = state;
  const curve = isCurve(data);
  const regression = isRegression(data);
  const points = isPainted(data) ? state.points.map((point) => pointFor(data, point)) : state.points;
  const [least, most] = CLASSES[data];
  const needed = data === "painted" ? Math.max(0, ...points.map(({ label }) => label)) + 1 : 0;
  const unfit = regression
    ? state.loss !== "meanSquaredError"
    : isSingle(state.loss) && (needed > 2 || least > 2);
  const loss = unfit ? (regression ? "meanSquaredError" : INITIAL.loss) : state.loss;
  const classes = isSingle(loss) ? 2 : Math.min(most, Math.max(least, needed, state.classes));
  const allowed = curve ? OF_X : FEATURES.map(({ value }) => value);
  const features = FEATURES.map(({ value }) => value).filter(
    (name) => state.features.includes(name) && allowed.includes(name),
  );
  const net = loss === "perceptron" ? [] : state.net;
  return {
    ...state,
    classes,
    loss,
    features: features.length > 0 ? features : ["x"],
    net,
    activations: ofLayers(state, net),
    points,
  };
}

/** A painted point as a set of this kind has them: a class is below or above zero where values are asked for. */
function pointFor(data: DataName, point: Point): Point {
  const { x, y, label, value } = point;
  if (isField(data)) return value === undefined ? { x, y, label: 0, value: label === 0 ? -1 : 1 } : point;
  if (isCurve(data)) return value === undefined && label === 0 ? point : { x, y, label: 0 };
  return value === undefined ? point : { x, y, label: value < 0 ? 0 : 1 };
}

/** One for each hidden layer, or none where all are alike. */
function ofLayers(
  { activation, activations }: PlaneState,
  net: readonly number[],
): readonly ActivationName[] {
  if (activations.length === 0) return activations;
  const all = net.map((_, i) => activations[i] ?? activation);
  return all.every((own) => own === activation) ? [] : all;
}

/** The activation of a hidden layer. */
export const activationOf = (
  { activation, activations }: Pick<PlaneState, "activation" | "activations">,
  layer: number,
): ActivationName => activations[layer] ?? activation;

/** What another set needs to be changed beside it: from classes to a curve or to values, and back. */
export function choosing(data: DataName, { data: before }: PlaneState): Partial<PlaneState> {
  const kind = (name: DataName): boolean[] => [isCurve(name), isField(name)];
  if (String(kind(data)) === String(kind(before))) return { data };
  return {
    data,
    loss: isRegression(data) ? "meanSquaredError" : INITIAL.loss,
    features: isCurve(data) ? ["x"] : INITIAL.features,
  };
}
