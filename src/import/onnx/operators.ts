/** The operators that are there at once: those of most nets. Of others there are parts (later.ts). */
import { Unsupported } from "../problems.ts";
import type { Handlers, Op } from "./op.ts";
import { activations } from "./ops/activations.ts";
import { batchNorm } from "./ops/batchNorm.ts";
import { matrix } from "./ops/matrix.ts";
import { shapes } from "./ops/shapes.ts";
import { spatial } from "./ops/spatial.ts";
import { type Constant, constant } from "./value.ts";

function attribute(op: Op): Constant {
  const tensor = op.tensor("value");
  if (tensor) return tensor;
  if (op.has("value_float")) return constant([], Float32Array.of(op.float("value_float")));
  if (op.has("value_int")) return constant([], [op.int("value_int")]);
  const [floats, ints] = [op.floats("value_floats"), op.ints("value_ints")];
  if (op.has("value_floats")) return constant([floats!.length], Float32Array.from(floats!));
  if (op.has("value_ints")) return constant([ints!.length], ints!);
  throw new Unsupported("its value is no tensor of numbers");
}

export const HANDLERS: Handlers = {
  ...activations,
  ...matrix,
  ...shapes,
  ...spatial,
  BatchNormalization: batchNorm,
  Constant: attribute,
};
