/** The program of `nabla/predict` for chains of dense layers, which are most models of tables: the rest comes when a file asks for it. */
import { decodeCheckpoint } from "../checkpoint/checkpoint.ts";
import { UNNAMED } from "../checkpoint/document.ts";
import { messageOf, NablaError } from "../errors.ts";
import { list } from "../fields/fields.ts";
import { object, variant } from "../fields/objects.ts";
import { activation } from "../layers/activation.ts";
import { chain } from "../layers/chain.ts";
import type { LayerConfig } from "../layers/configs.ts";
import { dense } from "../layers/dense.ts";
import { dropout } from "../layers/dropout.ts";
import { flatten } from "../layers/flatten.ts";
import type { LayerKind } from "../layers/kind.ts";
import { shapeField } from "../layers/shape.ts";
import { onlyInputOf } from "../network/predict.ts";
import { type Predictor, predictorOf } from "./predictor.ts";

/** The layers this program has. */
const kinds = () =>
  ({ dense: dense.kind, activation: activation.kind, flatten: flatten.kind, dropout: dropout.kind }) as const;

/** A model from a file that is as this program knows them. @throws whatever, for others; the error says nothing in what ships */
function simple(bytes: Uint8Array, name: string): Predictor {
  const own: Readonly<Record<string, LayerKind>> = kinds() as never;
  const field = object({ inputShape: shapeField, layers: list(variant("type", kinds()), { min: 1 }) });
  const checkpoint = decodeCheckpoint(bytes, name);
  const { inputShape, layers } = field.check((checkpoint.config as { model: unknown }).model, "config.model");
  const architecture = chain.build({ layers: layers as LayerConfig[] }, inputShape!, (type) => own[type]);
  return predictorOf(checkpoint, architecture, onlyInputOf, name);
}

/**
 * A model from the bytes of a checkpoint, as load() reads it, in less code: a program that calls this and not load() has at once what
 * chains of dense layers take, and imports the rest where a file has other layers, or something is wrong with it.
 *
 * @param name what errors call it
 * @throws NablaError as load() does, and where the rest cannot be loaded
 */
export async function loadAsync(bytes: Uint8Array, name = UNNAMED): Promise<Predictor> {
  try {
    return simple(bytes, name);
  } catch {
    // the other program knows what is wrong, or that nothing is
  }
  const whole = await import("./any.ts").catch((cause: unknown) => {
    throw new NablaError(
      `loadAsync: the code for layers other than dense ones could not be loaded (${messageOf(cause)}); load the page again; where import() is forbidden, call load(), which needs none`,
      { cause },
    );
  });
  return whole.load(bytes, name);
}
