/** The view's worker: an engine behind messages. */
import { Engine } from "./engine/engine.ts";
import type { FromEngine, ToEngine } from "./engine/protocol.ts";

declare const self: {
  onmessage: (event: MessageEvent<ToEngine>) => void;
  postMessage(message: FromEngine, transfer: Transferable[]): void;
};

const engine = new Engine((message, transfer) => self.postMessage(message, transfer));
self.onmessage = ({ data }) => engine.receive(data);
