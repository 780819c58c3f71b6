import { type Infer, number } from "../fields/fields.ts";
import { object, optional } from "../fields/objects.ts";
import { type ScheduleKind, warmup } from "./kind.ts";

const fields = () =>
  object(
    {
      decayEpochs: optional(
        number({
          exclusiveMin: 0,
          doc: DOCS && "Epochs down to the floor. By default all that follow the warm-up.",
        }),
      ),
      alpha: number({ min: 0, max: 1, default: 0, doc: DOCS && "The floor, as a share of learningRate." }),
      ...warmup(),
    },
    { doc: DOCS && "Falls along half a cosine." },
  );
type Config = Infer<ReturnType<typeof fields>>;

/** η · (α + (1 − α) · ½(1 + cos(π · t / T))), T: decayEpochs, or the epochs after the warm-up. Keras' CosineDecay. */
export const cosine = {
  fields,
  short: ["alpha", "decayEpochs"],
  rate({ decayEpochs, alpha }: Config, base, t, epochs, { cos }) {
    const span = decayEpochs ?? epochs;
    const done = span > 0 ? Math.min(t / span, 1) : 1;
    return base * (alpha + (1 - alpha) * 0.5 * (1 + cos(Math.PI * done)));
  },
  dependsOnEpochs: ({ decayEpochs }: Config) => decayEpochs === undefined,
} satisfies ScheduleKind;
