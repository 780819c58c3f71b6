/** The service worker keeps the page's own files, so that it opens without a network after the first visit. */

export function keepForOffline(): void {
  if (!("serviceWorker" in navigator)) return;
  const register = () => {
    // private windows and some settings refuse; the page then works, but not offline
    navigator.serviceWorker.register("sw.js").catch(() => {});
  };
  if (document.readyState === "complete") register();
  else addEventListener("load", register, { once: true });
}
