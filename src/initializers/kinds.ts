/**
 * The initializers there are. Sources: Glorot & Bengio 2010, He et al. 2015, LeCun et al. 1998: variance 2/(in + out), 2/in and 1/in.
 */
import { number } from "../fields/fields.ts";
import { object } from "../fields/objects.ts";
import { type Distribution, fixed, gaussianOf, type InitializerKind, uniformOf } from "./kind.ts";

const none = () => object({});

export const zeros = { fields: none, distribution: () => fixed(0) } satisfies InitializerKind;
export const ones = { fields: none, distribution: () => fixed(1) } satisfies InitializerKind;
export const constant = {
  fields: () => object({ value: number({ default: 0 }) }),
  distribution: ({ value }: { value: number }): Distribution => fixed(value),
} satisfies InitializerKind;
export const gaussian = {
  fields: () =>
    object({
      mean: number({ default: 0 }),
      stddev: number({
        min: 0,
        default: 1,
        doc: DOCS && "Standard deviation, the same whatever the layer's size.",
      }),
    }),
  distribution: ({ mean, stddev }: { mean: number; stddev: number }): Distribution => ({
    kind: "gaussian",
    mean,
    deviation: stddev,
  }),
} satisfies InitializerKind;
/** LeCun's variance under the lectures' name. */
export const gaussianScaled = {
  fields: () => object({}, { doc: DOCS && "Mean 0, standard deviation 1/√inputs." }),
  distribution: (_, { fanIn }) => gaussianOf(1 / fanIn),
} satisfies InitializerKind;
export const glorotNormal = {
  fields: none,
  distribution: (_, { fanIn, fanOut }) => gaussianOf(2 / (fanIn + fanOut)),
} satisfies InitializerKind;
export const glorotUniform = {
  fields: none,
  distribution: (_, { fanIn, fanOut }) => uniformOf(2 / (fanIn + fanOut)),
} satisfies InitializerKind;
export const heNormal = {
  fields: none,
  distribution: (_, { fanIn }) => gaussianOf(2 / fanIn),
} satisfies InitializerKind;
export const heUniform = {
  fields: none,
  distribution: (_, { fanIn }) => uniformOf(2 / fanIn),
} satisfies InitializerKind;
export const lecunNormal = {
  fields: none,
  distribution: (_, { fanIn }) => gaussianOf(1 / fanIn),
} satisfies InitializerKind;
export const lecunUniform = {
  fields: none,
  distribution: (_, { fanIn }) => uniformOf(1 / fanIn),
} satisfies InitializerKind;
