/**
 * Service worker: the files of one build in one cache. A file's name has its digest, so what is in the cache is what the page
 * asks for; the page itself is asked from the network first, to see a new build, and comes from the cache without one. A new
 * worker waits until no page of the old build is open: pages load parts of themselves later, and those must be of their build.
 */
export {};

declare const self: {
  addEventListener(type: string, listener: (event: never) => void): void;
  readonly clients: { claim(): Promise<void> };
  readonly registration: { readonly scope: string };
};
/** Set by the build. */
declare const FILES: readonly string[];
declare const VERSION: string;

interface WaitingEvent extends Event {
  waitUntil(promise: Promise<unknown>): void;
}
interface AskingEvent extends WaitingEvent {
  readonly request: Request;
  respondWith(response: Promise<Response>): void;
}

const PREFIX = "nabla-playground-";
const CACHE = PREFIX + VERSION;

self.addEventListener("install", (event: WaitingEvent) => {
  event.waitUntil(
    caches
      .open(CACHE)
      .then((cache) => cache.addAll(FILES.map((file) => new Request(file, { cache: "no-cache" })))),
  );
});

self.addEventListener("activate", (event: WaitingEvent) => {
  event.waitUntil(
    caches
      .keys()
      .then((names) => names.filter((name) => name.startsWith(PREFIX) && name !== CACHE))
      .then((old) => Promise.all(old.map((name) => caches.delete(name))))
      .then(() => self.clients.claim()),
  );
});

self.addEventListener("fetch", (event: AskingEvent) => {
  const { request } = event;
  if (request.method !== "GET" || !request.url.startsWith(self.registration.scope)) return;
  if (request.mode === "navigate") event.respondWith(fetch(request).catch(() => fromCache("./")));
  else event.respondWith(fromCache(request));
});

async function fromCache(request: Request | string): Promise<Response> {
  const cache = await caches.open(CACHE);
  return (await cache.match(request)) ?? fetch(request);
}
