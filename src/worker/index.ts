/** What the worker of a page runs: worker.js. */
import { begin, type HelperSetup } from "../threads/helper.ts";
import type { Port } from "./protocol.ts";
import { serve } from "./serve.ts";

const port: Port = {
  post: (message, transfer = []) => self.postMessage(message, { transfer }),
  onMessage: () => {},
};
/** Of one that helps another to compute, started from the same file: src/threads/start/web.ts. */
let work: (() => void) | undefined;
self.onmessage = ({ data }) => {
  if (work) work();
  else if (isHelper(data)) work = begin(data, (why) => self.postMessage({ helper: true, why }));
  else port.onMessage(data as never);
};
// the page hears of it as an error: it would wait for an answer for ever
self.onmessageerror = () => {
  throw new Error("a message could not be read");
};
serve(port);

function isHelper(data: unknown): data is HelperSetup {
  return typeof data === "object" && data !== null && "control" in data;
}
