/** Whether what fit() is given as callbacks will be heard. Loaded with what trains. */
import { didYouMean, NablaError } from "../errors.ts";
import { show } from "../fields/fields.ts";
import type { Callback } from "./callback.ts";

const HOOKS = ["onTrainBegin", "onTrainEnd", "onEpochBegin", "onEpochEnd", "onBatchEnd"] as const;
const OTHERS = ["name", "everySteps", "state", "restore"] as const;

/** Keras' and tfjs' names, written as one would here. */
const NAMES: Readonly<Record<string, string>> = {
  ...Object.fromEntries(HOOKS.map((hook) => [hook.toLowerCase(), hook])),
  ontrainbatchend: "onBatchEnd",
  onyield: "onBatchEnd",
};

const EXAMPLE = "{ onEpochEnd(epoch, logs) { … } }";

/** Those of trainings that run now. */
const running = new WeakSet<object>();

/**
 * @param given what fit() was given: a callback, or a list of them
 * @returns the callbacks
 * @throws NablaError for what is no callback, for hooks that nobody calls, and for a callback that another training has
 */
export function readCallbacks<M>(given: unknown): readonly Callback<M>[] {
  if (given === undefined || given === null) return [];
  const list: readonly unknown[] = Array.isArray(given) ? given : [given];
  list.forEach((callback, i) => {
    const who = `fit: callbacks${Array.isArray(given) ? `[${i}]` : ""}`;
    check(callback, who);
    const called = (callback as Callback).name === undefined ? "" : ` (${(callback as Callback).name})`;
    if (list.indexOf(callback) < i)
      throw new NablaError(`${who}${called}: it is there twice; make two of it`);
    if (running.has(callback as object))
      throw new NablaError(
        `${who}${called}: another training has it, and what it keeps is of that one; make a callback for each training`,
      );
  });
  return list as readonly Callback<M>[];
}

/** Marks callbacks as those of a training. @returns what ends that */
export function hold(callbacks: readonly object[]): () => void {
  for (const callback of callbacks) running.add(callback);
  return () => {
    for (const callback of callbacks) running.delete(callback);
  };
}

function check(callback: unknown, who: string): void {
  const fail = (problem: string): never => {
    throw new NablaError(`${who}: ${problem}`);
  };
  if (typeof callback === "function") {
    const { name } = callback;
    const made = "fields" in callback || /^class\b/.test(String(callback));
    fail(
      made
        ? name
          ? `expected a callback, got ${name} itself; call it: ${"fields" in callback ? "" : "new "}${name}()`
          : "expected a callback, got what makes one; call it"
        : `expected an object with hooks, ${EXAMPLE}, got a function; which hook is it?`,
    );
  }
  if (typeof callback !== "object" || callback === null)
    return fail(`expected an object with hooks, ${EXAMPLE}, got ${show(callback)}; leave it out`);
  const values = callback as Readonly<Record<string, unknown>>;
  const known: readonly string[] = [...HOOKS, ...OTHERS];
  for (const name of namesIn(callback)) {
    const value = values[name];
    if (known.includes(name) || typeof value !== "function") continue;
    const wanted = NAMES[name.replaceAll("_", "").toLowerCase()];
    if (wanted) fail(`there is no hook "${name}"; here it is ${wanted}`);
    const near = didYouMean(name, HOOKS);
    if (near || /^on_?(train|test|predict|epoch|batch)/i.test(name))
      fail(`there is no hook "${name}"${near}; hooks are ${HOOKS.join(", ")}`);
  }
  for (const name of [...HOOKS, "state", "restore"])
    if (values[name] !== undefined && typeof values[name] !== "function")
      fail(`${name}: expected a function, got ${show(values[name])}`);
  const { name, everySteps = 1 } = values;
  if (name !== undefined && typeof name !== "string") fail(`name: expected a text, got ${show(name)}`);
  if (!(Number.isInteger(everySteps) && (everySteps as number) > 0))
    fail(`everySteps: expected a whole number ≥ 1, got ${show(everySteps)}`);
  if (!HOOKS.some((hook) => values[hook]))
    fail(`it has no hook, so nothing would call it; hooks are ${HOOKS.join(", ")}`);
}

/** Names of an object's own values and of those its class gives it. */
function namesIn(object: object): Set<string> {
  const names = new Set<string>();
  for (let at = object; Object.getPrototypeOf(at) !== null; at = Object.getPrototypeOf(at))
    for (const name of Object.getOwnPropertyNames(at)) if (name !== "constructor") names.add(name);
  return names;
}
