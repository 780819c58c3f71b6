/**
 * What this host can do is found out by doing it, guarded. That a name is there says little: in edge sandboxes `setImmediate` is a function
 * that throws, in sandboxed frames reading `indexedDB` or `navigator.serviceWorker` is refused, others have objects that lack methods.
 */

/** What using a feature gives; undefined where the host has it not, or refuses. */
export function attempt<T>(use: () => T): T | undefined {
  try {
    return use();
  } catch {
    return undefined;
  }
}

/** https://www.w3.org/TR/trusted-types/, which TypeScript's types of the DOM do not have. */
interface Policies {
  createPolicy(name: string, rules: object): { createScriptURL(url: string): unknown };
}
let policy: ReturnType<Policies["createPolicy"]> | undefined | "not tried" = "not tried";

/**
 * An address as `new Worker()` takes it. A page's policy may require it to be vouched for (`require-trusted-types-for 'script'`): here it is,
 * under the name "nabla", unless the page has a list of names without that one.
 */
export function scriptUrl(url: string | URL): string | URL {
  if (policy === "not tried")
    policy = attempt(() =>
      (globalThis as { trustedTypes?: Policies }).trustedTypes?.createPolicy("nabla", {
        createScriptURL: (own: string) => own,
      }),
    );
  return (policy?.createScriptURL(String(url)) as string | undefined) ?? url;
}

const clock = () => performance.now();
/** Milliseconds, for differences. By the wall's clock where there is no other. */
export const now = (): number => attempt(clock) ?? Date.now();

/**
 * A text's bytes in UTF-8. Pages that are simulated, as by jsdom, have no TextEncoder; the language can do it.
 *
 * @throws URIError for half a surrogate pair, which JSON.stringify() never writes; see wellFormed()
 */
export function toUtf8(text: string): Uint8Array<ArrayBuffer> {
  const letters = unescape(encodeURIComponent(text));
  return new Uint8Array(letters.length).map((_, i) => letters.charCodeAt(i));
}

/** As TextEncoder takes it: for each half of a surrogate pair without the other there is U+FFFD. */
export const wellFormed = (text: string): string => text.replace(/\p{Surrogate}/gu, "\ufffd");

/** Values that functions take at once everywhere. */
const AT_ONCE = 4096;

/** A letter for each byte. */
export function byLetters(bytes: Uint8Array): string {
  if (bytes.length <= AT_ONCE) return String.fromCharCode(...bytes);
  let text = "";
  for (let at = 0; at < bytes.length; at += AT_ONCE) text += byLetters(bytes.subarray(at, at + AT_ONCE));
  return text;
}

/** Made once: files may have many short texts. */
let decoder: TextDecoder | undefined;

/** The text of bytes in UTF-8, a mark at its beginning included. @throws Error for bytes that are no such text */
export function fromUtf8(bytes: Uint8Array): string {
  decoder ??= attempt(() => {
    const one = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });
    // one that refuses everything is none
    one.decode(Uint8Array.of(97));
    return one;
  });
  return decoder ? decoder.decode(bytes) : decodeURIComponent(escape(byLetters(bytes)));
}

/** The text of bytes in UTF-8; of others a letter for each, so different bytes stay different texts. */
export const anyText = (bytes: Uint8Array): string => attempt(() => fromUtf8(bytes)) ?? byLetters(bytes);
