import { type Infer, number } from "../fields/fields.ts";
import { object, optional } from "../fields/objects.ts";
import type { ActivationKind, ActivationVariant } from "./kind.ts";

// optional instead of defaulted: what is not written stays out of documents
const fields = () =>
  object({
    maxValue: optional(number({ exclusiveMin: 0, doc: DOCS && "No value is larger: 6 makes it relu6." })),
    negativeSlope: optional(
      number({ min: 0, doc: DOCS && "negativeSlope · (z − threshold) where z ≤ threshold. Default 0." }),
    ),
    threshold: optional(number({ doc: DOCS && "z passes where it is larger. Default 0." })),
  });

function variant(config: object): ActivationVariant | undefined {
  const { maxValue, negativeSlope = 0, threshold = 0 } = config as Infer<ReturnType<typeof fields>>;
  if (maxValue === undefined && threshold === 0) {
    if (negativeSlope === 0) return undefined;
    return {
      forward: "LEAKY_RELU_FORWARD",
      backward: "LEAKY_RELU_BACKWARD",
      saves: "a",
      monotonic: true,
      numbers: { alpha: negativeSlope },
    };
  }
  return {
    forward: "RECTIFY_FORWARD",
    backward: "RECTIFY_BACKWARD",
    saves: "z",
    // below 0 it falls from slope · 0 to a value of the threshold's sign
    monotonic: threshold >= 0,
    numbers: { slope: negativeSlope, threshold, limit: maxValue ?? Number.POSITIVE_INFINITY },
  };
}

/** a = max(z, 0). With options, as Keras has them: min(z, maxValue) where z > threshold, else negativeSlope · (z − threshold). */
export const relu = {
  fields: fields,
  forward: "RELU_FORWARD",
  backward: "RELU_BACKWARD",
  saves: "a",
  trainable: true,
  monotonic: true,
  rectifier: true,
  variant,
} satisfies ActivationKind;
