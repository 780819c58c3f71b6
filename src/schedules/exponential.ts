import { type Infer, number } from "../fields/fields.ts";
import { object } from "../fields/objects.ts";
import { decayEpochs, type ScheduleKind, warmup } from "./kind.ts";

const fields = () =>
  object(
    {
      decayRate: number({
        exclusiveMin: 0,
        max: 1,
        default: 0.96,
        doc: DOCS && "What the rate is multiplied by every decayEpochs.",
      }),
      decayEpochs: decayEpochs(),
      ...warmup(),
    },
    { doc: DOCS && "learningRate · decayRate^t." },
  );

/** η · decayRate^(t / decayEpochs). Keras' ExponentialDecay. */
export const exponential = {
  fields,
  short: ["decayRate", "decayEpochs"],
  rate: ({ decayRate, decayEpochs }: Infer<ReturnType<typeof fields>>, base, t, _span, { pow }) =>
    base * pow(decayRate, t / decayEpochs),
} satisfies ScheduleKind;
