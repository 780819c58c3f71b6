import { type Infer, number } from "../fields/fields.ts";
import { object } from "../fields/objects.ts";
import { decayEpochs, type ScheduleKind, warmup } from "./kind.ts";

const fields = () =>
  object(
    {
      decayRate: number({
        min: 0,
        default: 0.5,
        doc: DOCS && "The rate is divided by 1 + decayRate · epochs / decayEpochs.",
      }),
      decayEpochs: decayEpochs(),
      ...warmup(),
    },
    { doc: DOCS && "learningRate / (1 + decayRate · t)." },
  );

/** η / (1 + decayRate · t / decayEpochs). Keras' InverseTimeDecay. */
export const inverseTime = {
  fields,
  short: ["decayRate", "decayEpochs"],
  rate: ({ decayRate, decayEpochs }: Infer<ReturnType<typeof fields>>, base, t) =>
    base / (1 + (decayRate * t) / decayEpochs),
} satisfies ScheduleKind;
