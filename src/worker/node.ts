/** What a thread of Node runs: worker-node.js. */
import { parentPort } from "node:worker_threads";
import type { Port } from "./protocol.ts";
import { serve } from "./serve.ts";

const parent = parentPort!;
const port: Port = {
  post: (message, transfer = []) => parent.postMessage(message, transfer as never),
  onMessage: () => {},
};
parent.on("message", (message) => port.onMessage(message as never));
serve(port);
