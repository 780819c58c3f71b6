/** Everything a link says about the Plane view: the data, the net, how it is trained. Plain JSON. */

import {
  choiceField,
  type Field,
  flagField,
  initialOf,
  listField,
  numberField,
  read,
  write,
} from "../ui/codec.ts";
import {
  ACTIVATIONS,
  type ActivationName,
  CLASSES,
  DATA,
  type DataName,
  FEATURES,
  type FeatureName,
  INITIALIZERS,
  type InitializerName,
  LOSSES,
  type LossName,
  MAX_LAYERS,
  MAX_UNITS,
  OPTIMIZERS,
  type OptimizerName,
  PLAIN,
  RACERS,
  SCHEDULES,
  type ScheduleName,
} from "./choices.ts";
import { type Point, pointsField } from "./points.ts";

export interface PlaneState {
  readonly data: DataName;
  readonly classes: number;
  /** Points in all, training and test. */
  readonly samples: number;
  /** 0 to 100; what that is in the plane depends on the set. */
  readonly noise: number;
  /** Share of the points that are kept for testing, in percent. */
  readonly test: number;
  readonly seed: number;
  readonly points: readonly Point[];
  readonly features: readonly FeatureName[];
  /** Units of each hidden layer. */
  readonly net: readonly number[];
  readonly activation: ActivationName;
  readonly init: InitializerName;
  readonly loss: LossName;
  readonly optimizer: OptimizerName;
  readonly rate: number;
  readonly schedule: ScheduleName;
  readonly l1: number;
  readonly l2: number;
  readonly dropout: number;
  readonly batch: number;
  /** Whether RACERS run side by side instead of `optimizer`. */
  readonly race: boolean;
  /** Their learning rates. */
  readonly rates: readonly number[];
}

const rate = (initial: number) => numberField(initial, 0.000001, 10);

const fields: { [K in keyof PlaneState]: Field<PlaneState[K]> } = {
  data: choiceField("moons", DATA),
  classes: numberField(2, 2, 6, true),
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
  init: choiceField(PLAIN, INITIALIZERS),
  loss: choiceField("categoricalCrossentropy", LOSSES),
  optimizer: choiceField("adam", OPTIMIZERS),
  rate: rate(0.01),
  schedule: choiceField("constant", SCHEDULES),
  l1: numberField(0, 0, 1),
  l2: numberField(0, 0, 1),
  dropout: numberField(0, 0, 0.9),
  batch: numberField(16, 1, 2000, true),
  race: flagField,
  rates: listField([0.03, 0.03, 0.03, 0.01], rate(0.03), { min: RACERS.length, max: RACERS.length }),
};

export const INITIAL: PlaneState = initialOf(fields);

export const toQuery = (state: PlaneState): string => write(fields, state);

/** The state of a link's query. Never fails: impossible values are replaced, and `notices` name them. */
export function fromQuery(query: string): { state: PlaneState; notices: string[] } {
  const { state, notices } = read<PlaneState>(fields, query);
  const fitted = fit(state);
  if (fitted.classes !== state.classes && new URLSearchParams(query).has("classes")) {
    const [least, most] = CLASSES[state.data];
    const range = least === most ? `${least}` : `${least} to ${most}`;
    notices.push(
      `The link sets classes to ${state.classes}; ${state.data} has ${range}. ${fitted.classes} is used.`,
    );
  }
  return { state: fitted, notices };
}

/** The same state with values that fit each other. */
export function fit(state: PlaneState): PlaneState {
  const [least, most] = CLASSES[state.data];
  const needed = state.data === "painted" ? Math.max(0, ...state.points.map(({ label }) => label)) + 1 : 0;
  const classes = Math.min(most, Math.max(least, needed, state.classes));
  const features = FEATURES.map(({ value }) => value).filter((name) => state.features.includes(name));
  return { ...state, classes, features };
}
