/**
 * What is known of a page's worker before it is started. Browsers write on the console when a file is not there or a policy forbids a
 * worker, whatever becomes of it later, so what is likely to fail is not tried first, and what cannot work is not tried at all.
 */
import { attempt } from "../../host.ts";

/**
 * Whether a file is where its address says. Bundlers that know the pattern give the file a place and a name of their own. Those that do
 * not leave the address as it was written, though the code around it has moved: then the file is only there if somebody has copied it.
 *
 * @param written the address in the source, from the file it is in
 * @param href what it has become
 */
export function isPlaced(written: string, href: string): boolean {
  // beside its own file, in the build that needs no bundler
  if (/^\.\/[^/]+$/.test(written)) return true;
  // Parcel's way around another origin, which is no shorter than the code itself and may fail besides
  if (href.startsWith("blob:")) return false;
  const path = href.split(/[?#]/, 1)[0]!;
  if (!path.endsWith(written.slice(1))) return true;
  // the package as it is installed, from a server that changes no addresses
  if (/\/nabla(@[^/]+)?\/build\//.test(path)) return true;
  // a page that has copied it says so with <link rel="prefetch">
  return (
    attempt(() =>
      [...document.querySelectorAll<HTMLLinkElement>("link[href]")].some((link) => link.href === path),
    ) ?? false
  );
}

/**
 * Whether a policy in the page's text forbids workers from a kind of source. Policies in headers cannot be read: nothing is known of them.
 *
 * @param source `blob:` or 'self', which is the page's origin
 */
export const isForbidden = (source: "blob:" | "'self'"): boolean =>
  attempt(() =>
    [...document.querySelectorAll<HTMLMetaElement>("head meta[http-equiv]")].some(
      ({ httpEquiv, content }) =>
        httpEquiv.toLowerCase() === "content-security-policy" &&
        // several policies may stand in one, and each has to be kept
        content.split(",").some((policy) => forbids(policy, source)),
    ),
  ) ?? false;

/** As https://www.w3.org/TR/CSP3/#directive-worker-src says; what it leaves open is not forbidden. */
export function forbids(policy: string, source: "blob:" | "'self'"): boolean {
  const directives = new Map<string, string[]>();
  for (const directive of policy.toLowerCase().split(";")) {
    const [name, ...sources] = directive.trim().split(/\s+/);
    // of several with one name the first holds
    if (!directives.has(name!)) directives.set(name!, sources);
  }
  const sources = ["worker-src", "child-src", "script-src", "default-src"]
    .map((name) => directives.get(name))
    .find((each) => each !== undefined);
  if (!sources || sources.includes("'strict-dynamic'")) return false;
  if (source === "blob:") return !sources.includes(source);
  // any of the others may mean the page's own origin
  return sources.every((each) => /^(blob:|data:|filesystem:|'.*)$/.test(each) && each !== source);
}
