/** A layer of a file, applied to values: one of a class that is known, or a model, which is the layers in it. */
import { isModel, readModel } from "./graph.ts";
import { type Applied, Reading } from "./reading.ts";
import { problemOf } from "./skipped.ts";

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
