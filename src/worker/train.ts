/** Where a training runs: in a worker if there is to be one and can be, else here. */
import { NablaError } from "../errors.ts";
import { type Run, type TrainRequest, train } from "../training/train.ts";
import { connect, onPage } from "./pool.ts";
import { type Remote, trainRemotely, Unprepared } from "./remote.ts";

/**
 * @param worker as fit() has it: true requires one, undefined is true on a page and settles for less
 * @throws what the training throws; NablaError where a worker is required and there is none that can do it
 */
export async function trainSomewhere(
  request: TrainRequest,
  run: Run,
  remote: Remote,
  worker: boolean | undefined,
): Promise<void> {
  const { signal } = request;
  const required = worker === true && !onPage();
  for (let attempt = 0; worker ?? onPage(); attempt++) {
    signal?.throwIfAborted();
    const connection = await connect(required, signal);
    if (!connection) break;
    let whole = false;
    try {
      await trainRemotely(request, run, remote, connection);
      whole = true;
      return;
    } catch (error) {
      whole = signal?.aborted === true;
      if (!(error instanceof Unprepared)) throw error;
      const { cause } = error;
      const why = cause instanceof Error ? cause.message : String(cause);
      if (attempt > 0 && required)
        throw new NablaError(
          `fit: the worker could not make the model (${why}); with worker: false it trains without one`,
          { cause },
        );
      if (attempt > 0) {
        console.warn(
          `nabla: the worker could not make the model (${why}). It is trained in the page, in slices.`,
        );
        break;
      }
      letGo();
    } finally {
      connection.release(whole);
    }
  }
  signal?.throwIfAborted();
  await train(request, run);
}

/**
 * A process has room for so many WebAssembly memories, those of models nobody uses any more among them: an engine lets go of these
 * where this thread asks for a memory and there is none, not where a worker does.
 */
function letGo(): void {
  try {
    new WebAssembly.Memory({ initial: 1 });
  } catch {
    // nothing to let go of; the second attempt tells
  }
}
