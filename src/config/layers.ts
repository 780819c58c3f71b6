/** The fields of each layer type, one line each: check, defaults, schema and types follow. */
import { activationFields } from "../layers/activation.ts";
import { denseFields } from "../layers/dense.ts";
import { flattenFields } from "../layers/flatten.ts";
import { shared, variant } from "./objects.ts";

export const LAYERS = {
  dense: denseFields,
  activation: activationFields,
  flatten: flattenFields,
};

export const layer = shared("layer", variant("type", LAYERS));
