/** Workers that train: started when first asked for, one kept for the next training. */
import { type Worker as Handle, spawn } from "#worker";
import { messageOf, NablaError } from "../errors.ts";
import { after } from "../waits.ts";
import type { FromPage, FromWorker } from "./protocol.ts";

/** Milliseconds a worker may take until it says that it is there. */
const PATIENCE = 10_000;

export interface Connection {
  post(message: FromPage, transfer?: Transferable[]): void;
  onMessage: (message: FromWorker) => void;
  /** Called when the worker is lost. */
  onLost: (why: string) => void;
  /** Keeps a process alive until the worker is given back. */
  take(): void;
  /** Gives the worker back; `whole` unless something went wrong with it. */
  release(whole: boolean): void;
}

let idle: Connection | undefined;
/** Why there are no workers, once that is known. */
let broken: string | undefined;

/**
 * A worker that is ready.
 *
 * @param required throw where there is none; else say so once on the console and return undefined
 * @param signal gives up waiting; the worker is kept for the next training then
 */
export function connect(required: boolean, signal?: AbortSignal): Promise<Connection | undefined> {
  const connecting = connected(required);
  if (!signal) return connecting;
  return new Promise((resolve, reject) => {
    const giveUp = () => reject(signal.reason);
    signal.addEventListener("abort", giveUp);
    connecting
      .finally(() => signal.removeEventListener("abort", giveUp))
      .then((connection) => {
        if (signal.aborted) connection?.release(true);
        else resolve(connection);
      })
      .catch(reject);
  });
}

async function connected(required: boolean): Promise<Connection | undefined> {
  if (idle) {
    const connection = idle;
    idle = undefined;
    connection.take();
    return connection;
  }
  if (broken === undefined) {
    try {
      return await start();
    } catch (error) {
      broken = messageOf(error);
      const advice = "Training runs in the page, in slices that keep it responsive";
      if (!required)
        console.warn(
          `nabla: no worker could be started (${broken}). ${advice}. See “Workers” in the README.`,
        );
    }
  }
  if (!required) return undefined;
  throw new NablaError(
    `fit: worker: no worker could be started (${broken}); pass worker: false to train without one`,
  );
}

function start(): Promise<Connection> {
  return new Promise((resolve, reject) => {
    let lost = false;
    const worker: Handle = spawn({
      message: (data) => {
        const message = data as FromWorker;
        if (message.kind !== "ready") return connection.onMessage(message);
        stop();
        resolve(connection);
      },
      error: (why) => {
        lost = true;
        stop();
        worker.terminate();
        if (idle === connection) idle = undefined;
        reject(new Error(why));
        connection.onLost(why);
      },
    });
    const connection: Connection = {
      post: (message, transfer = []) => worker.post(message, transfer),
      onMessage: () => {},
      onLost: () => {},
      take: () => worker.rest(false),
      release(whole) {
        connection.onMessage = () => {};
        connection.onLost = () => {};
        worker.rest(true);
        if (whole && !lost && !idle) idle = connection;
        else worker.terminate();
      },
    };
    const late = () => {
      worker.terminate();
      reject(new Error(`it did not answer within ${PATIENCE / 1000} seconds`));
    };
    const stop = after(PATIENCE, late);
  });
}
