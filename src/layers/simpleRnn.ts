/** The simplest recurrent layer. Twin of assembly/layers/simpleRnn.ts. */
import { object } from "../fields/objects.ts";
import { stateOf } from "./finalState.ts";
import { buildRecurrent } from "./recurrent.ts";
import { recurrentFields } from "./recurrentFields.ts";
import { recurrent } from "./returning.ts";
import { openStream } from "./stream.ts";

/** h_t = activation(x_t · kernel + h_{t−1} · recurrentKernel + bias): [steps, features] → [units], or [steps, units]. Source: Elman 1990. */
export const simpleRnn = /* @__PURE__ */ recurrent("simpleRnn", {
  fields: () =>
    object(recurrentFields(), {
      doc: DOCS && "h = activation(x · kernel + h · recurrentKernel + bias), step by step.",
    }),
  build: (config, at) =>
    buildRecurrent(config, at, {
      forward: "SIMPLE_RNN_FORWARD",
      backward: "SIMPLE_RNN_BACKWARD",
      gates: 1,
    }),
  example: TRAINING && "{ units: 32 }",
  hasKernel: true,
  outputs: ({ units }) => units,
  merges: "states",
  stateOf: TRAINING && stateOf,
  streams: openStream,
});
