/** A training in a worker, if there can be one. Loaded when it is used. */
import type { TrainedModel } from "../callbacks/callback.ts";
import { messageOf, NablaError } from "../errors.ts";
import type { TrainRequest } from "../training/request.ts";
import type { Run } from "../training/run.ts";
import { onPage } from "./page.ts";
import { connect } from "./pool.ts";
import { trainRemotely, Unprepared } from "./remote.ts";
import type { Remote } from "./setup.ts";

/**
 * @param asked true requires a worker, except on a page, which can train itself
 * @returns false where no worker can do it, and nothing has happened yet
 * @throws what the training throws; NablaError where a worker is required and there is none that can do it
 */
export async function trainElsewhere<M extends TrainedModel>(
  request: TrainRequest<M>,
  run: Run,
  remote: Remote,
  asked: boolean,
): Promise<boolean> {
  const { signal } = request;
  const required = asked && !onPage();
  for (let attempt = 0; ; attempt++) {
    signal?.throwIfAborted();
    const connection = await connect(required, signal);
    if (!connection) return false;
    let whole = false;
    try {
      await trainRemotely(request, run, remote, connection);
      whole = true;
      return true;
    } catch (error) {
      whole = signal?.aborted === true;
      if (!(error instanceof Unprepared)) throw error;
      const { cause } = error;
      const why = messageOf(cause);
      if (attempt > 0 && required)
        throw new NablaError(
          `fit: the worker could not make the model (${why}); with worker: false it trains without one`,
          { cause },
        );
      if (attempt > 0) {
        console.warn(
          `nabla: the worker could not make the model (${why}). It is trained in the page, in slices.`,
        );
        return false;
      }
      letGo();
    } finally {
      connection.release(whole);
    }
  }
}

/**
 * A process has room for a limited number of WebAssembly memories, those of unused models included. An engine frees these when
 * this thread asks for a memory and there is none, not when a worker does.
 */
function letGo(): void {
  try {
    new WebAssembly.Memory({ initial: 1 });
  } catch {
    // nothing to free; the second attempt decides
  }
}
