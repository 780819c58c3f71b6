/** The options that simpleRnn, lstm and gru have in common. */
import { type ActivationInput, activationField } from "../activations/table.ts";
import { bool, type Infer, int, number } from "../fields/fields.ts";
import { object, optional, withDefault } from "../fields/objects.ts";
import { initializerField } from "../initializers/table.ts";
import { layerName } from "./layer.ts";
import { startField } from "./recurrentInitializer.ts";
import { regularizer, trainable } from "./weights.ts";

/** @param activation the default of what makes values, as `tanh` */
export const recurrentFields = (activation: ActivationInput = "tanh") => ({
  name: layerName(),
  units: int({ min: 1, doc: DOCS && "Length of the state, and of the outputs." }),
  activation: withDefault(activationField(), activation),
  useBias: bool({ default: true, doc: DOCS && "Whether a bias is added." }),
  kernelInitializer: withDefault(initializerField(), "glorotUniform"),
  recurrentInitializer: withDefault(startField(), "orthogonal"),
  biasInitializer: withDefault(initializerField(), "zeros"),
  kernelRegularizer: optional(regularizer()),
  recurrentRegularizer: optional(regularizer()),
  dropout: number({
    min: 0,
    exclusiveMax: 1,
    default: 0,
    doc: DOCS && "Share of the inputs that become zero while training: the same in all steps of a row.",
  }),
  recurrentDropout: number({
    min: 0,
    exclusiveMax: 1,
    default: 0,
    doc: DOCS && "Share of the state that becomes zero before its product: the same in all steps of a row.",
  }),
  returnSequences: bool({
    default: false,
    doc: DOCS && "Whether the outputs of all steps are returned, or the last alone.",
  }),
  returnState: optional(
    bool({
      doc: DOCS && "Whether the states at the end are values, too: of a graph, see finalState.",
    }),
  ),
  goBackwards: bool({
    default: false,
    doc: DOCS && "Whether the last step comes first; outputs are in the order of the walk.",
  }),
  stateful: optional(
    bool({
      doc:
        DOCS &&
        "Whether each batch goes on where the one before ended. Needs batchSize, and rows in their order.",
    }),
  ),
  batchSize: optional(
    int({ min: 1, doc: DOCS && "Rows of every batch, where the layer is stateful: each has a state." }),
  ),
  trainable: trainable(),
});
const fields = () => object(recurrentFields());
export type RecurrentConfig = Infer<ReturnType<typeof fields>>;

/** One more activation, of gates. */
export const gateField = () => withDefault(activationField(), "sigmoid");
