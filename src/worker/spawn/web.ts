/** Starts the worker on a page. Its file lies where WORKER_FILE says, seen from this one, and bundlers know the pattern. */
import type { Spawn } from "./types.ts";

export type { Worker } from "./types.ts";

export const spawn: Spawn = ({ message, error }) => {
  if (typeof Worker !== "function") throw new Error("this host has no Worker");
  const worker = start();
  worker.onmessage = ({ data }) => message(data);
  worker.onmessageerror = () => error("a message could not be read");
  worker.onerror = (event) => {
    event.preventDefault?.();
    error(event.message || "its script could not be loaded; it belongs next to the library's, as worker.js");
  };
  return {
    post: (data, transfer) => worker.postMessage(data, transfer),
    terminate: () => worker.terminate(),
    rest: () => {},
  };
};

function start(): Worker {
  try {
    return new Worker(new URL(WORKER_FILE, import.meta.url), { type: "module", name: "nabla" });
  } catch (error) {
    // a library that comes from another origin than the page: only a script of the page's own may become a worker. Not with a second
    // new URL(…), of which bundlers would make a second file
    const url = import.meta.url.slice(0, import.meta.url.lastIndexOf("/") + 1) + WORKER_FILE;
    if (typeof location === "undefined" || new URL(url).origin === location.origin) throw error;
    const script = new Blob([`import ${JSON.stringify(url)};`], { type: "text/javascript" });
    const blob = URL.createObjectURL(script);
    return new Worker(blob, { type: "module", name: "nabla" });
  }
}
