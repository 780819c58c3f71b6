/** What the worker of a page runs: worker.js. */
import type { Port } from "./protocol.ts";
import { serve } from "./serve.ts";

const port: Port = {
  post: (message, transfer = []) => self.postMessage(message, { transfer }),
  onMessage: () => {},
};
self.onmessage = ({ data }) => port.onMessage(data as never);
// the page hears of it as an error: it would wait for an answer for ever
self.onmessageerror = () => {
  throw new Error("a message could not be read");
};
serve(port);
