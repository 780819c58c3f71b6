/** Batch normalisation. */
import { NORMALISATION } from "../../../interop/layouts.ts";
import { Unsupported } from "../../problems.ts";
import type { Op } from "../op.ts";
import { along, lengthOf, rowsInOrder, type Value } from "../value.ts";

const { epsilon: EPSILON, momentum: MOMENTUM } = NORMALISATION.onnx;

export function batchNorm(op: Op): Value {
  if (op.int("spatial", 1) !== 1) throw new Unsupported("spatial 0: a mean of each pixel there is not here");
  if (op.int("training_mode", 0) !== 0 || (op.opset < 7 && !op.int("is_test")))
    throw new Unsupported(
      "training_mode 1: it was exported in the middle of training; export the model for prediction (PyTorch: model.eval())",
    );
  // a linear layer's outputs after Flatten may lie in another order than the file has them; its vectors follow
  const given = op.value();
  const factors = along(given, given.axes.length === 1 ? 0 : 1);
  const { value, order } = op.at.innermost(given, factors);
  const channels = lengthOf(factors);
  const names = ["gamma", "beta", "movingMean", "movingVariance"];
  const weights = names.map((name, i) => {
    const { data } = op.known(i + 1, `its ${name}`);
    if (data.length !== channels)
      throw new Unsupported(`${name} has ${data.length} values for ${channels} channels`);
    return [
      name,
      { shape: [channels], data: () => rowsInOrder(Float32Array.from(data), 1, factors, order) },
    ] as const;
  });
  const options = {
    epsilon: Math.max(op.float("epsilon", EPSILON), 1e-12),
    momentum: Math.min(op.float("momentum", MOMENTUM), 0.999999),
  };
  return op.at.unary(value, "batchNormalization", options, Object.fromEntries(weights));
}
