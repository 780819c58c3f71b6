/** The fields of each layer type, one line each: check, defaults, schema and types follow. */

import { type Field, type Infer, type Input, list, type Simple as Tag } from "../fields/fields.ts";
import { described, object, shared, variant, withDefault } from "../fields/objects.ts";
import { activationFields, layerName } from "../layers/activation.ts";
import { batchNormalizationFields } from "../layers/batchNormalization.ts";
import { conv2dFields } from "../layers/conv2d.ts";
import { denseFields } from "../layers/dense.ts";
import { layerNormalizationFields } from "../layers/layerNormalization.ts";
import { dropoutFields, gaussianNoiseFields } from "../layers/noise.ts";
import {
  averagePooling2dFields,
  globalAveragePooling2dFields,
  maxPooling2dFields,
} from "../layers/pooling2d.ts";
import { flattenFields, reshapeFields } from "../layers/reshape.ts";
import { zeroPadding2dFields } from "../layers/zeroPadding2d.ts";

/** Layers that hold no other layers. */
const SIMPLE = {
  dense: denseFields,
  activation: activationFields,
  flatten: flattenFields,
  reshape: reshapeFields,
  conv2d: conv2dFields,
  maxPooling2d: maxPooling2dFields,
  averagePooling2d: averagePooling2dFields,
  globalAveragePooling2d: globalAveragePooling2dFields,
  zeroPadding2d: zeroPadding2dFields,
  batchNormalization: batchNormalizationFields,
  layerNormalization: layerNormalizationFields,
  dropout: dropoutFields,
  gaussianNoise: gaussianNoiseFields,
};

// Unions with names, which the compiler keeps only where a name stands for a look-up itself. It writes out others wherever a field of
// layers is used, which makes declarations five times as long.
type Branches = typeof SIMPLE;
type Outs<B> = { [K in keyof B]: Tag<{ type: K } & Infer<B[K]>> };
type Ins<B> = { [K in keyof B]: Tag<{ type: K } & Input<B[K]>> };
export type SimpleLayerConfig = Outs<Branches>[keyof Branches];
export type SimpleLayerInput = Ins<Branches>[keyof Branches];
const simple: Field<SimpleLayerConfig, SimpleLayerInput, "required"> = shared(
  "simpleLayer",
  variant("type", SIMPLE),
);

export const residualFields = object(
  {
    name: layerName,
    layers: described(
      list(simple, { min: 1 }),
      "What the values pass before they are added to what came in.",
    ),
    shortcut: withDefault(
      described(list(simple), "What passes the values that are added; none: they go unchanged."),
      [],
    ),
  },
  { doc: "y = layers(x) + shortcut(x)." },
);

export const LAYERS = { ...SIMPLE, residual: residualFields };

type All = typeof LAYERS;
export type LayerConfig = Outs<All>[keyof All];
export type LayerInput = Ins<All>[keyof All];
export const layer: Field<LayerConfig, LayerInput, "required"> = shared("layer", variant("type", LAYERS));
