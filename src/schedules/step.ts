import { type Infer, number } from "../fields/fields.ts";
import { object } from "../fields/objects.ts";
import { type ScheduleKind, warmup } from "./kind.ts";

const fields = () =>
  object({
    everyEpochs: number({
      exclusiveMin: 0,
      default: 10,
      doc: DOCS && "Epochs until the rate is multiplied by factor, again and again.",
    }),
    factor: number({
      exclusiveMin: 0,
      max: 1,
      default: 0.1,
      doc: DOCS && "What the rate is multiplied by, each time.",
    }),
    ...warmup(),
  });

/** η · factor^⌊t / everyEpochs⌋. */
export const step = {
  fields,
  short: ["factor", "everyEpochs"],
  rate: ({ factor, everyEpochs }: Infer<ReturnType<typeof fields>>, base, t, _span, { pow }) =>
    base * pow(factor, Math.floor(t / everyEpochs)),
} satisfies ScheduleKind;
