/** A layer of a file, applied to values: one of a class that is known, or a model, which is the layers in it. */
import { NablaError } from "../../errors.ts";
import { Unsupported } from "../problems.ts";
import { isModel, readModel } from "./graph.ts";
import { type Applied, Reading, Skipped } from "./reading.ts";

/** @returns the layers here that have its values; undefined for those that could not be read: what is wrong is among the problems */
export function applyClass(given: Applied): (string | undefined)[] {
  const { context, sink, className, config, spot, inputs, numbers, call } = given;
  if (isModel(className, config)) return readModel(given);
  const at = new Reading(context, sink, className, config, spot, inputs, numbers, call);
  const handler = context.handlers.get(className);
  if (!handler) {
    at.refuse(context.whyAbsent(className));
    return [undefined];
  }
  try {
    const out = handler(at);
    at.finish();
    return [out, ...at.states];
  } catch (error) {
    const why = problemOf(error);
    if (why !== undefined) at.refuse(why);
    // options are looked at where nothing can be built as well
    else at.finish();
    return [undefined];
  }
}

/** What a part of a file that could not be read says. @returns undefined for what has been said already */
function problemOf(error: unknown): string | undefined {
  if (error instanceof Skipped) return undefined;
  if (error instanceof Unsupported || error instanceof NablaError) return error.message;
  throw error;
}
