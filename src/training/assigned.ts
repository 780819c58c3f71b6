/** What was assigned to layers after a model was made of them, where it would change nothing. Loaded with what trains. */
import { NablaError } from "../errors.ts";

const INSTEAD =
  'fineTune(model, { freeze: ["dense_1"] }) is the same model with layers that training leaves as they are; freeze: true leaves all but the last';

/** What of a model says that. */
export interface Assigned {
  /** The layers as they were read. */
  readonly configs: readonly object[];
  /** The program's own, in the same order; none where they are from a file. */
  readonly given?: readonly unknown[] | undefined;
}

/** @throws NablaError where trainable is no longer what it was, and for model.trainable */
export function checkAssigned(who: string, { configs, given }: Assigned, model: object = {}): void {
  if (Object.hasOwn(model, "trainable"))
    throw new NablaError(`${who}: there is no model.trainable = here: ${INSTEAD}`);
  for (const [i, config] of configs.entries()) {
    const { type, trainable } = config as { readonly type: string; readonly trainable?: boolean };
    const { trainable: now = true } = (given?.[i] ?? {}) as { readonly trainable?: unknown };
    if (trainable === undefined || now === trainable || !given) continue;
    throw new NablaError(
      `${who}: layers[${i}] (${type}): trainable was set to ${now} after the model was made, which changes nothing: ${INSTEAD}`,
    );
  }
}
