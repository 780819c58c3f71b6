import { categoricalCrossentropy } from "./categoricalCrossentropy.ts";
import { type LossKind, smoothing } from "./kind.ts";

/** −ln a of the right class. */
export const sparseCategoricalCrossentropy = {
  ...categoricalCrossentropy,
  fields: () => smoothing("classes"),
} satisfies LossKind;
