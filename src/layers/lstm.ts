/** Long short-term memory. Twin of assembly/layers/lstm.ts. */
import { bool } from "../fields/fields.ts";
import { object } from "../fields/objects.ts";
import { stateOf } from "./finalState.ts";
import { buildRecurrent } from "./recurrent.ts";
import { gateField, recurrentFields } from "./recurrentFields.ts";
import { recurrent } from "./returning.ts";
import { openStream } from "./stream.ts";

/**
 * [steps, features] → [units], or [steps, units] with returnSequences. Gates in Keras' order: input, forget, cell, output. Sources:
 * Hochreiter & Schmidhuber 1997; Gers, Schmidhuber & Cummins 2000.
 */
export const lstm = /* @__PURE__ */ recurrent("lstm", {
  fields: () =>
    object(
      {
        ...recurrentFields(),
        recurrentActivation: gateField(),
        unitForgetBias: bool({
          default: true,
          doc: DOCS && "Whether the biases of the forget gate begin as 1.",
        }),
      },
      { doc: DOCS && "Long short-term memory: a state and cells, with gates that say what is kept." },
    ),
  build: (config, at) => {
    const { recurrentActivation, unitForgetBias, units } = config;
    return buildRecurrent(config, at, {
      forward: "LSTM_FORWARD",
      backward: "LSTM_BACKWARD",
      gates: 4,
      cells: true,
      recurrentActivation,
      ...(TRAINING && unitForgetBias && { bias: (drawn) => drawn.fill(1, units, 2 * units) }),
    });
  },
  example: TRAINING && "{ units: 32 }",
  hasKernel: true,
  outputs: ({ units }) => units,
  merges: "states",
  stateOf: TRAINING && stateOf,
  streams: openStream,
});
