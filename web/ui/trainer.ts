/** A training that can be paused and continued: the one place where the page calls fit(). */
import type { Callback, FitOptions, Model, Progress } from "nabla";
import type { Dataset } from "nabla/data";

export interface Hooks {
  /** Several times a second; the model's weights are those of this moment. */
  onProgress?(progress: Progress): void;
  onEpochEnd?: Callback["onEpochEnd"];
}

export interface Training {
  /** "finished" where no epoch is left, "held" after hold(). Rejects with what went wrong. */
  readonly ended: Promise<"finished" | "held">;
  /** Stops between two steps; the model keeps its state, and start() with `resume` continues from exactly that step. */
  hold(): void;
}

export function start(
  model: Model,
  data: Dataset,
  options: Omit<FitOptions, "signal" | "onProgress" | "callbacks"> & Pick<FitOptions, "callbacks">,
  { onProgress, onEpochEnd }: Hooks = {},
): Training {
  const control = new AbortController();
  const callbacks = [...(options.callbacks ?? []), ...(onEpochEnd ? [{ onEpochEnd }] : [])];
  const ended = model
    .fit(data, { ...options, callbacks, signal: control.signal, ...(onProgress && { onProgress }) })
    .then(
      () => "finished" as const,
      (error: unknown) => {
        if (control.signal.aborted && error === control.signal.reason) return "held" as const;
        throw error;
      },
    );
  return { ended, hold: () => control.abort() };
}
