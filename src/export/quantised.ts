/** What fewer bits do to a model, before it is exported. */

import { nameLayers } from "../layers/chain.ts";
import { internalsOf } from "../model/internals.ts";
import { Model } from "../model/model.ts";
import { copyParameters } from "../network/copy.ts";
import { matricesOf } from "../network/inference.ts";
import { checkWeightType, dequantise, quantise, type WeightType } from "./quantise.ts";
import { isPacked } from "./weights.ts";

/**
 * A copy of the model with the weights an export of this type computes with: what the export predicts, bit for bit. Compiled as the
 * model is, so that evaluate() tells what is lost.
 *
 * @throws NablaError for an unknown type, and for weights beyond the range of float16
 */
export function quantised(model: Model, type: WeightType): Model {
  checkWeightType("quantised: type", type);
  const { configs, topology, builder, built: original, state } = internalsOf(model);
  const copy = new Model(
    { builder, topology: { ...topology, layers: nameLayers(configs) } },
    { seed: model.seed },
  );
  const built = internalsOf(copy).build(original.inputShape, false);
  copyParameters(original, built);
  copy.metadata = model.metadata;
  if (type !== "float32") {
    for (const tensor of built.tensors) {
      if (!isPacked(tensor, type)) continue;
      const { out, groups } = matricesOf(tensor.spec);
      built.write(tensor, dequantise(quantise(built.read(tensor), out * groups, type, tensor.name)));
    }
  }
  if (state.compiled) copy.compile(state.compiled.config);
  return copy;
}
