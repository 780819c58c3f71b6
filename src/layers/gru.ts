/** Gated recurrent unit. Twin of assembly/layers/gru.ts. */
import { bool } from "../fields/fields.ts";
import { object } from "../fields/objects.ts";
import { stateOf } from "./finalState.ts";
import { buildRecurrent } from "./recurrent.ts";
import { gateField, recurrentFields } from "./recurrentFields.ts";
import { recurrent } from "./returning.ts";
import { openStream } from "./stream.ts";

/**
 * [steps, features] → [units], or [steps, units] with returnSequences. Gates in Keras' order: update, reset, candidate. With resetAfter
 * (default; PyTorch's form) the bias is [2, 3 · units]: of the inputs, of the states. Source: Cho et al. 2014.
 */
export const gru = /* @__PURE__ */ recurrent("gru", {
  fields: () =>
    object(
      {
        ...recurrentFields(),
        recurrentActivation: gateField(),
        resetAfter: bool({
          default: true,
          doc: DOCS && "Whether the reset gate multiplies the product of the state, or the state before it.",
        }),
      },
      { doc: DOCS && "Gated recurrent unit: a state, with gates that say what of it is kept." },
    ),
  build: (config, at) =>
    buildRecurrent(config, at, {
      forward: "GRU_FORWARD",
      backward: "GRU_BACKWARD",
      gates: 3,
      recurrentActivation: config.recurrentActivation,
      after: config.resetAfter,
    }),
  example: TRAINING && "{ units: 32 }",
  hasKernel: true,
  outputs: ({ units }) => units,
  merges: "states",
  stateOf: TRAINING && stateOf,
  streams: openStream,
});
