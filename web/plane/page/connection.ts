/** The way to the engine: a worker, or the page's own thread where there can be none. */
import { planeText } from "../../text/plane.ts";
import { notifyError } from "../../ui/messages.tsx";
import type { FromEngine, ToEngine } from "../engine/protocol.ts";

const said = planeText.session;

export interface Connection {
  send(message: ToEngine): void;
  close(): void;
}

/** The worker's file, next to this one; set by the build. */
declare const PLANE_WORKER: string;

/** @param onPage called where the engine has to run on the page */
export function connect(hear: (message: FromEngine) => void, onPage: () => void): Connection {
  const sent: ToEngine[] = [];
  let alive = false;
  let closed = false;
  let deliver = (message: ToEngine): void => void sent.push(message);
  let stop = (): void => {};
  const local = async (): Promise<void> => {
    onPage();
    const { Engine } = await import("../engine/engine.ts");
    if (closed) return;
    const engine = new Engine((message) => {
      if (!closed) hear(message);
    });
    deliver = (message) => engine.receive(message);
    stop = () => engine.close();
    sent.splice(0).forEach(deliver);
  };
  const fallBack = (): void => {
    local().catch((error) => notifyError(error, said.notStarted));
  };
  try {
    const worker = new Worker(new URL(PLANE_WORKER, import.meta.url), { type: "module", name: "plane" });
    worker.onmessage = ({ data }: MessageEvent<FromEngine>) => {
      alive = true;
      sent.length = 0;
      hear(data);
    };
    worker.onerror = (event) => {
      event.preventDefault();
      if (alive) return notifyError(new Error(event.message), said.stopped);
      worker.terminate();
      fallBack();
    };
    // messages are kept until it has answered: it may turn out that it cannot be loaded
    deliver = (message) => {
      if (!alive) sent.push(message);
      worker.postMessage(message);
    };
    stop = () => worker.terminate();
  } catch {
    fallBack();
  }
  return {
    send: (message) => deliver(message),
    close() {
      closed = true;
      stop();
    },
  };
}
